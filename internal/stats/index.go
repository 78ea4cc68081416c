package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Index asks for a score that is a weighted sum of means: for every level of By
//
//	score = Σ_g W_g · Σ_k w_gk · ȳ_gk   with ΣW = 1 and Σ_k w_gk = 1 after scaling,
//
// where ȳ_gk is the Hájek mean of item k among the rows of group g that answered it. Items no row of a group answered, and
// groups without any answer, drop out and the remaining weights are scaled up; IndexScore.Missing counts them.
type Index struct {
	By           Factor      // streets, communities …; not given: one score for all rows
	Groups       Factor      // respondent groups; not given: one group
	GroupWeights []float64   // one per group, in the order of Groups.Names; nil: one group only
	Items        [][]float64 // one column per item; NaN is missing
	Weights      [][]float64 // per group one weight per item; a single row serves all groups
	Level        float64     // confidence level; 0 means 0.95
	DomainDF     bool        // as in Query
}

// IndexScore is the score of one level of By.
type IndexScore struct {
	Estimate
	Groups  []float64   // the part score of each group, NaN without answers
	Means   [][]float64 // per group and item, NaN without answers
	Missing int         // group-item cells with weight but without answers
}

// IndexResult holds the scores in the order of By's names, and what is needed to combine them.
type IndexResult struct {
	Scores     []IndexScore
	by         Factor
	z          []float64
	covariance func() (*mat.SymDense, error)
}

// Covariance is the joint covariance of the scores.
func (r *IndexResult) Covariance() (*mat.SymDense, error) { return r.covariance() }

// Influence is the influence value of every row on the score of its own level; rows with code -1 in the factor have none.
func (r *IndexResult) Influence() ([]float64, Factor) { return r.z, r.by }

// Index estimates the score. Its variance takes the covariance of all means into account through one influence value per
// respondent, so that it costs one pass per item however many levels there are.
func (d *Design) Index(x Index) (*IndexResult, error) {
	q, err := x.fill(d.n)
	if err != nil {
		return nil, err
	}
	p := newIndexPass(d.weights, &x)
	p.points()
	p.influences()
	by := p.answered()
	variance, err := d.Variances(p.z, by)
	if err != nil {
		return nil, err
	}
	out := p.result(by, variance, d.degrees(by, x.DomainDF), q)
	out.covariance = func() (*mat.SymDense, error) { return d.Covariance([][]float64{p.z}, by) }
	return out, nil
}

// Index is as for Design.
func (r *Replicated) Index(x Index) (*IndexResult, error) {
	q, err := x.fill(r.n)
	if err != nil {
		return nil, err
	}
	p := newIndexPass(r.weights, &x)
	p.points()
	p.influences()
	cov, err := r.Covariance(func(w []float64) []float64 {
		again := newIndexPass(w, &x)
		again.points()
		scores := make([]float64, len(again.scores))
		for b, s := range again.scores {
			scores[b] = s.Estimate.Estimate
		}
		return scores
	})
	if err != nil {
		return nil, err
	}
	variance := make([]float64, len(p.scores))
	for b := range variance {
		variance[b] = cov.At(b, b)
	}
	out := p.result(p.answered(), variance, alike(r.df, len(variance)), q)
	out.covariance = func() (*mat.SymDense, error) { return cov, nil }
	return out, nil
}

func (x *Index) fill(n int) (Query, error) {
	q, err := Query{By: x.By, Level: x.Level}.fill(n)
	if err != nil {
		return q, err
	}
	x.By = q.By
	if !x.Groups.given() {
		x.Groups = whole(n)
	}
	groups := len(x.Groups.Names)
	if x.GroupWeights == nil && groups == 1 {
		x.GroupWeights = []float64{1}
	}
	if len(x.Groups.Code) != n || len(x.GroupWeights) != groups {
		return q, fmt.Errorf("%d group codes and %d group weights for %d rows and %d groups", len(x.Groups.Code), len(x.GroupWeights), n, groups)
	}
	if len(x.Weights) != 1 && len(x.Weights) != groups {
		return q, fmt.Errorf("%d rows of item weights for %d groups", len(x.Weights), groups)
	}
	if err := nonNegative(x.GroupWeights); err != nil {
		return q, fmt.Errorf("group weights: %w", err)
	}
	for _, w := range x.Weights {
		if len(w) != len(x.Items) {
			return q, fmt.Errorf("%d item weights for %d items", len(w), len(x.Items))
		}
		if err := nonNegative(w); err != nil {
			return q, fmt.Errorf("item weights: %w", err)
		}
	}
	for _, y := range x.Items {
		if len(y) != n {
			return q, fmt.Errorf("%d answers for %d rows", len(y), n)
		}
	}
	return q, nil
}

func nonNegative(w []float64) error {
	sum := 0.0
	for _, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%v is not a number from 0 up", v)
		}
		sum += v
	}
	if sum == 0 {
		return errors.New("they add up to zero")
	}
	return nil
}

// indexPass carries the sums of all (level, group, item) cells through the passes.
type indexPass struct {
	w      []float64
	x      *Index
	cell   []int32     // level·groups + group of each row, -1 outside
	mass   [][]float64 // [item][cell]: Σw, then the share of the score
	mean   [][]float64 // [item][cell]
	z      []float64
	used   []bool
	scores []IndexScore
}

func newIndexPass(w []float64, x *Index) *indexPass {
	groups := len(x.Groups.Names)
	p := &indexPass{w: w, x: x, cell: make([]int32, len(w)), z: make([]float64, len(w)), used: make([]bool, len(w))}
	for i := range p.cell {
		p.cell[i] = -1
		if b, g := x.By.Code[i], x.Groups.Code[i]; b >= 0 && g >= 0 && w[i] > 0 {
			p.cell[i] = b*int32(groups) + g
		}
	}
	cells := len(x.By.Names) * groups
	for range x.Items {
		p.mass = append(p.mass, make([]float64, cells))
		p.mean = append(p.mean, make([]float64, cells))
	}
	return p
}

func (p *indexPass) itemWeights(group int) []float64 {
	if len(p.x.Weights) == 1 {
		return p.x.Weights[0]
	}
	return p.x.Weights[group]
}

func (p *indexPass) points() {
	for k := range p.x.Items {
		p.sum(k)
	}
	p.weigh()
}

func (p *indexPass) influences() {
	for k := range p.x.Items {
		p.influence(k)
	}
}

func (p *indexPass) sum(k int) {
	y, mass, mean := p.x.Items[k], p.mass[k], p.mean[k]
	for i, c := range p.cell {
		if c >= 0 && !math.IsNaN(y[i]) {
			mass[c] += p.w[i]
			mean[c] += p.w[i] * y[i]
		}
	}
	for c := range mean {
		mean[c] /= mass[c]
	}
}

// weigh turns the sums into scores, and mass into what one unit of w(y − ȳ) moves the score by.
func (p *indexPass) weigh() {
	groups := len(p.x.Groups.Names)
	p.scores = make([]IndexScore, len(p.x.By.Names))
	for b := range p.scores {
		s := &p.scores[b]
		present := 0.0
		for g := range groups {
			part, means, missing := p.groupScore(b*groups+g, g)
			s.Groups, s.Means = append(s.Groups, part), append(s.Means, means)
			if w := p.x.GroupWeights[g]; w > 0 {
				s.Missing += missing
				if !math.IsNaN(part) {
					s.Estimate.Estimate += w * part
					present += w
				}
			}
		}
		s.Estimate.Estimate /= present
		for g := range groups {
			p.spreadMass(b*groups+g, p.x.GroupWeights[g]/present)
		}
	}
}

func (p *indexPass) groupScore(cell, group int) (score float64, means []float64, missing int) {
	total := 0.0
	for k, w := range p.itemWeights(group) {
		means = append(means, p.mean[k][cell])
		switch {
		case w == 0:
			p.mass[k][cell] = 0
		case p.mass[k][cell] == 0:
			missing++
		default:
			score += w * p.mean[k][cell]
			total += w
			p.mass[k][cell] = w / p.mass[k][cell]
		}
	}
	for k := range means {
		p.mass[k][cell] /= total
	}
	return score / total, means, missing
}

func (p *indexPass) spreadMass(cell int, groupWeight float64) {
	for k := range p.mass {
		if m := p.mass[k][cell]; math.IsNaN(m) || groupWeight == 0 {
			p.mass[k][cell] = 0
		} else {
			p.mass[k][cell] = m * groupWeight
		}
	}
}

func (p *indexPass) influence(k int) {
	y, mass, mean := p.x.Items[k], p.mass[k], p.mean[k]
	for i, c := range p.cell {
		if c >= 0 && mass[c] != 0 && !math.IsNaN(y[i]) {
			p.z[i] += p.w[i] * mass[c] * (y[i] - mean[c])
			p.used[i] = true
		}
	}
}

// answered is By without the rows that answered nothing that counts.
func (p *indexPass) answered() Factor {
	by := Factor{Code: make([]int32, len(p.w)), Names: p.x.By.Names}
	for i, c := range p.x.By.Code {
		by.Code[i] = -1
		if p.used[i] {
			by.Code[i] = c
		}
	}
	return by
}

func alike(v, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func (p *indexPass) result(by Factor, variance []float64, df []int, q Query) *IndexResult {
	l := p.comparable(by)
	for b := range p.scores {
		l.value[b] = p.scores[b].Estimate.Estimate
		p.scores[b].Estimate = l.estimate(b, variance[b], df[b], studentQuantile(1-(1-q.Level)/2, df[b]), q.Replacement)
	}
	return &IndexResult{Scores: p.scores, by: by, z: p.z}
}

// comparable is the simple random sample that the design effect compares with: the same influence values, unweighted design.
func (p *indexPass) comparable(by Factor) *linear {
	k := len(by.Names)
	l := &linear{by: by, value: make([]float64, k), rows: make([]int, k), spread: make([]float64, k), weight: make([]float64, k)}
	for i, c := range by.Code {
		if c >= 0 {
			l.rows[c]++
			l.weight[c] += p.w[i]
		}
	}
	for i, c := range by.Code {
		if c >= 0 {
			l.spread[c] += p.z[i] * p.z[i] / p.w[i] * l.weight[c]
		}
	}
	l.scaleSpread()
	return l
}
