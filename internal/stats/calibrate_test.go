package stats

import (
	"math"
	"strings"
	"testing"
)

func cellSums(d *Design, f Factor) []float64 {
	out := make([]float64, len(f.Names))
	for i, c := range f.Code {
		out[c] += d.Weights()[i]
	}
	return out
}

func TestCalibrationReachesItsTotals(t *testing.T) {
	t.Parallel()
	s := makeSurvey(700, 1, 11)
	street, group := NewFactor(s.street), NewFactor(s.group)
	streetTotals, groupTotals := make([]float64, 13), []float64{3900, 5200, 3900}
	for i := range streetTotals {
		streetTotals[i] = 940 + 10*float64(i)
	}
	var columns [][]float64
	for c := range street.Names {
		columns = append(columns, indicatorOf(street, int32(c)))
	}
	for name, step := range map[string]Calibration{
		"poststratify": PostStratification{street, streetTotals},
		"rake":         Raking{Margins: []PostStratification{{group, groupTotals}, {street, streetTotals}}},
		"linear":       Regression{Names: street.Names, X: columns, Totals: streetTotals},
		"raking":       Regression{Names: street.Names, X: columns, Totals: streetTotals, Distance: Multiplying},
		"logit":        Regression{Names: street.Names, X: columns, Totals: streetTotals, Distance: LogitDistance, Bounds: [2]float64{0.01, 100}},
	} {
		d, err := s.design(t).Calibrate(step)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for c, sum := range cellSums(d, street) {
			if math.Abs(sum-streetTotals[c]) > 1e-6*sum {
				t.Errorf("%s: street %d weighs %v, want %v", name, c, sum, streetTotals[c])
			}
		}
		shares := mustMean(t, d, columns[0], Query{})
		if shares[0].SE > 1e-7 {
			t.Errorf("%s: a calibrated share has standard error %v", name, shares[0].SE)
		}
	}
}

func TestTrimmingKeepsTheSumOfWeights(t *testing.T) {
	t.Parallel()
	s := makeSurvey(300, 1, 12)
	before := s.design(t)
	after, err := before.Calibrate(Trimming{Lower: 1, Upper: 2.5, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	a, b := cellSums(before, whole(300))[0], cellSums(after, whole(300))[0]
	if math.Abs(a-b) > 1e-9*a {
		t.Errorf("the weights add up to %v, before %v", b, a)
	}
	for i, w := range after.Weights() {
		if w < 1 || w > 2.5 {
			t.Errorf("row %d weighs %v", i+1, w)
		}
	}
}

func TestCalibrationRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	d, err := NewDesign(Options{Rows: 4})
	if err != nil {
		t.Fatal(err)
	}
	two := Factor{Code: []int32{0, 0, 1, 1}, Names: []string{"a", "b", "c"}}
	for want, step := range map[string]Calibration{
		`cell "c" has a total of 3 but nobody`: PostStratification{two, []float64{1, 2, 3}},
		"margin 2 adds up to 5, margin 1 to 4": Raking{Margins: []PostStratification{{whole(4), []float64{4}}, {whole(4), []float64{5}}}},
		"within the bounds":                    Regression{Names: []string{"n"}, X: [][]float64{ones(4)}, Totals: []float64{40}, Bounds: [2]float64{0.5, 2}},
		"needs bounds":                         Regression{Names: []string{"n"}, X: [][]float64{ones(4)}, Totals: []float64{5}, Distance: LogitDistance},
		"no weight lies between":               Trimming{Lower: 2, Upper: 3},
	} {
		if _, err := d.Calibrate(step); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
