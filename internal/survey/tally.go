package survey

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Cell is where an answer counts.
type Cell struct {
	Street  string  `db:"street" json:"street"`
	Group   Group   `db:"grp" json:"group"`
	Channel Channel `db:"channel" json:"channel"`
	Mode    Mode    `db:"mode" json:"mode"`
	Pilot   bool    `db:"pilot" json:"pilot,omitempty"`
}

// Tally is how many answers a cell of a wave holds.
type Tally struct {
	Cell
	N int `db:"n" json:"n"`
}

// TallyTx returns the counts of a wave by street, group, channel and mode, pilot answers apart. It is the truth for quotas: the
// numbers change in the transaction that stores an answer. The caller decides who may see them.
func (s *Service) TallyTx(ctx context.Context, tx *db.Tx, waveID string) ([]Tally, error) {
	return db.All[Tally](ctx, tx, `SELECT street, grp, channel, mode, pilot, n FROM wave_tally
		WHERE wave_id = $1 ORDER BY street, grp, channel, mode`, waveID)
}

// CountTx returns how many answers of a wave lie in the cells that a quota covers, pilot answers left out.
func (s *Service) CountTx(ctx context.Context, tx *db.Tx, waveID string, q Quota) (int, error) {
	where, args := []string{"wave_id = $1", "NOT pilot"}, []any{waveID}
	for _, c := range []struct{ column, value string }{{"street", q.Street}, {"grp", string(q.Group)}, {"channel", string(q.Channel)}} {
		if c.value != "" {
			args = append(args, c.value)
			where = append(where, fmt.Sprintf("%s = $%d", c.column, len(args)))
		}
	}
	return db.Get[int](ctx, tx, "SELECT COALESCE(SUM(n), 0) FROM wave_tally WHERE "+strings.Join(where, " AND "), args...)
}

// addTally counts rows that were just stored, in a fixed order so that two transactions never wait for each other in a ring.
func addTally(ctx context.Context, tx *db.Tx, waveID string, add map[Cell]int) error {
	cells := make([]Cell, 0, len(add))
	for c := range add {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b Cell) int { return strings.Compare(a.key(), b.key()) })
	for _, c := range cells {
		_, err := tx.Exec(ctx, `INSERT INTO wave_tally (wave_id, street, grp, channel, mode, pilot, n) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (wave_id, street, grp, channel, mode, pilot) DO UPDATE SET n = wave_tally.n + excluded.n`,
			waveID, c.Street, c.Group, c.Channel, c.Mode, c.Pilot, add[c])
		if err != nil {
			return fmt.Errorf("count answers: %w", err)
		}
	}
	return nil
}

func (c Cell) key() string {
	return fmt.Sprintf("%s|%s|%s|%s|%t", c.Street, c.Group, c.Channel, c.Mode, c.Pilot)
}

func (r *Response) cell() Cell {
	return Cell{Street: r.Street, Group: r.Group, Channel: r.Channel, Mode: r.Mode, Pilot: r.Pilot}
}

// DaysTx counts the answers of a wave by day in Nanjing, pilot answers left out, and hands each day to put. The caller decides who may see it.
func (s *Service) DaysTx(ctx context.Context, tx *db.Tx, waveID string, put func(day clock.Time, targeted, online int)) error {
	type row struct {
		Day      int64 `db:"day"`
		Targeted int   `db:"targeted"`
		Online   int   `db:"online"`
	}
	const offset, day = 8 * 3600_000, 24 * 3600_000
	return db.Each(ctx, tx, `SELECT (submitted_at + $2) / $3 AS day, SUM(CASE WHEN channel = 'targeted' THEN 1 ELSE 0 END) AS targeted,
			SUM(CASE WHEN channel = 'online' THEN 1 ELSE 0 END) AS online
		FROM response WHERE wave_id = $1 AND NOT pilot GROUP BY (submitted_at + $2) / $3 ORDER BY (submitted_at + $2) / $3`, []any{waveID, offset, day}, func(r *row) error {
		put(clock.At(time.UnixMilli(r.Day*day-offset)), r.Targeted, r.Online)
		return nil
	})
}

// PooledTx returns how many comments of a wave wait to be taken over.
func (s *Service) PooledTx(ctx context.Context, tx *db.Tx, waveID string) (int, error) {
	return db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_pool WHERE wave_id = $1", waveID)
}
