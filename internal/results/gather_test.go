package results

import (
	"math"
	"testing"

	"yiwang/internal/stats"
)

// Of one sample the interval is that of the estimation core; of a field nobody ticked it is not empty.
func TestShareInterval_IsThatOfTheCore(t *testing.T) {
	t.Parallel()
	y := make([]float64, 200)
	for i := range 30 {
		y[7*i%200] = 1
	}
	d, err := stats.NewDesign(stats.Options{Rows: len(y)})
	if err != nil {
		t.Fatal(err)
	}
	list, err := stats.Proportion(d, y, stats.Query{Level: 0.9}, "logit")
	if err != nil {
		t.Fatal(err)
	}
	e := list[0]
	low, high := shareInterval(100*e.Estimate, 100*e.SE, e.DF, e.N, 0.9)
	if math.Abs(low-100*e.Low) > 1e-9 || math.Abs(high-100*e.High) > 1e-9 {
		t.Errorf("interval %v, %v; the core says %v, %v", low, high, 100*e.Low, 100*e.High)
	}
	if low, high = shareInterval(0, 0, 199, 200, 0.95); low != 0 || math.Abs(high-1.8276) > 1e-3 {
		t.Errorf("nobody of 200 ticked it: %v, %v", low, high)
	}
}
