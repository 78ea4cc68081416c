package cases

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// switchable are the running clocks of an emergency that count in work time (into it) or around the clock (out of it),
// with their cases. Urgent cases count around the clock in any case. With hold nobody moves these cases before the transaction
// ends: a clock that somebody is just stopping is not given another one.
func (s *Service) switchable(ctx context.Context, tx *db.Tx, e *Emergency, into, hold bool) ([]Clock, map[string]*Case, error) {
	args := []any{}
	cond := auth.Within("area_code", []string{e.AreaCode}, &args) + " AND ("
	for i, c := range e.Categories.V {
		if i > 0 {
			cond += " OR "
		}
		args = append(args, c, c+"~")
		cond += fmt.Sprintf("category >= $%d AND category < $%d", len(args)-1, len(args))
	}
	cond += ") AND ended_at IS NULL AND NOT urgent"
	lock := ""
	if hold && tx.Dialect() == db.Postgres {
		lock = " FOR NO KEY UPDATE"
	}
	files, err := db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE "+cond+" ORDER BY id"+lock, args...)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[string]*Case, len(files))
	for i := range files {
		byID[files[i].ID] = &files[i]
	}
	units := "('work_hour', 'work_day', 'work_minute')"
	if !into {
		units = "('urgent_hour', 'urgent_minute', 'calendar_day')"
	}
	clocks, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE stopped_at IS NULL AND paused_at IS NULL AND phase <> 'red' AND kind <> 'whistle' AND limit_unit IN "+units+
		" AND case_id IN (SELECT id FROM case_file WHERE "+cond+") ORDER BY id", args...)
	return clocks, byID, err
}

// switchClocks counts what is left of running clocks in another way: the clock ends without an outcome and another begins
// with the share that is left, so that each stays explainable from its own start. It returns how many it switched.
func (s *Service) switchClocks(ctx context.Context, tx *db.Tx, e *Emergency, into bool) (int, error) {
	clocks, files, err := s.switchable(ctx, tx, e, into, true)
	if err != nil {
		return 0, err
	}
	now, err := s.timing(ctx, tx)
	if err != nil {
		return 0, err
	}
	others := &timing{limits: now.limits} // what holds once this emergency is left out
	for _, m := range now.modes {
		if m.ID != e.ID {
			others.modes = append(others.modes, m)
		}
	}
	w := switching{tx: tx, s: s, e: e, into: into, cases: map[string]*Case{}}
	for i := range clocks {
		k := &clocks[i]
		c := files[k.CaseID]
		if c == nil || others.emergency(c.Category, c.AreaCode) != nil {
			continue
		}
		if err := w.one(ctx, k, c, others.limits); err != nil {
			return 0, err
		}
	}
	return len(w.started), w.write(ctx)
}

// switching collects what is to be written.
type switching struct {
	tx      *db.Tx
	s       *Service
	e       *Emergency
	into    bool
	ended   [][]any
	started [][]any
	cases   map[string]*Case
}

func (w *switching) one(ctx context.Context, k *Clock, c *Case, l *Limits) error {
	cal, now, stage := w.s.Calendar.Current(), w.tx.Now(), k.Kind
	if k.Hop > 0 {
		stage = LimitEscalated
	}
	ruled, err := w.s.ruled(ctx, w.tx, c, stage)
	if err != nil {
		return err
	}
	usual := l.under(ruled, w.s.Duties.Catalog(), stage, c.Category, k.Level, false)
	fast := l.under(ruled, w.s.Duties.Catalog(), stage, c.Category, k.Level, true)
	if usual.Unit.AroundTheClock() {
		return nil // counted so before
	}
	from, to, word := usual, fast, "应急响应“"+w.e.Name+"”开始，余下按连续计时"
	if !w.into {
		from, to, word = fast, usual, "应急响应“"+w.e.Name+"”结束，余下按工作时间计时"
	}
	left := cal.Remaining(k.StartedAt.Time, now, k.limit(), k.intervals()...)
	if left <= 0 {
		return nil
	}
	share := float64(left) / float64(cal.Length(from.Limit))
	minutes := int((time.Duration(share*float64(cal.Length(to.Limit))) + time.Minute - 1) / time.Minute)
	unit := workcal.UrgentMinute
	if !to.Unit.AroundTheClock() {
		unit = workcal.WorkMinute
	}
	spent := workcal.Duration("zh", cal.Length(k.limit())-left)
	rest := limit{workcal.Limit{N: max(minutes, 1), Unit: unit}, fmt.Sprintf("%s；%s，已用%s，还剩%d%%", word, k.limit().Sentence("zh"), spent, int(100*share+0.5))}
	next := newClock(db.NewID(w.tx), c, k.Kind, rest, cal, w.tx.Time())
	next.PartID, next.Hop, next.Round, next.Level, next.UnitID, next.UnitName = k.PartID, k.Hop, k.Round, k.Level, k.UnitID, k.UnitName
	w.ended = append(w.ended, []any{k.ID})
	w.started = append(w.started, next.row())
	if k.Hop == 0 && k.PartID == "" && k.Kind == c.Stage {
		c.DueAt, c.WarnAt = next.DueAt, next.WarnAt
	}
	w.cases[c.ID] = c
	return nil
}

func (w *switching) write(ctx context.Context) error {
	now := strconv.FormatInt(w.tx.Time().UnixMilli(), 10)
	for i := range w.ended {
		w.ended[i] = append(w.ended[i], now)
	}
	if _, err := db.UpdateMany(ctx, w.tx, "UPDATE case_clock SET stopped_at = CAST(v.column2 AS BIGINT), next_at = NULL, outcome = 'void'", "case_clock.id = v.column1", w.ended); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, w.tx, "case_clock", clockColumns, "", w.started); err != nil {
		return err
	}
	var files, history [][]any
	action := "emergency"
	if !w.into {
		action = "emergency_end"
	}
	p := auth.From(ctx)
	for _, c := range w.cases {
		due, warn := "", ""
		if c.DueAt != nil && c.WarnAt != nil {
			due, warn = strconv.FormatInt(c.DueAt.UnixMilli(), 10), strconv.FormatInt(c.WarnAt.UnixMilli(), 10)
		}
		files = append(files, []any{c.ID, due, warn})
		history = append(history, []any{db.NewID(w.tx), c.ID, w.tx.Time(), p.UserID, p.Name, p.UnitID, action, c.State, c.State, c.Level, c.LeadUnit, c.LeadName, "", w.e.Name, Internal,
			db.JSON[map[string]any]{V: map[string]any{"emergency": w.e.ID, "due_at": c.DueAt}}})
	}
	if _, err := db.UpdateMany(ctx, w.tx, "UPDATE case_file SET due_at = CAST(NULLIF(v.column2, '') AS BIGINT), warn_at = CAST(NULLIF(v.column3, '') AS BIGINT), version = version + 1",
		"case_file.id = v.column1", files); err != nil {
		return err
	}
	return db.InsertMany(ctx, w.tx, "case_history", historyColumns, "", history)
}
