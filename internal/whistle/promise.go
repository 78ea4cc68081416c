package whistle

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Promise is a task with a date as a unit gives it.
type Promise struct {
	Task string     `json:"task" maxLength:"1200"`
	Due  clock.Time `json:"due"`
}

// Commitment is a promised task: it runs to its own date, is ended by itself, and may be returned by itself.
type Commitment struct {
	No      int         `json:"no" doc:"Counts from 1 within the call"`
	Task    string      `json:"task"`
	Due     clock.Time  `json:"due"`
	DoneAt  *clock.Time `json:"done_at,omitempty"`
	Outcome string      `json:"outcome,omitempty"`
	Returns int         `json:"returns,omitempty" doc:"How often the street returned it"`
}

// number completes promises that were stored before they were ended one by one.
func (c *Call) number() {
	for i := range c.Commitments.V {
		k := &c.Commitments.V[i]
		if k.No == 0 {
			k.No = i + 1
			if k.DoneAt == nil && (c.State == Finished || c.State == Accepted) {
				k.DoneAt = c.DoneAt
			}
		}
	}
}

// pending is how many promised tasks are not ended.
func (c *Call) pending() (n int) {
	for i := range c.Commitments.V {
		if c.Commitments.V[i].DoneAt == nil {
			n++
		}
	}
	return n
}

func (c *Call) promise(no int) *Commitment {
	if i := slices.IndexFunc(c.Commitments.V, func(k Commitment) bool { return k.No == no }); i >= 0 {
		return &c.Commitments.V[i]
	}
	return nil
}

// judgePromises settles which step is meant: ending the last promised task ends the call's work, ending the work needs that
// no other task is left. It returns Invalid for a task that was not promised, Conflict for one that has ended.
func (c *Call) judgePromises(action string, a *Answer) (string, error) {
	switch action {
	case "keep":
		k := c.promise(a.Promise)
		if k == nil {
			return "", noPromise(a.Promise)
		}
		if k.DoneAt != nil {
			return "", errs.Conflict("whistle.promise_ended", "This promised task has ended already.").With(c)
		}
		if c.pending() == 1 {
			return "done", nil
		}
	case "done":
		if c.pending() > 1 {
			return "", errs.Conflict("whistle.promises_open", "Several promised tasks are open; end each by itself, the last one hands the work over.").With(c)
		}
	case "return":
		for _, no := range a.Only {
			if c.promise(no) == nil {
				return "", noPromise(no)
			}
		}
	}
	return action, nil
}

func noPromise(no int) error {
	return errs.Invalid("whistle.no_promise", "The unit has not promised such a task.", errs.Field{Location: "body.promise", Message: "not in the list", Value: no})
}

// keep ends promised tasks: the named one, or what is left when the work is handed over. The outcome of the call says that of
// every task.
func (c *Call) keep(action string, a *Answer, now clock.Time) {
	for i := range c.Commitments.V {
		if k := &c.Commitments.V[i]; k.DoneAt == nil && (action == "done" || k.No == a.Promise) {
			k.DoneAt, k.Outcome = &now, a.Outcome
		}
	}
	if action != "done" {
		return
	}
	c.DoneAt, c.Outcome = &now, a.Outcome
	if len(c.Commitments.V) > 1 {
		var parts []string
		for _, k := range c.Commitments.V {
			parts = append(parts, k.Task+"："+k.Outcome)
		}
		c.Outcome = prose.Clip(strings.Join(parts, "；"), maxText)
	}
}

// takeBack opens the tasks that the street returned, all of them unless it named some, with their new date.
func (c *Call) takeBack(a *Answer) {
	for i := range c.Commitments.V {
		if k := &c.Commitments.V[i]; a.returns(k.No) {
			k.DoneAt, k.Due = nil, *a.Due
			k.Returns++
		}
	}
}

func (a *Answer) returns(no int) bool { return len(a.Only) == 0 || slices.Contains(a.Only, no) }

// runPromises starts a clock for every task that is not ended and of which the condition holds, to its own date.
func (s *Service) runPromises(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, of func(no int) bool) error {
	for _, k := range c.Commitments.V {
		if k.DoneAt != nil || !of(k.No) {
			continue
		}
		if err := s.startAt(ctx, tx, w, c.ID, Clock{Kind: "work", Promise: k.No, DueAt: k.Due}); err != nil {
			return err
		}
	}
	return nil
}

// stopPromise ends the clock of one promised task.
func stopPromise(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, no int) error {
	_, err := tx.Exec(ctx, "UPDATE whistle_clock SET stopped_at = $1, next_at = NULL, outcome = CASE WHEN due_at < $1 THEN 'late' ELSE 'met' END"+
		" WHERE whistle_id = $2 AND call_id = $3 AND kind = 'work' AND promise = $4 AND stopped_at IS NULL", tx.Time(), w.ID, c.ID, no)
	return err
}
