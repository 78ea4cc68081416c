package stats

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// Independence tests whether two columns have nothing to do with each other. Statistics: "F", Pearson's X² with the second-order
// correction of Rao & Scott (1984); "chisq", the first-order one; "wald", the distance of the counts from independence (Koch, Freeman & Freeman
// 1975); "adjwald", the same with the correction of Thomas & Rao (1987) for few sampling units. Rows missing in either
// column are outside.
func (d *Design) Independence(rows, columns Factor, statistic string) (Test, error) {
	if d.joint != nil {
		return Test{}, errors.New("tests are not available with joint probabilities")
	}
	if len(rows.Code) != d.n || len(columns.Code) != d.n {
		return Test{}, fmt.Errorf("%d and %d labels for %d rows", len(rows.Code), len(columns.Code), d.n)
	}
	t, err := d.newCrossTable(rows, columns)
	if err != nil {
		return Test{}, err
	}
	switch statistic {
	case "", "F", "chisq":
		return t.pearson(statistic != "chisq")
	case "wald", "adjwald":
		return t.wald(statistic == "adjwald")
	}
	return Test{}, fmt.Errorf("unknown statistic %q; there are F, chisq, wald and adjwald", statistic)
}

// crossTable holds weighted counts, cell (a, b) at a·c + b.
type crossTable struct {
	d      *Design
	r, c   int
	cell   []int32 // of every row; -1 outside
	count  []float64
	rowSum []float64
	colSum []float64
	sum    float64
}

func (d *Design) newCrossTable(rows, columns Factor) (*crossTable, error) {
	t := &crossTable{d: d, cell: make([]int32, d.n)}
	// levels that nobody has would only make the table singular
	a, b := used(rows, columns, d.weights), used(columns, rows, d.weights)
	t.r, t.c = len(a.Names), len(b.Names)
	if t.r < 2 || t.c < 2 {
		return nil, fmt.Errorf("a table of %d by %d has nothing to test; both columns need two values", t.r, t.c)
	}
	t.count, t.rowSum, t.colSum = make([]float64, t.r*t.c), make([]float64, t.r), make([]float64, t.c)
	for i, w := range d.weights {
		if t.cell[i] = -1; w == 0 || a.Code[i] < 0 || b.Code[i] < 0 {
			continue
		}
		t.cell[i] = a.Code[i]*int32(t.c) + b.Code[i]
		t.count[t.cell[i]] += w
		t.rowSum[a.Code[i]] += w
		t.colSum[b.Code[i]] += w
		t.sum += w
	}
	return t, nil
}

// used is f with only the levels that occur in rows with a weight where other is known.
func used(f, other Factor, w []float64) Factor {
	counts := func(i int) bool { return f.Code[i] >= 0 && other.Code[i] >= 0 && w[i] > 0 }
	seen := make([]bool, len(f.Names))
	for i := range w {
		if counts(i) {
			seen[f.Code[i]] = true
		}
	}
	out, to := Factor{Code: make([]int32, len(f.Code))}, make([]int32, len(f.Names))
	for c, name := range f.Names {
		if seen[c] {
			to[c] = int32(len(out.Names))
			out.Names = append(out.Names, name)
		}
	}
	for i := range w {
		if out.Code[i] = -1; counts(i) {
			out.Code[i] = to[f.Code[i]]
		}
	}
	return out
}

// covariance of Σ over the rows of the influence of their cell.
func (t *crossTable) covariance(influence func(cell int32) []float64, k int) (*mat.SymDense, error) {
	z := make([][]float64, k)
	for a := range z {
		z[a] = make([]float64, t.d.n)
	}
	for i, c := range t.cell {
		if c < 0 {
			continue
		}
		for a, v := range influence(c) {
			z[a][i] = t.d.weights[i] * v
		}
	}
	return t.d.Covariance(z, whole(t.d.n))
}

func (t *crossTable) pearson(second bool) (Test, error) {
	k := (t.r - 1) * (t.c - 1)
	out := Test{Kind: "chisq", NDF: float64(k), Estimate: missing, SE: missing}
	for a := range t.r {
		for b := range t.c {
			p, q := t.count[a*t.c+b]/t.sum, t.rowSum[a]/t.sum*t.colSum[b]/t.sum
			out.Statistic += float64(t.d.n) * (p - q) * (p - q) / q
		}
	}
	contrasts := t.contrasts()
	covariance, err := t.covariance(t.logLinear(contrasts, k), k)
	if err != nil {
		return Test{}, err
	}
	if out.Lambda, err = misspecification(t.simple(contrasts, k), covariance); err != nil {
		return Test{}, fmt.Errorf("the table has empty cells that leave nothing to compare: %w", err)
	}
	sum, squares := 0.0, 0.0
	for _, l := range out.Lambda {
		sum, squares = sum+l, squares+l*l
	}
	if !second {
		out.P = pOfChi(out.Statistic/(sum/float64(k)), float64(k))
		return out, nil
	}
	out.Kind, out.Statistic, out.NDF = "F", out.Statistic/sum, sum*sum/squares
	out.DDF = out.NDF * float64(t.d.DF())
	out.P = pOfF(out.Statistic, out.NDF, out.DDF)
	return out, nil
}

// contrasts span the interactions: every row of cells sums to zero within rows and within columns of the table.
func (t *crossTable) contrasts() [][]float64 {
	var out [][]float64
	for a := 1; a < t.r; a++ {
		for b := 1; b < t.c; b++ {
			v := make([]float64, t.r*t.c)
			for i := range a + 1 {
				for j := range b + 1 {
					x, y := 1.0, 1.0
					if i == a {
						x = -float64(a)
					}
					if j == b {
						y = -float64(b)
					}
					v[i*t.c+j] = x * y
				}
			}
			out = append(out, v)
		}
	}
	return out
}

// logLinear is the influence of a row on the contrasts of the log shares: Σ_cells contrast/p · (1 − p̂), over the sum.
func (t *crossTable) logLinear(contrasts [][]float64, k int) func(int32) []float64 {
	mean := make([]float64, k)
	for j, v := range contrasts {
		for c, n := range t.count {
			if n > 0 {
				mean[j] += v[c] // p·(1/p)
			}
		}
	}
	return func(cell int32) []float64 {
		out := make([]float64, k)
		for j, v := range contrasts {
			out[j] = (v[cell]*t.sum/t.count[cell] - mean[j]) / t.sum
		}
		return out
	}
}

// simple is the covariance of the contrasts under simple random sampling of as many rows as the design has.
func (t *crossTable) simple(contrasts [][]float64, k int) *mat.SymDense {
	out := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			v := 0.0
			for c, n := range t.count {
				if n > 0 {
					v += contrasts[a][c] * contrasts[b][c] * t.sum / n
				}
			}
			out.SetSym(a, b, v/float64(t.d.n))
		}
	}
	return out
}

// wald compares the counts with those under independence, N_ab − N_a·N_b/N, with their linearised covariance.
func (t *crossTable) wald(adjusted bool) (Test, error) {
	k := (t.r - 1) * (t.c - 1)
	y := mat.NewVecDense(k, nil)
	at := func(a, b int) int { return (a-1)*(t.c-1) + b - 1 }
	for a := 1; a < t.r; a++ {
		for b := 1; b < t.c; b++ {
			y.SetVec(at(a, b), t.count[a*t.c+b]-t.rowSum[a]*t.colSum[b]/t.sum)
		}
	}
	covariance, err := t.covariance(func(cell int32) []float64 {
		out := make([]float64, k)
		i, j := int(cell)/t.c, int(cell)%t.c
		for a := 1; a < t.r; a++ {
			for b := 1; b < t.c; b++ {
				v := t.rowSum[a] * t.colSum[b] / (t.sum * t.sum)
				if i == a {
					v -= t.colSum[b] / t.sum
				}
				if j == b {
					v -= t.rowSum[a] / t.sum
				}
				if i == a && j == b {
					v++
				}
				out[at(a, b)] = v
			}
		}
		return out
	}, k)
	if err != nil {
		return Test{}, err
	}
	statistic, err := quadraticForm(covariance, y)
	if err != nil {
		return Test{}, err
	}
	nu := float64(t.d.DF())
	out := Test{Kind: "F", NDF: float64(k), DDF: nu, Statistic: statistic / float64(k), Estimate: missing, SE: missing}
	if adjusted {
		out.DDF = nu - out.NDF + 1
		out.Statistic = statistic * out.DDF / (out.NDF * nu)
	}
	if !(out.DDF > 0) {
		return Test{}, fmt.Errorf("%v degrees of freedom are too few for a table of %d by %d", nu, t.r, t.c)
	}
	out.P = pOfF(out.Statistic, out.NDF, out.DDF)
	return out, nil
}

// MeanDifference is the t test of the difference in mean of the second of two groups from the first.
func (d *Design) MeanDifference(y []float64, groups Factor) (Test, error) {
	if len(groups.Names) != 2 {
		return Test{}, fmt.Errorf("the groups have %d values, but a t test compares two", len(groups.Names))
	}
	f, err := d.Fit(groupModel(y, groups))
	if err != nil {
		return Test{}, err
	}
	return f.student(1)
}

// student is the t test of one coefficient.
func (f *Fit) student(j int) (Test, error) {
	if err := f.check([]int{j}); err != nil {
		return Test{}, err
	}
	t := Test{Kind: "t", NDF: 1, DDF: float64(f.DF), Estimate: f.Coefficients[j], SE: math.Sqrt(f.Covariance.At(j, j))}
	t.Statistic = t.Estimate / t.SE
	t.P = pOfT(t.Statistic, t.DDF)
	return t, nil
}

// groupModel has a constant and one indicator for each group after the first.
func groupModel(y []float64, groups Factor) Model {
	m := Model{Family: Gaussian, Y: append([]float64(nil), y...), X: [][]float64{ones(len(y))}, Names: []string{"(Intercept)"}}
	for c := 1; c < len(groups.Names); c++ {
		m.X, m.Names = append(m.X, indicatorOf(groups, int32(c))), append(m.Names, groups.Names[c])
	}
	return m
}

// RankTest compares groups by the ranks of y in the population, after Lumley & Scott (2013, Biometrika 100): scores "rank" (Wilcoxon and
// Kruskal-Wallis), "normal" (van der Waerden) or "median". Two groups give a t test, more an F test.
func (d *Design) RankTest(y []float64, groups Factor, score string) (Test, error) {
	if len(y) != d.n || len(groups.Code) != d.n {
		return Test{}, fmt.Errorf("%d values and %d groups for %d rows", len(y), len(groups.Code), d.n)
	}
	inside := make([]bool, d.n)
	for i, v := range y {
		inside[i] = d.weights[i] > 0 && !math.IsNaN(v) && groups.Code[i] >= 0
	}
	inner := d.within(inside)
	groups = used(groups, groups, inner.weights)
	if len(groups.Names) < 2 {
		return Test{}, errors.New("there are fewer than two groups to compare")
	}
	scores, err := rankScores(y, inner.weights, score)
	if err != nil {
		return Test{}, err
	}
	f, err := inner.Fit(groupModel(scores, groups))
	if err != nil {
		return Test{}, err
	}
	k := len(groups.Names) - 1
	f.DF = inner.DF() - k
	if k == 1 {
		return f.student(1)
	}
	places := make([]int, k)
	for a := range places {
		places[a] = a + 1
	}
	return f.Wald(places)
}

// rankScores are functions of the estimated ranks in the population: the weight below plus half of the own, ties averaged.
func rankScores(y, w []float64, score string) ([]float64, error) {
	var order []int
	total := 0.0
	for i, v := range w {
		if v > 0 {
			order = append(order, i)
			total += v
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return y[order[a]] < y[order[b]] })
	out, below := make([]float64, len(y)), 0.0
	for i := range out {
		out[i] = missing
	}
	for from := 0; from < len(order); {
		to, sum := from, 0.0
		for to < len(order) && y[order[to]] == y[order[from]] {
			below += w[order[to]]
			sum += below - w[order[to]]/2
			to++
		}
		share := sum / float64(to-from) / total
		for ; from < to; from++ {
			switch score {
			case "", "rank":
				out[order[from]] = share
			case "normal":
				out[order[from]] = normalQuantile(share)
			case "median":
				if out[order[from]] = 0; share > 0.5 {
					out[order[from]] = 1
				}
			default:
				return nil, fmt.Errorf("unknown score %q; there are rank, normal and median", score)
			}
		}
	}
	return out, nil
}
