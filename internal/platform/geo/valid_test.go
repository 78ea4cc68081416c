package geo

import "testing"

func TestCheck(t *testing.T) {
	outer := square(0, 0, 1000)
	cases := []struct {
		name string
		s    Shape
		want DefectKind
		at   Vertex
	}{
		{"a square is valid", Shape{{outer}}, "", Vertex{}},
		{"a hole is valid", Shape{{outer, square(100, 100, 50)}}, "", Vertex{}},
		{"a hole may touch the outer ring in a point", Shape{{outer, Ring{{0, 500}, {100, 550}, {100, 450}}}}, "", Vertex{}},
		{"two parts are valid", Shape{{outer}, {square(2000, 0, 10)}}, "", Vertex{}},
		{"no polygon", Shape{}, DefectEmpty, Vertex{}},
		{"two vertices", Shape{{Ring{{0, 0}, {5, 5}}}}, DefectEmpty, Vertex{0, 0}},
		{"a bow tie crosses in its middle", Shape{{Ring{{0, 0}, {10, 10}, {10, 0}, {0, 12}}}}, DefectCrossing, Vertex{5, 5}},
		{"a spike runs back on itself", Shape{{Ring{{0, 0}, {10, 0}, {20, 0}, {10, 0}, {10, 10}}}}, DefectRepeated, Vertex{10, 0}},
		{"a spike without a repeated vertex", Shape{{Ring{{0, 0}, {20, 0}, {10, 0}, {10, 10}}}}, DefectCrossing, Vertex{10, 0}},
		{"a ring touches itself", Shape{{Ring{{0, 0}, {20, 0}, {20, 20}, {10, 0}, {0, 20}}}}, DefectCrossing, Vertex{10, 0}},
		{"a line encloses nothing", Shape{{Ring{{0, 0}, {10, 10}, {20, 20}}}}, DefectCollapsed, Vertex{0, 0}},
		{"a hole beyond the outer ring", Shape{{outer, square(2000, 2000, 10)}}, DefectHole, Vertex{2000, 2000}},
		{"a hole across the outer ring", Shape{{outer, square(900, 900, 300)}}, DefectCrossing, Vertex{900, 1000}},
		{"a hole in a hole", Shape{{outer, square(100, 100, 500), square(200, 200, 50)}}, DefectNested, Vertex{200, 200}},
		{"a part in a part", Shape{{outer}, {square(10, 10, 10)}}, DefectNested, Vertex{10, 10}},
		{"half the earth", Shape{{Ring{{-1_500_000_000, 0}, {1_500_000_000, 0}, {0, 10}}}}, DefectTooLarge, Vertex{-1_500_000_000, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := Check(c.s.Normalize())
			if c.want == "" {
				if d != nil {
					t.Fatalf("unexpected %v", d)
				}
				return
			}
			if d == nil || d.Kind != c.want {
				t.Fatalf("got %v, want %s", d, c.want)
			}
			if Distance(d.At, c.at) > 500 { // the place is right up to the choice among several
				t.Errorf("at %v, want %v", d.At, c.at)
			}
		})
	}
}

func TestCheck_OfAMeshFindsNothing(t *testing.T) {
	for i, s := range mesh(10, 10, 30) {
		if d := Check(s.Normalize()); d != nil {
			t.Fatalf("cell %d: %v", i, d)
		}
	}
}

func TestCheck_IsBoundedOnTheWorstComb(t *testing.T) {
	var r Ring // long teeth side by side: every pair of extents overlaps, no pair of edges crosses
	for i := range int32(MaxVertices/2 - 1) {
		r = append(r, Vertex{i * 10, 0}, Vertex{i*10 + 400_000_000, 400_000_000})
	}
	r = append(r, Vertex{500_100_000, 500_000_000}, Vertex{-100, 500_000_000})
	if d := Check(Shape{{r}}.Normalize()); d == nil || d.Kind != DefectTooLarge {
		t.Fatal(d)
	}
	if d := Check(Shape{{append(r[:600:600], r[len(r)-2:]...)}}.Normalize()); d != nil {
		t.Fatal(d)
	}
}

func TestTiling_CorrectMeshHasNoMismatch(t *testing.T) {
	cells := mesh(20, 15, 12)
	if got := Tiling(outline(cells), cells, 0); got != nil {
		t.Errorf("%d mismatches, first %+v", len(got), got[0])
	}
}

func TestTiling_FindsEachKindWithItsPlaceAndSize(t *testing.T) {
	const u = 10_000 // about a hundred metres
	parent := Shape{{square(0, 0, 4*u)}}
	west := Shape{{Ring{{0, 0}, {2 * u, 0}, {2 * u, 4 * u}, {0, 4 * u}}}}
	east := Shape{{Ring{{2 * u, 0}, {4 * u, 0}, {4 * u, 4 * u}, {2 * u, 4 * u}}}}
	wide := Shape{{Ring{{u, 0}, {4 * u, 0}, {4 * u, 4 * u}, {u, 4 * u}}}}
	long := Shape{{Ring{{2 * u, 0}, {5 * u, 0}, {5 * u, 4 * u}, {2 * u, 4 * u}}}}
	cell := (Shape{{square(0, 0, u)}}).Area()
	cases := []struct {
		name  string
		parts []Shape
		kind  MismatchKind
		cells float64
		owner int
	}{
		{"gap", []Shape{west}, Gap, 8, 0},
		{"overlap", []Shape{west, wide}, Overlap, 4, 2},
		{"outside", []Shape{west, long}, Outside, 4, 1},
		{"the same part twice", []Shape{west, east, east}, Overlap, 8, 2},
		{"a part as a hole filled twice", []Shape{west, east, {{square(u/2, u/2, u)}}}, Overlap, 1, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Tiling(parent, c.parts, 1)
			if len(got) != 1 || got[0].Kind != c.kind || len(got[0].Members) != c.owner {
				t.Fatalf("got %+v", got)
			}
			if r := got[0].Area / (c.cells * cell); r < 0.999 || r > 1.001 {
				t.Errorf("area %.0f, want %.0f", got[0].Area, c.cells*cell)
			}
		})
	}
	if got := Tiling(nil, []Shape{west, wide}, 1); len(got) != 1 || got[0].Kind != Overlap {
		t.Errorf("without a parent overlaps are still found: %+v", got)
	}
	if got := Tiling(parent, []Shape{west, east}, 0); got != nil {
		t.Errorf("level edges and unshared corners are no mismatch: %+v", got)
	}
}

func TestTiling_SliversBelowTheLimitAreIgnored(t *testing.T) {
	parent := Shape{{square(0, 0, 10_000)}}
	low := Shape{{Ring{{0, 0}, {10_000, 0}, {10_000, 5001}, {0, 5000}}}}
	high := Shape{{Ring{{0, 5000}, {5000, 5000}, {10_000, 5001}, {10_000, 10_000}, {0, 10_000}}}}
	if got := Tiling(parent, []Shape{low, high}, 1); got != nil {
		t.Errorf("a rounding sliver was reported: %+v", got)
	}
}

func TestTiling_GivesUpOnHostileInput(t *testing.T) {
	var a, b Ring // two combs, crossing each other everywhere
	for i := range int32(6000) {
		a = append(a, Vertex{i * 20, 0}, Vertex{i*20 + 10, 1_000_000})
		b = append(b, Vertex{0, i * 20}, Vertex{1_000_000, i*20 + 10})
	}
	a, b = append(a, Vertex{200_000, -10}), append(b, Vertex{-10, 200_000})
	got := Tiling(nil, []Shape{{{a}}, {{b}}}, 1)
	if len(got) != 1 || got[0].Kind != Complex {
		t.Errorf("%d mismatches", len(got))
	}
}
