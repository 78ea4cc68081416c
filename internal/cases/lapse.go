package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/workcal"
)

// lapseBatch is how many clocks one transaction takes: enough to spread the cost of a commit, few enough to let others in.
const lapseBatch = 256

// Lapsed counts what a run of the clock worker did.
type Lapsed struct {
	Warned    int `json:"warned"`
	Overdue   int `json:"overdue"`
	Escalated int `json:"escalated"`
}

// Lapse takes every clock that has come to a point, the one due first first, until none is left: half of the time left, a
// fifth left, run out. A clock that runs out hands its case one tier up, whether anybody holds it or not. Several servers
// may run it at once: each point of each clock is taken exactly once, in the transaction that writes what follows from it.
func (s *Service) Lapse(ctx context.Context) (done Lapsed, err error) {
	ctx = auth.System(ctx, "时限")
	for ctx.Err() == nil {
		n, failed := s.lapseOnce(ctx, &done, "")
		if failed != nil && ctx.Err() == nil {
			n, failed = s.lapseSingly(ctx, &done)
		}
		err = errors.Join(err, failed)
		if n == 0 {
			return done, err
		}
	}
	return done, errors.Join(err, ctx.Err())
}

// setAside is how long a clock rests whose step failed, so that those behind it go on.
const setAside = 10 * time.Minute

// lapseSingly takes the clocks of a batch that failed one by one: what is wrong with one case holds up no other. It returns
// how many were taken and what failed.
func (s *Service) lapseSingly(ctx context.Context, done *Lapsed) (n int, err error) {
	var due []string
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = db.All[string](ctx, tx, "SELECT id FROM case_clock WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2", tx.Time(), lapseBatch)
		return err
	}); err != nil {
		return 0, err
	}
	broken := 0
	for _, id := range due {
		taken, failed := s.lapseOnce(ctx, done, id)
		if n += taken; failed == nil {
			continue
		}
		if ctx.Err() != nil {
			return n, errors.Join(err, failed)
		}
		if broken++; broken <= 3 { // enough to see what is wrong
			err = errors.Join(err, fmt.Errorf("clock %s: %w", id, failed))
		}
		if failed := s.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE case_clock SET next_at = $1 WHERE id = $2 AND next_at <= $3", clock.At(tx.Now().Add(setAside)), id, tx.Time())
			return err
		}); failed != nil { // the database itself is not there
			return 0, errors.Join(err, failed)
		}
	}
	if broken > 3 {
		err = errors.Join(err, fmt.Errorf("and %d more clocks", broken-3))
	}
	return n, err
}

// lapseOnce takes a batch, or the one clock that is named.
func (s *Service) lapseOnce(ctx context.Context, done *Lapsed, only string) (n int, err error) {
	due := false
	if err := s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM case_clock WHERE next_at IS NOT NULL AND next_at <= $1 LIMIT 1) x", tx.Time())
		due = n > 0
		return err
	}); err != nil || !due {
		return 0, err
	}
	var run lapseRun
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		run = lapseRun{s: s, tx: tx, only: only} // a transaction may run again after a conflict
		return run.take(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("lapse: %w", err)
	}
	done.Warned, done.Overdue, done.Escalated = done.Warned+run.warned, done.Overdue+run.overdue, done.Escalated+run.escalated
	return len(run.clocks), nil
}

// lapseRun is one batch: the clocks claimed, their cases, and what is to be written.
type lapseRun struct {
	s         *Service
	tx        *db.Tx
	only      string // the one clock to take; "" takes a batch
	clocks    []Clock
	cases     map[string]*Case
	moved     map[string]bool
	started   [][]any
	history   [][]any
	facts     []outbox.Fact
	warned    int
	overdue   int
	escalated int
}

func (r *lapseRun) take(ctx context.Context) (err error) {
	tx, lock := r.tx, ""
	if tx.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	which, args := "", []any{tx.Time(), lapseBatch}
	if r.only != "" {
		which, args = "AND id = $3 ", append(args, r.only)
	}
	// The phase of a clock that is red already does not come here: its next_at is empty.
	r.clocks, err = db.All[Clock](ctx, tx, `UPDATE case_clock SET
			phase = CASE WHEN due_at <= $1 THEN 'red' WHEN orange_at <= $1 THEN 'orange' ELSE 'amber' END,
			next_at = CASE WHEN due_at <= $1 THEN NULL WHEN orange_at <= $1 THEN due_at ELSE COALESCE(orange_at, due_at) END
		WHERE id IN (SELECT id FROM case_clock WHERE next_at IS NOT NULL AND next_at <= $1 `+which+`ORDER BY next_at, id LIMIT $2`+lock+`)
		RETURNING `+clockColumns, args...)
	if err != nil || len(r.clocks) == 0 {
		return err
	}
	slices.SortFunc(r.clocks, func(a, b Clock) int { return cmp.Or(a.DueAt.Compare(b.DueAt.Time), strings.Compare(a.ID, b.ID)) })
	if err := r.load(ctx); err != nil {
		return err
	}
	r.moved = map[string]bool{}
	for i := range r.clocks {
		if err := r.point(ctx, &r.clocks[i]); err != nil {
			return err
		}
	}
	return r.write(ctx)
}

// load reads the cases of the clocks and keeps others from writing them meanwhile.
func (r *lapseRun) load(ctx context.Context) error {
	ids := make([]string, 0, len(r.clocks))
	for _, k := range r.clocks {
		ids = append(ids, k.CaseID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var args []any
	query := "SELECT " + caseColumns + " FROM case_file WHERE " + in("id", ids, &args) + " ORDER BY id"
	if r.tx.Dialect() == db.Postgres {
		query += " FOR UPDATE"
	}
	rows, err := db.All[Case](ctx, r.tx, query, args...)
	r.cases = make(map[string]*Case, len(rows))
	for i := range rows {
		r.cases[rows[i].ID] = &rows[i]
	}
	return err
}

// point decides what follows from a clock that has come to a point.
func (r *lapseRun) point(ctx context.Context, k *Clock) error {
	c := r.cases[k.CaseID]
	if c == nil || c.EndedAt != nil {
		return nil
	}
	e := Lapse{ClockID: k.ID, CaseID: c.ID, Number: c.Number, Title: c.openTitle(), Sensitive: c.Sensitive, Kind: k.Kind, Phase: k.Phase, Level: k.Level, UnitID: k.UnitID, AreaCode: c.AreaCode,
		Urgent: c.Urgent, DueAt: *k.DueAt, At: r.tx.Time(), Hop: k.Hop, State: c.State, Officer: c.Officer, LeadUnit: c.LeadUnit, NotifyAt: clock.At(notifyAt(r.tx.Now(), c.Urgent))}
	if k.Phase != Red {
		r.warned++
		r.facts = append(r.facts, outbox.Fact{Topic: TopicWarned, Subject: c.ID, Payload: e})
		return nil
	}
	r.overdue++
	if k.PartID == "" && k.Kind != StageWhistle {
		if err := r.passUp(ctx, k, c, &e); err != nil {
			return err
		}
	}
	e.CaseLevel, e.Holder = c.Level, c.Holder
	r.facts = append(r.facts, outbox.Fact{Topic: TopicOverdue, Subject: c.ID, Payload: e})
	return r.note(c, k, &e)
}

// passUp hands an overdue case to the tier above the clock, with a clock of its own. What lies with a desk moves to the desk
// above; a lead unit keeps its case and is watched from there. The lower clock runs on, so that each tier keeps its overrun.
func (r *lapseRun) passUp(ctx context.Context, k *Clock, c *Case, e *Lapse) error {
	next := higher(k.Level)
	if next == k.Level || k.Kind == StageRevisit && rank(next) > rank(District) { // a call that was not made is no matter for the city
		return nil
	}
	d, err := r.s.definition(ctx, r.tx, c.Workflow)
	if err != nil {
		return err
	}
	if rank(next) > rank(c.Level) {
		c.Level = next
		if st, ok := d.State(string(c.State)); ok && st.Holds != "lead" && st.Holds != "officer" {
			if err := r.s.hand(ctx, r.tx, st, c); err != nil {
				return err
			}
		}
	}
	desk, err := r.s.Desk(ctx, r.tx, next, c.AreaCode)
	if err != nil {
		return err
	}
	l, err := r.s.limitOf(ctx, r.tx, c, LimitEscalated, next)
	if err != nil {
		return err
	}
	up := newClock(db.NewID(r.tx), c, k.Kind, l, r.s.Calendar.Current(), r.tx.Time())
	up.Hop, up.Round, up.Level, up.UnitID, up.UnitName = k.Hop+1, k.Round, next, desk.ID, nameOf(desk.Short, desk.Name)
	r.started = append(r.started, up.row())
	c.ChangedAt = r.tx.Time()
	r.moved[c.ID] = true
	e.ToLevel, e.ToUnit, e.ToUnitName = next, desk.ID, up.UnitName
	r.escalated++
	return nil
}

// note is the entry in the history of the case.
func (r *lapseRun) note(c *Case, k *Clock, e *Lapse) error {
	detail := db.JSON[map[string]any]{V: map[string]any{"kind": k.Kind, "level": k.Level, "due_at": k.DueAt, "unit": k.UnitName}}
	if e.ToLevel != "" {
		detail.V["to"], detail.V["to_unit"] = e.ToLevel, e.ToUnitName
	}
	if k.PartID != "" {
		detail.V["part"] = k.PartID
	}
	r.history = append(r.history, []any{db.NewID(r.tx), c.ID, r.tx.Time(), "system", "时限", "", "lapse", c.State, c.State, c.Level, c.LeadUnit, c.LeadName, k.Kind, "", Internal, detail})
	r.moved[c.ID] = true
	return nil
}

func (r *lapseRun) write(ctx context.Context) error {
	var rows [][]any
	now := strconv.FormatInt(r.tx.Time().UnixMilli(), 10)
	ids := make([]string, 0, len(r.moved))
	for id := range r.moved {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		rows = append(rows, []any{id, string(r.cases[id].Level), r.cases[id].Holder, now})
	}
	// One more step in the history is one more version: who has the case open is told what happened.
	if _, err := db.UpdateMany(ctx, r.tx, `UPDATE case_file SET level = v.column2, holder = v.column3, changed_at = CAST(v.column4 AS BIGINT), version = version + 1`,
		"case_file.id = v.column1", rows); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, r.tx, "case_clock", clockColumns, "", r.started); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, r.tx, "case_history", historyColumns, "", r.history); err != nil {
		return err
	}
	if err := outbox.EmitMany(ctx, r.tx, r.facts); err != nil {
		return err
	}
	return audit.Log(ctx, r.tx, audit.Entry{Action: "cases.lapse", Object: "case_clock", ObjectID: r.clocks[0].ID,
		Detail: map[string]any{"warned": r.warned, "overdue": r.overdue, "escalated": r.escalated, "cases": ids}})
}

// The hours in which only urgent reminders go out (calendar.yaml, rules).
const (
	quietFrom = 22
	quietTo   = 7
)

// notifyAt is when people are told of what happens now: at once, or in the morning if it is night and not urgent.
func notifyAt(now time.Time, urgent bool) time.Time {
	local := now.In(clock.Nanjing)
	if urgent || local.Hour() >= quietTo && local.Hour() < quietFrom {
		return now
	}
	morning := time.Date(local.Year(), local.Month(), local.Day(), quietTo, 0, 0, 0, local.Location())
	if local.Hour() >= quietFrom {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning.UTC()
}

// Dormant reports cases on which nobody has taken a step for as long as the limits allow though they are not overdue:
// comments, reminders and what the program does are no steps. Each is reported once per clock. It returns how many.
func (s *Service) Dormant(ctx context.Context) (n int, err error) {
	ctx = auth.System(ctx, "时限")
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		n = 0
		t, err := s.timing(ctx, tx)
		if err != nil {
			return err
		}
		l := t.limits.of(s.Duties.Catalog(), LimitDormant, "", "", false)
		before := clock.At(back(s.Calendar.Current(), tx.Now(), l.Limit))
		quiet, err := db.All[Clock](ctx, tx, "UPDATE case_clock SET dormant_at = $1 WHERE id IN (SELECT k.id FROM case_clock k WHERE k.next_at IS NOT NULL AND k.hop = 0 AND k.part_id = '' AND k.dormant_at IS NULL AND k.started_at < $2 AND k.due_at > $1"+
			" AND NOT EXISTS (SELECT 1 FROM case_history h WHERE h.case_id = k.case_id AND h.at >= $2 AND h.action NOT IN ('comment', 'urge', 'supervise', 'lapse', 'emergency')) ORDER BY k.started_at LIMIT $3) RETURNING "+clockColumns,
			tx.Time(), before, 10*lapseBatch)
		if err != nil || len(quiet) == 0 {
			return err
		}
		r := lapseRun{s: s, tx: tx, clocks: quiet}
		if err := r.load(ctx); err != nil {
			return err
		}
		for i := range quiet {
			k, c := &quiet[i], r.cases[quiet[i].CaseID]
			r.facts = append(r.facts, outbox.Fact{Topic: TopicDormant, Subject: c.ID, Payload: Lapse{ClockID: k.ID, CaseID: c.ID, Number: c.Number, Title: c.openTitle(), Sensitive: c.Sensitive, Kind: k.Kind,
				Phase: "dormant", Level: k.Level, UnitID: k.UnitID, AreaCode: c.AreaCode, Urgent: c.Urgent, DueAt: *k.DueAt, At: tx.Time(), State: c.State, LeadUnit: c.LeadUnit,
				CaseLevel: c.Level, Holder: c.Holder, NotifyAt: clock.At(notifyAt(tx.Now(), c.Urgent))}})
		}
		n = len(quiet)
		if err := outbox.EmitMany(ctx, tx, r.facts); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "cases.dormant", Object: "case_clock", ObjectID: quiet[0].ID, Detail: map[string]any{"clocks": n}})
	})
	return n, err
}

// back is the latest moment from which the limit has run out by now, found by halving: the calendar counts forward only.
func back(cal *workcal.Calendar, now time.Time, l workcal.Limit) time.Time {
	low, high := now.AddDate(0, 0, -3*l.N-40), now
	for high.Sub(low) > time.Minute {
		mid := low.Add(high.Sub(low) / 2)
		if cal.Due(mid, l).After(now) {
			high = mid
		} else {
			low = mid
		}
	}
	return low
}
