package stats

import (
	"math"
	"testing"
)

// Of one sample the interval is that of the estimation core; of a field nobody ticked it is not empty.
func TestShareInterval_IsThatOfTheCore(t *testing.T) {
	t.Parallel()
	y := make([]float64, 200)
	for i := range 30 {
		y[7*i%200] = 1
	}
	d, err := NewDesign(Options{Rows: len(y)})
	if err != nil {
		t.Fatal(err)
	}
	list, err := Proportion(d, y, Query{Level: 0.9}, "logit")
	if err != nil {
		t.Fatal(err)
	}
	e := list[0]
	low, high := ShareInterval(e.Estimate, e.SE, e.DF, e.N, 0.9)
	if math.Abs(low-e.Low) > 1e-11 || math.Abs(high-e.High) > 1e-11 {
		t.Errorf("interval %v, %v; the core says %v, %v", low, high, e.Low, e.High)
	}
	if low, high = ShareInterval(0, 0, 199, 200, 0.95); low != 0 || math.Abs(high-0.018276) > 1e-5 {
		t.Errorf("nobody of 200 ticked it: %v, %v", low, high)
	}
}
