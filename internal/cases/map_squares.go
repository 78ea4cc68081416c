package cases

import (
	"context"
	"errors"
	"fmt"
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

// squaresAt returns when the squares were counted, errNoSquares if that is too long ago.
func squaresAt(ctx context.Context, tx *db.Tx) (clock.Time, error) {
	at, err := db.Get[clock.Time](ctx, tx, "SELECT at FROM case_square_state WHERE one = 1")
	if errors.Is(err, db.ErrNoRows) || err == nil && tx.Now().Sub(at.Time) >= squaresLife {
		err = errNoSquares
	}
	return at, err
}

// CountSquares counts the cases of every square anew. The counting reads a snapshot, so that nobody who writes waits for
// it; only the result is written. lat + 0 keeps SQLite from walking its index of squares, which would fetch row by row.
func (s *Service) CountSquares(ctx context.Context) error {
	var rows []squareRow
	var at clock.Time
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		at = tx.Time()
		rows, err = db.All[squareRow](ctx, tx, fmt.Sprintf(`SELECT (lat + 0) / %[1]d AS y, (lon + 0) / %[1]d AS x, area_code AS area, sensitive AS hidden,
				SUM(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS open, SUM(CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END) AS ended,
				CAST(AVG(lat) AS BIGINT) AS lat, CAST(AVG(lon) AS BIGINT) AS lon
			FROM case_file WHERE lat IS NOT NULL AND lon IS NOT NULL
			GROUP BY (lat + 0) / %[1]d, (lon + 0) / %[1]d, area_code, sensitive`, square))
		return err
	})
	if err != nil {
		return err
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
