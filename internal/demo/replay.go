package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"yiwang/data/calendar"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// event is something that happens at a time. Events of one slot that bring a transaction body share one commit; whole
// opens its own.
type event struct {
	at    time.Time
	inTx  func(ctx context.Context, tx *db.Tx) error
	whole func(ctx context.Context) error
}

// slot is how finely the story is told: what happens within it has the same time and one commit.
const slot = 20 * time.Minute

// at plans a transaction body; what lies after Now does not happen.
func (l *loader) at(t time.Time, run func(ctx context.Context, tx *db.Tx) error) {
	if t.Before(Now.Add(-slot)) {
		l.events = append(l.events, event{at: t.Truncate(slot), inTx: run})
	}
}

// atWhole plans something that opens transactions itself.
func (l *loader) atWhole(t time.Time, run func(ctx context.Context) error) {
	if t.Before(Now.Add(-slot)) {
		l.events = append(l.events, event{at: t.Truncate(slot), whole: run})
	}
}

// replay lets the planned events happen in the order of time.
func (l *loader) replay(ctx context.Context) error {
	slices.SortStableFunc(l.events, func(a, b event) int { return a.at.Compare(b.at) })
	r := l.rand("minutes")
	month := time.Month(0)
	for i := 0; i < len(l.events); {
		at := l.events[i].at
		end := i
		for end < len(l.events) && l.events[end].at.Equal(at) {
			end++
		}
		if m := at.In(nanjing).Month(); m != month {
			month = m
			l.progress(at.In(nanjing).Format("2006年1月"))
		}
		// Nobody acts on the full minute.
		l.Clock.Set(at.Add(time.Duration(r.Int64N(int64(slot-time.Minute)/1e6)) * time.Millisecond))
		if err := l.happen(ctx, l.events[i:end]); err != nil {
			return fmt.Errorf("on %s: %w", at.In(nanjing).Format(time.DateTime), err)
		}
		clear(l.events[i:end]) // what has happened need not be kept
		i = end
	}
	l.Clock.Set(Now)
	return nil
}

// happen runs the events of one slot: those with a transaction of their own first, the others in one commit.
func (l *loader) happen(ctx context.Context, events []event) error {
	joint := 0
	for _, e := range events {
		if e.whole == nil {
			joint++
			continue
		}
		if err := e.whole(ctx); err != nil {
			return err
		}
	}
	if joint == 0 {
		return nil
	}
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, e := range events {
			if e.inTx == nil {
				continue
			}
			if err := e.inTx(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// workdays are the working days of the story, at midnight in Nanjing.
type workdays struct {
	days  []time.Time
	index map[string]int // of a day, or of the next working day after it
}

func newWorkdays(from, to time.Time) (*workdays, error) {
	cal, err := workcal.Parse(bytes.NewReader(calendar.YAML))
	if err != nil {
		return nil, fmt.Errorf("working calendar: %w", err)
	}
	w := &workdays{index: map[string]int{}}
	for t := midnight(from); t.Before(to); t = t.AddDate(0, 0, 1) {
		w.index[t.Format(time.DateOnly)] = len(w.days)
		if cal.IsWorkDay(t.Add(12 * time.Hour)) {
			w.days = append(w.days, t)
		}
	}
	return w, nil
}

func midnight(t time.Time) time.Time {
	y, m, d := t.In(nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, nanjing)
}

// after returns the n-th working day after t's day; n may be 0 for the same or the next working day. The end of the
// calendar is far enough behind Now that whatever falls on it never happens.
func (w *workdays) after(t time.Time, n int) time.Time {
	i, ok := w.index[t.In(nanjing).Format(time.DateOnly)]
	if !ok {
		return w.days[len(w.days)-1]
	}
	return w.days[min(i+n, len(w.days)-1)]
}
