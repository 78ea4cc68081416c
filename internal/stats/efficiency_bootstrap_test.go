package stats

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Units of which the true frontier is known: the least input is the output, divided by an efficiency drawn from a known law.
func knownFrontier(seed uint64, n int) (e Envelopment, truth []float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	x, y := make([]float64, n), make([]float64, n)
	for k := range x {
		eff := math.Exp(-math.Abs(random.NormFloat64()) * 0.2)
		y[k] = 1 + 2*random.Float64()
		x[k] = y[k] / eff // constant returns: the least input is y
		truth = append(truth, eff)
	}
	return Envelopment{Inputs: [][]float64{x}, Outputs: [][]float64{y}}, truth
}

func TestBootstrapTakesTheBiasOffEfficiencies(t *testing.T) {
	t.Parallel()
	raw, corrected, covered, total := 0.0, 0.0, 0, 0
	for seed := range uint64(40) {
		e, truth := knownFrontier(seed, 20)
		out, err := EfficiencyIntervals(e, 200, seed, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for k, i := range out {
			raw += math.Abs(i.Share - truth[k])
			corrected += math.Abs(i.Corrected - truth[k])
			total++
			if i.Low <= truth[k] && truth[k] <= i.High {
				covered++
			}
			if i.Bias < -1e-9 || i.Low > i.High || i.Corrected > i.Share+1e-9 {
				t.Fatalf("unit %d: %+v", k+1, i)
			}
		}
	}
	t.Logf("mean error %.4f, corrected %.4f; %.1f %% of the intervals of 95 %% hold the truth", raw/float64(total), corrected/float64(total), 100*float64(covered)/float64(total))
	if corrected >= raw {
		t.Errorf("the mean error is %.4f, corrected %.4f", raw/float64(total), corrected/float64(total))
	}
	if share := float64(covered) / float64(total); share < 0.9 || share > 0.99 {
		t.Errorf("only %.1f %% of the intervals hold the truth", 100*share)
	}
}

func TestBootstrapOfEfficienciesIsTheSameForTheSameSeedAndBothOrientations(t *testing.T) {
	t.Parallel()
	e, _ := knownFrontier(3, 13)
	first, err := EfficiencyIntervals(e, 100, 5, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	e.Output = true // with constant returns both orientations are the same question
	second, err := EfficiencyIntervals(e, 100, 5, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	for k := range first {
		if math.Abs(first[k].Corrected-second[k].Corrected) > 1e-9 || math.Abs(first[k].Low-second[k].Low) > 1e-9 {
			t.Errorf("unit %d: %+v against %+v", k+1, first[k], second[k])
		}
	}
	alike := Envelopment{Inputs: [][]float64{{1, 1, 1}}, Outputs: [][]float64{{2, 2, 2}}}
	if _, err := EfficiencyIntervals(alike, 100, 1, 0.9); err == nil || !strings.Contains(err.Error(), "every unit is efficient") {
		t.Errorf("units that are all efficient: %v", err)
	}
	if _, err := EfficiencyIntervals(e, 10, 1, 0.9); err == nil {
		t.Error("ten draws were enough")
	}
}
