package geo

import (
	"math"
	"testing"
)

func TestDissolve_OfAMeshIsItsOutline(t *testing.T) {
	cells := mesh(8, 6, 10)
	got := Dissolve(cells)
	if d := Check(got); d != nil || len(got) != 1 || len(got[0]) != 1 {
		t.Fatalf("%d parts, %v", len(got), d)
	}
	if want := outline(cells); math.Abs(got.Area()-want.Area()) > 1e-3 {
		t.Errorf("%v m², want %v", got.Area(), want.Area())
	}
}

func TestDissolve_KeepsHolesAndPartsApart(t *testing.T) {
	var ring []Shape // eight squares around a hole
	for i := range int32(9) {
		if i != 4 {
			ring = append(ring, Shape{{square(i%3*10, i/3*10, 10)}})
		}
	}
	if s := Dissolve(ring); len(s) != 1 || len(s[0]) != 2 || Check(s) != nil {
		t.Errorf("a ring of squares has one hole: %v", s)
	}
	corner := []Shape{{{square(0, 0, 10)}}, {{square(10, 10, 10)}}}
	if s := Dissolve(corner); len(s) != 2 || Check(s) != nil {
		t.Errorf("squares that touch in a corner stay two parts: %v", s)
	}
	diagonal := append(ring[:2:2], ring[3:]...) // the hole opens to the outside at one square's corner only
	if s := Dissolve(diagonal); Check(s) != nil {
		t.Errorf("%v: %v", Check(s), s)
	}
	if s := Dissolve(nil); len(s) != 0 {
		t.Errorf("nothing dissolves to %v", s)
	}
}

func TestNode_MakesBordersWithDifferentVerticesMatch(t *testing.T) {
	west := Shape{{Ring{{0, 0}, {5000, 0}, {5003, 9000}, {0, 9000}}}}
	east := Shape{{Ring{{5000, 0}, {9000, 0}, {9000, 7000}, {5002, 7000}, {5001, 3000}}}}
	if s := Dissolve(Node([]Shape{west, east})); len(s) != 1 || len(s[0]) != 1 || Check(s) != nil {
		t.Errorf("%v", s)
	}
}
