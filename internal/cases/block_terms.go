package cases

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/words"
)

// mark is the term of something that a case is rather than says: above all terms of words.
func mark(kind, value string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind + ":" + value)) // a hash never fails to write
	return h.Sum64() | 1<<63
}

var ended = mark("ended", "")

// terms are what a block keeps of the case: the words a search looks through, its place, class and lead, and whether it has ended.
// Where one of them changes after the case was sealed, save has it read anew; an end may come without.
func (c *Case) terms() []uint64 {
	out := words.Terms(c.Title + "\n" + c.Address + "\n" + c.Body + "\n" + c.Number + "\n" + c.LeadName)
	for _, n := range []int{digits[Street], digits[Community]} {
		if len(c.AreaCode) > n {
			out = append(out, mark("area", c.AreaCode[:n]))
		}
	}
	out = append(out, mark("area", c.AreaCode))
	for n := 2; n <= len(c.Category); n += 2 {
		out = append(out, mark("class", c.Category[:n]))
	}
	if c.LeadUnit != "" {
		out = append(out, mark("lead", c.LeadUnit))
	}
	if c.EndedAt != nil {
		out = append(out, ended)
	}
	return out
}

// amends reports that a block may know the case by terms which it has no more, or not by those it has now.
func amends(was, c *Case) bool {
	return was.Title != c.Title || was.Address != c.Address || was.AreaCode != c.AreaCode || was.Category != c.Category || was.LeadUnit != c.LeadUnit ||
		was.LeadName != c.LeadName || was.EndedAt != nil && c.EndedAt == nil
}

// sought is what blocks know of a filter: groups of terms, of each of which a case holds at least one.
type sought struct {
	groups [][]uint64
	open   bool            // what has ended is not wanted
	bits   words.Signature // which case_words must hold; none where it could not know
	beside []string        // ways in which the caller sees cases that no group knows, as conditions of which each has an index
}

// perWord bounds the terms looked up for a word: what is left out is checked in the case.
const perWord = 6

// seek returns what blocks know of a filter with the arguments of where and of its own, nil where they lead nowhere sooner than another
// index: without words they do where a case must be two things at once, such as of a class and of a unit.
func (s *Service) seek(ctx context.Context, tx *db.Tx, f Filter, args *[]any) (*sought, error) {
	if !s.worded.Load() || len(f.IDs) > 0 || f.Watched || f.Mine || f.Todo || f.Unit != "" || f.Holder != "" {
		return nil, nil
	}
	q := &sought{open: s.onlyOpen(f)}
	if ok, err := q.say(ctx, tx, f.Query); err != nil || !ok {
		return nil, err
	}
	said := len(q.groups) > 0
	if q.open && !said {
		return nil, nil
	}
	if term, ok := areaTerm(f.Area); ok {
		q.groups = append(q.groups, []uint64{term})
	}
	if n := len(f.Category); n > 0 && n <= 6 && n%2 == 0 {
		q.groups = append(q.groups, []uint64{mark("class", f.Category)})
	}
	q.see(auth.From(ctx), args)
	if said {
		return q, nil
	}
	if few, err := fewOf(ctx, tx, f.Category); err != nil || few || len(q.groups) < 2 {
		return nil, err
	}
	return q, nil
}

// fewOf reports a class of which there are so few cases that they are read. SQLite without statistics would rather read the area.
func fewOf(ctx context.Context, tx *db.Tx, category string) (bool, error) {
	if category == "" || tx.Dialect() == db.SQLite {
		return false, nil
	}
	n, err := db.Get[int](ctx, tx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM case_file WHERE category >= $1 AND category < $2 LIMIT %d) x", fewFound+1), category, category+"~")
	return n <= fewFound, err
}

// say adds the words; false where one of them is a number, which has an index of its own.
func (q *sought) say(ctx context.Context, tx *db.Tx, query string) (bool, error) {
	known := true
	for _, word := range strings.Fields(query) {
		if beginsNumber(word) {
			return false, nil
		}
		terms := words.Wanted(word)
		for i := range min(len(terms), perWord) {
			q.groups = append(q.groups, []uint64{terms[i*len(terms)/min(len(terms), perWord)]})
		}
		named, err := leadNamed(ctx, tx, word)
		if err != nil {
			return false, err
		}
		if known = known && !named; known {
			q.bits = q.bits.With(words.Sign(word))
		}
	}
	if !known { // bits have no names of units
		q.bits = words.Signature{}
	}
	return true, nil
}

// see adds the area in which the caller sees every case, and what its unit leads. What else it sees is little, and changes with
// every step: it is read beside the blocks.
func (q *sought) see(p *auth.Principal, args *[]any) {
	if p == nil || p.System {
		return
	}
	var group []uint64
	areas := areasOf(p)
	for _, a := range areas {
		term, ok := areaTerm(a)
		if !ok {
			return
		}
		group = append(group, term)
	}
	if p.UnitID != "" {
		group = append(group, mark("lead", p.UnitID))
		*args = append(slices.Clip(*args), p.UnitID)
		n := len(*args)
		elsewhere := " AND NOT " + auth.Within("area_code", areas, args)
		q.beside = []string{
			fmt.Sprintf("holder = $%d AND holder <> '' AND ended_at IS NULL", n) + elsewhere,
			fmt.Sprintf("first_unit = $%d AND first_unit <> '' AND first_unit <> lead_unit AND ended_at IS NULL", n) + elsewhere,
			fmt.Sprintf("id IN (SELECT case_id FROM case_part WHERE unit_id = $%d)", n) + elsewhere,
		}
	}
	q.groups = append(q.groups, group)
}

// areaTerm is the term of an area; false for what is larger than a street or no area a case can lie in.
func areaTerm(code string) (uint64, bool) {
	n := len(code)
	return mark("area", code), n == digits[Street] || n >= digits[Community]
}
