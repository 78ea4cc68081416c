package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// survey is a made-up stratified cluster sample with missing answers.
type survey struct {
	rows            int
	stratum, unit   []string
	group, street   []string
	weights, counts []float64
	items           [][]float64
}

func makeSurvey(rows, items int, seed uint64) *survey {
	random := rand.New(rand.NewPCG(seed, 7))
	s := &survey{rows: rows, items: make([][]float64, items)}
	for range rows {
		h := random.IntN(6)
		s.stratum = append(s.stratum, fmt.Sprint("h", h))
		s.unit = append(s.unit, fmt.Sprint("u", h, random.IntN(8)))
		s.street = append(s.street, fmt.Sprint("s", random.IntN(13)))
		s.group = append(s.group, fmt.Sprint("g", random.IntN(3)))
		s.weights = append(s.weights, 0.5+3*random.Float64())
		s.counts = append(s.counts, float64(30+h))
		for k := range items {
			v := float64(20 * (1 + random.IntN(5)))
			if random.IntN(20) == 0 {
				v = math.NaN()
			}
			s.items[k] = append(s.items[k], v)
		}
	}
	return s
}

func (s *survey) design(t testing.TB) *Design {
	t.Helper()
	d, err := NewDesign(Options{Rows: s.rows, Weights: s.weights, Stages: []Stage{{Strata: NewFactor(s.stratum), Units: NewFactor(s.unit), FPC: s.counts}}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s *survey) shuffled(seed uint64) *survey {
	random := rand.New(rand.NewPCG(seed, 9))
	order := random.Perm(s.rows)
	out := &survey{rows: s.rows, items: make([][]float64, len(s.items))}
	for _, i := range order {
		out.stratum, out.unit = append(out.stratum, s.stratum[i]), append(out.unit, s.unit[i])
		out.street, out.group = append(out.street, s.street[i]), append(out.group, s.group[i])
		out.weights, out.counts = append(out.weights, s.weights[i]), append(out.counts, s.counts[i])
		for k := range s.items {
			out.items[k] = append(out.items[k], s.items[k][i])
		}
	}
	return out
}

func mustMean(t testing.TB, s Sample, y []float64, q Query) []Estimate {
	t.Helper()
	out, err := s.Mean(y, q)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameEstimate(a, b Estimate, tolerance float64) bool {
	return math.Abs(a.Estimate-b.Estimate) <= tolerance*math.Abs(a.Estimate) && math.Abs(a.SE-b.SE) <= tolerance*a.SE && a.N == b.N && a.DF == b.DF
}

func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	s := makeSurvey(500, 1, 1)
	byName := map[string]Estimate{}
	street := NewFactor(s.street)
	for c, e := range mustMean(t, s.design(t), s.items[0], By(street)) {
		byName[street.Names[c]] = e
	}
	other := s.shuffled(2)
	street = NewFactor(other.street)
	for c, e := range mustMean(t, other.design(t), other.items[0], By(street)) {
		if want := byName[street.Names[c]]; !sameEstimate(want, e, 1e-10) {
			t.Errorf("street %s: %+v after shuffling, %+v before", street.Names[c], e, want)
		}
	}
}

func TestScalingWeightsLeavesMeansAlone(t *testing.T) {
	t.Parallel()
	s := makeSurvey(400, 1, 3)
	before := mustMean(t, s.design(t), s.items[0], Query{})[0]
	totalBefore, _ := s.design(t).Total(s.items[0], Query{})
	for i := range s.weights {
		s.weights[i] *= 7
	}
	after := mustMean(t, s.design(t), s.items[0], Query{})[0]
	totalAfter, _ := s.design(t).Total(s.items[0], Query{})
	if !sameEstimate(before, after, 1e-12) {
		t.Errorf("mean %+v became %+v", before, after)
	}
	if math.Abs(totalAfter[0].SE-7*totalBefore[0].SE) > 1e-9*totalAfter[0].SE {
		t.Errorf("standard error of the total %v became %v", totalBefore[0].SE, totalAfter[0].SE)
	}
}

func TestDomainTotalsAddUp(t *testing.T) {
	t.Parallel()
	s := makeSurvey(600, 1, 4)
	d := s.design(t)
	whole, err := d.Total(s.items[0], Query{})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := d.Total(s.items[0], By(NewFactor(s.street)))
	if err != nil {
		t.Fatal(err)
	}
	sum, rows := 0.0, 0
	for _, p := range parts {
		sum += p.Estimate
		rows += p.N
	}
	if math.Abs(sum-whole[0].Estimate) > 1e-9*sum || rows != whole[0].N {
		t.Errorf("parts add up to %v over %d rows, the whole is %v over %d", sum, rows, whole[0].Estimate, whole[0].N)
	}
}

func TestCovarianceOfDomainsAddsUpToTheVarianceOfTheWhole(t *testing.T) {
	t.Parallel()
	s := makeSurvey(600, 1, 5)
	d := s.design(t)
	l, q, err := d.linearTotal(s.items[0], By(NewFactor(s.street)))
	if err != nil {
		t.Fatal(err)
	}
	cov, err := d.Covariance([][]float64{l.z}, l.by)
	if err != nil {
		t.Fatal(err)
	}
	parts, _ := d.finish(l, q)
	for c, p := range parts {
		if math.Abs(math.Sqrt(cov.At(c, c))-p.SE) > 1e-9*p.SE {
			t.Errorf("domain %d: standard error %v from the matrix, %v alone", c, math.Sqrt(cov.At(c, c)), p.SE)
		}
	}
	whole, _ := d.Total(s.items[0], Query{})
	if got := math.Sqrt(mat.Sum(cov)); math.Abs(got-whole[0].SE) > 1e-9*got {
		t.Errorf("standard error of the whole is %v from the matrix, %v alone", got, whole[0].SE)
	}
}

func TestIntervalContainsEstimate(t *testing.T) {
	t.Parallel()
	s := makeSurvey(500, 1, 6)
	d := s.design(t)
	high := make([]float64, s.rows)
	for i, v := range s.items[0] {
		if high[i] = 0; v == 100 {
			high[i] = 1
		} else if math.IsNaN(v) {
			high[i] = v
		}
	}
	for _, interval := range []string{"mean", "logit", "asin", "beta", "likelihood", "xlogit"} {
		estimates, err := Proportion(d, high, By(NewFactor(s.street)), interval)
		if err != nil {
			t.Fatal(err)
		}
		for c, e := range estimates {
			if !(e.Low <= e.Estimate && e.Estimate <= e.High) {
				t.Errorf("%s, domain %d: %v outside [%v, %v]", interval, c, e.Estimate, e.Low, e.High)
			}
		}
	}
}

func TestProportionAtTheBorderKeepsAHonestInterval(t *testing.T) {
	t.Parallel()
	d, err := NewDesign(Options{Rows: 50})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Proportion(d, ones(50), Query{}, "beta")
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Pow(0.025, 1.0/50); e[0].High != 1 || math.Abs(e[0].Low-want) > 1e-6 { // Clopper-Pearson with 50 of 50
		t.Errorf("interval [%v, %v], want [%v, 1]", e[0].Low, e[0].High, want)
	}
}

func TestIndexOfOneItemIsItsMean(t *testing.T) {
	t.Parallel()
	s := makeSurvey(500, 1, 8)
	d, street := s.design(t), NewFactor(s.street)
	means := mustMean(t, d, s.items[0], By(street))
	r, err := d.Index(Index{By: street, Items: s.items, Weights: [][]float64{{4}}})
	if err != nil {
		t.Fatal(err)
	}
	for c, m := range means {
		if got := r.Scores[c].Estimate; !sameEstimate(m, got, 1e-12) || math.Abs(got.Deff-m.Deff) > 1e-9 {
			t.Errorf("domain %d: index %+v, mean %+v", c, got, m)
		}
	}
}

// The index must equal the linear combination of all group-by-item means with their full covariance matrix.
func TestIndexEqualsTheCombinationOfItsMeans(t *testing.T) {
	t.Parallel()
	s := makeSurvey(900, 4, 9)
	d, group := s.design(t), NewFactor(s.group)
	groupWeights, itemWeights := []float64{0.5, 0.2, 0.3}, []float64{0.1, 0.2, 0.3, 0.4}
	r, err := d.Index(Index{Groups: group, GroupWeights: groupWeights, Items: s.items, Weights: [][]float64{itemWeights}})
	if err != nil {
		t.Fatal(err)
	}
	var z [][]float64
	score, w := 0.0, mat.NewVecDense(12, nil)
	for k, y := range s.items {
		l, _, err := d.linearRatio(y, nil, By(group))
		if err != nil {
			t.Fatal(err)
		}
		z = append(z, l.z)
		for g := range groupWeights {
			w.SetVec(k*3+g, itemWeights[k]*groupWeights[g])
			score += itemWeights[k] * groupWeights[g] * l.value[g]
		}
	}
	cov, err := d.Covariance(z, group)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Scores[0]
	if se := math.Sqrt(mat.Inner(w, cov, w)); math.Abs(got.SE-se) > 1e-9*se || math.Abs(got.Estimate.Estimate-score) > 1e-9*score {
		t.Errorf("score %v (%v), want %v (%v)", got.Estimate.Estimate, got.SE, score, se)
	}
}

func TestIndexScalesUpWhatWasAnswered(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	d, err := NewDesign(Options{Rows: 4})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Index(Index{Groups: NewFactor([]string{"a", "a", "b", "b"}), GroupWeights: []float64{1, 3},
		Items: [][]float64{{80, 100, 60, 60}, {nan, nan, 20, 40}}, Weights: [][]float64{{1, 1}, {1, 3}}})
	if err != nil {
		t.Fatal(err)
	}
	want := (90 + 3*(60+3*30)/4.0) / 4
	if got := r.Scores[0]; math.Abs(got.Estimate.Estimate-want) > 1e-12 || got.Missing != 1 {
		t.Errorf("score %v with %d cells missing, want %v with 1", got.Estimate.Estimate, got.Missing, want)
	}
}

func TestReplicatesAgreeWithLinearisation(t *testing.T) {
	t.Parallel()
	s := makeSurvey(600, 3, 10)
	d, street := s.design(t), NewFactor(s.street)
	x := Index{By: street, Items: s.items, Weights: [][]float64{{1, 2, 3}}}
	linear, err := d.Index(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []ReplicateOptions{{Type: JKn}, {Type: Bootstrap, Replicates: 1500, Seed: 3}} {
		rep, err := d.Replicate(o)
		if err != nil {
			t.Fatal(err)
		}
		r, err := rep.Index(x)
		if err != nil {
			t.Fatal(err)
		}
		for c := range r.Scores {
			a, b := linear.Scores[c], r.Scores[c]
			if math.Abs(a.Estimate.Estimate-b.Estimate.Estimate) > 1e-9 || math.Abs(a.SE/b.SE-1) > 0.15 {
				t.Errorf("%s, street %d: %v (%v), linearised %v (%v)", o.Type, c, b.Estimate.Estimate, b.SE, a.Estimate.Estimate, a.SE)
			}
		}
	}
}
