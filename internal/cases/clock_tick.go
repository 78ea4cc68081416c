package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/workflow"
)

// tick brings the clocks in line with the state the case has come to: what ran for another stage stops, the clock of the
// stage starts, and in a pausing state the clock of the lead unit stands still. A step that stays in its stage, such as a
// comment, touches no clock.
func (s *Service) tick(ctx context.Context, tx *db.Tx, t *step, st workflow.State) error {
	c := t.c
	switch stays := t.action.To == "" && c.State == t.from; {
	case t.action.Code == "correct":
		return s.relimit(ctx, tx, t)
	case stays && (t.action.Code == "escalate" || t.action.Code == "delegate"):
		if c.Holder == t.was.Holder {
			return nil // the lead unit keeps what it has
		}
	case stays, c.Stage == st.Stage && t.action.Clock == "keep":
		return nil
	}
	t.stopsClock()
	if from, ok := t.def.State(string(t.from)); ok && from.Pause {
		if err := s.movePromise(ctx, tx, c); err != nil {
			return err
		}
	}
	held := t.was.Paused || c.Returns >= 2 // only then a clock can stand still
	if (t.was.Stage == StageHandle || t.was.Paused) && st.Stage != StageHandle && !st.Pause {
		if err := dropRequests(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	if st.Pause && c.Stage == StageHandle {
		if err := s.holdClocks(ctx, tx, c, pauseReason(t, st)); err != nil {
			return err
		}
	}
	if err := t.stopClocks(ctx, tx, st.End && held); err != nil {
		return err
	}
	c.Stage, c.DueAt, c.WarnAt, c.Paused = st.Stage, nil, nil, st.Pause && st.Stage == ""
	if held && st.Stage == StageHandle {
		if on, err := s.releaseClocks(ctx, tx, c); on || err != nil {
			return err
		}
	}
	if t.action.Code == "unmerge" {
		if on, err := s.reviveClock(ctx, tx, c); on || err != nil {
			return err
		}
	}
	if st.Stage == "" {
		return nil
	}
	return s.startClock(ctx, tx, t, st)
}

// stopClocks stops what ran for the stage the step leaves.
func (t *step) stopClocks(ctx context.Context, tx *db.Tx, all bool) error {
	outcome := outcomeOf(t.action.Code, t.c.Stage)
	if t.birth != nil {
		t.birth.clock.end(tx.Time(), outcome)
		return nil
	}
	return stopClocks(ctx, tx, t.c, outcome, all)
}

// stopsClock notes for the event which clock the step stops and whether in time.
func (t *step) stopsClock() {
	if t.c.Stage == "" || t.c.DueAt == nil || t.event.Stage != "" {
		return
	}
	on := !t.c.DueAt.Before(t.c.ChangedAt.Time)
	t.event.Stage, t.event.OnTime = t.c.Stage, &on
}

// pauseReason is why a clock stands still: the ground of a suspension, or the state itself.
func pauseReason(t *step, st workflow.State) string {
	if st.Code == string(Suspended) && t.ground != "" {
		return t.ground
	}
	return st.Code
}

// startClock starts the clock of the stage the case has come to.
func (s *Service) startClock(ctx context.Context, tx *db.Tx, t *step, st workflow.State) error {
	k, err := s.nextClock(ctx, tx, t.c, st)
	if err != nil {
		return err
	}
	if t.birth != nil {
		t.birth.next = k
		return nil
	}
	return insertClocks(ctx, tx, k)
}

// nextClock makes the clock of the stage the case has come to and notes at the case when it is due. Officers act on the
// lowest tier, whoever holds the case.
func (s *Service) nextClock(ctx context.Context, tx *db.Tx, c *Case, st workflow.State) (*Clock, error) {
	l, err := s.limitOf(ctx, tx, c, st.Stage, c.Level)
	if err != nil {
		return nil, err
	}
	k := newClock(db.NewID(tx), c, st.Stage, l, s.Calendar.Current(), tx.Time())
	k.UnitID = c.Holder
	switch {
	case st.Holds == "officer":
		k.Level, k.UnitID = Grid, ""
	case c.Holder == c.LeadUnit && c.Holder != "":
		k.UnitName = c.LeadName
	case c.Holder != "":
		u, err := s.unitByID(ctx, tx, c.Holder, "holder")
		if err != nil {
			return nil, err
		}
		k.UnitName = nameOf(u.Short, u.Name)
	}
	c.DueAt, c.WarnAt = k.DueAt, k.WarnAt
	return k, nil
}

func insertClocks(ctx context.Context, tx *db.Tx, clocks ...*Clock) error {
	rows := make([][]any, len(clocks))
	for i, k := range clocks {
		rows[i] = k.row()
	}
	return db.InsertMany(ctx, tx, "case_clock", clockColumns, "", rows)
}

// stopClocks stops what runs of a case except its parts; with all, also what stands still.
func stopClocks(ctx context.Context, tx *db.Tx, c *Case, outcome string, all bool) error {
	if c.Stage == "" && !all {
		return nil
	}
	paused := " AND paused_at IS NULL"
	if all {
		paused = ""
	}
	return tx.Queue(ctx, nil, `UPDATE case_clock SET stopped_at = $1, next_at = NULL, outcome = CASE WHEN paused_at IS NOT NULL THEN 'void' WHEN due_at < $1 THEN 'late' ELSE $2 END
		WHERE case_id = $3 AND part_id = '' AND stopped_at IS NULL`+paused, tx.Time(), outcome, c.ID)
}

// running reads the clocks of a case that have not stopped, those of parts left out, oldest first.
func running(ctx context.Context, tx *db.Tx, id string) ([]Clock, error) {
	return db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id = $1 AND part_id = '' AND stopped_at IS NULL ORDER BY id", id)
}

// holdClocks lets every clock of the handling stand still.
func (s *Service) holdClocks(ctx context.Context, tx *db.Tx, c *Case, reason string) error {
	clocks, err := running(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for i := range clocks {
		k := &clocks[i]
		if k.Kind != StageHandle || k.PausedAt != nil {
			continue
		}
		k.hold(tx.Time(), reason)
		if err := updateClock(ctx, tx, k); err != nil {
			return err
		}
	}
	return nil
}

// releaseClocks lets the clocks of the handling go on if they are those of the unit that leads now; those of another unit
// end without counting. on reports whether one goes on, so that no new one has to start.
func (s *Service) releaseClocks(ctx context.Context, tx *db.Tx, c *Case) (on bool, err error) {
	clocks, err := running(ctx, tx, c.ID)
	if err != nil {
		return false, err
	}
	mine := false // hops follow the clock they belong to
	for i := range clocks {
		k := &clocks[i]
		if k.Kind != StageHandle || k.PausedAt == nil {
			continue
		}
		if k.Hop == 0 {
			mine = k.UnitID == c.LeadUnit
		}
		if mine {
			k.release(s.Calendar.Current(), tx.Time())
		} else {
			k.end(tx.Time(), Gone)
		}
		if mine && k.Hop == 0 {
			on, c.DueAt, c.WarnAt = true, k.DueAt, k.WarnAt
		}
		if err := updateClock(ctx, tx, k); err != nil {
			return false, err
		}
	}
	return on, nil
}

// reviveClock lets the clock that a merge stopped go on when the merge is undone, with those of the tiers above, so that
// what was overdue goes on climbing; the time in between is a pause, by which the promise moves as well.
func (s *Service) reviveClock(ctx context.Context, tx *db.Tx, c *Case) (bool, error) {
	all, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id = $1 AND part_id = '' ORDER BY hop, id", c.ID)
	if err != nil {
		return false, err
	}
	var base *Clock
	for i := range all {
		if all[i].Hop == 0 {
			base = &all[i]
		}
	}
	if base == nil || base.Kind != c.Stage || base.StoppedAt == nil {
		return false, nil
	}
	since := *base.StoppedAt
	if err := s.shiftPromise(ctx, tx, c, since); err != nil {
		return false, err
	}
	for i := range all {
		k := &all[i]
		if k.Kind != base.Kind || k.Round != base.Round || k.StoppedAt == nil || !k.StoppedAt.Equal(since.Time) {
			continue
		}
		k.PausedAt, k.StoppedAt, k.Outcome = &since, nil, ""
		k.Pauses.V = append(k.Pauses.V, Pause{From: since, Reason: string(Merged)})
		k.release(s.Calendar.Current(), tx.Time())
		if err := updateClock(ctx, tx, k); err != nil {
			return false, err
		}
	}
	c.DueAt, c.WarnAt = base.DueAt, base.WarnAt
	return true, nil
}

// updateClock writes what can change about a clock that exists.
func updateClock(ctx context.Context, tx *db.Tx, k *Clock) error {
	_, err := tx.Exec(ctx, `UPDATE case_clock SET limit_n = $1, limit_unit = $2, calendar = $3, basis = $4, due_at = $5, warn_at = $6, orange_at = $7, pauses = $8,
		paused_at = $9, phase = $10, next_at = $11, stopped_at = $12, outcome = $13 WHERE id = $14`,
		k.LimitN, k.LimitUnit, k.Calendar, k.Basis, k.DueAt, k.WarnAt, k.OrangeAt, k.Pauses, k.PausedAt, k.Phase, k.NextAt, k.StoppedAt, k.Outcome, k.ID)
	return err
}

// relimit gives the running clock of the stage the limit of the category or urgency it has now. The clock goes on from
// where it started: the time that has passed is kept.
func (s *Service) relimit(ctx context.Context, tx *db.Tx, t *step) error {
	c := t.c
	if c.Category == t.was.Category && c.Urgent == t.was.Urgent && c.AreaCode == t.was.AreaCode || c.Stage == "" {
		return nil
	}
	clocks, err := running(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for i := range clocks {
		k := &clocks[i]
		if k.Kind != c.Stage || k.Hop > 0 {
			continue
		}
		l, err := s.limitOf(ctx, tx, c, c.Stage, k.Level)
		if err != nil {
			return err
		}
		if l.Limit == k.limit() {
			continue
		}
		t.detail["limit"] = k.limit().String()
		k.LimitN, k.LimitUnit, k.Basis = l.N, string(l.Unit), l.basis
		k.reckon(s.Calendar.Current(), tx.Now())
		c.DueAt, c.WarnAt = k.DueAt, k.WarnAt
		if err := updateClock(ctx, tx, k); err != nil {
			return err
		}
	}
	return nil
}

// promise sets by when the handling is promised, from the time of filing.
func (s *Service) promise(ctx context.Context, tx *db.Tx, c *Case) error {
	l, err := s.limitOf(ctx, tx, c, StageHandle, c.Level)
	if err != nil {
		return err
	}
	from := tx.Now()
	if c.FiledAt != nil {
		from = c.FiledAt.Time
	}
	due := clock.At(s.Calendar.Current().Due(from, l.Limit))
	c.PromisedAt = &due
	return nil
}

// movePromise moves what was promised by the time a pause lasted: as much counted time is left after it as before.
func (s *Service) movePromise(ctx context.Context, tx *db.Tx, c *Case) error {
	if c.PromisedAt == nil {
		return nil
	}
	since, err := db.Get[*clock.Time](ctx, tx, "SELECT MIN(COALESCE(paused_at, started_at)) FROM case_clock WHERE case_id = $1 AND part_id = '' AND stopped_at IS NULL", c.ID)
	if err != nil || since == nil {
		return err
	}
	return s.shiftPromise(ctx, tx, c, *since)
}

// shiftPromise moves what was promised by the time since the clocks stood still.
func (s *Service) shiftPromise(ctx context.Context, tx *db.Tx, c *Case, since clock.Time) error {
	if c.PromisedAt == nil || !since.Before(c.PromisedAt.Time) {
		return nil
	}
	l, err := s.limitOf(ctx, tx, c, StageHandle, c.Level)
	if err != nil {
		return err
	}
	cal := s.Calendar.Current()
	due := clock.At(cal.Advance(tx.Now(), cal.Elapsed(since.Time, c.PromisedAt.Time, l.Unit), l.Unit))
	c.PromisedAt = &due
	return nil
}

// startPart starts the clock of a part and returns when it is due.
func (s *Service) startPart(ctx context.Context, tx *db.Tx, c *Case, p *Part) (*clock.Time, error) {
	l, err := s.limitOf(ctx, tx, c, StagePart, c.Level)
	if err != nil {
		return nil, err
	}
	k := newClock(db.NewID(tx), c, StagePart, l, s.Calendar.Current(), tx.Time())
	k.Round, k.PartID, k.UnitID, k.UnitName = 1, p.ID, p.UnitID, p.UnitName
	return k.DueAt, insertClocks(ctx, tx, k)
}

// stopPart stops the clock of a part; met only if the part was done and not merely ended.
func (s *Service) stopPart(ctx context.Context, tx *db.Tx, p *Part, done bool) error {
	outcome := Gone
	if done {
		outcome = Met
	}
	_, err := tx.Exec(ctx, `UPDATE case_clock SET stopped_at = $1, next_at = NULL, outcome = CASE WHEN $2 = 'met' AND due_at < $1 THEN 'late' ELSE $2 END
		WHERE part_id = $3 AND stopped_at IS NULL`, tx.Time(), outcome, p.ID)
	return err
}
