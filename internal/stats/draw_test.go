package stats

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

type sampleWire struct {
	N        int
	Frame    struct{ SHA256 string }
	ListHash string `json:"list_sha256"`
	Strata   []struct{ N, Certain int }
	Sample   []struct {
		Row         int
		ID          string
		Probability float64
	}
	Probabilities []float64
}

func TestInclusionProbabilitiesOfBelgianTowns(t *testing.T) {
	t.Parallel()
	table, err := readTable(openTestdata, "belgium.csv", func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for n, certain := range map[int]int{50: 2, 200: 31} {
		var out sampleWire
		runSpecification(t, RunSample, fmt.Sprintf(`{"data":"belgium.csv","id":"ins","method":"pps","size":"inhabitants","n":%d,"seed":2026,"probabilities":true}`, n), &out)
		want, err := table.required(fmt.Sprintf("pik%d", n))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out.Probabilities {
			if math.Abs(v-want[i]) > 1e-12 {
				t.Fatalf("n=%d: town %d has %v, want %v", n, i+1, v, want[i])
			}
		}
		if out.N != n || out.Strata[0].Certain != certain {
			t.Errorf("%d towns with %d certain, want %d with %d", out.N, out.Strata[0].Certain, n, certain)
		}
	}
}

func TestSystematicDrawWithTheStartGiven(t *testing.T) {
	t.Parallel()
	probability := []float64{0.2, 0.7, 0.8, 0.5, 0.4, 0.4}
	for u, want := range map[float64][]int{0.2655086631421: {1, 2, 4}, 0.18488225992769: {0, 2, 3}, 0.168041526339948: {0, 2, 3},
		0.585800305008888: {1, 2, 4}, 0.200214452575892: {1, 2, 4}} {
		if got, err := SystematicDraw(probability, u); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("u=%v draws %v (%v), want %v", u, got, err, want)
		}
	}
}

func TestStrataHaveTheirOwnProbabilities(t *testing.T) {
	t.Parallel()
	frame := "h\n" + strings.Repeat("1\n", 4) + strings.Repeat("2\n", 5) + strings.Repeat("3\n", 3)
	open := openText(frame)
	for _, method := range []string{"simple", "systematic"} {
		data, err := RunSample([]byte(`{"data":"x.csv","method":"`+method+`","strata":["h"],"n":{"1":2,"2":3,"3":1},"seed":"spring","probabilities":true}`), open)
		if err != nil {
			t.Fatal(err)
		}
		var out sampleWire
		runSpecification(t, func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error) { return data, nil }, "", &out)
		for i, want := range []float64{.5, .5, .5, .5, .6, .6, .6, .6, .6, 1. / 3, 1. / 3, 1. / 3} {
			wantNumber(t, "probability", out.Probabilities[i], want, 1e-12)
		}
		if out.N != 6 || out.Strata[0].N != 2 || out.Strata[1].N != 3 || out.Strata[2].N != 1 {
			t.Errorf("%s draws %+v", method, out.Strata)
		}
	}
}

func TestASealedDrawGivesTheSameListAgainAndAnotherForAnotherSeedOrFrame(t *testing.T) {
	t.Parallel()
	frame := func(rows int) string {
		var b strings.Builder
		b.WriteString("id,size\n")
		for i := range rows {
			fmt.Fprintf(&b, "%d,%d\n", i+1, 10+i%7)
		}
		return b.String()
	}
	list := func(method, seed, text string) string {
		spec := `{"data":"x.csv","id":"id","method":"` + method + `","n":20,"seed":"` + seed + `"`
		if method == "pps" {
			spec += `,"size":"size"`
		}
		data, err := RunSample([]byte(spec+`}`), openText(text))
		if err != nil {
			t.Fatal(err)
		}
		var out sampleWire
		runSpecification(t, func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error) { return data, nil }, "", &out)
		if out.N != 20 || len(out.Frame.SHA256) != 64 {
			t.Errorf("%+v", out)
		}
		return out.ListHash
	}
	for _, method := range []string{"simple", "pps"} {
		first := list(method, "a", frame(700))
		if again := list(method, "a", frame(700)); again != first {
			t.Errorf("%s: the list changed", method)
		}
		if list(method, "b", frame(700)) == first || list(method, "a", frame(701)) == first {
			t.Errorf("%s: another seed or frame gives the same list", method)
		}
	}
}

func TestADrawKnownForEver(t *testing.T) {
	t.Parallel()
	got, err := SimpleDraw(DrawSource("2026", "frame", ""), 50, 6)
	if want := []int{0, 1, 10, 23, 26, 46}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the stream of sealed draws changed: %v, want %v", got, want)
	}
}

func TestSystematicDrawsTakeUnitsAsOftenAsTheirProbability(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		size := make([]float64, 5+random.IntN(20))
		for i := range size {
			size[i] = random.ExpFloat64()
		}
		size[0] = 0
		n := 1 + random.IntN(len(size)-1)
		probability, err := InclusionProbabilities(size, n)
		if err != nil {
			t.Fatal(err)
		}
		count := make([]int, len(size))
		const draws = 2000
		for k := range draws { // u on a grid integrates exactly up to one step
			got, err := SystematicDraw(probability, (float64(k)+.5)/draws)
			if err != nil || len(got) != n {
				t.Fatalf("%d units (%v), want %d", len(got), err, n)
			}
			for _, i := range got {
				count[i]++
			}
		}
		for i, p := range probability {
			if math.Abs(float64(count[i])/draws-p) > 2.0/draws {
				t.Errorf("unit %d with probability %v was taken %d times of %d", i, p, count[i], draws)
			}
		}
	}
}

func TestSampleMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	mistakes(t, RunSample, map[string]string{
		`{}`: `key "method"`,
		`{"data":"x.csv","method":"simple","n":2}`:                                     `key "seed" is needed`,
		`{"data":"x.csv","method":"simple","n":2,"u":0.5}`:                             `key "u" is the start`,
		`{"data":"x.csv","method":"systematic","n":2,"u":1}`:                           `key "u" is 1`,
		`{"data":"x.csv","method":"pps","n":2,"seed":1}`:                               `key "size" names`,
		`{"data":"x.csv","method":"pps","size":"y","n":2,"seed":1}`:                    `row 4, column "y": "x" is not a number`,
		`{"data":"x.csv","method":"simple","seed":1}`:                                  `key "n" is missing`,
		`{"data":"x.csv","method":"simple","strata":["h"],"n":{"a":1},"seed":1}`:       `key "n.b" is missing`,
		`{"data":"x.csv","method":"simple","strata":["h"],"n":{"a":1,"b":3},"seed":1}`: `stratum "b": 3 units cannot be drawn from 2`,
		`{"data":"x.csv","method":"simple","id":"h","n":1,"seed":1}`:                   `key "id" must be different`,
	})
}
