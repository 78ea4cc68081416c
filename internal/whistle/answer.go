package whistle

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Answer is what a step on a call brings along.
type Answer struct {
	Version     int64       `json:"version" doc:"Of the call"`
	Note        string      `json:"note,omitempty" maxLength:"4000" doc:"contact: whom of the street it spoke to; refuse, return, release, bind: why"`
	Came        string      `json:"came,omitempty" maxLength:"400" doc:"report: who came, by post"`
	Commitments []Promise   `json:"commitments,omitempty" maxItems:"8" doc:"commit: tasks with dates"`
	Promise     int         `json:"promise,omitempty" doc:"keep: number of the promised task that is done"`
	Outcome     string      `json:"outcome,omitempty" maxLength:"4000" doc:"keep, done: what was done"`
	Due         *clock.Time `json:"due,omitempty" doc:"return: by when it is to be done again"`
	Only        []int       `json:"only,omitempty" maxItems:"8" doc:"return: numbers of the promised tasks that come back; all if absent"`
}

// Act takes a step on a call: sign, contact, report, commit, keep, done and refuse are for the called unit; accept, return and urge
// for the street; bind and release for who arbitrates. It returns NotFound for a whistle the caller does not see, Forbidden
// for a step of another side, Conflict if the call has changed or the step does not fit its state.
func (s *Service) Act(ctx context.Context, id, call, action string, a Answer) (w *Whistle, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err = s.ActTx(ctx, tx, id, call, action, a)
		return err
	})
	return w, err
}

// ActTx is Act inside the caller's transaction.
func (s *Service) ActTx(ctx context.Context, tx *db.Tx, id, call, action string, a Answer) (*Whistle, error) {
	// The row is held until the commit: of two calls that end at once, the second finds the first ended and closes the whistle.
	if _, err := tx.Exec(ctx, "UPDATE whistle_file SET version = version WHERE id = $1", id); err != nil {
		return nil, err
	}
	w, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	of, known := steps[action]
	i := slices.IndexFunc(w.Calls, func(c Call) bool { return c.ID == call })
	if !known || i < 0 {
		return nil, errs.NotFound("whistle.no_call", "The whistle has no such call or step.")
	}
	c := &w.Calls[i]
	if err := may(auth.From(ctx), w, c, of); err != nil {
		return nil, err
	}
	if c.Version != a.Version {
		return nil, changed(c)
	}
	if w.State != Blown || !slices.Contains(of.from, c.State) || action == "refuse" && c.Bound {
		return nil, errs.Conflict("whistle.bad_step", "The call is in a state that does not allow this.").With(c)
	}
	if action, err = c.judgePromises(action, &a); err != nil {
		return nil, err
	}
	of = steps[action]
	if err := a.tidy(of, tx.Now()); err != nil {
		return nil, err
	}
	c.apply(action, of, &a, tx.Time())
	if err := s.clocks(ctx, tx, w, c, action, of, &a); err != nil {
		return nil, err
	}
	if err := saveCall(ctx, tx, c); err != nil {
		return nil, err
	}
	if err := record(ctx, tx, w, c, action, a.said()); err != nil {
		return nil, err
	}
	return w, s.settle(ctx, tx, w)
}

// said is what the history keeps of a step.
func (a *Answer) said() string {
	for _, text := range []string{a.Note, a.Came, a.Outcome} {
		if text != "" {
			return text
		}
	}
	tasks := make([]string, len(a.Commitments))
	for i, k := range a.Commitments {
		tasks[i] = k.Task
	}
	return prose.Clip(strings.Join(tasks, "；"), maxText)
}

// tidy judges what a step brings along.
func (a *Answer) tidy(of step, now time.Time) error {
	var fields []errs.Field
	a.Note, a.Came, a.Outcome = tidy(a.Note, maxText, "note", &fields), tidy(a.Came, 100, "came", &fields), tidy(a.Outcome, maxText, "outcome", &fields)
	missing := func(absent bool, name string) {
		if absent {
			fields = append(fields, errs.Field{Location: "body." + name, Message: "required"})
		}
	}
	for _, need := range of.needs {
		switch need {
		case "note":
			missing(a.Note == "", need)
		case "came":
			missing(a.Came == "", need)
		case "outcome":
			missing(a.Outcome == "", need)
		case "due":
			missing(a.Due == nil || !a.Due.After(now), need)
		case "commitments":
			missing(len(a.Commitments) == 0, need)
		}
	}
	if !slices.Contains(of.needs, "commitments") {
		a.Commitments = nil
	}
	for i := range a.Commitments {
		k := &a.Commitments[i]
		k.Task = tidy(k.Task, 300, "commitments", &fields)
		missing(k.Task == "" || !k.Due.After(now), "commitments")
	}
	if fields != nil {
		return errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
	}
	return nil
}

// apply changes the call as the step asks.
func (c *Call) apply(action string, of step, a *Answer, now clock.Time) {
	if of.to != "" {
		c.State = of.to
	}
	first := func(at **clock.Time) {
		if *at == nil {
			*at = &now
		}
	}
	switch action {
	case "sign":
		first(&c.SignedAt)
	case "contact":
		first(&c.SignedAt)
		first(&c.ContactedAt)
		c.Contact = a.Note
	case "report":
		first(&c.SignedAt)
		first(&c.ContactedAt)
		first(&c.ReportedAt)
		c.Came = a.Came
	case "commit":
		first(&c.CommittedAt)
		c.Commitments.V = []Commitment{}
		for i, k := range a.Commitments {
			c.Commitments.V = append(c.Commitments.V, Commitment{No: i + 1, Task: k.Task, Due: clock.At(k.Due.Time)})
		}
	case "keep", "done":
		c.keep(action, a, now)
	case "refuse":
		c.Refusal = a.Note
	case "accept":
		c.Remark = a.Note
	case "return":
		c.Returns++
		c.Remark, c.DoneAt = a.Note, nil
		c.takeBack(a)
	case "release":
		c.Ruling = a.Note
	case "bind":
		c.Ruling, c.Bound = a.Note, true
	}
}

// clocks stops and starts what the step asks for.
func (s *Service) clocks(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, action string, of step, a *Answer) error {
	end := stop
	if action == "refuse" {
		end = cancel // a refusal in time is judged by the arbitration, not by the clocks it cut short
	}
	if err := end(ctx, tx, c.ID, of.stops...); err != nil {
		return err
	}
	switch action {
	case "accept":
		return s.finish(ctx, tx, w, c, "done", a.Note)
	case "release":
		return s.finish(ctx, tx, w, c, "cancel", a.Note)
	case "bind":
		for _, kind := range []string{"sign", "contact", "report"} {
			if err := s.start(ctx, tx, w, c, kind); err != nil {
				return err
			}
		}
		return nil
	case "commit":
		return s.runPromises(ctx, tx, w, c, func(int) bool { return true })
	case "keep":
		return stopPromise(ctx, tx, w, c, a.Promise)
	case "return":
		return s.runPromises(ctx, tx, w, c, a.returns)
	}
	if of.starts != "" {
		return s.start(ctx, tx, w, c, of.starts)
	}
	return nil
}

// settle brings the whistle to done once every call has ended.
func (s *Service) settle(ctx context.Context, tx *db.Tx, w *Whistle) error {
	if slices.ContainsFunc(w.Calls, func(c Call) bool { return c.State.open() }) {
		return nil
	}
	w.State = Done
	if err := saveWhistle(ctx, tx, w); err != nil {
		return err
	}
	return record(auth.System(ctx, "系统"), tx, w, nil, "all_ended", "")
}
