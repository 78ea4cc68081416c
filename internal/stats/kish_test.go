package stats

import (
	"math"
	"testing"
)

func TestKishTablesGiveEveryAdultTheSameChanceInHouseholdsOfUpToFourAndOfSix(t *testing.T) {
	t.Parallel()
	for _, adults := range []int{1, 2, 3, 4, 6} {
		for person := 1; person <= adults; person++ {
			if p := KishProbability(adults, person); math.Abs(p-1/float64(adults)) > 1e-15 {
				t.Errorf("adult %d of %d has chance %v", person, adults, p)
			}
		}
	}
	want, sum := []float64{1. / 6, 1. / 6, 1. / 4, 1. / 6, 1. / 4}, 0.0
	for i, w := range want {
		p := KishProbability(5, i+1)
		if sum += p; math.Abs(p-w) > 1e-15 {
			t.Errorf("adult %d of 5 has chance %v, want %v", i+1, p, w)
		}
	}
	if math.Abs(sum-1) > 1e-15 || KishProbability(9, 7) != 0 {
		t.Errorf("the chances add up to %v", sum)
	}
	if _, err := KishTable("G").Choose(2); err == nil {
		t.Error("an unknown table chose somebody")
	}
	if _, err := KishA.Choose(0); err == nil {
		t.Error("a household of nobody has somebody to ask")
	}
}
