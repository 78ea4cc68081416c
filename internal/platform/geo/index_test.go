package geo

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestIndex_AgreesWithTheLinearScan(t *testing.T) {
	cells := mesh(13, 9, 8)
	cells = append(cells, nil, Shape{{square(1_187_050_000, 320_050_000, 40_000)}}) // an empty shape and an overlay
	x := NewIndex(cells)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		v := Vertex{1_186_980_000 + rnd.Int32N(320_000), 319_980_000 + rnd.Int32N(240_000)}
		agree(t, x, cells, v)
	}
	for _, s := range cells { // borders and corners are where indexes fail
		for _, p := range s {
			for _, v := range p[0] {
				agree(t, x, cells, v)
			}
		}
	}
}

func agree(t *testing.T, x *Index, shapes []Shape, v Vertex) {
	t.Helper()
	var want []int
	for i, s := range shapes {
		if s.Contains(v) {
			want = append(want, i)
		}
	}
	if got := x.All(v, nil); !slices.Equal(got, want) {
		t.Fatalf("%v: index %v, scan %v", v, got, want)
	}
	first := -1
	if len(want) > 0 {
		first = want[0]
	}
	if got := x.Find(v); got != first {
		t.Fatalf("%v: Find %d, want %d", v, got, first)
	}
}

func TestIndex_BorderPointsHaveOneOwner(t *testing.T) {
	cells := mesh(12, 12, 6)
	x := NewIndex(cells)
	for _, s := range cells[13:26] {
		for _, v := range s[0][0] {
			if v.X > 1_187_010_000 && v.X < 1_187_220_000 {
				if got := x.All(v, nil); len(got) != 1 {
					t.Fatalf("%v belongs to %v", v, got)
				}
			}
		}
	}
}

func TestIndex_OfNothingFindsNothing(t *testing.T) {
	for _, x := range []*Index{NewIndex(nil), NewIndex([]Shape{nil})} {
		for _, v := range []Vertex{{}, {-1_800_000_000, -900_000_000}, {1_187_000_000, 320_000_000}} {
			if x.Find(v) != -1 || len(x.All(v, nil)) != 0 {
				t.Errorf("found something at %v", v)
			}
		}
	}
}
