package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

type jointGolden struct {
	Probabilities []float64
	Joint         map[JointScheme][][]float64
	Towns         struct {
		Total      float64 `json:"ht_total"`
		Mean       float64 `json:"hajek_mean"`
		MeanTotal  float64 `json:"hajek_total"`
		Deville    float64 `json:"varest_deville1"`
		Horvitz    float64 `json:"ht_var_maxentropy"`
		YatesGrund float64 `json:"yg_var_maxentropy"`
		Ratio      struct{ Ratio, Estvar float64 }
	}
}

func TestJointProbabilitiesAgreeWithReference(t *testing.T) {
	t.Parallel()
	var golden jointGolden
	readTestdata(t, "joint.json", &golden)
	for scheme, want := range golden.Joint {
		got, err := JointProbabilities(golden.Probabilities, scheme)
		if err != nil {
			t.Fatal(err)
		}
		tolerance := 1e-9
		if scheme == JointEntropy {
			tolerance = 2e-6 // the reference stops its iteration at 1e-6
		}
		for k := range want {
			row := 0.0
			for l := range want {
				if math.Abs(got.At(k, l)-want[k][l]) > tolerance*want[k][l] {
					t.Errorf("%s (%d,%d): %v, want %v", scheme, k+1, l+1, got.At(k, l), want[k][l])
				}
				row += got.At(k, l)
			}
			if math.Abs(row-3*golden.Probabilities[k]) > 1e-12 { // Σ_l π_kl = n π_k
				t.Errorf("%s: row %d adds up to %v", scheme, k+1, row)
			}
		}
	}
}

func TestJointProbabilitiesKeepCertainUnitsAndRefuseOtherSums(t *testing.T) {
	t.Parallel()
	for _, scheme := range []JointScheme{JointEntropy, JointTille, JointMidzuno} {
		got, err := JointProbabilities([]float64{1, 0.5, 0.25, 0, 0.25, 0.5, 0.5}, scheme)
		if err != nil {
			t.Fatal(err)
		}
		if got.At(0, 2) != 0.25 || got.At(3, 1) != 0 || got.At(0, 0) != 1 {
			t.Errorf("%s: %v", scheme, mat.Formatted(got))
		}
	}
	if _, err := JointProbabilities([]float64{0.5, 0.7}, JointTille); err == nil {
		t.Error("probabilities that add up to 1.2 were accepted")
	}
}

// The sample is the systematic one of 50 from 589 towns with start 0.988909297855571.
func TestTotalsOfTownsAgreeWithReference(t *testing.T) {
	t.Parallel()
	var golden jointGolden
	readTestdata(t, "joint.json", &golden)
	want := golden.Towns
	table, err := readTable(openTestdata, "belgium.csv", func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) []float64 {
		c, err := table.required(name)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	p, income, people := column("pik50"), column("income"), column("inhabitants")
	taken, err := SystematicDraw(p, 0.988909297855571)
	if err != nil {
		t.Fatal(err)
	}
	pick := func(from []float64) []float64 {
		var out []float64
		for _, k := range taken {
			out = append(out, from[k])
		}
		return out
	}
	all, err := JointProbabilities(p, JointEntropy)
	if err != nil {
		t.Fatal(err)
	}
	joint := mat.NewSymDense(len(taken), nil)
	for a, k := range taken {
		for b, l := range taken {
			joint.SetSym(a, b, all.At(k, l))
		}
	}
	design, err := NewDesign(Options{Rows: len(taken), PPS: true, Stages: []Stage{{FPC: pick(p)}}})
	if err != nil {
		t.Fatal(err)
	}
	horvitz, err := design.WithJoint(joint, false)
	if err != nil {
		t.Fatal(err)
	}
	yates, err := design.WithJoint(joint, true)
	if err != nil {
		t.Fatal(err)
	}
	total := func(d *Design) Estimate {
		e, err := d.Total(pick(income), Query{})
		if err != nil {
			t.Fatal(err)
		}
		return e[0]
	}
	mean, err := design.Mean(pick(income), Query{})
	if err != nil {
		t.Fatal(err)
	}
	ratio, err := horvitz.Ratio(pick(income), pick(people), Query{})
	if err != nil {
		t.Fatal(err)
	}
	deville := total(design.withDeville(pick(p)))
	for name, pair := range map[string][3]float64{
		"total": {deville.Estimate, want.Total, 1e-9}, "mean": {mean[0].Estimate, want.Mean, 1e-9}, "total from the mean": {mean[0].Estimate * 589, want.MeanTotal, 1e-9},
		"Deville": {deville.SE * deville.SE, want.Deville, 1e-9}, "Horvitz-Thompson": {math.Pow(total(horvitz).SE, 2), want.Horvitz, 1e-6},
		"Yates-Grundy": {math.Pow(total(yates).SE, 2), want.YatesGrund, 1e-6}, "ratio": {ratio[0].Estimate, want.Ratio.Ratio, 1e-9}, "ratio variance": {ratio[0].SE * ratio[0].SE, want.Ratio.Estvar, 1e-6},
	} {
		if math.Abs(pair[0]-pair[1]) > pair[2]*math.Abs(pair[1]) {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}
