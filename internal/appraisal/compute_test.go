package appraisal

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

func computed(t testing.TB, in input) (*Result, []byte) {
	t.Helper()
	result, _, err := compute(in)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	return result, body
}

// The one-pass moments must say what the general estimation core says row by row.
func TestCompute_AgreesWithTheEstimationCore(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 4, 2400, 0, 3)
	result, _ := computed(t, in)
	plan := &in.wave.Plan.V
	l, err := newLayout(plan, in.forms, in.system.Indicators())
	if err != nil {
		t.Fatal(err)
	}
	rows := len(in.answers)
	street, stratum, group := make([]string, rows), make([]string, rows), make([]string, rows)
	weights, sizes := make([]float64, rows), make([]float64, rows)
	items := make([][]float64, 17)
	for j := range items {
		items[j] = make([]float64, rows)
	}
	count := map[string]int{}
	for _, a := range in.answers {
		count[a.Street+string(a.Group)]++
	}
	for i, a := range in.answers {
		street[i], group[i], stratum[i] = a.Street, string(a.Group), a.Street+string(a.Group)
		sizes[i] = float64(plan.Population(a.Street, a.Group))
		weights[i] = sizes[i] / float64(count[stratum[i]])
		for j := range items {
			items[j][i] = math.NaN()
			if p := l.pos[a.Group][j]; p >= 0 {
				if o := l.options[l.code[a.Marks[p]]]; o.Scored {
					items[j][i] = o.Values[stats.MeasureScore]
				}
			}
		}
	}
	d, err := stats.NewDesign(stats.Options{Rows: rows, Weights: weights, Stages: []stats.Stage{{Strata: stats.NewFactor(stratum), FPC: sizes}}})
	if err != nil {
		t.Fatal(err)
	}
	groupsOf := stats.NewFactor(group)
	for _, n := range result.Nodes[:len(result.Nodes)-1] {
		mixes := newNode(n, l, plan.Weights).mixes
		for _, only := range groups {
			index := stats.Index{By: stats.NewFactor(street), Groups: groupsOf, Items: items}
			for _, name := range groupsOf.Names {
				g := survey.Group(name)
				row, weight := make([]float64, 17), plan.RespondentWeights[g]
				for a, j := range mixes[g].items {
					row[j] = mixes[g].shares[a]
				}
				if len(mixes[g].items) == 0 || only != "" && only != g {
					weight, row[0] = 0, 1
				}
				index.GroupWeights, index.Weights = append(index.GroupWeights, weight), append(index.Weights, row)
			}
			if only != "" && len(mixes[only].items) == 0 {
				continue
			}
			compareIndex(t, d, index, result, only, n.Code)
		}
	}
}

func compareIndex(t *testing.T, d *stats.Design, index stats.Index, result *Result, group survey.Group, code string) {
	t.Helper()
	got, err := d.Index(index)
	if err != nil {
		t.Fatal(err)
	}
	for b, s := range got.Scores {
		row := findScore(result, survey.Targeted, index.By.Names[b], group, code)
		pairs := map[string][2]float64{"score": {*row.Score, s.Estimate.Estimate}, "se": {*row.SE, s.SE}, "n": {float64(row.N), float64(s.N)}}
		if group != "" {
			pairs["deff"], pairs["n_eff"] = [2]float64{*row.Deff, s.Deff}, [2]float64{*row.NEff, s.NEff}
		}
		for what, pair := range pairs {
			if math.Abs(pair[0]-pair[1]) > 2e-9*math.Max(1, math.Abs(pair[1])) {
				t.Errorf("%s %s %s: %s is %.12g, the core says %.12g", row.AreaCode, code, group, what, pair[0], pair[1])
			}
		}
	}
}

func findScore(r *Result, channel survey.Channel, area string, group survey.Group, code string) *Score {
	i := slices.IndexFunc(r.Scores, func(s Score) bool {
		return s.Channel == channel && s.AreaCode == area && s.Group == group && s.Code == code
	})
	if i < 0 {
		return &Score{}
	}
	return &r.Scores[i]
}

// By hand: one street; two elders (N 10) answer A1-1 with 100 and 60, two adults (N 20) with 80 and 80; nobody else, nothing else.
//
//	elder mean 80, variance (1−2/10)·2/1·Σ((y−80)/2)² = 0.8·2·(100+100) = 320; adult mean 80, variance 0.
//	positive = (40·80 + 40·80)/80 = 80, units missing; se = √(0.5²·320) = 8.9442719…; df = 4 − 2.
//	n_eff: a sample half elders, half adults has variance 0.5·(20² + 20²)/2/(n−1) = 200/3; 4·(200/3)/80 = 10/3.
//	rate = (50 + 100)/2 = 75 %: elders 100 and 0, adults satisfied.
func TestCompute_SmallExampleByHand(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 1, 0, 0, 1)
	plan := &in.wave.Plan.V
	plan.Strata = []survey.Stratum{{Street: streetCode(0), Group: survey.Elder, Population: 10}, {Street: streetCode(0), Group: survey.Adult, Population: 20},
		{Street: streetCode(0), Group: survey.Unit, Population: 5}}
	only := func(mark string, g survey.Group) answer {
		marks := mark
		for range len(in.forms[g].ScaleQuestions()) - 1 {
			marks += "."
		}
		return answer{Channel: survey.Targeted, Street: streetCode(0), Group: g, Marks: marks}
	}
	in.answers = []answer{only("1", survey.Elder), only("3", survey.Elder), only("2", survey.Adult), only("2", survey.Adult)}
	result, _ := computed(t, in)
	row := findScore(result, survey.Targeted, streetCode(0), "", NodeTotal)
	if *row.Score != 80 || !near(*row.SE, math.Round(math.Sqrt(80)*1e9)/1e9) || *row.DF != 2 || row.N != 4 || math.Abs(*row.NEff-10.0/3) > 1e-8 || *row.Rate != 75 {
		t.Errorf("got %v ± %v, df %v, n %d, n_eff %v, rate %v; want 80 ± %v, 2, 4, 3.33, 75", *row.Score, *row.SE, *row.DF, row.N, *row.NEff, *row.Rate, math.Sqrt(80))
	}
	if !row.Insufficient {
		t.Error("two valid answers are not marked as insufficient")
	}
	if leaf := findScore(result, survey.Targeted, streetCode(0), "", "A1-1"); !slices.Equal(leaf.Counts, []int{1, 2, 1, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("distribution is %v", leaf.Counts)
	}
	if len(result.Method.Notes) == 0 || result.Ranks.Items[0].Best != 1 {
		t.Errorf("missing units are not noted, or no rank: %+v", result.Ranks)
	}
}

func TestCompute_OrderOfRowsDoesNotChangeAByte(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 3, 900, 1200, 11)
	_, first := computed(t, in)
	hash := in.hash()
	r := rand.New(rand.NewPCG(5, 5))
	for range 3 {
		r.Shuffle(len(in.answers), func(i, j int) { in.answers[i], in.answers[j] = in.answers[j], in.answers[i] })
		if again := in.hash(); again != hash {
			t.Fatal("the input hash depends on the order of rows")
		}
		r.Shuffle(len(in.answers), func(i, j int) { in.answers[i], in.answers[j] = in.answers[j], in.answers[i] })
		if _, again := computed(t, in); !bytes.Equal(first, again) {
			t.Fatal("the result depends on the order of rows")
		}
	}
	in.answers[0].Marks = "5" + in.answers[0].Marks[1:]
	if in.hash() == hash {
		t.Error("another answer has the same input hash")
	}
}

func TestCompute_OnlineIsReportedApartWithItsBias(t *testing.T) {
	t.Parallel()
	with := sampleInput(t, 3, 900, 1500, 2)
	without := sampleInput(t, 3, 900, 0, 2)
	a, _ := computed(t, with)
	b, _ := computed(t, without)
	if *findScore(a, survey.Targeted, streetCode(1), "", NodeTotal).Score != *findScore(b, survey.Targeted, streetCode(1), "", NodeTotal).Score {
		t.Error("online answers changed an official score")
	}
	online := findScore(a, survey.Online, streetCode(1), "", NodeTotal)
	official := findScore(a, survey.Targeted, streetCode(1), "", NodeTotal)
	if online.Bias == nil || math.Abs(*online.Bias-(*online.Score-*official.Score)) > 1e-8 || *online.BiasSE < *online.SE {
		t.Errorf("bias is not measured: %+v", online)
	}
}

func TestCompute_SmallCommunitiesAreSuppressedAndNeverRanked(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 2, 150, 0, 9)
	result, _ := computed(t, in)
	suppressed := 0
	for _, s := range result.Scores {
		if s.AreaLevel != AtCommunity {
			continue
		}
		if s.N < 10 {
			suppressed++
			if !s.Suppressed || s.Score != nil || s.Rate != nil || s.Counts != nil {
				t.Fatalf("a cell of %d is shown: %+v", s.N, s)
			}
		}
	}
	if suppressed == 0 {
		t.Fatal("the sample has no small community")
	}
	for _, r := range result.Ranks.Items {
		if len(r.AreaCode) != 9 {
			t.Errorf("%s is ranked", r.AreaCode)
		}
	}
}

func TestCompute_TotalNeedsAllThreePartsOfAllStreets(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 2, 600, 0, 4)
	in.parts = parts{Reverse: map[string]ReversePart{streetCode(0): {Closure: 0.9, Approval: 0.8, Recurrence: 0.1}}, Special: map[string]float64{streetCode(0): 90}}
	result, _ := computed(t, in)
	if result.Totals[0].Total != nil || result.Ranks.Basis != "positive" {
		t.Error("a total exists although a street lacks parts")
	}
	in.parts.Reverse[streetCode(1)], in.parts.Special[streetCode(1)] = ReversePart{Closure: 1, Approval: 1}, 100
	result, _ = computed(t, in)
	first := result.Totals[0]
	want := 0.7**first.Positive + 0.2*(100*(0.5*0.9+0.3*0.8+0.2*0.9)) + 0.1*90
	if result.Ranks.Basis != "total" || math.Abs(*first.Total-want) > 1e-8 {
		t.Errorf("total is %v, want %v; basis %s", first.Total, want, result.Ranks.Basis)
	}
	sum := 0.0
	for _, r := range result.Ranks.Items {
		sum += r.PTop
	}
	if math.Abs(sum-2) > 1e-6 {
		t.Errorf("P(top) adds up to %v for two streets", sum)
	}
}

func TestCompute_RefusesAnswersOutsideThePlan(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*input){
		"unknown street": func(in *input) { in.answers[0].Street = "320106999" },
		"no population":  func(in *input) { in.wave.Plan.V.Strata = in.wave.Plan.V.Strata[1:] },
		"short marks":    func(in *input) { in.answers[0].Marks = "1" },
		"unknown mark":   func(in *input) { in.answers[0].Marks = "x" + in.answers[0].Marks[1:] },
	} {
		in := sampleInput(t, 2, 120, 0, 8)
		change(&in)
		if _, _, err := compute(in); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
}

func BenchmarkCompute_GulouWave(b *testing.B) {
	in := sampleInput(b, 13, 8020, 27429, 1)
	b.ResetTimer()
	for b.Loop() {
		_, body := computed(b, in)
		b.ReportMetric(float64(len(body))/1e6, "MB-result")
	}
}

// A city's wave: a million answers to 17 indicators and the overall question, weighted and scored by street and community.
func BenchmarkCompute_MillionAnswers(b *testing.B) {
	in := sampleInput(b, 40, 200_000, 800_000, 1)
	sortAnswers(in.answers) // as the index delivers them
	b.ResetTimer()
	for b.Loop() {
		if _, _, err := compute(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(in.answers)*b.N)/b.Elapsed().Seconds(), "answers/s")
}

// One street's page: every place in the tree of one street from moments.
func BenchmarkSlice_StreetsFromMoments(b *testing.B) {
	in := sampleInput(b, 13, 8020, 27429, 1)
	c, err := newComputation(in, fine{})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		if _, err := c.slice(SliceFilter{By: "street", Code: NodeTotal, Channel: survey.Targeted}, false, func(string) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
}
