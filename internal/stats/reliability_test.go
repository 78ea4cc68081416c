package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

type reliabilityWire struct {
	N            int
	Alpha, Omega float64
	AlphaSE      float64 `json:"alpha_se"`
	StdAlpha     float64 `json:"std_alpha"`
	Results      []struct {
		ItemRest     float64 `json:"item_rest"`
		AlphaDropped float64 `json:"alpha_dropped"`
		Loading      float64
	}
}

func TestAlphaOfSeventeenItemsAgreesWithReference(t *testing.T) {
	t.Parallel()
	var plain, weighted reliabilityWire
	runSpecification(t, RunReliability, `{"data":"street_w2_scored.csv","missing":"drop","items":[`+seventeenItems+`]}`, &plain)
	runSpecification(t, RunReliability, `{"data":"street_w2_scored.csv","design":{"weights":"w"},"missing":"drop","items":[`+seventeenItems+`]}`, &weighted)
	if plain.N != 3171 {
		t.Errorf("n is %d", plain.N)
	}
	wantNumber(t, "alpha", plain.Alpha, 0.924274446003063, 1e-12)
	wantNumber(t, "standardised alpha", plain.StdAlpha, 0.924472543567008, 1e-12)
	wantNumber(t, "weighted alpha", weighted.Alpha, 0.928872990100786, 1e-9)
	for j, want := range []float64{0.919797277078665, 0.920479481171798, 0.919759833511855, 0.919778792576165, 0.919920158445811, 0.920052359629425, 0.920067744211929, 0.91982499239329, 0.919846321370873, 0.919967529381224, 0.919787172405791, 0.919234357587505, 0.920410396589566, 0.920041414830954, 0.919584604891044, 0.919832810184674, 0.920242017424943} {
		wantNumber(t, "alpha if dropped", plain.Results[j].AlphaDropped, want, 1e-12)
	}
}

func TestScaleOfSevenRatingsAgreesWithReference(t *testing.T) {
	t.Parallel()
	var out reliabilityWire
	runSpecification(t, RunReliability, `{"data":"attitude.csv","items":["rating","complaints","privileges","learning","raises","critical","advance"]}`, &out)
	wantNumber(t, "alpha", out.Alpha, 0.84314276956476, 1e-12)
	wantNumber(t, "omega", out.Omega, 0.8563267912, 1e-6)
	loading := []float64{0.8524773670, 0.9022410858, 0.5927055553, 0.7306966626, 0.7649943231, 0.2460927667, 0.3778452916}
	rest := []float64{0.671262057224, 0.742109710222, 0.560711111480, 0.714445498134, 0.786275593834, 0.265034339197, 0.460810549468}
	for j := range loading {
		wantNumber(t, "loading", out.Results[j].Loading, loading[j], 1e-5) // the reference stops its search there
		wantNumber(t, "item-rest correlation", out.Results[j].ItemRest, rest[j], 1e-11)
	}
}

func TestAOneFactorModelIsFoundAgain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(31, 32))
	for range 20 {
		k := 3 + random.IntN(10)
		load, r := make([]float64, k), mat.NewSymDense(k, nil)
		common, own := 0.0, 0.0
		for a := range load {
			load[a] = 0.3 + 0.6*random.Float64()
			common, own = common+load[a], own+1-load[a]*load[a]
			for b := range a {
				r.SetSym(a, b, load[a]*load[b])
			}
			r.SetSym(a, a, 1)
		}
		got, err := Scale(r)
		if err != nil {
			t.Fatal(err)
		}
		for j := range load {
			wantNumber(t, "loading", got.Loadings[j], load[j], 1e-6)
		}
		wantNumber(t, "omega", got.Omega, common*common/(common*common+own), 1e-7)
		if got.Alpha > got.Omega+1e-12 {
			t.Errorf("alpha %v exceeds omega %v under one factor", got.Alpha, got.Omega)
		}
	}
}

func TestAlphaHasAnErrorFromReplicates(t *testing.T) {
	t.Parallel()
	var out reliabilityWire
	runSpecification(t, RunReliability, `{"data":"street_w2_scored.csv","missing":"drop","items":["q01","q02","q03"],
		"design":{"ids":["community"],"weights":"w","replicates":{"type":"JK1"}}}`, &out)
	if !(out.AlphaSE > 0 && out.AlphaSE < 0.1) {
		t.Errorf("the standard error of alpha is %v", out.AlphaSE)
	}
}

func TestTwoItemsHaveNeitherOmegaNorAlphaWithoutOne(t *testing.T) {
	t.Parallel()
	data, err := RunReliability([]byte(`{"data":"x.csv","items":["a","b"]}`), openText("a,b\n1,2\n3,5\n4,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil || out["omega"] != nil || math.IsNaN(out["alpha"].(float64)) {
		t.Errorf("%s %v", data, err)
	}
	mistakes(t, RunReliability, map[string]string{
		`{"data":"x.csv","items":"u"}`:       `key "items" must name at least two`,
		`{"data":"x.csv","items":["u","y"]}`: `row 4, column "y": "x" is not a number`,
		`{"data":"x.csv","items":["u","k"]}`: `has no column "k"`,
	})
}
