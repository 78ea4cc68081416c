package rectify

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// Topics of clocks. The payload is Lapsed.
const (
	TopicWarned  = "rectify.warned"
	TopicOverdue = "rectify.overdue"
)

// Lapsed says that a clock of an item turned amber or ran out.
type Lapsed struct {
	ItemID   string     `json:"item_id"`
	No       string     `json:"no"`
	Title    string     `json:"title"`
	AreaCode string     `json:"area_code"`
	LeadUnit string     `json:"lead_unit"`
	State    State      `json:"state"`
	ClockID  string     `json:"clock_id"`
	Kind     ClockKind  `json:"kind"`
	Phase    string     `json:"phase"`
	UnitID   string     `json:"unit_id,omitempty"` // that has to act; empty for the office
	Level    int        `json:"level,omitempty"`   // of the supervision
	ClockTo  clock.Time `json:"clock_due"`
	At       clock.Time `json:"at"`
}

// lapseBatch is how many clocks one transaction takes.
const lapseBatch = 100

// Lapse takes every clock that has come to a point, the earliest first, until none is left: half of the time left, run out.
// Several servers may run it at once; each point of each clock is taken exactly once. A suspension nobody looked at in time
// ends by itself. It returns how many points it took.
func (s *Service) Lapse(ctx context.Context) (taken int, err error) {
	ctx = auth.System(ctx, "时限")
	for ctx.Err() == nil {
		n, err := s.lapseOnce(ctx)
		taken += n
		if err != nil || n == 0 {
			return taken, err
		}
	}
	return taken, ctx.Err()
}

// LapseAll is Lapse for a loop.
func (s *Service) LapseAll(ctx context.Context) error {
	_, err := s.Lapse(ctx)
	return err
}

func (s *Service) lapseOnce(ctx context.Context) (n int, err error) {
	due := 0
	if err := s.db.Read(ctx, func(tx *db.Tx) error {
		due, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM item_clock WHERE next_at IS NOT NULL AND next_at <= $1 LIMIT 1) x", tx.Time())
		return err
	}); err != nil || due == 0 {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err = s.LapseTx(ctx, tx)
		return err
	})
	if err != nil {
		err = fmt.Errorf("clocks of rectification: %w", err)
	}
	return n, err
}

// LapseTx takes one batch of points in the caller's transaction and returns how many.
func (s *Service) LapseTx(ctx context.Context, tx *db.Tx) (int, error) {
	lock := ""
	if tx.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	clocks, err := db.All[Clock](ctx, tx, `UPDATE item_clock SET phase = CASE WHEN due_at <= $1 THEN 'red' ELSE 'amber' END,
			next_at = CASE WHEN due_at <= $1 THEN NULL ELSE due_at END
		WHERE id IN (SELECT id FROM item_clock WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2`+lock+`)
		RETURNING `+clockColumns, tx.Time(), lapseBatch)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(clocks, func(a, b Clock) int { return a.DueAt.Compare(b.DueAt.Time) })
	for n := range clocks {
		if err := s.lapse(ctx, tx, &clocks[n]); err != nil {
			return 0, err
		}
	}
	return len(clocks), nil
}

// lapse says what follows from one clock that has come to a point.
func (s *Service) lapse(ctx context.Context, tx *db.Tx, c *Clock) error {
	i, err := s.locked(ctx, tx, c.ItemID)
	if err != nil {
		return err
	}
	if c.Kind == HandleClock {
		// No new version: a phase contradicts nothing that somebody is writing.
		if _, err := tx.Exec(ctx, "UPDATE item SET phase = $1 WHERE id = $2", c.Phase, i.ID); err != nil {
			return err
		}
		i.Phase = c.Phase
		if !i.State.open() {
			return nil
		}
	}
	topic := TopicWarned
	if c.Phase == Red {
		topic = TopicOverdue
		if c.Kind == ReviewClock {
			return s.missedReview(ctx, tx, i)
		}
		if err := appendHistory(ctx, tx, i, ActOverdue, i.State, "", string(c.Kind)); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "rectify.overdue", Object: "rectification", ObjectID: i.ID, Area: i.AreaCode,
			Detail: map[string]any{"no": i.No, "kind": c.Kind, "due": c.DueAt, "unit": c.UnitID}}); err != nil {
			return err
		}
	}
	e := Lapsed{ItemID: i.ID, No: i.No, Title: i.Title, AreaCode: i.AreaCode, LeadUnit: i.LeadUnit, State: i.State, ClockID: c.ID, Kind: c.Kind, Phase: c.Phase, UnitID: c.UnitID, Level: i.Supervision, ClockTo: c.DueAt, At: tx.Time()}
	return outbox.Emit(ctx, tx, topic, i.ID, e)
}

// locked reads an item and keeps others from writing it meanwhile.
func (s *Service) locked(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
	query := "SELECT " + itemColumns + " FROM item WHERE id = $1"
	if tx.Dialect() == db.Postgres {
		query += " FOR UPDATE"
	}
	i, err := db.Get[Item](ctx, tx, query, id)
	i.derive(s.catalog, tx.Time())
	return &i, err
}

// missedReview lets a suspended item go on, as nobody looked at it in time.
func (s *Service) missedReview(ctx context.Context, tx *db.Tx, i *Item) error {
	if i.State != Suspended {
		return nil
	}
	_, err := s.ActTx(ctx, tx, i.ID, ActResume, Move{Version: i.Version, Note: "逾期未复核，自动恢复计时"})
	return err
}
