package integrity

import (
	"fmt"
	"math"

	"yiwang/internal/survey"
)

// Effect is how much of the differences between answers goes with who asked. It cannot tell an interviewer's influence from
// the differences between the places they worked in, so places are taken out first.
type Effect struct {
	Interviewers int     `json:"interviewers"`
	Answers      int     `json:"answers"`
	ICC          float64 `json:"icc" doc:"intraclass correlation, one-way analysis of variance; 0.02 is usual, above 0.10 the procedure needs a look"`
	Deff         float64 `json:"deff" doc:"1 + (answers per interviewer − 1) × ICC (Kish 1965)"`
	Sparse       bool    `json:"sparse,omitempty" doc:"too few interviewers or answers to say anything"`
}

// interviewers estimates the interviewer effect within street, group and mode, and finds those whose answers lie far off or are
// straight too often. Bonferroni over all interviewers with at least ten answers.
func interviewers(answers []answer, rules *survey.IntegrityRules) (effect Effect, found []Finding) {
	const least = 10
	keys, of := cells(answers, func(a *answer) string {
		if a.valid < 5 {
			return ""
		}
		return a.Interviewer
	})
	residual := residuals(answers, keys, of)
	var groups [][]float64
	tests := 0
	for _, k := range keys {
		var values []float64
		for _, i := range of[k] {
			values = append(values, residual[i])
		}
		groups = append(groups, values)
		effect.Answers += len(values)
		if len(values) >= least {
			tests++
		}
	}
	effect.Interviewers = len(keys)
	var within float64
	effect.ICC, effect.Deff, within = icc(groups)
	if effect.Sparse = tests < 2; effect.Sparse {
		effect.ICC, effect.Deff = 0, 0
		return effect, nil
	}
	for g, k := range keys {
		n := len(groups[g])
		if n < least || within <= 0 {
			continue
		}
		mean, _ := moments(groups[g])
		// The usual difference between interviewers is part of the yardstick; only what goes beyond it is told.
		between := within * effect.ICC / max(0.01, 1-effect.ICC)
		z := mean / math.Sqrt(within/float64(n)+between)
		p := min(1, 2*float64(tests)*normalTail(math.Abs(z)))
		if p >= rules.Alpha {
			continue
		}
		a := &answers[of[k][0]]
		f := Finding{Pattern: PatternInterviewer, Channel: a.Channel, Street: a.Street, N: n, Hits: n, Usual: 0, P: p,
			Text: fmt.Sprintf("同一调查员的%d份答卷平均比同街道同对象同方式的其他答卷%s%.1f分", n, higher(mean), math.Abs(mean)), Members: ids(answers, of[k])}
		f.name(short(k))
		found = append(found, f)
	}
	return effect, found
}

func higher(d float64) string {
	if d > 0 {
		return "高"
	}
	return "低"
}

// residuals are the mean scores of the answers less the mean of their street, group and mode.
func residuals(answers []answer, keys []string, of map[string][]int) map[int]float64 {
	type sum struct{ total, n float64 }
	sums := map[string]*sum{}
	place := func(a *answer) string { return a.Street + "|" + string(a.Group) + "|" + string(a.Mode) }
	for _, k := range keys {
		for _, i := range of[k] {
			s := sums[place(&answers[i])]
			if s == nil {
				s = &sum{}
				sums[place(&answers[i])] = s
			}
			s.total, s.n = s.total+answers[i].mean, s.n+1
		}
	}
	out := map[int]float64{}
	for _, k := range keys {
		for _, i := range of[k] {
			s := sums[place(&answers[i])]
			out[i] = answers[i].mean - s.total/s.n
		}
	}
	return out
}

// icc is the intraclass correlation of a one-way analysis of variance with unequal sizes (Donner 1986), the design effect at the
// mean size, and the variance within groups. A negative estimate is 0.
func icc(groups [][]float64) (rho, deff, within float64) {
	n, squares, grand := 0.0, 0.0, 0.0
	k := float64(len(groups))
	for _, g := range groups {
		n += float64(len(g))
		squares += float64(len(g) * len(g))
		for _, v := range g {
			grand += v
		}
	}
	if k < 2 || n <= k {
		return 0, 1, 0
	}
	grand /= n
	between, inside := 0.0, 0.0
	for _, g := range groups {
		mean := 0.0
		for _, v := range g {
			mean += v / float64(len(g))
		}
		between += float64(len(g)) * (mean - grand) * (mean - grand)
		for _, v := range g {
			inside += (v - mean) * (v - mean)
		}
	}
	within = inside / (n - k)
	size := (n - squares/n) / (k - 1)
	variance := max(0, (between/(k-1)-within)/size)
	if variance+within == 0 {
		return 0, 1, 0
	}
	rho = variance / (variance + within)
	return rho, 1 + (n/k-1)*rho, within
}
