package db

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Outlived are rows of which nobody needs the old ones: of a table whose column id is made by NewID, so that its primary key serves.
type Outlived struct {
	Table string
	Where string // which of them may go, such as "state = 'done'"; empty for all
	Kin   string // column that holds the id in rows that go with them, such as "message_attempt.message_id"; it needs an index
}

// forgetPage is how many rows go in one transaction: few, so that no writer waits for long.
const forgetPage = 200

// Forget deletes rows made before a time, oldest first, at most some of them, and returns how many went. Rows that come meanwhile are not
// touched, and what it began may be ended at any page.
func (d *DB) Forget(ctx context.Context, o Outlived, before time.Time, most int) (n int, err error) {
	from, until := "", FirstID(before)
	where := "id > $1 AND id < $2"
	if o.Where != "" {
		where += " AND " + o.Where
	}
	for n < most {
		var ids []string
		err = d.Tx(ctx, func(tx *Tx) (err error) {
			if ids, err = All[string](ctx, tx, fmt.Sprintf("SELECT id FROM %s WHERE %s ORDER BY id LIMIT %d", o.Table, where, min(forgetPage, most-n)), from, until); err != nil || len(ids) == 0 {
				return err
			}
			return forgetRows(ctx, tx, o, ids)
		})
		if err != nil {
			return n, fmt.Errorf("forget old rows of %s: %w", o.Table, err)
		}
		if len(ids) == 0 {
			return n, nil
		}
		n, from = n+len(ids), ids[len(ids)-1]
	}
	return n, nil
}

func forgetRows(ctx context.Context, tx *Tx, o Outlived, ids []string) error {
	among, args := Listed(ids)
	if o.Kin != "" {
		if err := forgetKin(ctx, tx, o.Kin, among, args); err != nil {
			return err
		}
	}
	query := "DELETE FROM " + o.Table + " WHERE id IN " + among
	if o.Where != "" {
		query += " AND " + o.Where
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

func forgetKin(ctx context.Context, tx *Tx, kin, among string, args []any) error {
	table, column, ok := strings.Cut(kin, ".")
	if !ok {
		return fmt.Errorf("%q names no table and column", kin)
	}
	_, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE "+column+" IN "+among, args...)
	return err
}
