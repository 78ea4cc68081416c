package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

type combineWire struct {
	Results []struct {
		Name                         string
		Probability, Online, Bias, P float64
		Weight                       float64 `json:"weight_probability"`
		Estimate, RMSE               float64
	}
}

func TestAnOnlineSampleWithMoodBiasHardlyCounts(t *testing.T) {
	t.Parallel()
	var out combineWire
	runSpecification(t, RunCombine, `{"probability":{"estimates":[85.8971686506504],"se":[0.253624391318477]},"online":{"estimates":[81.0958051972939],"se":[0.251503734681582]}}`, &out)
	r := out.Results[0]
	diff, vp, vo := 81.0958051972939-85.8971686506504, 0.253624391318477*0.253624391318477, 0.251503734681582*0.251503734681582
	mse := vo + diff*diff - vp - vo
	wantNumber(t, "bias", r.Bias, diff, 1e-12)
	wantNumber(t, "weight", r.Weight, mse/(mse+vp), 1e-12)
	if r.Weight < 0.99 || r.P > 1e-12 {
		t.Errorf("weight %v, p %v", r.Weight, r.P)
	}
}

func TestStreetsFromTwoFilesAreCombined(t *testing.T) {
	t.Parallel()
	var out combineWire
	runSpecification(t, RunCombine, `{"by":["street"],"probability":{"data":"street_w2_scored.csv","item":"score","design":{"strata":["stratum"],"fpc":["fpc"],"weights":"w"}},
		"online":{"data":"street_online_w2_scored.csv","item":"score","missing":"drop"}}`, &out)
	if len(out.Results) != 13 {
		t.Fatalf("%d streets", len(out.Results))
	}
	for _, r := range out.Results {
		low, high := math.Min(r.Probability, r.Online), math.Max(r.Probability, r.Online)
		if r.Estimate < low || r.Estimate > high || r.Weight < 0.3 {
			t.Errorf("street %s: %+v", r.Name, r)
		}
	}
	wantNumber(t, "street 4", out.Results[3].Probability, 87.9664276960784, 1e-12)
}

func TestTheCombinationIsNeverWorseThanTheProbabilitySample(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(61, 62))
	for range 500 {
		a, b := Wave{Estimate: 80 + random.NormFloat64(), SE: 0.1 + random.Float64()}, Wave{Estimate: 80 + 3*random.NormFloat64(), SE: random.Float64()}
		got, err := Combine([]Wave{a}, []Wave{b})
		if err != nil {
			t.Fatal(err)
		}
		if got[0].RMSE > a.SE+1e-12 || got[0].RMSE > math.Sqrt(b.SE*b.SE+got[0].Bias2)+1e-12 {
			t.Errorf("%+v from %v and %v", got[0], a, b)
		}
	}
}

func TestCombinationMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunCombine, map[string]string{
		`{"probability":{"estimates":[1],"se":[1]}}`:                                                   `key "online.se"`,
		`{"probability":{"estimates":[1],"se":[0]},"online":{"estimates":[1],"se":[1]}}`:               `unit 1 has standard errors 0 and 1`,
		`{"probability":{"estimates":[1],"se":[1]},"online":{"estimates":[1,2],"se":[1,1]}}`:           `1 units in the probability sample, 2 online`,
		`{"probability":{"data":"x.csv","item":"k"},"online":{"estimates":[1],"se":[1]}}`:              `x.csv has no column "k"`,
		`{"probability":{"estimates":[1],"se":[1]},"online":{"estimates":[1],"se":[1]},"method":"dr"}`: `key "method" is not known`,
	})
}
