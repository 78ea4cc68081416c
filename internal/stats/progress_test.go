package stats

import (
	"math"
	"testing"
)

type compareWire struct {
	Results []struct {
		Name                          string
		First, Second, Difference, SE float64
		P                             float64
		Holm                          float64 `json:"p_holm"`
		Significant                   bool
		Gap                           float64 `json:"gap_closed"`
		GapSE                         float64 `json:"gap_closed_se"`
	}
}

// Scores of 13 streets in two waves with 300 synthetic interviews in each.
const twoWaves = `"first":{"estimates":[86.5368786764706,85.9779364495798,87.3811335784314,84.8005906862745,85.0000171568628,85.5083174019608,87.7076645658263,84.7507647058823,87.6211682422969,83.4844056372549,86.1239693627451,86.5950416666667,85.1661519607843],
 "se":[0.788407963541473,0.815502344977371,0.869219515415051,0.848993640449875,0.949802424138782,0.860380068488759,0.826755981097681,0.900540933707384,0.832015326147681,0.942982280571923,0.889693603955671,0.859332230653718,0.811023278557461]},
 "second":{"estimates":[87.7422928921569,85.1426850490196,87.5827254901961,87.9664276960784,83.3682009803922,87.6088406862745,88.2589901960784,83.8628958333333,86.7074093137255,85.5472254901961,85.5395980392157,84.7292769607843,84.1803982843137],
 "se":[0.814039363106168,0.872307098943411,0.800768707275788,0.852287265584604,0.915675008964705,0.831558065850898,0.739170395531661,1.00610921802859,0.901420133325954,0.86725831573915,0.872212183856166,0.911600496572071,1.01613623432674]}`

func TestTwoWavesOfThirteenStreetsAgreeWithReference(t *testing.T) {
	t.Parallel()
	var out compareWire
	runSpecification(t, RunCompare, `{`+twoWaves+`}`, &out)
	for i, want := range map[int]struct{ d, se, p, holm, gap, gapSE float64 }{
		0: {1.205414215686261, 1.13324631111771, 0.28747257621105826, 1, 0.0895345281914356, 0.0806144153706581},
		3: {3.165837009803923, 1.20298951973906, 0.00849735021883045, 0.110465552844796, 0.2082868448673912, 0.0714136619661504},
		5: {2.100523284313724, 1.19655450320259, 0.07917784073224424, 0.950134088786931, 0.1449468182940975, 0.0766143150022965},
	} {
		r := out.Results[i]
		wantNumber(t, "difference", r.Difference, want.d, 1e-11)
		wantNumber(t, "se", r.SE, want.se, 1e-11)
		wantNumber(t, "p", r.P, want.p, 1e-9)
		wantNumber(t, "Holm", r.Holm, want.holm, 1e-9)
		wantNumber(t, "gap", r.Gap, want.gap, 1e-11)
		wantNumber(t, "gap se", r.GapSE, want.gapSE, 1e-11)
		if r.Significant {
			t.Errorf("street %d is called changed with an adjusted p of %v", i+1, r.Holm)
		}
	}
}

func TestWavesFromFilesAreTheEstimatesOfTheirStreets(t *testing.T) {
	t.Parallel()
	wave := `{"data":"street_w2_scored.csv","item":"score","missing":"drop","design":{"strata":["stratum"],"fpc":["fpc"],"weights":"w"}}`
	var out compareWire
	runSpecification(t, RunCompare, `{"by":["street"],"first":`+wave+`,"second":`+wave+`}`, &out)
	if len(out.Results) != 13 || out.Results[3].Name != "4" {
		t.Fatalf("%+v", out.Results)
	}
	wantNumber(t, "street 4", out.Results[3].First, 87.9664276960784, 1e-12)
	wantNumber(t, "its se of change", out.Results[3].SE, 0.852287265584604*math.Sqrt2, 1e-11)
	if out.Results[3].Difference != 0 || out.Results[3].P != 1 {
		t.Errorf("a wave differs from itself: %+v", out.Results[3])
	}
}

func TestOverlapTakesTheCovarianceOff(t *testing.T) {
	t.Parallel()
	got, err := Compare([]Wave{{80, 1, 0}}, []Wave{{82, 1, 0}}, []float64{0.5}, 100, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	wantNumber(t, "se", got[0].SE, 1, 1e-15)
	wantNumber(t, "gap", got[0].Gap, 0.1, 1e-15)
	wantNumber(t, "gap se", got[0].GapSE, math.Sqrt(0.045*0.045+0.05*0.05-0.045*0.05), 1e-12)
}

func TestComparisonMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunCompare, map[string]string{
		`{"first":{"estimates":[1],"se":[1]}}`:                                              `key "second.se"`,
		`{"first":{"estimates":[1],"se":[1,2]},"second":{}}`:                                `key "first.se" has 2 numbers for 1`,
		`{"first":{"estimates":[1],"se":[1]},"second":{"estimates":[1,2],"se":[1,2]}}`:      `1 units in the first wave, 2 in the second`,
		`{"first":{"estimates":[101],"se":[1]},"second":{"estimates":[1],"se":[1]}}`:        `unit 1 has more than the best possible score 100`,
		`{"first":{"data":"x.csv","item":"y"},"second":{"estimates":[1],"se":[1]}}`:         `key "first.data" cannot be used: x.csv, row 4, column "y"`,
		`{"first":{"data":"x.csv","item":"u"},"second":{"estimates":[1],"se":[1]}}`:         `key "second": is given otherwise`,
		`{"first":{"estimates":[1],"se":[1],"sd":[1]},"second":{"estimates":[1],"se":[1]}}`: `key "first.sd" is not known`,
	})
}

// Welch's test by hand: d = 3, v = 1 + 2, df = 9/(1/7 + 4/11); R: 2*pt(-sqrt(3), 9/(1/7+4/11)) and qt(0.975, the same)*sqrt(3).
func TestCompare_FewCommunitiesMakeWideIntervals(t *testing.T) {
	t.Parallel()
	got, err := Compare([]Wave{{80, 1, 7}}, []Wave{{83, math.Sqrt2, 11}}, nil, 100, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if d := got[0]; math.Abs(d.P-0.100586955712) > 1e-9 || math.Abs(d.High-3-3.642294139784) > 1e-8 {
		t.Errorf("p %.12g, half width %.12g", d.P, d.High-3)
	}
}
