package stats

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Laws that hold for every sample, tried on many random ones.

func TestRakedWeightsMeetEveryMarginAndRakingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		s, random := makeSurvey(400, 1, seed), rand.New(rand.NewPCG(seed, 4))
		people := make([]float64, s.rows) // an invented population, so that the margins agree with each other
		for i := range people {
			people[i] = s.weights[i] * (0.5 + random.Float64())
		}
		var margins []PostStratification
		for _, f := range []Factor{NewFactor(s.street), NewFactor(s.group), NewFactor(s.stratum)} {
			totals := make([]float64, len(f.Names))
			for i, c := range f.Code {
				totals[c] += people[i]
			}
			margins = append(margins, PostStratification{f, totals})
		}
		once, err := s.design(t).Calibrate(Raking{Margins: margins})
		if err != nil {
			t.Fatal(err)
		}
		for m, margin := range margins {
			for c, sum := range cellSums(once, margin.Cells) {
				if math.Abs(sum-margin.Totals[c]) > 1e-7*margin.Totals[c] {
					t.Errorf("seed %d: margin %d, cell %d is %v, want %v", seed, m, c, sum, margin.Totals[c])
				}
			}
			for _, e := range mustMean(t, once, indicatorOf(margin.Cells, 0), Query{}) {
				if e.SE > 1e-6 {
					t.Errorf("seed %d: a share of margin %d has standard error %v, but is known", seed, m, e.SE)
				}
			}
		}
		twice, err := once.Calibrate(Raking{Margins: margins})
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range once.Weights() {
			if math.Abs(w-twice.Weights()[i]) > 1e-7*w {
				t.Fatalf("seed %d: row %d weighs %v and after raking again %v", seed, i+1, w, twice.Weights()[i])
			}
		}
	}
}

func TestBootstrapInOneWalkAgreesWithOneReplicateAtATime(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		s := makeSurvey(300, 4, seed)
		r, err := s.design(t).Replicate(ReplicateOptions{Type: Bootstrap, Replicates: 30, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		by := By(NewFactor(s.street))
		for name, many := range map[string]func([][]float64, Query) ([][]Estimate, error){"means": r.Means, "totals": r.Totals} {
			together, err := many(s.items, by)
			if err != nil {
				t.Fatal(err)
			}
			for k, y := range s.items {
				single := r.Mean
				if name == "totals" {
					single = r.Total
				}
				alone, err := single(y, by)
				if err != nil {
					t.Fatal(err)
				}
				for c := range alone {
					if !sameEstimate(alone[c], together[k][c], 1e-10) {
						t.Errorf("seed %d: %s of item %d, street %d: %+v together, %+v alone", seed, name, k, c, together[k][c], alone[c])
					}
				}
			}
		}
	}
}

func TestModelOfGroupsIsTheTableOfTheirMeans(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		s := makeSurvey(300, 1, seed)
		d, groups := s.design(t), ordered(NewFactor(s.group))
		fit, err := d.Fit(groupModel(s.items[0], groups))
		if err != nil {
			t.Fatal(err)
		}
		means := mustMean(t, d, s.items[0], By(groups))
		if math.Abs(fit.Coefficients[0]-means[0].Estimate) > 1e-9 || math.Abs(math.Sqrt(fit.Covariance.At(0, 0))-means[0].SE) > 1e-9 {
			t.Errorf("seed %d: constant %v, mean of the first group %v ± %v", seed, fit.Coefficients[0], means[0].Estimate, means[0].SE)
		}
		for g := 1; g < 3; g++ {
			if math.Abs(fit.Coefficients[0]+fit.Coefficients[g]-means[g].Estimate) > 1e-9 {
				t.Errorf("seed %d: group %d is %v, want %v", seed, g, fit.Coefficients[0]+fit.Coefficients[g], means[g].Estimate)
			}
		}
		// the same difference by a contrast of two domains
		columns := make([][]float64, 2)
		for g := range columns {
			columns[g] = make([]float64, s.rows)
			for i, c := range groups.Code {
				if columns[g][i] = missing; c == int32(g) {
					columns[g][i] = s.items[0][i]
				}
			}
		}
		difference, err := parseExpression("b-a", []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := contrast{items: columns, of: difference}.estimate(d, Query{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got[0].Estimate-fit.Coefficients[1]) > 1e-9 || math.Abs(got[0].SE-math.Sqrt(fit.Covariance.At(1, 1))) > 1e-9 {
			t.Errorf("seed %d: the contrast is %v ± %v, the coefficient %v ± %v", seed, got[0].Estimate, got[0].SE, fit.Coefficients[1], math.Sqrt(fit.Covariance.At(1, 1)))
		}
	}
}

func TestTestsDoNotDependOnHowTheQuestionIsPut(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		s := makeSurvey(500, 1, seed)
		d, groups, strata := s.design(t), NewFactor(s.group), NewFactor(s.stratum)
		for _, statistic := range []string{"F", "chisq", "wald", "adjwald"} {
			a, err := d.Independence(groups, strata, statistic)
			if err != nil {
				t.Fatal(err)
			}
			b, err := d.Independence(strata, groups, statistic)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(a.Statistic-b.Statistic) > 1e-8*a.Statistic || math.Abs(a.P-b.P) > 1e-8 || a.P < 0 || a.P > 1 {
				t.Errorf("seed %d: %s is %+v one way round and %+v the other", seed, statistic, a, b)
			}
		}
		stretched := make([]float64, s.rows)
		for i, y := range s.items[0] {
			stretched[i] = math.Exp(y / 10)
		}
		a, err := d.RankTest(s.items[0], groups, "rank")
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.RankTest(stretched, groups, "rank")
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Statistic-b.Statistic) > 1e-9*a.Statistic {
			t.Errorf("seed %d: ranks of stretched answers give %v, want %v", seed, b.Statistic, a.Statistic)
		}
	}
}

// A test with nothing to find must reject as often as its level says.
func TestTestsOfNothingRejectAsOftenAsTheirLevel(t *testing.T) {
	t.Parallel()
	rejected, waves := map[string]int{}, 600
	for seed := range uint64(waves) {
		s := makeSurvey(400, 1, 1000+seed)
		halves := make([]string, s.rows)
		for i, street := range s.street {
			halves[i] = fmt.Sprint(street < "s4")
		}
		// without population sizes: the hypothesis is about the law the people are drawn from
		d, err := NewDesign(Options{Rows: s.rows, Weights: s.weights, Stages: []Stage{{Strata: NewFactor(s.stratum), Units: NewFactor(s.unit)}}})
		if err != nil {
			t.Fatal(err)
		}
		for name, run := range map[string]func() (Test, error){
			"independence": func() (Test, error) { return d.Independence(NewFactor(s.group), NewFactor(halves), "F") },
			"ranks":        func() (Test, error) { return d.RankTest(s.items[0], NewFactor(s.group), "rank") },
		} {
			test, err := run()
			if err != nil {
				t.Fatal(err)
			}
			if test.P < 0.05 {
				rejected[name]++
			}
		}
	}
	for name, n := range rejected {
		t.Logf("%s rejects %.1f %% of true hypotheses at 5 %%", name, 100*float64(n)/float64(waves))
		if share := float64(n) / float64(waves); share < 0.02 || share > 0.08 {
			t.Errorf("%s rejects %.1f %% of true hypotheses at 5 %%", name, 100*share)
		}
	}
}

func TestRanksFollowTheUnitsWhenTheirOrderChanges(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 8))
	for range 30 {
		est, se := make([]float64, 13), make([]float64, 13)
		for i := range est {
			est[i], se[i] = 80+4*random.Float64(), 0.3+random.Float64()
		}
		order := random.Perm(13)
		turnedEst, turnedSE := make([]float64, 13), make([]float64, 13)
		for to, from := range order {
			turnedEst[to], turnedSE[to] = est[from], se[from]
		}
		a, err := TopK(est, se, 3)
		if err != nil {
			t.Fatal(err)
		}
		b, err := TopK(turnedEst, turnedSE, 3)
		if err != nil {
			t.Fatal(err)
		}
		setsA, err := RankSets(est, se, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		setsB, err := RankSets(turnedEst, turnedSE, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for to, from := range order {
			sum += b[to].PTop
			if math.Abs(a[from].PTop-b[to].PTop) > 1e-10 || setsA[from] != setsB[to] {
				t.Errorf("unit %d: %v and %v, in another order %v and %v", from, a[from].PTop, setsA[from], b[to].PTop, setsB[to])
			}
		}
		if math.Abs(sum-3) > 1e-9 {
			t.Errorf("P(among the first three) adds up to %v", sum)
		}
	}
}

func TestOrderOfLinesInTheFileDoesNotMatter(t *testing.T) {
	t.Parallel()
	name := writeWave(t, 30000, "\n")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines)-1, func(a, b int) { lines[a+1], lines[b+1] = lines[b+1], lines[a+1] })
	other := filepath.Join(t.TempDir(), "turned.csv")
	if err := os.WriteFile(other, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := readEstimateSpec([]byte(`{"data":"x","design":{"weights":"w","strata":"street","fpc":"size"},"estimate":[{"stat":"mean","items":["q1","q2"],"by":["kind","street"],"missing":"each"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]resultRow{}
	for _, file := range []string{name, other} {
		out, ok := runStream(s, func(string) (io.ReadCloser, error) { return os.Open(file) })
		if !ok {
			t.Fatal("the file is not answered in one walk")
		}
		for _, r := range out.Results {
			key := fmt.Sprint(r.Item, r.Domain)
			first, known := rows[key]
			if !known {
				rows[key] = r
			} else if math.Abs(float64(*first.SE-*r.SE)) > 1e-12*float64(*r.SE) || math.Abs(float64(*first.Estimate-*r.Estimate)) > 1e-13*float64(*r.Estimate) {
				t.Errorf("%s: %v ± %v, in another order %v ± %v", key, *first.Estimate, *first.SE, *r.Estimate, *r.SE)
			}
		}
	}
	if len(rows) != 30 {
		t.Errorf("%d rows in both orders together, want 30", len(rows))
	}
}

// Whatever is written into a specification or a file, the answer is a result or an error.
func FuzzSpecificationAndFile(f *testing.F) {
	f.Add(`{"data":"x.csv","design":{"weights":"w","strata":"h"},"estimate":[{"stat":"mean","items":["y"],"by":"g","missing":"each"}]}`, smallTable)
	f.Add(`{"data":"x.csv","design":{"weights":"w","ids":"u","strata":"h","nest":true,"lonely_psu":"adjust"},"calibrate":[{"method":"rake","margins":[{"by":"g","totals":[{"g":"m","total":3},{"g":"f","total":4}]}]}],"estimate":[{"stat":"contrast","items":["w","u"],"expression":"w/u"}]}`, smallTable)
	f.Add(`{"data":"x.csv","estimate":[{"stat":"quantile","items":["w"],"rule":"hf7","by":["g","h"]},{"stat":"covariance","items":["w","u"],"df":"domain"}]}`, "h,u,w,g\r\na,1,\"2\",m\n\n\"a\"\"b\",2,2,f")
	f.Add(`{"data":"x.csv","design":{"weights":"w","replicates":{"type":"bootstrap","replicates":5}},"estimate":[{"stat":"total","items":["u"],"deff":"replace","subset":{"g":["m"]}}]}`, "h,u,w,g\na,1,2,m\na,2,2,f\nb,3,0,m\n")
	f.Fuzz(func(t *testing.T, spec, text string) {
		if len(spec) > 3000 || len(text) > 3000 || strings.Contains(spec, `"replicates":`) && len(spec) > 400 {
			t.Skip()
		}
		_, _ = RunEstimate([]byte(spec), openText(text))
	})
}
