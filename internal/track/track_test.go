package track_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
)

// walk is an officer's walk that begins at a fixed instant.
func walk(seed uint64, n int, step int64) []track.Point {
	return tracktest.Walk(seed, n, step, 1_790_000_000_000)
}

func TestCodec_GivesBackEveryPoint(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		points := make([]track.Point, r.IntN(50))
		at := r.Int64N(1 << 41)
		for i := range points {
			at += r.Int64N(200_000)
			points[i] = track.Point{At: at, Lat: int32(r.Int64N(180e6) - 90e6), Lon: int32(r.Int64N(360e6) - 180e6), Speed: uint16(r.Uint32()), Heading: uint16(r.IntN(360)),
				Accuracy: uint16(r.Uint32()), Battery: uint8(r.Uint32()), Flags: track.Flags(r.Uint32())}
			if r.IntN(4) == 0 {
				points[i].Heading = track.NoHeading
			}
		}
		got, err := track.Decode(track.Encode(points))
		if err != nil || len(got) != len(points) || len(points) > 0 && !reflect.DeepEqual(got, points) {
			t.Fatalf("%v: got %v, want %v", err, got, points)
		}
	}
}

func TestCodec_TakesAtMostTenBytesAPoint(t *testing.T) {
	t.Parallel()
	for _, step := range []int64{5_000, 10_000} {
		points := walk(1, int(600_000/step), step) // ten minutes, as they are stored
		perPoint := float64(len(track.Encode(points))) / float64(len(points))
		t.Logf("a fix every %d s: %.1f bytes a point", step/1000, perPoint)
		if perPoint > 8.5 {
			t.Errorf("%.1f bytes a point", perPoint)
		}
	}
}

func TestDecode_RefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	good := track.Encode(walk(2, 60, 10_000))
	r := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		bad := append([]byte{}, good...)
		for range 1 + r.IntN(4) {
			bad[r.IntN(len(bad))] = byte(r.Uint32())
		}
		bad = bad[:1+r.IntN(len(bad))]
		if _, err := track.Decode(bad); err != nil && !errors.Is(err, track.ErrChunk) {
			t.Fatal(err)
		}
	}
	for name, b := range map[string][]byte{"nothing": nil, "another codec": {9, 0}, "more points than bytes": {1, 200, 1}, "cut": good[:len(good)-1], "longer": append(append([]byte{}, good...), 0)} {
		if _, err := track.Decode(b); !errors.Is(err, track.ErrChunk) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var update = flag.Bool("update", false, "write the chunk that the browser's test reads")

// The browser unpacks the same bytes: its test reads this chunk and these points.
func TestEncode_IsWhatTheBrowserReads(t *testing.T) {
	t.Parallel()
	const golden = "../../web/src/modules/patrol/testdata/chunk.json"
	points := walk(9, 40, 10_000)
	points[7].Heading, points[7].Speed, points[7].Accuracy = track.NoHeading, track.NoSpeed, track.NoAccuracy
	points[9].Flags = track.SOS | track.Late
	points[20].At += 400_000
	for i := 21; i < len(points); i++ {
		points[i].At += 400_000
	}
	want, err := json.MarshalIndent(map[string]any{"chunk": base64.StdEncoding.EncodeToString(track.Encode(points)), "points": points}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(golden, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what Encode writes now (%v); run with -update and then the test of the browser", golden, err)
	}
}

func TestMerge_KeepsEachTimeOnceInOrder(t *testing.T) {
	t.Parallel()
	all := walk(4, 200, 10_000)
	r := rand.New(rand.NewPCG(5, 5))
	var a, b, inserted []track.Point
	for _, p := range all {
		if n := r.IntN(3); n != 1 {
			a = append(a, p)
			if n == 2 {
				b = append(b, p)
			}
		} else {
			b = append(b, p)
		}
	}
	if got := track.Merge(a, b); !reflect.DeepEqual(got, all) {
		t.Errorf("merged %d points, want %d", len(got), len(all))
	}
	for _, i := range r.Perm(len(all)) {
		var ok bool
		if inserted, ok = track.Insert(inserted, all[i]); !ok {
			t.Fatal("a new point was taken for an old one")
		}
	}
	if _, ok := track.Insert(inserted, all[7]); ok || !reflect.DeepEqual(inserted, all) {
		t.Error("inserting in any order gives another track")
	}
}

func TestRead_FindsStopsGapsAndDistance(t *testing.T) {
	t.Parallel()
	var points []track.Point
	at, lat := int64(1_790_000_000_000), 32.06
	add := func(n int, metres float64) {
		for range n {
			at += 10_000
			lat += metres / 111_195
			p, _ := track.At(at, lat, 118.77)
			p.SetAccuracy(5)
			points = append(points, p)
		}
	}
	add(30, 13) // walks 390 m
	add(30, 0)  // stays five minutes
	add(30, 13)
	at += 600_000 // a tunnel
	add(10, 13)
	rough, _ := track.At(at+10_000, lat+1, 118.77)
	rough.SetAccuracy(500)
	points = append(points, rough)
	r := track.Read(points)
	if len(r.Stops) != 1 || r.Stops[0].To-r.Stops[0].From < 280_000 || r.Stops[0].To-r.Stops[0].From > 400_000 {
		t.Errorf("stops %+v", r.Stops)
	}
	if len(r.Gaps) != 1 || r.Gaps[0].To-r.Gaps[0].From != 610_000 || r.Rough != 1 || r.Jumps != 0 {
		t.Errorf("gaps %+v, %d rough, %d jumps", r.Gaps, r.Rough, r.Jumps)
	}
	if want := 29*13 + 30*13 + 9*13.0; math.Abs(r.Metres-want) > 5 {
		t.Errorf("%.0f m, want %.0f", r.Metres, want)
	}
}

func TestAt_RefusesWhatIsNoPosition(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]float64{{91, 0}, {0, 181}, {math.NaN(), 1}, {math.Inf(1), 1}, {0, 0}} {
		if p, ok := track.At(1, c[0], c[1]); ok {
			t.Errorf("%v became %+v", c, p)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	points := walk(1, 60, 10_000)
	for b.Loop() {
		track.Encode(points)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/60, "ns/point")
}

func BenchmarkDecode(b *testing.B) {
	chunk, out := track.Encode(walk(1, 60, 10_000)), []track.Point{}
	for b.Loop() {
		out, _ = track.AppendDecoded(out[:0], chunk)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/60, "ns/point")
}
