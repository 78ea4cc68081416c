package demo

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/region"
)

// caseDays is how many days of cases are told.
const caseDays = 60

// caseWorld knows what the lives of cases need: who acts for which unit, where grids are, how often what happens.
type caseWorld struct {
	l        *loader
	calendar *workcal.Calendar
	catalog  *duty.Catalog
	actors   map[string]cases.Actor // by unit
	grids    []region.Plot          // composite ones, with ground
	middles  []geo.Vertex           // of the grids
	leaves   []duty.Leaf
	ended    []ended // what may come back
	end      time.Time
}

// planCases tells the cases of every day at its end; what happens to them later is told at the same time.
func (l *loader) planCases() {
	w := &caseWorld{l: l, calendar: l.Cases.Calendar.Current(), catalog: l.Duties.Catalog(), actors: map[string]cases.Actor{}, end: l.end.Add(-2 * slot)}
	for _, name := range slices.Sorted(maps.Keys(l.actors)) {
		p := l.actors[name]
		if _, ok := w.actors[p.UnitID]; !ok {
			w.actors[p.UnitID] = cases.Actor{ID: p.UserID, Name: p.Name, Unit: p.UnitID}
		}
	}
	for _, g := range l.grids {
		if g.Kind == region.Composite && len(g.Shape) > 0 {
			w.grids, w.middles = append(w.grids, g), append(w.middles, g.Shape.Center())
		}
	}
	for _, leaf := range w.catalog.Leaves() {
		if caseWeights[leaf.Code] > 0 {
			w.leaves = append(w.leaves, leaf)
		}
	}
	l.planScenes(w)
	first := midnight(l.end).AddDate(0, 0, -caseDays)
	r := l.rand("cases")
	for d := range caseDays + 1 {
		from := first.AddDate(0, 0, d)
		at := later(from.AddDate(0, 0, 1).Add(-2*slot), from)
		if at.After(l.end) {
			at = l.end.Add(-slot - time.Minute)
		}
		n := w.volume(r, from)
		l.atWhole(at, func(ctx context.Context) error { return w.tell(ctx, from, n) })
	}
}

// volume is how many cases a day brings: fewer on days off, more after the storm of the story.
func (w *caseWorld) volume(r *rand.Rand, day time.Time) int {
	mean := float64(w.l.scale.cases) / caseDays
	switch {
	case !w.calendar.IsWorkDay(day):
		mean *= 0.62
	case day.Weekday() == time.Monday:
		mean *= 1.2
	}
	if storm := w.l.moved(on(10, 19, 0, 0)); sameDay(day, storm) || sameDay(day.AddDate(0, 0, 1), storm) { // two days of rain and wind
		mean *= 1.9
	}
	if sameDay(day, w.l.end) {
		mean *= 0.4
	}
	return int(mean*(0.85+0.3*r.Float64()) + 0.5)
}

func sameDay(a, b time.Time) bool { return midnight(a).Equal(midnight(b)) }

// tell tells the cases of one day in one transaction, in the order in which they were reported.
func (w *caseWorld) tell(ctx context.Context, day time.Time, n int) error {
	r := w.l.rand("cases " + day.Format(time.DateOnly))
	times := make([]time.Time, n)
	for i := range times {
		times[i] = day.Add(hourOfReport(r))
		if last := w.end.Add(-5 * time.Minute); times[i].After(last) {
			times[i] = last.Add(-time.Duration(r.IntN(3*60)) * time.Minute)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	if _, err := w.l.Cases.Lapse(ctx); err != nil { // the clocks of earlier days come to their points
		return err
	}
	return w.l.DB.Tx(ctx, func(tx *db.Tx) error {
		teller, err := w.l.Cases.NewTeller(ctx, tx)
		if err != nil {
			return err
		}
		for i, at := range times {
			if err := w.course(ctx, tx, teller, r, at, i); err != nil {
				return fmt.Errorf("case of %s: %w", at.In(clock.Nanjing).Format(time.DateTime), err)
			}
		}
		w.l.summary.Cases += n
		return teller.Store(ctx)
	})
}

// hourOfReport draws when on a day something is brought up: mostly by day, with an evening.
func hourOfReport(r *rand.Rand) time.Duration {
	hour := weighted(r, []int{0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}, func(h int) float64 {
		switch {
		case h < 6:
			return 0.4
		case h < 8:
			return 3
		case h < 12:
			return 11
		case h < 14:
			return 5
		case h < 18:
			return 10
		case h < 22:
			return 5
		}
		return 1.2
	})
	return time.Duration(hour)*time.Hour + time.Duration(r.IntN(3600))*time.Second
}

// spot draws a place in a grid: between its middle and one of its corners.
func (w *caseWorld) spot(r *rand.Rand, grid int) (lon, lat float64) {
	shape, at := w.grids[grid].Shape, w.middles[grid]
	ring := shape[0][0]
	for range 8 {
		corner, t := ring[r.IntN(len(ring))], 0.85*r.Float64()
		v := geo.Vertex{X: at.X + int32(t*float64(corner.X-at.X)), Y: at.Y + int32(t*float64(corner.Y-at.Y))}
		if shape.Contains(v) {
			at = v
			break
		}
	}
	return at.Lon(), at.Lat()
}
