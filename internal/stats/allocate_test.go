package stats

import (
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// runSpecification carries out a specification and reads what a caller of the command would.
func runSpecification(t *testing.T, run func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error), spec string, into any) {
	t.Helper()
	data, err := run([]byte(spec), openTestdata)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// mistakes checks that each wrong specification is refused with words that find the place.
func mistakes(t *testing.T, run func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error), wrong map[string]string) {
	t.Helper()
	for spec, want := range wrong {
		if _, err := run([]byte(spec), openText(smallTable)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", spec, err, want)
		}
	}
}

func wantNumber(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(math.Abs(want), 1e-12)) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// The school types of the California data with the standard deviations of api00 in the whole population.
const schoolTypes = `"strata":[{"name":"E","size":4421,"sd":131.346298561464},{"name":"H","size":755,"sd":107.656253591749},
 {"name":"M","size":1018,"sd":124.717055904762}]`

func TestAllocateSpreadsTwoHundredOverSchoolTypes(t *testing.T) {
	t.Parallel()
	var out struct {
		Allocations []struct {
			Method   string
			Variance float64
			Strata   []struct{ N int }
		}
	}
	runSpecification(t, RunAllocate, `{"n":200,"method":["proportional","optimum","equal","neyman"],`+schoolTypes+`}`, &out)
	want := map[string][3]int{"proportional": {143, 24, 33}, "optimum": {147, 21, 32}, "equal": {67, 67, 66}, "neyman": {147, 21, 32}}
	for _, a := range out.Allocations {
		if got := [3]int{a.Strata[0].N, a.Strata[1].N, a.Strata[2].N}; got != want[a.Method] {
			t.Errorf("%s gives %v, want %v", a.Method, got, want[a.Method])
		}
	}
	wantNumber(t, "proportional variance", out.Allocations[0].Variance, 78.74, 1e-4)
	wantNumber(t, "least variance", out.Allocations[1].Variance, 78.49, 1e-4)
}

func TestSampleSizeOfAProportion(t *testing.T) {
	t.Parallel()
	var out struct {
		Sizes []struct {
			NReal float64 `json:"n_real"`
			N     int
		}
	}
	runSpecification(t, RunAllocate, `{"size":[{"margin":0.05},{"margin":0.04},{"margin":0.03},{"margin":0.04,"population":60000},
		{"margin":0.04,"population":60000,"deff":1.5},{"margin":0.03,"population":800}]}`, &out)
	for i, want := range []struct {
		real float64
		n    int
	}{{384.145882069412, 385}, {600.227940733457, 601}, {1067.07189463726, 1068}, {594.292661273326, 595}, {891.43899190999, 892}, {457.462286508391, 458}} {
		wantNumber(t, "sample size", out.Sizes[i].NReal, want.real, 1e-12)
		if out.Sizes[i].N != want.n {
			t.Errorf("size %d is %d, want %d", i, out.Sizes[i].N, want.n)
		}
	}
}

func TestDetectableDifferenceOfTwoStreets(t *testing.T) {
	t.Parallel()
	got := DetectableDifference([2]float64{15, 15}, [2]float64{615, 615}, 1, 0.95, 0.8)
	wantNumber(t, "difference", got, (1.95996398454005+0.841621233572914)*15*math.Sqrt(2.0/615), 1e-12)
}

func TestOptimumIsTheBestOfAllWholeNumbers(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	for range 50 {
		strata := make([]Stratum, 3)
		for h := range strata {
			strata[h] = Stratum{Size: 5 + random.IntN(30), SD: 1 + 9*random.Float64(), Min: 1 + random.IntN(3)}
			strata[h].Max = strata[h].Min + random.IntN(strata[h].Size-strata[h].Min+1)
		}
		least, most := strata[0].Min+strata[1].Min+strata[2].Min, strata[0].Max+strata[1].Max+strata[2].Max
		n := least + random.IntN(most-least+1)
		best := math.Inf(1)
		for a := strata[0].Min; a <= strata[0].Max; a++ {
			for b := strata[1].Min; b <= strata[1].Max; b++ {
				if c := n - a - b; c >= strata[2].Min && c <= strata[2].Max {
					best = math.Min(best, AllocationVariance(strata, []int{a, b, c}))
				}
			}
		}
		got, _, err := Allocate(AllocationPlan{N: n, Method: Optimum, Strata: strata})
		if err != nil {
			t.Fatal(err)
		}
		wantNumber(t, "least variance", AllocationVariance(strata, got), best, 1e-12)
	}
}

func TestEveryAllocationAddsUpInsideItsBounds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 14))
	for range 200 {
		strata, least, most := make([]Stratum, 1+random.IntN(12)), 0, 0
		for h := range strata {
			s := Stratum{Size: 4 + random.IntN(4000), SD: 0.1 + random.Float64(), Min: 1 + random.IntN(2)}
			s.Max = s.Min + random.IntN(s.Size-s.Min+1)
			strata[h] = s
			least, most = least+s.Min, most+s.Max
		}
		n := least + random.IntN(most-least+1)
		for _, m := range []Allocation{Equal, Proportional, Neyman, Power, Optimum} {
			got, _, err := Allocate(AllocationPlan{N: n, Method: m, Strata: strata})
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for h, v := range got {
				sum += v
				if v < strata[h].Min || v > strata[h].Max {
					t.Errorf("%s gives %d outside %d to %d", m, v, strata[h].Min, strata[h].Max)
				}
			}
			if sum != n {
				t.Errorf("%s gives %d in all, want %d", m, sum, n)
			}
		}
	}
}

func TestAllocationMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunAllocate, map[string]string{
		`{}`:                              `key "strata" is missing`,
		`{"strata":[{"size":10}],"n":20}`: `key "strata" cannot be allocated: a sample of 20 lies outside 1 to 10`,
		`{"strata":[{"size":10}],"n":2,"method":"best"}`:           `key "method" is "best"`,
		`{"strata":[{"size":10}],"n":2,"method":"neyman"}`:         `needs a positive standard deviation`,
		`{"strata":[{"name":"a"}],"n":2}`:                          `key "strata[0].size" is missing`,
		`{"data":"x.csv","strata":{"size":"y"},"n":2}`:             `key "strata.size" must name a column of numbers: x.csv, row 4, column "y"`,
		`{"data":"x.csv","strata":{"size":"u","names":"h"},"n":4}`: `key "strata.names" is not known`,
		`{"size":[{"margin":0}]}`:                                  `key "size[0].margin"`,
		`{"size":[{"margin":0.1,"level":95}]}`:                     `key "size[0].level" is 95`,
		`{"detect":[{"n":[5],"sd":[1,1]}]}`:                        `key "detect[0].n"`,
	})
	if _, err := RunAllocate([]byte(`{"data":"x.csv","strata":{"size":"n"},"n":3}`), openText("n\n5\n6.5\n")); err == nil || !strings.Contains(err.Error(), `row 2, column "n" has 6.5`) {
		t.Errorf("half a unit: %v", err)
	}
}
