package integrity

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"yiwang/internal/survey"
)

// median returns the middle value, or the mean of the two in the middle; 0 of nothing. It sorts its argument.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	slices.Sort(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// speedIndex is Leiner's relative speed: the median time divided by one's own. 0 where no time is known.
func speedIndex(usual float64, seconds int) float64 {
	if seconds <= 0 || usual <= 0 {
		return 0
	}
	return usual / float64(seconds)
}

// longestRun returns the length of the longest run of equal marks, a missing answer counting as a mark of its own, and the
// mark of the first such run.
func longestRun(marks string) (length int, mark byte) {
	for i := 0; i < len(marks); {
		j := i
		for j < len(marks) && marks[j] == marks[i] {
			j++
		}
		if j-i > length {
			length, mark = j-i, marks[i]
		}
		i = j
	}
	return length, mark
}

// spread is the within-person standard deviation of answered marks (Dunn et al. 2018, intra-individual response variability).
// NaN with fewer than two.
func spread(values []float64) float64 {
	if len(values) < 2 {
		return math.NaN()
	}
	_, variance := moments(values)
	return math.Sqrt(variance)
}

// moments returns mean and sample variance.
func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v
	}
	n := float64(len(values))
	mean /= n
	for _, v := range values {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / (n - 1)
}

// uniform reports whether all answered marks are the same, and how many there are.
func uniform(marks string) (answered int, same bool) {
	var first byte
	same = true
	for i := range len(marks) {
		switch m := marks[i]; {
		case m == survey.MarkMissing || m == survey.MarkNA:
		case answered == 0:
			first, answered = m, 1
		default:
			answered++
			same = same && m == first
		}
	}
	return answered, same && answered > 0
}

// apart counts the places in which two rows of marks differ, and stops above limit.
func apart(a, b string, limit int) int {
	if len(a) != len(b) {
		return limit + 1
	}
	d := 0
	for i := range len(a) {
		if a[i] != b[i] {
			if d++; d > limit {
				break
			}
		}
	}
	return d
}

// poissonTail is P(X ≥ k) for a Poisson variable with the mean.
func poissonTail(k int, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	if mean <= 0 {
		return 0
	}
	return mathext.GammaIncReg(float64(k), mean)
}

// drawTail is P(X ≥ k) where X counts the marked among n drawn without replacement from total, of which marked are marked
// (hypergeometric).
func drawTail(k, n, marked, total int) float64 {
	choose := func(n, k int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	all, p := choose(total, n), 0.0
	for x := max(k, n-(total-marked)); x <= min(n, marked); x++ {
		p += math.Exp(choose(marked, x) + choose(total-marked, n-x) - all)
	}
	return min(1, p)
}

// normalTail is P(Z ≥ z).
func normalTail(z float64) float64 { return distuv.UnitNormal.Survival(z) }

// holm adjusts error probabilities for their number (Holm 1979) and returns them in the order given.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	out, highest := make([]float64, len(p)), 0.0
	for rank, i := range order {
		highest = max(highest, min(1, p[i]*float64(len(p)-rank)))
		out[i] = highest
	}
	return out
}
