package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// afterOpen stands in the cursor of a list by due time for a case that has ended.
const afterOpen = 9_000_000_000_000_001

// sortOf is how a filter is sorted. By the last change only what is few: in a district's archive nothing leads to the latest
// changes but every case.
func (s *Service) sortOf(f Filter) string {
	if f.Sort == "changed" && !s.onlyOpen(f) && !f.Watched && !f.Mine && len(f.IDs) == 0 {
		return "newest"
	}
	return f.Sort
}

// turns are the lists of which a list consists, each read by an index: by due time first what is being worked on, and then what
// has ended, which is due no more.
func (s *Service) turns(f Filter) []Filter {
	if f.Sort != "due" || s.onlyOpen(f) {
		return []Filter{f}
	}
	open, ended := f, f
	open.Open = true
	ended.ended, ended.Sort = true, "oldest"
	return []Filter{open, ended}
}

// inTurn reads the first rows of a filter behind a cursor.
func (s *Service) inTurn(ctx context.Context, tx *db.Tx, seen lookups, f Filter, cursor string, limit int) (rows []Case, err error) {
	turns := s.turns(f)
	if len(turns) > 1 && cursor != "" {
		parts, err := httpx.DecodeCursor(cursor, 2)
		if err != nil {
			return nil, err
		}
		if parts[0] == strconv.FormatInt(afterOpen, 10) {
			turns = turns[1:]
		}
	}
	for _, part := range turns {
		more, err := s.rows(ctx, tx, seen, part, cursor, limit)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, more...); len(rows) >= limit {
			return rows[:limit], nil
		}
		cursor = ""
	}
	return rows, nil
}

// lookups are what has been found in the blocks while one list is read: for its open cases, and for all.
type lookups map[bool]*found

// lookUp is find, once for each kind; nil also where so many open cases were found that reading the open ones is sooner done.
func (s *Service) lookUp(ctx context.Context, tx *db.Tx, seen lookups, f Filter, where string, args []any) (x *found, err error) {
	open := s.onlyOpen(f)
	x, done := seen[open]
	if !done {
		if f.ended { // its other turn has been, its count comes after it: both want what is found for all
			f.ended = false
			where, args = s.where(ctx, tx, f)
		}
		if x, err = s.find(ctx, tx, f, where, args); err != nil {
			return nil, err
		}
		seen[open] = x
	}
	if open && x != nil && x.size > fewFound {
		return nil, nil
	}
	return x, nil
}

// rows reads what one index serves: what blocks have found, what the caller sees by the arms of its sight where they are few, and
// otherwise in the order asked for.
func (s *Service) rows(ctx context.Context, tx *db.Tx, seen lookups, f Filter, cursor string, limit int) ([]Case, error) {
	where, args := s.where(ctx, tx, f)
	o := orderOf(f.Sort)
	x, err := s.lookUp(ctx, tx, seen, f, where, args)
	if err != nil {
		return nil, err
	}
	var arms []arm
	if x == nil {
		if arms, err = s.arms(ctx, tx, f, digits[Community], &args); err != nil {
			return nil, err
		}
	}
	after := ""
	if cursor != "" {
		if where, args, err = o.after(where, slices.Clone(args), cursor); err != nil {
			return nil, err
		}
		if o.key == "" {
			after = args[len(args)-1].(string)
		}
	}
	args = append(slices.Clip(args), auth.From(ctx).UserID)
	columns := fmt.Sprintf("%s, EXISTS (SELECT 1 FROM case_watch f WHERE f.user_id = $%d AND f.case_id = id) AS watched", caseColumns, len(args))
	if x != nil {
		return sifting{x, where, args}.rows(ctx, tx, columns, o, after, limit)
	}
	order := fmt.Sprintf("ORDER BY %s LIMIT %d", o.by, limit) // in the text, so that every plan knows how little is wanted
	from := fmt.Sprintf("case_file WHERE %s %s", where, order)
	if arms != nil {
		from = united(arms, caseColumns, where, order) + " " + order
	}
	return db.All[Case](ctx, tx, fmt.Sprintf("SELECT %s FROM %s", columns, from), args...)
}

// fewLed is up to how many cases of a unit are looked through for words one by one.
const fewLed = 2_000

// arms are the ways in which somebody of a department, a community or a grid sees a case: by its place, by what the unit leads, holds,
// had first or has a part in. Each has an index, together they have none, and among a million cases of others its own would be
// looked for one by one. nil where the caller sees an area whose code is shorter than least, so much that the order asked for finds it
// at once, and where something narrower leads there.
func (s *Service) arms(ctx context.Context, tx *db.Tx, f Filter, least int, args *[]any) ([]arm, error) {
	p := auth.From(ctx)
	if p == nil || p.System || p.UnitID == "" || s.onlyOpen(f) || len(f.IDs) > 0 || f.Watched || f.Mine || f.Unit != "" || f.Holder != "" || len(f.Area) > digits[Street] {
		return nil, nil
	}
	areas := areasOf(p)
	if slices.ContainsFunc(areas, func(a string) bool { return len(a) < least }) {
		return nil, nil
	}
	if f.Query != "" { // only where no block knows the words
		led, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM case_file WHERE lead_unit = $1 AND lead_unit <> '' LIMIT $2) x", p.UnitID, fewLed+1)
		if err != nil || led > fewLed {
			return nil, err
		}
	}
	var arms []arm
	if len(areas) > 0 {
		arms = append(arms, arm{auth.Within("area_code", areas, args), true, "area_code, id"})
	}
	*args = append(slices.Clip(*args), p.UnitID)
	n := len(*args)
	return append(arms, arm{fmt.Sprintf("lead_unit = $%d AND lead_unit <> ''", n), true, "id"},
		arm{fmt.Sprintf("holder = $%d AND holder <> '' AND ended_at IS NULL AND lead_unit <> $%d", n, n), false, ""},
		arm{fmt.Sprintf("first_unit = $%d AND first_unit <> '' AND first_unit <> lead_unit AND ended_at IS NULL", n), false, ""},
		arm{fmt.Sprintf("id IN (SELECT case_id FROM case_part WHERE unit_id = $%d)", n), false, ""}), nil
}

// arm is one way in which somebody sees a case. Where many are reached by it they are read in order and no further than asked
// for; few are read whole, since a plan for the first of an order would look for them among all others.
type arm struct {
	cond  string
	many  bool
	index string // the order in which its index has them
}

// united is the table of what at least one arm finds of the filter, once; end is how it is read where it is many.
func united(arms []arm, columns, where, end string) string {
	parts := make([]string, len(arms))
	for i, a := range arms {
		parts[i] = fmt.Sprintf("SELECT %s FROM case_file WHERE %s AND %s", columns, a.cond, where)
		if a.many {
			if !strings.HasPrefix(end, "ORDER") { // counted: in the order of the index, or every case would be looked at
				parts[i] += " ORDER BY " + a.index
			}
			parts[i] = fmt.Sprintf("SELECT * FROM (%s %s) a%d", parts[i], end, i)
		}
	}
	return "(" + strings.Join(parts, " UNION ") + ") case_file"
}
