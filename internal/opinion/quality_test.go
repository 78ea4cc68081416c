package opinion

import (
	"math"
	"testing"
)

func TestAlpha_IsTheExampleOfTheBook(t *testing.T) {
	t.Parallel()
	// Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part A: 10 units, two coders, binary: 0.095.
	first, second := "0100000010", "1110010000"
	var pairs [][2]string
	for i := range first {
		pairs = append(pairs, [2]string{first[i : i+1], second[i : i+1]})
	}
	if a := NewAlpha(pairs); math.Abs(a.Value-0.095) > 0.001 || a.Low > a.Value || a.High < a.Value {
		t.Errorf("alpha %+v", a)
	}
	if a := NewAlpha([][2]string{{"04", "04"}, {"05", "05"}}); a.Value != 1 {
		t.Errorf("full agreement gave %v", a.Value)
	}
	if NewAlpha(nil) != nil {
		t.Error("no pairs gave an alpha")
	}
}

func TestCorrect_UndoesAKnownConfusion(t *testing.T) {
	t.Parallel()
	// 600 and 400 true; the classifier gets 90 % and 70 % right: 540+120 = 660 and 60+280 = 340 are proposed.
	var coded [][2]int
	for _, c := range []struct{ truth, proposed, n int }{{0, 0, 900}, {0, 1, 100}, {1, 1, 700}, {1, 0, 300}} {
		for range c.n {
			coded = append(coded, [2]int{c.truth, c.proposed})
		}
	}
	p, se := Correct(2, 2, []int{660, 340}, coded)
	if math.Abs(p[0]-0.6) > 0.01 || math.Abs(p[0]+p[1]-1) > 1e-9 || se[0] < 0.005 || se[0] > 0.06 {
		t.Errorf("corrected %v, se %v", p, se)
	}
	// Outside the simplex: fewer proposals than even the errors alone would make.
	if p, _ = Correct(2, 2, []int{1000, 0}, coded); p[1] < 0 || p[1] > 0.02 {
		t.Errorf("shares left the simplex: %v", p)
	}
}
