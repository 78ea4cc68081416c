package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTopKProbabilitiesAddUpToK(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, units := range []int{1, 2, 13, 120} {
		est, se := make([]float64, units), make([]float64, units)
		for i := range est {
			est[i] = 80 + 5*random.Float64()
			se[i] = random.Float64()
		}
		se[0] = 0
		for _, k := range []int{1, min(3, units), units} {
			beliefs, err := TopK(est, se, k)
			if err != nil {
				t.Fatal(err)
			}
			sum, ranks := 0.0, 0.0
			for _, b := range beliefs {
				sum += b.PTop
				ranks += b.ExpectedRank
			}
			if math.Abs(sum-float64(k)) > 1e-7 {
				t.Errorf("%d units: P(top %d) adds up to %.12f", units, k, sum)
			}
			if want := float64(units*(units+1)) / 2; math.Abs(ranks-want) > 1e-5 {
				t.Errorf("%d units: expected ranks add up to %v, want %v", units, ranks, want)
			}
		}
	}
}

func TestTopKOfTwoUnitsIsTheNormalProbability(t *testing.T) {
	t.Parallel()
	beliefs, err := TopK([]float64{1, 0}, []float64{3, 4}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.5 * math.Erfc(-0.2/math.Sqrt2) // P(N(1, 3²+4²) > 0)
	if math.Abs(beliefs[0].PBest-want) > 1e-10 {
		t.Errorf("P(best) = %.12f, want %.12f", beliefs[0].PBest, want)
	}
}

func TestRankSetsContainTheRankAndWidenWithTheLevel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	est, se := make([]float64, 30), make([]float64, 30)
	for i := range est {
		est[i], se[i] = random.NormFloat64()*5, 0.2+random.Float64()
	}
	narrow, _ := RankSets(est, se, 0.8)
	wide, _ := RankSets(est, se, 0.99)
	for i := range narrow {
		n, w := narrow[i], wide[i]
		if n.Best > n.Rank || n.Worst < n.Rank || w.Best > n.Best || w.Worst < n.Worst {
			t.Errorf("unit %d: %+v at 80%%, %+v at 99%%", i, n, w)
		}
	}
}

func TestHolmNeverFallsBelowTheRawValue(t *testing.T) {
	t.Parallel()
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	want := []float64{0.03, 0.06, 0.06, 0.02}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-15 {
			t.Errorf("Holm = %v, want %v", got, want)
			break
		}
	}
}
