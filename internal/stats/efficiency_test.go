package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

type efficiencyWire struct {
	FewUnits bool `json:"few_units"`
	Results  []struct {
		Name              string
		Score, Efficiency float64
		Strong            bool
		Peers             []struct{ Name string }
		Cost              float64 `json:"cost_index"`
		CostSE            float64 `json:"cost_index_se"`
	}
}

func efficiencyOf(t *testing.T, csv, spec string) (out efficiencyWire) {
	t.Helper()
	data, err := RunEfficiency([]byte(spec), openText(csv))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// One input and one output: the score is the ratio to the best ratio, and the variable frontier can be drawn by hand.
const eightStores = "store,staff,sales\nA,2,1\nB,3,3\nC,3,2\nD,4,3\nE,5,4\nF,5,2\nG,6,3\nH,8,5\n"

func TestEfficiencyOfEightStores(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string][]float64{
		`"returns":"constant"`:                        {0.5, 1, 2.0 / 3, 0.75, 0.8, 0.4, 0.5, 0.625},
		`"returns":"variable"`:                        {1, 1, 2.5 / 3, 0.75, 1, 0.5, 0.5, 1},
		`"returns":"constant","orientation":"output"`: {0.5, 1, 2.0 / 3, 0.75, 0.8, 0.4, 0.5, 0.625},
		`"returns":"variable","orientation":"output"`: {1, 1, 2.0 / 3, 3 / 3.5, 1, 0.5, 3 / (4 + 1.0/3), 1},
	} {
		out := efficiencyOf(t, eightStores, `{"data":"x.csv","names":"store","inputs":["staff"],"outputs":["sales"],`+spec+`}`)
		for k, v := range want {
			wantNumber(t, spec+" "+out.Results[k].Name, out.Results[k].Efficiency, v, 1e-10)
		}
	}
}

func TestEfficiencyOfTwelveHospitals(t *testing.T) {
	t.Parallel()
	const hospitals = "name,doctors,nurses,outpatients,inpatients\nA,20,151,100,90\nB,19,131,150,50\nC,25,160,160,55\nD,27,168,180,72\nE,22,158,94,66\nF,55,255,230,90\n" +
		"G,33,235,220,88\nH,31,206,152,80\nI,30,244,190,100\nJ,50,268,250,100\nK,53,306,260,147\nL,38,284,250,120\n"
	out := efficiencyOf(t, hospitals, `{"data":"x.csv","names":"name","inputs":["doctors","nurses"],"outputs":["outpatients","inpatients"]}`)
	for k, want := range []float64{1, 1, .883, 1, .763, .835, .902, .796, .960, .871, .955, .958} {
		if got := out.Results[k].Efficiency; math.Abs(got-want) > 6e-4 {
			t.Errorf("%s has %.4f, published %.3f", out.Results[k].Name, got, want)
		}
	}
	if out.FewUnits || !out.Results[0].Strong || out.Results[2].Strong {
		t.Errorf("%+v", out)
	}
}

func TestEfficienciesHoldTogether(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(51, 52))
	for range 40 {
		n, m, s := 4+random.IntN(20), 1+random.IntN(3), 1+random.IntN(3)
		columns := func(k int) [][]float64 {
			out := make([][]float64, k)
			for i := range out {
				out[i] = make([]float64, n)
				for j := range n {
					out[i][j] = float64(1 + random.IntN(9))
				}
			}
			return out
		}
		e := Envelopment{Inputs: columns(m), Outputs: columns(s)}
		of := func(variable, output bool) []Efficiency {
			e.Variable, e.Output = variable, output
			out, err := Efficiencies(e)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		constant, expanded, variable := of(false, false), of(false, true), of(true, false)
		best := 0.0
		for k := range constant {
			wantNumber(t, "inputs shrunk or outputs grown, constant returns", constant[k].Share, expanded[k].Share, 1e-8)
			if variable[k].Share < constant[k].Share-1e-8 || variable[k].Share > 1+1e-9 {
				t.Errorf("variable %v, constant %v", variable[k].Share, constant[k].Share)
			}
			best = math.Max(best, constant[k].Share)
			for i, x := range e.Inputs {
				used := variable[k].Excess[i]
				for j, w := range variable[k].Peers {
					used += w * x[j]
				}
				wantNumber(t, "input of the mixture", used, variable[k].Score*x[k], 1e-7)
			}
		}
		wantNumber(t, "best unit", best, 1, 1e-9)
	}
}

func TestCostIndexIsPointsPerMoneyPerResident(t *testing.T) {
	t.Parallel()
	out := efficiencyOf(t, "s,e,c,r\n85,1,2000,100\n", `{"data":"x.csv","cost_index":{"score":"s","se":"e","cost":"c","residents":"r","base":60}}`)
	wantNumber(t, "cost index", out.Results[0].Cost, 25.0/20, 1e-14)
	wantNumber(t, "its error", out.Results[0].CostSE, 1.0/20, 1e-14)
}

func TestEfficiencyMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunEfficiency, map[string]string{
		`{"data":"x.csv"}`:                                                   `key "inputs" and outputs must name columns`,
		`{"data":"x.csv","inputs":["u"]}`:                                    `key "inputs" and outputs must name columns`,
		`{"data":"x.csv","inputs":["u"],"outputs":["y"]}`:                    `key "outputs" must name a column of numbers: x.csv, row 4, column "y"`,
		`{"data":"x.csv","inputs":["u"],"outputs":["w"],"returns":"rising"}`: `key "returns" is "rising"`,
		`{"data":"x.csv","cost_index":{"score":"u","se":"w","cost":"u"}}`:    `key "cost_index.residents" must name a column`,
	})
}
