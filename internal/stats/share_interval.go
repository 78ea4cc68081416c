package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ShareInterval is the interval of a share p of n respondents with standard error se and df degrees of freedom, symmetric on the
// log-odds scale. A share of nobody, or of everybody, has the exact one-sided bound for n equal answers (Clopper & Pearson 1934).
func ShareInterval(p, se float64, df, n int, level float64) (low, high float64) {
	tail := (1 - level) / 2
	if p <= 0 || p >= 1 {
		bound := math.Pow(tail, 1/float64(n))
		if p >= 1 {
			return bound, 1
		}
		return 0, 1 - bound
	}
	half := distuv.StudentsT{Sigma: 1, Nu: float64(max(df, 1))}.Quantile(1-tail) * se / (p * (1 - p))
	logit := math.Log(p / (1 - p))
	return expit(logit - half), expit(logit + half)
}
