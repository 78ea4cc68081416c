package cases

import (
	"math/rand/v2"
	"testing"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/workcal"
)

// walker counts a clock down minute by minute as a person with a calendar would, and knows nothing of how the program does.
type walker struct {
	cal     *workcal.Calendar
	unit    workcal.Unit
	total   int // minutes that count
	used    int
	paused  bool
	reached map[int]time.Time // minutes used → first moment
}

func (w *walker) counts(m time.Time) bool {
	return !w.paused && (w.unit.AroundTheClock() || w.cal.IsWorkTime(m))
}

// walk lets the minutes from a to b pass.
func (w *walker) walk(a, b time.Time) {
	for m := a; m.Before(b); m = m.Add(time.Minute) {
		if w.counts(m) {
			w.used++
			if _, ok := w.reached[w.used]; !ok {
				w.reached[w.used] = m.Add(time.Minute)
			}
		}
	}
}

// due is when the minutes will have been used if nothing stops the clock any more. A number of work days ends in work time.
func (w *walker) due(now time.Time, minutes int) time.Time {
	used := w.used
	for m := now; ; m = m.Add(time.Minute) {
		if used >= minutes && (w.unit != workcal.WorkDay || w.cal.IsWorkTime(m)) {
			return m
		}
		if w.unit.AroundTheClock() || w.cal.IsWorkTime(m) {
			used++
		}
	}
}

func TestClock_AgreesWithAMinuteWalkerOverPausesAndExtensions(t *testing.T) {
	t.Parallel()
	cal := workcal.Default()
	r := rand.New(rand.NewPCG(7, 11))
	// Around the spring festival and the national day: make-up days on both sides.
	seasons := []time.Time{time.Date(2026, 2, 9, 0, 0, 0, 0, clock.Nanjing), time.Date(2026, 9, 17, 0, 0, 0, 0, clock.Nanjing), time.Date(2026, 12, 28, 0, 0, 0, 0, clock.Nanjing)}
	for i := range 400 {
		unit := workcal.Units[r.IntN(len(workcal.Units))]
		n := 1 + r.IntN(6)
		if unit == workcal.UrgentMinute || unit == workcal.WorkMinute {
			n *= 30
		}
		now := seasons[r.IntN(len(seasons))].Add(time.Duration(r.IntN(14*24*60)) * time.Minute)
		l := limit{workcal.Limit{N: n, Unit: unit}, "test"}
		k := newClock("k", &Case{ID: "c", Level: Street}, StageHandle, l, cal, clock.At(now))
		w := &walker{cal: cal, unit: unit, total: int(cal.Length(l.Limit) / time.Minute), reached: map[int]time.Time{}}
		extended := false
		for range 1 + r.IntN(6) {
			if !w.paused {
				if want := w.due(now, w.total); w.used < w.total && !k.DueAt.Equal(want) {
					t.Fatalf("case %d: %d %s from %s, %d of %d used: due %s, walked %s", i, k.LimitN, unit, k.StartedAt, w.used, w.total, k.DueAt.In(clock.Nanjing), want)
				}
				if half := (w.total + 1) / 2; w.total%2 == 0 && unit != workcal.WorkDay && w.used < half && !k.WarnAt.Equal(w.due(now, half)) {
					t.Fatalf("case %d: amber at %s, walked %s", i, k.WarnAt.In(clock.Nanjing), w.due(now, half))
				}
			} else if k.DueAt != nil || k.NextAt != nil {
				t.Fatalf("case %d: a clock that stands still is due %v", i, k.DueAt)
			}
			next := now.Add(time.Duration(r.IntN(3*24*60)) * time.Minute)
			w.walk(now, next)
			now = next
			if w.used >= w.total {
				break // what comes after the due time changes nothing
			}
			switch {
			case w.paused:
				k.release(cal, clock.At(now))
				w.paused = false
			case !extended && r.IntN(3) == 0:
				k.LimitN += n
				k.reckon(cal, now)
				w.total += w.total
				extended = true
			default:
				k.hold(clock.At(now), "weather")
				w.paused = true
			}
		}
	}
}

func TestClock_APhaseFollowsFromWhatIsLeft(t *testing.T) {
	t.Parallel()
	cal := workcal.Default()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, clock.Nanjing)
	c := &Case{ID: "c", Level: Street}
	for _, step := range []struct {
		at, phase string
		next      string
	}{{"09:59", Green, "10:00"}, {"10:00", Amber, "10:36"}, {"10:36", Orange, "11:00"}, {"11:30", Orange, "11:00"}} {
		k := newClock("k", c, StageAccept, limit{workcal.MustLimit("2 work_hour"), ""}, cal, clock.At(start))
		at, _ := time.ParseInLocation("2006-01-02 15:04", "2026-11-24 "+step.at, clock.Nanjing)
		k.reckon(cal, at)
		if k.Phase != step.phase || k.NextAt.In(clock.Nanjing).Format("15:04") != step.next {
			t.Errorf("%s: %s, next %s", step.at, k.Phase, k.NextAt.In(clock.Nanjing).Format("15:04"))
		}
	}
	red := newClock("k", c, StageAccept, limit{workcal.MustLimit("2 work_hour"), ""}, cal, clock.At(start))
	red.Phase = Red
	red.reckon(cal, start.Add(5*time.Hour))
	if red.NextAt != nil || red.Phase != Red {
		t.Errorf("a red clock comes again: %v", red.NextAt)
	}
	red.LimitN = 20
	red.reckon(cal, start.Add(5*time.Hour))
	if red.NextAt == nil || red.Phase != Green {
		t.Errorf("a longer limit lets it run again: %s %v", red.Phase, red.NextAt)
	}
}

func TestNotifyAt_KeepsTheNightQuiet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, want string
		urgent    bool
	}{{"2026-11-24 21:59", "2026-11-24 21:59", false}, {"2026-11-24 22:00", "2026-11-25 07:00", false}, {"2026-11-25 06:59", "2026-11-25 07:00", false},
		{"2026-11-25 07:00", "2026-11-25 07:00", false}, {"2026-11-25 03:00", "2026-11-25 03:00", true}, {"2026-12-31 23:00", "2027-01-01 07:00", false}} {
		now, _ := time.ParseInLocation("2006-01-02 15:04", c.now, clock.Nanjing)
		if got := notifyAt(now, c.urgent).In(clock.Nanjing).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s urgent %v: told at %s, want %s", c.now, c.urgent, got, c.want)
		}
	}
}

func TestLimits_TheMostSpecificRuleDecides(t *testing.T) {
	t.Parallel()
	l := &Limits{Version: 9, Rules: append(append([]LimitRule{}, DefaultLimits().Rules...),
		LimitRule{Stage: StageHandle, Category: "14", Limit: "9 work_day", Basis: "大类"}, LimitRule{Stage: StageHandle, Category: "1401", Limit: "8 work_day", Basis: "中类"},
		LimitRule{Stage: StageSign, Level: District, Limit: "3 work_hour", Basis: "区级"}, LimitRule{Stage: StageSign, Category: "14", Limit: "4 work_hour", Basis: "大类"})}
	catalog := duty.DefaultCatalog()
	if err := l.check(catalog); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		stage, category string
		level           Level
		urgent          bool
		want            string
	}{
		{StageHandle, "140101", Street, false, "8 work_day"}, {StageHandle, "140101", Street, true, "8 calendar_day"}, {StageHandle, "020201", Street, false, "4 work_hour"},
		{StageSign, "020201", District, false, "3 work_hour"}, {StageSign, "140101", District, false, "4 work_hour"}, {StageSign, "140101", Street, true, "30 urgent_minute"},
		{StageHandle, "", Street, false, "5 work_day"}, {StageRevisit, "140101", Street, true, "1 calendar_day"},
	} {
		if got := l.of(catalog, c.stage, c.category, c.level, c.urgent); got.String() != c.want || got.basis == "" {
			t.Errorf("%s %s %s urgent %v: %s (%s), want %s", c.stage, c.category, c.level, c.urgent, got, got.basis, c.want)
		}
	}
}
