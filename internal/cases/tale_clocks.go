package cases

import (
	"context"
	"maps"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/workflow"
)

// taleReview is how many days after a suspension it is looked at again.
const taleReview = 15

// tick brings the clocks in line with the state, as the engine does: the clock of the lead unit stands still in a pausing
// state and goes on afterwards, every other clock stops with its stage.
func (b *Tale) tick(tx *db.Tx, t *step, st workflow.State) {
	c := b.Case
	if c.Stage == st.Stage && t.action.Clock == "keep" || t.action.To == "" && c.State == t.from {
		return
	}
	now := tx.Time()
	if from, ok := b.def.State(string(t.from)); ok && from.Pause {
		b.movePromise(now)
	}
	var held *Clock
	for _, k := range b.clocks {
		switch {
		case k.StoppedAt != nil || k.PartID != "":
		case k.Kind == StageHandle && st.Pause:
			held = k
			k.hold(now, pauseReason(t, st))
		case k.Kind == StageHandle && k.PausedAt != nil && st.Stage == StageHandle:
			held = k
			k.release(b.teller.s.Calendar.Current(), now)
		default:
			k.end(now, outcomeOf(t.action.Code, c.Stage))
		}
	}
	c.Stage, c.DueAt, c.WarnAt, c.Paused = st.Stage, nil, nil, held != nil && st.Pause
	if st.Stage == "" {
		return
	}
	if held == nil || st.Pause {
		held = b.newClock(tx, st.Stage, c.Holder)
		b.clocks = append(b.clocks, held)
	}
	c.DueAt, c.WarnAt = held.DueAt, held.WarnAt
}

// movePromise moves what was promised by the time a pause lasted, like the engine's.
func (b *Tale) movePromise(now clock.Time) {
	c, s := b.Case, b.teller.s
	var since *clock.Time
	for _, k := range b.clocks {
		from := &k.StartedAt
		if k.PausedAt != nil {
			from = k.PausedAt
		}
		if k.StoppedAt == nil && k.PartID == "" && (since == nil || from.Before(since.Time)) {
			since = from
		}
	}
	if c.PromisedAt == nil || since == nil || !since.Before(c.PromisedAt.Time) {
		return
	}
	unit, cal := s.limitIn(&timing{limits: DefaultLimits()}, c, StageHandle, c.Level).Unit, s.Calendar.Current()
	due := clock.At(cal.Advance(now.Time, cal.Elapsed(since.Time, c.PromisedAt.Time, unit), unit))
	c.PromisedAt = &due
}

func (b *Tale) newClock(tx *db.Tx, stage, unit string) *Clock {
	c, s := b.Case, b.teller.s
	k := newClock(db.NewID(tx), c, stage, s.limitIn(&timing{limits: DefaultLimits()}, c, stage, c.Level), s.Calendar.Current(), tx.Time())
	k.UnitID = unit
	switch unit {
	case "":
		k.Level = Grid // officers act on the lowest tier
	case c.LeadUnit:
		k.UnitName = c.LeadName
	}
	return k
}

// extend gives the running clock of the lead unit more time.
func (b *Tale) extend(amount int) {
	for _, k := range b.clocks {
		if k.Kind == StageHandle && k.PartID == "" && k.StoppedAt == nil {
			k.LimitN += amount
			k.reckon(b.teller.s.Calendar.Current(), b.Case.ChangedAt.Time)
			b.Case.DueAt, b.Case.WarnAt, b.Case.PromisedAt = k.DueAt, k.WarnAt, k.DueAt
		}
	}
}

// Store writes what was told, with one audit entry and no events: what counts or reminds is computed from the rows
// afterwards.
func (w *Teller) Store(ctx context.Context) error {
	tx := w.tx
	var all [7][][]any
	var bits [][]any
	for _, b := range w.tales {
		bits = append(bits, signed(b.Case.ID, b.Case.sign()))
		if err := b.rows(&all); err != nil {
			return err
		}
	}
	for i, x := range []struct{ table, columns string }{{"case_file", caseColumns}, {"case_history", historyColumns}, {"case_clock", clockColumns},
		{"case_reporter", reporterColumns}, {"case_evidence", evidenceColumns}, {"case_part", partColumns}, {"case_request", requestColumns}} {
		if err := db.InsertMany(ctx, tx, x.table, x.columns, "", all[i]); err != nil {
			return err
		}
	}
	if err := insertWords(ctx, tx, bits); err != nil {
		return err
	}
	if err := w.storeRevisits(ctx); err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(w.numbers), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if _, err := tx.Exec(ctx, `INSERT INTO case_number (day, street, last) VALUES ($1, $2, $3)
			ON CONFLICT (day, street) DO UPDATE SET last = $3`, key[0], key[1], w.numbers[key]); err != nil {
			return err
		}
	}
	n := len(w.tales)
	w.tales = nil
	return audit.Log(ctx, tx, audit.Entry{Action: "cases.told", Object: "case", ObjectID: time.UnixMilli(tx.Now().UnixMilli()).In(clock.Nanjing).Format("2006-01-02"),
		Detail: map[string]any{"cases": n}})
}

func (w *Teller) storeRevisits(ctx context.Context) error {
	var rows [][]any
	for _, b := range w.tales {
		for i := range b.revisits {
			r := &b.revisits[i]
			rows = append(rows, []any{r.ID, r.CaseID, r.ReporterID, r.Way, r.Solved, r.Satisfaction, r.Reasons, r.Words, r.At, r.ByID, r.ByName})
		}
	}
	return db.InsertMany(ctx, w.tx, "case_revisit", "id, case_id, reporter_id, way, solved, satisfaction, reasons, words, at, by_id, by_name", "", rows)
}
