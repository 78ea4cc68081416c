package cases

import (
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// Phases of a clock: half of the time left, a fifth left, run out. The shares stand in the calendar's data.
const (
	Green  = "green"
	Amber  = "amber"
	Orange = "orange"
	Red    = "red"
)

// Outcomes of a clock that has stopped. A clock that is void counts in no rate: the matter was taken from the unit, not done by it.
const (
	Met  = "met"
	Late = "late"
	Gone = "void"
)

// limit returns how long the clock runs.
func (k *Clock) limit() workcal.Limit {
	return workcal.Limit{N: k.LimitN, Unit: workcal.Unit(k.LimitUnit)}
}

// intervals returns the pauses as the calendar counts them.
func (k *Clock) intervals() []workcal.Interval {
	out := make([]workcal.Interval, len(k.Pauses.V))
	for i, p := range k.Pauses.V {
		out[i].From = p.From.Time
		if p.To != nil {
			out[i].To = p.To.Time
		}
	}
	return out
}

// reckon computes when the clock is due and when it warns, from its start, limit and pauses alone, and what comes next
// after now. A clock that has turned red stays red unless it is due later now.
func (k *Clock) reckon(cal *workcal.Calendar, now time.Time) {
	k.Calendar = cal.Version()
	k.DueAt, k.WarnAt, k.OrangeAt, k.NextAt = nil, nil, nil, nil
	pauses := k.intervals()
	if k.PausedAt != nil {
		return
	}
	yellow, orange := cal.Reminders()
	due := clock.At(cal.Due(k.StartedAt.Time, k.limit(), pauses...))
	warn := clock.At(cal.DueShare(k.StartedAt.Time, k.limit(), 1-yellow, pauses...))
	last := clock.At(cal.DueShare(k.StartedAt.Time, k.limit(), 1-orange, pauses...))
	k.DueAt, k.WarnAt, k.OrangeAt = &due, &warn, &last
	switch {
	case k.StoppedAt != nil:
	case !now.Before(due.Time) && k.Phase == Red:
	case !now.Before(due.Time):
		k.Phase, k.NextAt = Orange, &due // the worker turns it red and tells the tier above
	case !now.Before(last.Time):
		k.Phase, k.NextAt = Orange, &due
	case !now.Before(warn.Time):
		k.Phase, k.NextAt = Amber, &last
	default:
		k.Phase, k.NextAt = Green, &warn
	}
}

// hold lets the clock stand still from now on.
func (k *Clock) hold(now clock.Time, reason string) {
	if k.PausedAt != nil || k.StoppedAt != nil {
		return
	}
	k.Pauses.V = append(k.Pauses.V, Pause{From: now, Reason: reason})
	k.PausedAt, k.DueAt, k.WarnAt, k.OrangeAt, k.NextAt = &now, nil, nil, nil, nil
}

// release ends a pause: what was left of the limit is left still.
func (k *Clock) release(cal *workcal.Calendar, now clock.Time) {
	if k.PausedAt == nil {
		return
	}
	if n := len(k.Pauses.V); n > 0 && k.Pauses.V[n-1].To == nil {
		k.Pauses.V[n-1].To = &now
	} else {
		k.Pauses.V = append(k.Pauses.V, Pause{From: *k.PausedAt, To: &now})
	}
	k.PausedAt = nil
	k.reckon(cal, now.Time)
}

// end stops the clock: late if it ran out before, otherwise as the outcome says.
func (k *Clock) end(now clock.Time, outcome string) {
	k.Outcome = outcome
	if k.DueAt != nil && k.DueAt.Before(now.Time) {
		k.Outcome = Late
	}
	k.StoppedAt, k.NextAt = &now, nil
}

// row are the values of clockColumns.
func (k *Clock) row() []any {
	return []any{k.ID, k.CaseID, k.PartID, k.Kind, k.Hop, k.Round, k.Level, k.UnitID, k.UnitName, k.AreaCode, k.StartedAt, k.LimitN, k.LimitUnit, k.Calendar,
		k.Basis, k.DueAt, k.WarnAt, k.OrangeAt, k.Pauses, k.PausedAt, k.Phase, k.NextAt, k.DormantAt, k.StoppedAt, k.Outcome}
}

// newClock is a clock of the case that starts at a time, with its due time.
func newClock(id string, c *Case, kind string, l limit, cal *workcal.Calendar, at clock.Time) *Clock {
	k := &Clock{ID: id, CaseID: c.ID, Kind: kind, Round: 1 + c.Reworks + c.Reopens, Level: c.Level, AreaCode: c.AreaCode, StartedAt: at,
		LimitN: l.N, LimitUnit: string(l.Unit), Basis: l.basis, Phase: Green}
	k.Pauses.V = []Pause{}
	k.reckon(cal, at.Time)
	return k
}

// outcomeOf is how a stage ends in time when the action leads out of it: recalled, merged, moved between tiers or returned
// while handling, nobody has done anything that a rate may count.
func outcomeOf(action, stage string) string {
	switch action {
	case "recall", "void", "merge", "escalate", "delegate", "force_close", "unmerge":
		return Gone
	case "return", "rework":
		if stage == StageHandle || stage == StageClose {
			return Gone
		}
	}
	return Met
}
