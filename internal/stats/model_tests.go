package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// Test is the outcome of a test.
type Test struct {
	Kind      string  // "t", "F" or "chisq"
	Statistic float64 // t, F, or the chi-squared before its correction
	NDF, DDF  float64 // degrees of freedom; DDF is 0 where there are none
	P         float64
	Estimate  float64   // of a difference; NaN where there is none
	SE        float64   // of it
	Lambda    []float64 // weights of the chi-squared components of a likelihood ratio or Pearson statistic
}

// pOfF is the upper tail of F.
func pOfF(f, ndf, ddf float64) float64 {
	if !(f > 0) {
		return 1
	}
	return mathext.RegIncBeta(ddf/2, ndf/2, ddf/(ddf+ndf*f))
}

// pOfT is the two-sided tail of Student's t.
func pOfT(t, df float64) float64 { return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t)) }

// pOfChi is the upper tail of chi-squared.
func pOfChi(x, df float64) float64 {
	if !(x > 0) {
		return 1
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// Wald tests whether the coefficients at these places are all zero: F = β'V⁻¹β/k.
func (f *Fit) Wald(places []int) (Test, error) {
	if err := f.check(places); err != nil {
		return Test{}, err
	}
	k := len(places)
	beta := mat.NewVecDense(k, nil)
	for a, j := range places {
		beta.SetVec(a, f.Coefficients[j])
	}
	quadratic, err := quadraticForm(part(f.Covariance, places), beta)
	if err != nil {
		return Test{}, err
	}
	t := Test{Kind: "F", Statistic: quadratic / float64(k), NDF: float64(k), DDF: float64(f.DF), Estimate: missing, SE: missing}
	t.P = pOfF(t.Statistic, t.NDF, t.DDF)
	return t, nil
}

// LikelihoodRatio is the working likelihood ratio of Rao & Scott (1984): the drop in deviance when the columns at these places are
// left out has the distribution of Σ λ χ²₁ with λ the eigenvalues of Naive⁻¹·Covariance. Its tail is found by a saddlepoint
// approximation (Kuonen 1999) with DF in the denominator.
func (f *Fit) LikelihoodRatio(places []int) (Test, error) {
	if err := f.check(places); err != nil {
		return Test{}, err
	}
	gone := map[int]bool{}
	for _, j := range places {
		gone[j] = true
	}
	less := Model{Family: f.model.Family, Y: append([]float64(nil), f.model.Y...)}
	for j, x := range f.model.X {
		if !gone[j] {
			less.X, less.Names = append(less.X, x), append(less.Names, f.model.Names[j])
		}
	}
	for i, w := range f.design.weights {
		if w == 0 {
			less.Y[i] = missing // the same rows, also those that only miss a tested column
		}
	}
	if len(less.X) == 0 {
		return Test{}, errors.New("nothing would be left in the model")
	}
	smaller, err := f.design.Fit(less)
	if err != nil {
		return Test{}, err
	}
	t := Test{Kind: "chisq", NDF: float64(len(places)), DDF: float64(f.DF), Estimate: missing, SE: missing}
	t.Statistic = smaller.Deviance*f.scale/smaller.scale - f.Deviance // scaled by the same weights
	if t.Lambda, err = misspecification(part(f.Naive, places), part(f.Covariance, places)); err != nil {
		return Test{}, err
	}
	t.P = quadraticTail(t.Statistic, t.Lambda, t.DDF)
	return t, nil
}

func (f *Fit) check(places []int) error {
	if len(places) == 0 {
		return errors.New("no coefficient to test")
	}
	for _, j := range places {
		if j < 0 || j >= len(f.Coefficients) {
			return fmt.Errorf("there is no coefficient %d", j+1)
		}
	}
	if f.DF <= 0 {
		return fmt.Errorf("%d degrees of freedom are left; too few sampling units for so many coefficients", f.DF)
	}
	return nil
}

// part takes rows and columns of a symmetric matrix.
func part(m *mat.SymDense, places []int) *mat.SymDense {
	out := mat.NewSymDense(len(places), nil)
	for a, i := range places {
		for b, j := range places {
			if b >= a {
				out.SetSym(a, b, m.At(i, j))
			}
		}
	}
	return out
}

// quadraticForm is x'V⁻¹x.
func quadraticForm(v *mat.SymDense, x *mat.VecDense) (float64, error) {
	var chol mat.Cholesky
	if !chol.Factorize(v) {
		return 0, errors.New("the covariance of what is tested is singular; test fewer things at once")
	}
	var solved mat.VecDense
	if err := chol.SolveVecTo(&solved, x); err != nil {
		return 0, fmt.Errorf("the covariance of what is tested is nearly singular: %w", err)
	}
	return mat.Dot(x, &solved), nil
}

// misspecification are the eigenvalues of naive⁻¹·design, greatest first.
func misspecification(naive, design *mat.SymDense) ([]float64, error) {
	var chol mat.Cholesky
	if !chol.Factorize(naive) {
		return nil, errors.New("the covariance under independence is singular")
	}
	k := naive.SymmetricDim()
	var lower mat.TriDense
	chol.LTo(&lower)
	var half, both mat.Dense
	if err := half.Solve(&lower, design); err != nil {
		return nil, fmt.Errorf("the covariance under independence is nearly singular: %w", err)
	}
	if err := both.Solve(&lower, half.T()); err != nil {
		return nil, fmt.Errorf("the covariance under independence is nearly singular: %w", err)
	}
	sym := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			sym.SetSym(a, b, (both.At(a, b)+both.At(b, a))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, false) {
		return nil, errors.New("the design effects of what is tested cannot be found")
	}
	values := eigen.Values(nil)
	for a, b := 0, k-1; a < b; a, b = a+1, b-1 {
		values[a], values[b] = values[b], values[a]
	}
	return values, nil
}

// quadraticTail is P(Σ λ χ²₁ > x·χ²_ddf/ddf), the upper tail of a quadratic form with estimated scale, by the saddlepoint of the
// form Σ λ χ²₁ − (x/ddf)·χ²_ddf at zero (Kuonen 1999, Biometrika 86); without ddf the plain form.
func quadraticTail(x float64, lambda []float64, ddf float64) float64 {
	weights, df, at := append([]float64(nil), lambda...), ones(len(lambda)), x
	if ddf > 0 {
		weights, df, at = append(weights, -x/ddf), append(df, ddf), 0
	}
	if !(x > 0) {
		return 1
	}
	q := saddle{weights, df}
	return q.tail(at)
}

// saddle is a sum of independent chi-squared variables with weights and degrees of freedom.
type saddle struct{ weights, df []float64 }

// derivatives of the cumulant generating function.
func (q saddle) derivatives(t float64) (k, first, second float64) {
	for i, l := range q.weights {
		u := 1 - 2*t*l
		k -= q.df[i] / 2 * math.Log(u)
		first += q.df[i] * l / u
		second += 2 * q.df[i] * l * l / (u * u)
	}
	return k, first, second
}

func (q saddle) tail(x float64) float64 {
	greatest, least := math.Inf(-1), math.Inf(1)
	for _, l := range q.weights {
		greatest, least = math.Max(greatest, l), math.Min(least, l)
	}
	low, high := -1e6, 1e6
	if greatest > 0 {
		high = 0.5 / greatest * (1 - 1e-12)
	}
	if least < 0 {
		low = 0.5 / least * (1 - 1e-12)
	}
	if greatest <= 0 {
		return 0
	}
	for range 300 { // the first derivative rises with t
		middle := (low + high) / 2
		if _, first, _ := q.derivatives(middle); first < x {
			low = middle
		} else {
			high = middle
		}
	}
	t := (low + high) / 2
	k, _, second := q.derivatives(t)
	w := math.Copysign(math.Sqrt(math.Max(0, 2*(t*x-k))), t)
	v := t * math.Sqrt(second)
	if math.Abs(w) < 1e-4 { // at the mean the formula has 0/0; its limit needs the third cumulant
		third := 0.0
		for i, l := range q.weights {
			third += 8 * q.df[i] * l * l * l
		}
		_, _, atZero := q.derivatives(0)
		return 0.5 - third/(6*math.Sqrt(2*math.Pi)*math.Pow(atZero, 1.5))
	}
	return 0.5 * math.Erfc((w+math.Log(v/w)/w)/math.Sqrt2)
}
