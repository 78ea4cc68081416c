package geo

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Known pairs of WGS-84 and GCJ-02 positions, as published with several independent implementations of the offset.
var knownGCJ = []struct{ lon, lat, gcjLon, gcjLat float64 }{
	{121.5272106, 31.1774276, 121.531541859215, 31.17530398364597},
	{113.912316, 22.543847, 113.9171764808363, 22.540796131694766},
	{116.377817, 39.911954, 116.38404722455657, 39.91334545536069},
	{-104.9903, 39.7392, -104.9903, 39.7392}, // outside China nothing moves
}

func TestDatum_KnownPoints(t *testing.T) {
	for _, k := range knownGCJ {
		lon, lat := GCJ02.FromWGS84(k.lon, k.lat)
		if math.Abs(lon-k.gcjLon) > 1e-8 || math.Abs(lat-k.gcjLat) > 1e-8 {
			t.Errorf("GCJ-02 of %v,%v is %v,%v, want %v,%v", k.lon, k.lat, lon, lat, k.gcjLon, k.gcjLat)
		}
	}
	// Baidu's offset of one GCJ-02 position, computed by hand from its two published lines.
	if lon, lat := bdFromGCJ(116.404, 39.915); math.Abs(lon-116.41036949371029) > 1e-9 || math.Abs(lat-39.92133699351022) > 1e-9 {
		t.Errorf("BD-09 of 116.404,39.915 is %.14f,%.14f", lon, lat)
	}
}

func TestDatum_RoundTripStaysWithinAMillimetre(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		lon, lat := 74+rnd.Float64()*60, 5+rnd.Float64()*48
		for _, d := range []Datum{WGS84, CGCS2000, GCJ02, BD09} {
			x, y := d.ToWGS84(d.FromWGS84(lon, lat))
			if math.Abs(x-lon) > 1e-8 || math.Abs(y-lat) > 1e-8 {
				t.Fatalf("%s: %v,%v came back as %v,%v", d, lon, lat, x, y)
			}
		}
	}
}

func TestParseDatum(t *testing.T) {
	for in, want := range map[string]Datum{"": WGS84, "GCJ-02": GCJ02, "CGCS2000": CGCS2000, "bd_09": BD09} {
		if got, err := ParseDatum(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := ParseDatum("mercator"); err == nil || !strings.Contains(err.Error(), "gcj02") {
		t.Errorf("an unknown datum must be refused with the names known, got %v", err)
	}
}

func TestArea_OfADegreeCellOnTheEllipsoid(t *testing.T) {
	cell := Shape{{square(0, 32*Scale, Scale)}}
	want, steps := 0.0, 100_000 // the area element of the ellipsoid, added up
	for i := range steps {
		lat := (32 + (float64(i)+0.5)/float64(steps)) * math.Pi / 180
		w := 1 - eccentricity*eccentricity*math.Sin(lat)*math.Sin(lat)
		want += axis * axis * (1 - eccentricity*eccentricity) * math.Cos(lat) / (w * w)
	}
	want *= math.Pi / 180 * math.Pi / 180 / float64(steps)
	if got := cell.Area(); math.Abs(got-want)/want > 1e-9 {
		t.Errorf("area %.0f m², want %.0f", got, want)
	}
	hole := Shape{{square(0, 32*Scale, Scale), backwards(square(100, 32*Scale+100, Scale/2))}}
	if a, b := hole.Area(), cell.Area()-(Shape{{square(100, 32*Scale+100, Scale/2)}}).Area(); math.Abs(a-b) > 1 {
		t.Errorf("a hole is taken off: %v, %v", a, b)
	}
}

func TestArea_OfPartsAddsUp(t *testing.T) {
	cells := mesh(12, 9, 10)
	sum := 0.0
	for _, c := range cells {
		sum += c.Area()
	}
	outer := mesh(12, 9, 10)[:0]
	outer = append(outer, outline(cells))
	if whole := outer[0].Area(); math.Abs(sum-whole)/whole > 1e-11 {
		t.Errorf("parts %.6f, whole %.6f", sum, whole)
	}
}

// outline joins the edges of a mesh that belong to one cell only.
func outline(cells []Shape) Shape {
	next := map[Vertex]Vertex{}
	owned := map[[2]Vertex]bool{}
	for _, c := range cells {
		for i, a := range c[0][0] {
			owned[[2]Vertex{a, c[0][0][(i+1)%len(c[0][0])]}] = true
		}
	}
	var start Vertex
	for e := range owned {
		if !owned[[2]Vertex{e[1], e[0]}] {
			next[e[0]], start = e[1], e[0]
		}
	}
	r := Ring{start}
	for v := next[start]; v != start; v = next[v] {
		r = append(r, v)
	}
	return Shape{{r}}
}

func TestCompact_RoundTrip(t *testing.T) {
	s := Shape{{square(-1_800_000_000, -900_000_000, 500), backwards(square(-1_799_999_900, -899_999_900, 50))}, {square(1_187_000_000, 320_000_000, 99)}}
	got, err := ParseCompact(s.Compact())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := string(AppendGeometry(nil, s)), string(AppendGeometry(nil, got)); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
	for _, bad := range []string{"x", "~~~~~~~~~~~~~~~~~~~~", "é", " ", ";", "??", s.Compact()[:9]} {
		if _, err := ParseCompact(bad); err == nil {
			t.Errorf("%q must be refused", bad)
		}
	}
}

func TestCenter_LiesInside(t *testing.T) {
	u := Shape{{Ring{{0, 0}, {90, 0}, {90, 90}, {80, 90}, {80, 10}, {10, 10}, {10, 90}, {0, 90}}}}
	if c := u.Center(); !u.Contains(c) {
		t.Errorf("label at %v lies outside", c)
	}
}

func FuzzParseCompact(f *testing.F) {
	f.Add(Shape{{square(5, 5, 5)}}.Compact())
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseCompact(text); err == nil && len(s) > 0 && s.Vertices() < 3 {
			t.Error("a shape of fewer than three vertices")
		}
	})
}
