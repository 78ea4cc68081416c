package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// squareRow is what case_square keeps: the cases of one square in one area.
type squareRow struct {
	Y      int64  `db:"y"`
	X      int64  `db:"x"`
	Area   string `db:"area"`
	Hidden bool   `db:"hidden"`
	Open   int64  `db:"open"`
	Ended  int64  `db:"ended"`
	Lat    int64  `db:"lat"`
	Lon    int64  `db:"lon"`
}

// squaresAt returns when the squares were counted, errNoSquares if they never were. Old ones are counted anew in the
// background while they are still shown.
func (s *Service) squaresAt(ctx context.Context, tx *db.Tx) (clock.Time, error) {
	at, err := db.Get[clock.Time](ctx, tx, "SELECT at FROM case_square_state WHERE one = 1")
	if errors.Is(err, db.ErrNoRows) {
		return at, errNoSquares
	}
	if err == nil && tx.Now().Sub(at.Time) >= squaresLife && s.counting.CompareAndSwap(false, true) {
		go func() {
			defer s.counting.Store(false)
			if err := s.CountSquares(context.WithoutCancel(ctx)); err != nil {
				slog.WarnContext(ctx, "squares of the map not counted", "error", err)
			}
		}()
	}
	return at, err
}

// KeepSquares counts the squares for the first time as soon as there are more cases than a map counts each time, so that
// nobody waits for it. Afterwards those who look at old ones have them counted anew.
func (s *Service) KeepSquares(ctx context.Context) error {
	var wanted bool
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		wanted, err = db.Get[bool](ctx, tx, fmt.Sprintf(`SELECT (SELECT COUNT(*) FROM case_square_state) = 0
			AND (SELECT COUNT(*) FROM (SELECT 1 FROM case_file LIMIT %d) x) > %d`, maxPlain+1, maxPlain))
		return err
	})
	if err != nil || !wanted || !s.counting.CompareAndSwap(false, true) {
		return err
	}
	defer s.counting.Store(false)
	return s.CountSquares(ctx)
}

type squareKey struct {
	y, x   int64
	area   string
	hidden bool
}

type spot struct {
	Lat       int64  `db:"lat"`
	Lon       int64  `db:"lon"`
	Area      string `db:"area_code"`
	Sensitive bool   `db:"sensitive"`
	Open      bool   `db:"open"`
}

// CountSquares counts the cases of every square anew. It reads one snapshot from front to end and adds up here: grouping
// in the database sorts a million rows. Only the result is written, so nobody who writes waits.
func (s *Service) CountSquares(ctx context.Context) error {
	sums := map[squareKey]*squareRow{}
	var at clock.Time
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		at = tx.Time()
		return db.Each(ctx, tx, "SELECT lat + 0 AS lat, lon + 0 AS lon, area_code, sensitive, ended_at IS NULL AS open FROM case_file WHERE lat + 0 IS NOT NULL AND lon IS NOT NULL", nil, func(c *spot) error {
			k := squareKey{c.Lat / square, c.Lon / square, c.Area, c.Sensitive}
			r := sums[k]
			if r == nil {
				r = &squareRow{Y: k.y, X: k.x, Area: k.area, Hidden: k.hidden}
				sums[k] = r
			}
			if c.Open {
				r.Open++
			} else {
				r.Ended++
			}
			r.Lat, r.Lon = r.Lat+c.Lat, r.Lon+c.Lon
			return nil
		})
	})
	if err != nil {
		return err
	}
	rows := make([]squareRow, 0, len(sums))
	for _, r := range sums {
		r.Lat, r.Lon = r.Lat/(r.Open+r.Ended), r.Lon/(r.Open+r.Ended)
		rows = append(rows, *r)
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM case_square"); err != nil {
			return err
		}
		for len(rows) > 0 {
			n := min(len(rows), 400)
			if err := insertSquares(ctx, tx, rows[:n]); err != nil {
				return err
			}
			rows = rows[n:]
		}
		_, err := tx.Exec(ctx, "INSERT INTO case_square_state (one, at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET at = excluded.at", at)
		return err
	})
}

func insertSquares(ctx context.Context, tx *db.Tx, rows []squareRow) error {
	var values []string
	var args []any
	for _, r := range rows {
		args = append(args, r.Y, r.X, r.Area, r.Hidden, r.Open, r.Ended, r.Lat, r.Lon)
		n := len(args) - 7
		values = append(values, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)", n, n+1, n+2, n+3, n+4, n+5, n+6, n+7))
	}
	_, err := tx.Exec(ctx, "INSERT INTO case_square (y, x, area, hidden, open, ended, lat, lon) VALUES "+strings.Join(values, ", ")+" ON CONFLICT DO NOTHING", args...)
	return err
}
