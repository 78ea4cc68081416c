package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
)

const (
	// fewFound is up to how many found cases are read whole, where they are wanted in another order than that of their ids.
	fewFound = 4_096
	// glanceAt and perGlance are how many found cases are looked at in the first statement and in the ones after.
	glanceAt  = 256
	perGlance = 1_024
)

// sifting reads found cases and keeps those that pass the filter. Blocks know a case as it was sealed, and words by their pairs of
// letters: each is judged by the whole condition.
type sifting struct {
	found *found
	where string
	args  []any
}

// each hands fn what to read, with its condition and arguments: together what was found behind the id, until fn has enough.
func (x sifting) each(ctx context.Context, tx *db.Tx, down bool, after string, fn func(from string, args []any) (enough bool, err error)) error {
	w := x.found.walk(down, after)
	for n := glanceAt; ; n = perGlance {
		ids, err := w.next(ctx, tx, n)
		if err != nil || len(ids) == 0 {
			return err
		}
		args := slices.Clone(x.args)
		from := "case_file WHERE id IN " + among(ids, &args)
		if tx.Dialect() == db.Postgres { // which before it knows a table takes the index of anything for shorter; LIMIT keeps it from looking inside
			from = fmt.Sprintf("(SELECT * FROM %s LIMIT %d) case_file WHERE TRUE", from, perGlance)
		}
		if enough, err := fn(from+" AND "+x.where, args); err != nil || enough {
			return err
		}
	}
}

// count counts up to limit+1.
func (x sifting) count(ctx context.Context, tx *db.Tx, limit int) (n int, err error) {
	err = x.each(ctx, tx, false, "", func(from string, args []any) (bool, error) {
		more, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM "+from, args...)
		n += more
		return n > limit, err
	})
	return min(n, limit+1), err
}

// rows reads the first rows of an order. Its keys other than the id need all that was found.
func (x sifting) rows(ctx context.Context, tx *db.Tx, columns string, o order, after string, limit int) (rows []Case, err error) {
	err = x.each(ctx, tx, o.down, after, func(from string, args []any) (bool, error) {
		more, err := db.All[Case](ctx, tx, fmt.Sprintf("SELECT %s FROM %s ORDER BY %s LIMIT %d", columns, from, o.by, limit), args...)
		rows = append(rows, more...)
		return o.key == "" && len(rows) >= limit, err
	})
	if o.key != "" {
		slices.SortFunc(rows, func(a, b Case) int {
			by := cmp.Or(cmp.Compare(o.value(&a), o.value(&b)), strings.Compare(a.ID, b.ID))
			if o.down {
				return -by
			}
			return by
		})
	}
	return rows[:min(len(rows), limit)], err
}

// narrowed adds to a condition with words that the case is one of those found, where they are few: for what counts or draws all of
// them and asks for no order.
func (s *Service) narrowed(ctx context.Context, tx *db.Tx, f Filter, where string, args []any) (string, []any, error) {
	if f.Query == "" {
		return where, args, nil
	}
	x, err := s.find(ctx, tx, f, where, args)
	if err != nil || x == nil || x.size > 2*fewFound {
		return where, args, err
	}
	ids, err := x.walk(false, "").next(ctx, tx, x.size)
	if err != nil {
		return where, args, err
	}
	if len(ids) == 0 {
		return "FALSE", nil, nil
	}
	args = slices.Clone(args)
	return where + " AND id IN " + among(ids, &args), args, nil
}

// stream hands what passes the filter to fn, in the order of the ids, at most limit of it, and returns how much that was.
func (x sifting) stream(ctx context.Context, tx *db.Tx, o order, limit int, fn func(*Case) error) (n int, err error) {
	err = x.each(ctx, tx, o.down, "", func(from string, args []any) (bool, error) {
		query := fmt.Sprintf("SELECT %s FROM %s ORDER BY %s LIMIT %d", caseColumns, from, o.by, limit-n)
		err := db.Each(ctx, tx, query, args, func(c *Case) error {
			n++
			return fn(c)
		})
		return n >= limit, err
	})
	return n, err
}
