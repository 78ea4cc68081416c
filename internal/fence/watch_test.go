package fence

import (
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"yiwang/internal/track"
)

// Walks of the tests run east along a parallel; metres are counted from the centre of a circle with a radius of 100 m.
const (
	lat0, lon0 = 32.06, 118.77
	start      = int64(1_790_000_000_000)
)

func at(second int, metresEast float64, accuracy float64) track.Point {
	p, _ := track.At(start+int64(second)*1000, lat0, lon0+metresEast/(111194.9*math.Cos(lat0*math.Pi/180)))
	p.SetAccuracy(accuracy)
	return p
}

func ruleOf(t *testing.T, change func(*Definition)) *rule {
	t.Helper()
	d := Definition{Name: "广场", Kind: Circle, Scope: "320106", Lat: lat0, Lon: lon0, Radius: 100, Enter: true, Leave: true, Alarm: true}
	change(&d)
	if err := d.check(); err != nil {
		t.Fatal(err)
	}
	r, err := d.compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.ID, r.Version = "f", 1
	return r
}

var watched = Who{Officer: "o", Unit: "u", Area: "320106001003001"}

func run(r *rule, points ...track.Point) (story string, w *watch) {
	x, w := newRules([]*rule{r}), newWatch("s", watched, start-1000)
	var parts []string
	for _, p := range points {
		w.take(p, x, func(h happening) { parts = append(parts, fmt.Sprintf("%s@%d", h.kind, (h.at-start)/1000)) })
	}
	return strings.Join(parts, " "), w
}

func TestTake_TellsWhatHappened(t *testing.T) {
	t.Parallel()
	plain := func(*Definition) {}
	for name, c := range map[string]struct {
		rule   func(*Definition)
		points []track.Point
		want   string
	}{
		"a walk in and out":                   {plain, walkOf(0, -200, 10, 15, 40, 5), "enter@30 leave@90"},
		"one fix inside is nothing":           {plain, []track.Point{at(0, -130, 5), at(10, -90, 5), at(20, -130, 5), at(30, -140, 5)}, ""},
		"two fixes within a second are not":   {plain, []track.Point{at(0, -110, 5), at(1, -99, 5), at(2, -98, 5), at(3, -110, 5)}, ""},
		"at the border nobody leaves":         {plain, []track.Point{at(0, 0, 5), at(10, 0, 5), at(20, 90, 5), at(30, 112, 20), at(40, 130, 30), at(50, 110, 5)}, "enter@0"},
		"a rough fix says nothing":            {plain, []track.Point{at(0, 0, 5), at(10, 0, 5), at(20, 400, 80), at(30, 400, 300), at(40, 0, 5)}, "enter@0"},
		"a jump is not believed":              {plain, []track.Point{at(0, 0, 5), at(10, 0, 5), at(20, 5000, 5), at(30, 5000, 5), at(40, 0, 5)}, "enter@0"},
		"three far fixes are":                 {plain, []track.Point{at(0, 0, 5), at(10, 0, 5), at(20, 5000, 5), at(30, 5000, 5), at(40, 5000, 5), at(50, 5000, 5)}, "enter@0 leave@40"},
		"passing through between two fixes":   {plain, []track.Point{at(0, -160, 5), at(30, 160, 5)}, "cross@15"},
		"after a long silence nothing passed": {plain, []track.Point{at(0, -160, 5), at(90, 160, 5)}, ""},
		"staying":                             {func(d *Definition) { d.Enter, d.Leave, d.DwellMinutes = false, false, 5 }, walkOf(0, 0, 10, 40, 0, 5), "enter@0 dwell@300"},
		"staying is told once":                {func(d *Definition) { d.DwellMinutes = 1 }, walkOf(0, 0, 10, 40, 0, 5), "enter@0 dwell@60"},
		"being away and back":                 {func(d *Definition) { d.AwayMinutes = 2 }, append(walkOf(0, 0, 10, 30, 20, 5), walkOf(300, 500, 10, 30, -20, 5)...), "enter@0 leave@70 away@190 back@500 enter@500"},
		"somebody else's fence":               {func(d *Definition) { d.Units = []string{"other"} }, walkOf(0, -200, 10, 15, 40, 5), ""},
		"another area's fence":                {func(d *Definition) { d.Scope = "320106002" }, walkOf(0, -200, 10, 15, 40, 5), ""},
		"out of its hours":                    {func(d *Definition) { d.FirstDay = "2099-01-01" }, walkOf(0, -200, 10, 15, 40, 5), ""},
	} {
		got, _ := run(ruleOf(t, c.rule), c.points...)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// walkOf is n fixes from a place on, each some seconds and metres after the one before.
func walkOf(second int, metres float64, step, n int, stride, accuracy float64) []track.Point {
	var out []track.Point
	for i := range n {
		out = append(out, at(second+i*step, metres+float64(i)*stride, accuracy))
	}
	return out
}

func TestTake_AChangedFenceStartsAnew(t *testing.T) {
	t.Parallel()
	r := ruleOf(t, func(*Definition) {})
	_, w := run(r, walkOf(0, 0, 10, 3, 0, 5)...)
	if len(w.lasting(newRules([]*rule{r}))) != 1 {
		t.Fatal("inside, but nothing lasts")
	}
	next := *r
	next.Version, next.From = 2, start+25_000
	r.To = next.From
	x := newRules([]*rule{r, &next})
	w.take(at(30, 0, 5), x, func(h happening) { t.Errorf("told %s", h.kind) })
	if got := w.lasting(x); len(got) != 0 {
		t.Errorf("the old version lasts: %v", got)
	}
	told := ""
	w.take(at(40, 0, 5), x, func(h happening) { told += fmt.Sprint(h.kind, h.rule.Version) })
	if told != "enter2" {
		t.Errorf("told %q", told)
	}
}

func TestListen_LostAndFoundAgain(t *testing.T) {
	t.Parallel()
	r := ruleOf(t, func(d *Definition) { d.Kind, d.ContactMinutes, d.Enter, d.Leave = Contact, 10, false, false })
	x, w := newRules([]*rule{r}), newWatch("s", watched, start)
	var story []string
	tell := func(h happening) {
		story = append(story, fmt.Sprintf("%s@%d/%d", h.kind, (h.at-start)/60_000, h.seconds/60))
	}
	hear := func(minutes int, began int64) { w.listen(start+int64(minutes)*minute, began, x, tell) }
	hear(9, start)
	hear(10, start)
	hear(11, start)
	hear(12, start+11*minute) // another server took over
	w.take(at(25*60, 0, 5), x, tell)
	hear(26, start)
	if got := strings.Join(story, " "); got != "lost@10/10 found@25/25" {
		t.Errorf("story %q", got)
	}
	story = nil
	w = newWatch("s", watched, start)
	hear(40, start+35*minute)
	if len(story) != 0 {
		t.Errorf("silence while no server listened: %v", story)
	}
}

func TestHours_HoldInNanjing(t *testing.T) {
	t.Parallel()
	night := Definition{Days: []int{5}, From: "22:00", Until: "06:00"}
	day := Definition{From: "08:30", Until: "17:00", FirstDay: "2026-11-24", LastDay: "2026-11-24"}
	for name, c := range map[string]struct {
		d    Definition
		at   string
		want bool
	}{
		"always":                {Definition{}, "2026-11-24T03:00:00+08:00", true},
		"in the morning":        {day, "2026-11-24T08:30:00+08:00", true},
		"before":                {day, "2026-11-24T08:29:59+08:00", false},
		"the end is outside":    {day, "2026-11-24T17:00:00+08:00", false},
		"the day after":         {day, "2026-11-25T09:00:00+08:00", false},
		"Friday night":          {night, "2026-11-27T23:00:00+08:00", true},
		"Saturday before six":   {night, "2026-11-28T05:59:00+08:00", true},
		"Saturday night":        {night, "2026-11-28T23:00:00+08:00", false},
		"Friday before six":     {night, "2026-11-27T05:00:00+08:00", false},
		"Friday at noon":        {night, "2026-11-27T12:00:00+08:00", false},
		"Sunday as the seventh": {Definition{Days: []int{7}}, "2026-11-29T12:00:00+08:00", true},
	} {
		h, err := newHours(&c.d)
		if err != nil {
			t.Fatal(err)
		}
		when, _ := time.Parse(time.RFC3339, c.at)
		if got := h.hold(when.UnixMilli()); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, d := range []Definition{{Days: []int{8}}, {From: "8"}, {From: "08:00", Until: "25:00"}, {FirstDay: "24.11.2026"}} {
		if _, err := newHours(&d); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
}

// A district's worth: 500 fences, a walk among them.
func BenchmarkTake(b *testing.B) {
	var list []*rule
	for i := range 500 {
		d := Definition{Name: "x", Kind: Circle, Scope: "320106", Lat: lat0 + float64(i%25)*0.004, Lon: lon0 + float64(i/25)*0.004, Radius: 120, Enter: true, Leave: true, Alarm: true, Severity: "warning"}
		r, err := d.compile(nil)
		if err != nil {
			b.Fatal(err)
		}
		r.ID, r.Version = fmt.Sprint(i), 1
		list = append(list, r)
	}
	x, w := newRules(list), newWatch("s", watched, 0)
	points := make([]track.Point, 2880)
	for i := range points {
		points[i], _ = track.At(0, lat0+0.04+0.04*math.Sin(float64(i)/400), lon0+0.03+0.03*math.Cos(float64(i)/530))
		points[i].SetAccuracy(5)
	}
	events := 0
	b.ResetTimer()
	before := cpu(b)
	for i := range b.N {
		p := points[i%len(points)]
		p.At = int64(i) * 10_000
		w.take(p, x, func(happening) { events++ })
	}
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op") // of the process, so that other programs do not count
	b.ReportMetric(float64(events)/float64(b.N), "events/op")
}

func cpu(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
