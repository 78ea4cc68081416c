package rectify

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// ClockKind says what a clock of an item measures.
type ClockKind string

// The kinds: the lead unit puts it right, the panel adjudicates, a suspension is looked at again, the unit answers a
// supervision.
const (
	HandleClock    ClockKind = "handle"
	PanelClock     ClockKind = "adjudicate"
	ReviewClock    ClockKind = "review"
	SuperviseClock ClockKind = "supervise"
)

// Phases of a clock; the share of time left at amber stands in the calendar's data.
const (
	Green = "green"
	Amber = "amber"
	Red   = "red"
)

// Outcomes of a clock that has ended. A void one counts nowhere: the matter was taken from the unit, not done by it.
const (
	Met  = "met"
	Late = "late"
	Void = "void"
)

// Pause is a time in which a clock stood still.
type Pause struct {
	From   clock.Time  `json:"from"`
	To     *clock.Time `json:"to,omitempty"`
	Reason string      `json:"reason" doc:"Ground of the suspension"`
}

const clockColumns = `id, item_id, kind, unit_id, started_at, time_limit, extension, calendar, due_at, phase, next_at, pauses, paused_at, steps, ended_at,
	ended_by, outcome`

// startClock starts a clock of the item for a unit, "" for the office, from now.
func (s *Service) startClock(ctx context.Context, tx *db.Tx, i *Item, kind ClockKind, unit string, limit workcal.Limit) (*Clock, error) {
	c := &Clock{ID: db.NewID(tx), ItemID: i.ID, Kind: kind, UnitID: unit, StartedAt: tx.Time(), Limit: limit}
	c.Pauses.V = []Pause{}
	c.reckon(s.calendar.Current(), tx.Now())
	_, err := tx.Exec(ctx, "INSERT INTO item_clock ("+clockColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
		c.ID, c.ItemID, c.Kind, c.UnitID, c.StartedAt, c.Limit, c.Extension, c.Calendar, c.DueAt, c.Phase, c.NextAt, c.Pauses, c.PausedAt, c.Steps, c.EndedAt, c.EndedBy, c.Outcome)
	return c, err
}

func saveClock(ctx context.Context, tx *db.Tx, c *Clock) error {
	_, err := tx.Exec(ctx, `UPDATE item_clock SET time_limit = $1, extension = $2, calendar = $3, due_at = $4, phase = $5, next_at = $6, pauses = $7, paused_at = $8,
		steps = $9, ended_at = $10, ended_by = $11, outcome = $12 WHERE id = $13`,
		c.Limit, c.Extension, c.Calendar, c.DueAt, c.Phase, c.NextAt, c.Pauses, c.PausedAt, c.Steps, c.EndedAt, c.EndedBy, c.Outcome, c.ID)
	return err
}

func clocksOf(ctx context.Context, tx *db.Tx, item string) ([]Clock, error) {
	return db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM item_clock WHERE item_id = $1 ORDER BY id", item)
}

// runningClock returns the clock of this kind that has not ended, nil if there is none.
func runningClock(ctx context.Context, tx *db.Tx, item string, kind ClockKind) (*Clock, error) {
	rows, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM item_clock WHERE item_id = $1 AND kind = $2 AND ended_at IS NULL ORDER BY id DESC LIMIT 1", item, kind)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// endClock ends the running clock of this kind, if one runs. done is the moment that decides between met and late, nil for
// a clock that nobody has to meet any more.
func endClock(ctx context.Context, tx *db.Tx, item string, kind ClockKind, by Action, done *clock.Time) error {
	c, err := runningClock(ctx, tx, item, kind)
	if err != nil || c == nil {
		return err
	}
	now := tx.Time()
	c.EndedAt, c.EndedBy, c.NextAt, c.Outcome = &now, by, nil, Void
	if done != nil {
		if c.Outcome = Met; done.After(c.DueAt.Time) {
			c.Outcome = Late
		}
	}
	return saveClock(ctx, tx, c)
}

// reckon computes due time, explanation and the next point from start, limit and pauses alone. A clock that stands still
// has no next point and keeps the due time it had.
func (c *Clock) reckon(cal *workcal.Calendar, now time.Time) {
	c.NextAt = nil
	if c.PausedAt != nil || c.EndedAt != nil {
		return
	}
	pauses := c.intervals()
	why := cal.Explain(c.StartedAt.Time, c.Limit, pauses...)
	c.Calendar, c.DueAt, c.Steps.V = cal.Version(), clock.At(why.Due), why.Steps
	yellow, _ := cal.Reminders()
	warn := clock.At(cal.DueShare(c.StartedAt.Time, c.Limit, 1-yellow, pauses...))
	switch {
	case !now.Before(c.DueAt.Time) && c.Phase == Red: // was announced
	case !now.Before(warn.Time):
		c.Phase, c.NextAt = Amber, &c.DueAt
	default:
		c.Phase, c.NextAt = Green, &warn
	}
}

func (c *Clock) intervals() []workcal.Interval {
	out := make([]workcal.Interval, len(c.Pauses.V))
	for i, p := range c.Pauses.V {
		out[i].From = p.From.Time
		if p.To != nil {
			out[i].To = p.To.Time
		}
	}
	return out
}

// hold lets the clock stand still from now on.
func (c *Clock) hold(now clock.Time, reason string) {
	c.Pauses.V = append(slices.Clone(c.Pauses.V), Pause{From: now, Reason: reason})
	c.PausedAt, c.NextAt = &now, nil
}

// release lets the clock go on with what was left.
func (c *Clock) release(cal *workcal.Calendar, now clock.Time) {
	if n := len(c.Pauses.V); c.PausedAt != nil && n > 0 {
		c.Pauses.V[n-1].To = &now
	}
	c.PausedAt = nil
	c.reckon(cal, now.Time)
}

// park keeps the handling clock from telling anybody while what was done waits for verification; wake lets it go on.
func (s *Service) park(ctx context.Context, tx *db.Tx, item string) error {
	_, err := tx.Exec(ctx, "UPDATE item_clock SET next_at = NULL WHERE item_id = $1 AND kind = 'handle' AND ended_at IS NULL", item)
	return err
}

func (s *Service) wake(ctx context.Context, tx *db.Tx, i *Item) error {
	c, err := runningClock(ctx, tx, i.ID, HandleClock)
	if err != nil || c == nil {
		return err
	}
	c.reckon(s.calendar.Current(), tx.Now())
	i.Phase = c.Phase
	return saveClock(ctx, tx, c)
}
