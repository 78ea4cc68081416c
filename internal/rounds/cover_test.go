package rounds

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
)

const start = 1_790_000_000_000

// north is a place so many metres north and east of where the walks of these tests begin.
func placeAt(id string, north, east float64, radius, dwell uint16) spot {
	lat, lon := 32.06+north/111_195, 118.77+east/(111_195*math.Cos(32.06*math.Pi/180))
	return spot{lat: int32(math.Round(lat * 1e6)), lon: int32(math.Round(lon * 1e6)), radius: radius, dwell: dwell, id: id, grid: "g"}
}

// walkNorth is a fix every so many seconds while somebody walks north at a speed, from so many metres on.
func walkNorth(from, speed float64, every, n int) []track.Point {
	out := make([]track.Point, n)
	for i := range out {
		out[i], _ = track.At(start+int64(i*every)*1000, 32.06+(from+speed*float64(i*every))/111_195, 118.77)
		out[i].SetAccuracy(5)
	}
	return out
}

func seenIDs(f *field, points []track.Point) map[string]float64 {
	out := map[string]float64{}
	for _, v := range f.cover(points) {
		if f.long(&v) {
			out[f.spots[v.spot].id] += float64(v.millis) / 1000
		}
	}
	return out
}

func TestCover_CountsTheWayBetweenFixesNotTheFixes(t *testing.T) {
	t.Parallel()
	f := newField(1, []spot{placeAt("between", 30, 5, 20, 10), placeAt("far", 30, 60, 20, 10), placeAt("behind", 400, 0, 20, 10)})
	got := seenIDs(f, walkNorth(0, 1.5, 40, 3)) // fixes at 0, 60 and 120 m: none within 20 m of the place
	if s := got["between"]; s < 24 || s > 28 {  // the chord of 38.7 m at 1.5 m/s
		t.Errorf("passed in %.1f s", s)
	}
	if len(got) != 1 {
		t.Errorf("seen %v", got)
	}
}

func TestCover_LeavesOutGapsRoughFixesJumpsAndMadeUpPositions(t *testing.T) {
	t.Parallel()
	f := newField(1, []spot{placeAt("p", 60, 0, 25, 10)})
	for name, change := range map[string]func(points []track.Point){
		"a gap of two minutes": func(p []track.Point) { p[2].At += 120_000 },
		"a fix of 80 m":        func(p []track.Point) { p[1].SetAccuracy(80); p[2].SetAccuracy(80) },
		"made up":              func(p []track.Point) { p[1].Flags, p[2].Flags = track.Mock, track.Mock },
		"a jump":               func(p []track.Point) { p[1].At, p[2].At = p[0].At+1000, p[0].At+2000; p[2].Lat += 50_000 },
	} {
		points := walkNorth(0, 1.5, 30, 3)
		if len(seenIDs(f, points)) != 1 {
			t.Fatal("the walk itself sees nothing")
		}
		change(points)
		if got := seenIDs(f, points); len(got) != 0 {
			t.Errorf("%s counts: %v", name, got)
		}
	}
}

func TestCover_AsksForAStayWhereThePlaceDoes(t *testing.T) {
	t.Parallel()
	f := newField(1, []spot{placeAt("stay", 60, 0, 25, 60), placeAt("pass", 60, 10, 25, 0)})
	if got := seenIDs(f, walkNorth(0, 8, 5, 4)); len(got) != 1 || got["pass"] == 0 { // rides past
		t.Errorf("riding past: %v", got)
	}
	points := walkNorth(0, 1.5, 10, 5)
	for range 12 { // waits two minutes
		p := points[len(points)-1]
		p.At += 10_000
		points = append(points, p)
	}
	if got := seenIDs(f, points); got["stay"] < 120 {
		t.Errorf("staying: %v", got)
	}
}

func TestCover_AllowsForTheErrorOfTheFixUpToFortyMetres(t *testing.T) {
	t.Parallel()
	f := newField(1, []spot{placeAt("p", 60, 35, 25, 5)})
	points := walkNorth(0, 1.5, 10, 10)
	if got := seenIDs(f, points); len(got) != 0 {
		t.Errorf("exact fixes 35 m away: %v", got)
	}
	for i := range points {
		points[i].SetAccuracy(45)
	}
	if got := seenIDs(f, points); len(got) != 1 {
		t.Errorf("fixes with an error of 45 m: %v", got)
	}
}

// The index must find what looking at every place finds.
func TestCover_FindsTheSameAsLookingEverywhere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	var spots []spot
	for n := range 800 {
		spots = append(spots, placeAt(fmt.Sprint(n), r.Float64()*2400-1200, r.Float64()*2400-1200, uint16(5+r.IntN(96)), uint16(r.IntN(30))))
	}
	f := newField(1, spots)
	for seed := range uint64(2) {
		points := tracktest.Walk(seed, 1500, 10_000, start)
		got := seenIDs(f, points)
		all := map[string]float64{}
		for i := range spots {
			for id, s := range seenIDs(newField(1, spots[i:i+1]), points) {
				all[id] = s
			}
		}
		if len(got) == 0 || fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("seed %d: %d places by the index, %d by looking everywhere", seed, len(got), len(all))
		}
	}
}

func TestStays_EnterWithTheSecondFixAndEndAtAGap(t *testing.T) {
	t.Parallel()
	names := []string{"a", "a", "a", "b", "a", "b", "b", "b", "", "b", "b", "c", "c"}
	points := make([]track.Point, len(names))
	for i := range points {
		points[i], _ = track.At(start+int64(i)*10_000, 32.06+float64(i)*1e-4, 118.77)
	}
	points[11].At += 300_000
	points[12].At += 300_000
	by := map[int32]string{}
	for i, p := range points {
		by[p.Lat] = names[i]
	}
	got, err := stays(points, func(p track.Point) (string, error) { return by[p.Lat], nil })
	if err != nil || len(got) != 3 || got[0].grid != "a" || got[1].grid != "b" || got[2].grid != "c" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].to != start+50_000 || got[1].from != start+50_000 || got[1].to != start+100_000 {
		t.Errorf("%+v", got)
	}
}

// A district: 60,000 places, whole days of officers.
func BenchmarkCover(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	var spots []spot
	for n := range 60_000 {
		spots = append(spots, placeAt(fmt.Sprint(n), r.Float64()*12_000-6000, r.Float64()*9000-4500, usualRadius, usualDwell))
	}
	f := newField(1, spots)
	points := tracktest.Walk(1, 2880, 10_000, start)
	seen := 0
	for b.Loop() {
		seen = len(f.cover(points))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(points)), "ns/point")
	b.ReportMetric(float64(seen), "visits")
}
