package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/data/calendar"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// event is something that happens at a time: a body for a shared transaction, or whole for what opens its own.
type event struct {
	at    time.Time
	inTx  func(ctx context.Context, tx *db.Tx) error
	whole func(ctx context.Context) error
}

// slot is how finely the story is told: what happens within it has the same time and one transaction.
const slot = 20 * time.Minute

// at plans a transaction body; what lies after the end of the story does not happen.
func (l *loader) at(t time.Time, run func(ctx context.Context, tx *db.Tx) error) {
	l.plan(event{at: t, inTx: run})
}

// atWhole plans something that opens transactions itself.
func (l *loader) atWhole(t time.Time, run func(ctx context.Context) error) {
	l.plan(event{at: t, whole: run})
}

func (l *loader) plan(e event) {
	if e.at.Before(l.end.Add(-slot)) {
		e.at = e.at.Truncate(slot)
		l.events = append(l.events, e)
	}
}

// moment is a slot with its events. Those with transactions of their own are moments by themselves.
type moment struct {
	at     time.Time
	events []event
}

func (m *moment) whole() bool { return m.events[0].whole != nil }

// moments sorts the events by time, and what is whole before what is not.
func (l *loader) moments() (list []moment) {
	slices.SortStableFunc(l.events, func(a, b event) int {
		if c := a.at.Compare(b.at); c != 0 || (a.whole == nil) == (b.whole == nil) {
			return c
		}
		if a.whole != nil {
			return -1
		}
		return 1
	})
	r := l.rand("minutes")
	for i, e := range l.events {
		if i > 0 && e.whole == nil && l.events[i-1].whole == nil && e.at.Equal(l.events[i-1].at) {
			last := &list[len(list)-1]
			last.events = append(last.events, e)
			continue
		}
		at := e.at
		if e.whole == nil { // nobody acts on the full minute
			at = at.Add(time.Duration(1+r.Int64N((slot-time.Minute).Milliseconds())) * time.Millisecond)
		}
		list = append(list, moment{at, []event{e}})
	}
	l.events = nil
	return list
}

// replay lets the planned events happen in the order of time.
func (l *loader) replay(ctx context.Context) error {
	list, month := l.moments(), ""
	for len(list) > 0 {
		n := 1
		var err error
		if list[0].whole() {
			l.Clock.Set(list[0].at)
			err = list[0].events[0].whole(ctx)
		} else {
			for n < len(list) && n < 1000 && !list[n].whole() {
				n++
			}
			err = l.happen(ctx, list[:n])
		}
		if err != nil {
			return fmt.Errorf("on %s: %w", l.Clock.Now().In(clock.Nanjing).Format(time.DateTime), err)
		}
		if m := list[0].at.In(clock.Nanjing).Format("2006年1月"); m != month {
			month = m
			l.progress(m)
		}
		list = list[n:]
	}
	l.Clock.Set(l.end)
	return nil
}

// errPast stops the transactions that were waiting behind one that failed.
var errPast = errors.New("an earlier event failed")

// happen runs one transaction per moment, in order. On SQLite each one is queued while its predecessor still writes, so
// that many become durable with one commit; there is only ever one in the queue, which keeps the order. The clock moves
// on before a transaction ends, as the next one reads it when it begins.
func (l *loader) happen(ctx context.Context, list []moment) error {
	var failed atomic.Bool
	var running sync.WaitGroup
	results := make([]error, len(list))
	queue := l.DB.Dialect() == db.SQLite
	var begin func(i int)
	begin = func(i int) {
		results[i] = l.DB.Tx(ctx, func(tx *db.Tx) error {
			if failed.Load() {
				return errPast
			}
			if queue && i+1 < len(list) {
				running.Go(func() { begin(i + 1) })
			}
			for _, e := range list[i].events {
				if err := e.inTx(ctx, tx); err != nil {
					failed.Store(true)
					return err
				}
			}
			if i+1 < len(list) {
				l.Clock.Set(list[i+1].at)
			}
			return nil
		})
	}
	l.Clock.Set(list[0].at)
	for i := range list {
		if i == 0 || !queue && !failed.Load() {
			begin(i)
		}
	}
	running.Wait()
	return errors.Join(slices.DeleteFunc(results, func(err error) bool { return errors.Is(err, errPast) })...)
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
	y, m, d := t.In(clock.Nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing)
}

// after returns the n-th working day after t's day; n may be 0 for the same or the next working day. The end of the
// calendar is far enough behind the end of the story that whatever falls on it never happens.
func (w *workdays) after(t time.Time, n int) time.Time {
	i, ok := w.index[t.In(clock.Nanjing).Format(time.DateOnly)]
	if !ok {
		return w.days[len(w.days)-1]
	}
	return w.days[min(i+n, len(w.days)-1)]
}
