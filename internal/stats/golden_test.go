package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

func openTestdata(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join("testdata", name))
}

func readTestdata(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// wireRow is a result row as a caller of the command sees it.
type wireRow struct {
	Stat, Item, Level                          string
	Domain                                     map[string]string
	Prob, Estimate, SE, Deff, N, Sum, Min, Max *float64
	CI                                         []*float64
	KishDeff                                   *float64 `json:"kish_deff"`
	KishNEff                                   *float64 `json:"kish_neff"`
}

func (r wireRow) key() string {
	var domain []string
	for k, v := range r.Domain {
		domain = append(domain, k+"="+v)
	}
	sort.Strings(domain)
	prob := 0.0
	if r.Prob != nil {
		prob = *r.Prob
	}
	return fmt.Sprintf("%s %s %s %v %s", r.Stat, r.Item, r.Level, prob, strings.Join(domain, ","))
}

// differs says where got misses an expected number.
func (r wireRow) differs(got wireRow, tolerance float64) string {
	for name, pair := range map[string][2]*float64{"estimate": {r.Estimate, got.Estimate}, "se": {r.SE, got.SE}, "deff": {r.Deff, got.Deff},
		"n": {r.N, got.N}, "sum": {r.Sum, got.Sum}, "min": {r.Min, got.Min}, "max": {r.Max, got.Max},
		"kish_deff": {r.KishDeff, got.KishDeff}, "kish_neff": {r.KishNEff, got.KishNEff}} {
		if pair[0] != nil && !near(pair[0], pair[1], tolerance) {
			return fmt.Sprintf("%s is %s, want %s", name, show(pair[1]), show(pair[0]))
		}
	}
	for i, limit := range r.CI {
		if i >= len(got.CI) || !near(limit, got.CI[i], math.Max(tolerance, 1e-6)) {
			return fmt.Sprintf("ci is %v, want limit %d %s", got.CI, i, show(limit))
		}
	}
	return ""
}

func near(want, got *float64, tolerance float64) bool {
	if want == nil || got == nil {
		return want == got
	}
	return math.Abs(*want-*got) <= tolerance*math.Max(math.Abs(*want), math.Abs(*got))+1e-13
}

func show(v *float64) string {
	if v == nil {
		return "missing"
	}
	return fmt.Sprintf("%.15g", *v)
}

type goldenCase struct {
	ID        string
	Tolerance float64
	Spec      json.RawMessage
	Results   []wireRow
}

func TestEstimatesAgreeWithReference(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"golden.json", "more.json"} {
		var cases []goldenCase
		readTestdata(t, file, &cases)
		for _, c := range cases {
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				data, err := RunEstimate(c.Spec, openTestdata)
				if err != nil {
					t.Fatal(err)
				}
				var out struct{ Results []wireRow }
				if err := json.Unmarshal(data, &out); err != nil {
					t.Fatal(err)
				}
				got := map[string]wireRow{}
				for _, r := range out.Results {
					got[r.key()] = r
				}
				for _, want := range c.Results {
					r, ok := got[want.key()]
					if !ok {
						t.Errorf("no row for %s", want.key())
					} else if d := want.differs(r, c.Tolerance); d != "" {
						t.Errorf("%s: %s", want.key(), d)
					}
				}
			})
		}
	}
}

func TestCovarianceAgreesWithReference(t *testing.T) {
	t.Parallel()
	type matrix struct {
		Rows []string
		V    [][]float64
	}
	var want map[string]*matrix
	readTestdata(t, "covariance.json", &want)
	var cases []goldenCase
	readTestdata(t, "golden.json", &cases)
	for _, c := range cases {
		expected := want[c.ID]
		if expected == nil {
			continue
		}
		var out struct{ Covariance matrix }
		spec := strings.Replace(string(c.Spec), `"stat"`, `"covariance":true,"stat"`, 1)
		data, err := RunEstimate([]byte(spec), openTestdata)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, name := range out.Covariance.Rows {
			at[name] = i
			at[strings.Split(name, ":")[0]] = i // the reference leaves out the name of a single item
		}
		for a, nameA := range expected.Rows {
			for b, nameB := range expected.Rows {
				got := out.Covariance.V[at[nameA]][at[nameB]]
				scale := math.Sqrt(expected.V[a][a] * expected.V[b][b])
				if math.Abs(got-expected.V[a][b]) > 1e-9*scale {
					t.Errorf("%s: covariance of %s and %s is %v, want %v", c.ID, nameA, nameB, got, expected.V[a][b])
				}
			}
		}
	}
}

type rankGolden struct {
	Z                 float64
	Rank, Best, Worst []int
	PTop3             []float64 `json:"p_top3"`
	PBest             []float64 `json:"p_best"`
	ExpectedRank      []float64 `json:"expected_rank"`
}

// streetScores are the scores of the 13 streets in the order of their numbers.
func streetScores(t testing.TB) (est, se []float64) {
	t.Helper()
	data, err := RunEstimate([]byte(`{"data":"street_w2_scored.csv","design":{"strata":"stratum","weights":"w","fpc":"fpc"},
		"estimate":[{"stat":"mean","items":"score","by":"street"}]}`), openTestdata)
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Results []wireRow }
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	est, se = make([]float64, 13), make([]float64, 13)
	for _, r := range out.Results {
		var street int
		if _, err := fmt.Sscan(r.Domain["street"], &street); err != nil {
			t.Fatal(err)
		}
		est[street-1], se[street-1] = *r.Estimate, *r.SE
	}
	return est, se
}

type ranksWire struct {
	Z       float64
	Results []struct {
		Rank, Best, Worst int
		PTop              float64 `json:"p_top"`
		PBest             float64 `json:"p_best"`
		ExpectedRank      float64 `json:"expected_rank"`
		MayBeTop          bool    `json:"may_be_top"`
	}
}

func runRanks(t *testing.T, spec map[string]any) ranksWire {
	t.Helper()
	in, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	data, err := RunRanks(in, openTestdata)
	if err != nil {
		t.Fatal(err)
	}
	var out ranksWire
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRanksAgreeWithReference(t *testing.T) {
	t.Parallel()
	var golden map[string]rankGolden
	readTestdataRanks(t, &golden)
	est, se := streetScores(t)
	pisa := map[string]any{"data": "pisa2018.csv", "estimates": "math_score", "se": "math_se"}
	for id, spec := range map[string]map[string]any{
		"N01": {"estimates": est, "se": se, "level": 0.90},
		"N02": {"estimates": est, "se": se, "level": 0.95},
		"N09": {"data": pisa["data"], "estimates": pisa["estimates"], "se": pisa["se"], "level": 0.90, "top": 1},
	} {
		got, want := runRanks(t, spec), golden[id]
		if math.Abs(got.Z-want.Z) > 1e-9 {
			t.Errorf("%s: z = %v, want %v", id, got.Z, want.Z)
		}
		for i, r := range got.Results {
			if r.Rank != want.Rank[i] || r.Best != want.Best[i] || r.Worst != want.Worst[i] {
				t.Errorf("%s unit %d: %+v, want rank %d in %d..%d", id, i+1, r, want.Rank[i], want.Best[i], want.Worst[i])
			}
		}
	}
	want := golden["N03"]
	for i, r := range runRanks(t, map[string]any{"estimates": est, "se": se, "top": 3}).Results {
		for name, pair := range map[string][2]float64{"p_top": {r.PTop, want.PTop3[i]}, "p_best": {r.PBest, want.PBest[i]}, "expected_rank": {r.ExpectedRank, want.ExpectedRank[i]}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9*pair[1]+1e-12 {
				t.Errorf("N03 street %d: %s = %v, want %v", i+1, name, pair[0], pair[1])
			}
		}
	}
}

func readTestdataRanks(t *testing.T, into *map[string]rankGolden) {
	t.Helper()
	var raw map[string]json.RawMessage
	readTestdata(t, "ranks.json", &raw)
	*into = map[string]rankGolden{}
	for _, id := range []string{"N01", "N02", "N03", "N09"} {
		var g rankGolden
		if err := json.Unmarshal(raw[id], &g); err != nil {
			t.Fatal(err)
		}
		(*into)[id] = g
	}
}

func TestPairwiseRankSetsAgreeWithReference(t *testing.T) {
	t.Parallel()
	var golden map[string]json.RawMessage
	readTestdata(t, "ranks.json", &golden)
	est, se := streetScores(t)
	for id, spec := range map[string]map[string]any{
		"N04":       {"estimates": est, "se": se, "level": 0.95, "method": "pairs", "draws": 20000},
		"N07-simul": {"data": "pisa2018.csv", "estimates": "math_score", "se": "math_se", "level": 0.95, "method": "pairs", "draws": 20000},
	} {
		var want struct{ Result struct{ L, U []int } }
		if err := json.Unmarshal(golden[id], &want); err != nil {
			t.Fatal(err)
		}
		for i, r := range runRanks(t, spec).Results {
			if r.Best != want.Result.L[i] || r.Worst != want.Result.U[i] {
				t.Errorf("%s unit %d: %d..%d, want %d..%d", id, i+1, r.Best, r.Worst, want.Result.L[i], want.Result.U[i])
			}
		}
	}
	var top struct{ Result []int }
	if err := json.Unmarshal(golden["N06"], &top); err != nil {
		t.Fatal(err)
	}
	var got []int
	for i, r := range runRanks(t, map[string]any{"estimates": est, "se": se, "level": 0.95, "method": "pairs-top"}).Results {
		if r.MayBeTop {
			got = append(got, i+1)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(top.Result) {
		t.Errorf("N06: %v may be among the top three, want %v", got, top.Result)
	}
}
