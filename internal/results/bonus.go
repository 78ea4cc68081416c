package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// bonus splits the pool by the rule written before the wave. streets are in order of score, best first.
func bonus(streets []StreetYear, in *Input) Bonus {
	b := Bonus{Rule: in.Rules.BonusRule, Lines: []BonusLine{}, Inseparable: []string{}}
	places := min(len(in.Rules.Bonus), len(streets))
	if places == 0 {
		return b
	}
	for _, yuan := range in.Rules.Bonus[:places] {
		b.Pool += int64(yuan)
	}
	group := topGroup(streets, places, 1-in.Level)
	for _, s := range streets[:group] {
		b.Inseparable = append(b.Inseparable, s.Code)
	}
	if group <= places {
		b.Inseparable = []string{}
	}
	shares := make([]float64, len(streets))
	switch b.Rule {
	case survey.BonusByRank:
		copy(shares, in.Rules.Bonus[:places])
	case survey.BonusByTopGroup:
		for i := range group {
			shares[i] = 1
		}
	default:
		shares = byProbability(streets, in.Rules.TieWithin, in.Rules.LeastP)
	}
	yuan := divide(b.Pool, shares)
	for i, s := range streets {
		if yuan[i] > 0 {
			b.Lines = append(b.Lines, BonusLine{Code: s.Code, Name: s.Name, Yuan: yuan[i], PTop: s.PTop, Why: why(b.Rule, s, i, places, group)})
		}
	}
	return b
}

func why(rule survey.BonusRule, s StreetYear, i, places, group int) string {
	switch rule {
	case survey.BonusByRank:
		return fmt.Sprintf("得分第%d位；数据只能确认在第%d—%d名之间", i+1, s.Best, s.Worst)
	case survey.BonusByTopGroup:
		return fmt.Sprintf("与第%d位没有显著差别的%d个街道之一", places, group)
	}
	return fmt.Sprintf("进入前%d的概率%.0f%%", places, 100*s.PTop)
}

// topGroup returns how many streets, from the best, are not significantly below the last place with a bonus: one-sided tests
// against it, adjusted after Holm (1979); a street below one that was separated is separated too.
func topGroup(streets []StreetYear, places int, alpha float64) int {
	last := streets[places-1]
	p := make([]float64, 0, len(streets)-places)
	for _, s := range streets[places:] {
		z := (last.Score - s.Score) / math.Hypot(last.SE, s.SE)
		p = append(p, math.Erfc(z/math.Sqrt2)/2)
	}
	group := len(streets)
	for i, adjusted := range stats.Holm(p) {
		if adjusted < alpha {
			group = min(group, places+i)
		}
	}
	return group
}

// byProbability weighs streets by P(top k); streets whose probabilities follow within tie of each other share alike, those below least
// get nothing.
func byProbability(streets []StreetYear, tie, least float64) []float64 {
	order := make([]int, len(streets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(streets[b].PTop, streets[a].PTop) })
	shares := make([]float64, len(streets))
	for from := 0; from < len(order); {
		to, sum := from+1, streets[order[from]].PTop
		for to < len(order) && streets[order[to-1]].PTop-streets[order[to]].PTop < tie {
			sum += streets[order[to]].PTop
			to++
		}
		mean := sum / float64(to-from)
		for _, i := range order[from:to] {
			if mean >= least {
				shares[i] = mean
			}
		}
		from = to
	}
	return shares
}

// divide splits whole yuan in proportion to shares by the largest remainder, earlier streets first; the parts add up to the pool.
func divide(pool int64, shares []float64) []int64 {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	out := make([]int64, len(shares))
	if sum == 0 {
		return out
	}
	rest := pool
	remainders := make([]float64, len(shares))
	order := make([]int, len(shares))
	for i, s := range shares {
		exact := float64(pool) * s / sum
		out[i] = int64(math.Floor(exact + 1e-9))
		remainders[i], order[i] = exact-float64(out[i]), i
		rest -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for k := 0; rest > 0; k++ {
		out[order[k%len(order)]]++
		rest--
	}
	return out
}

// rectificationTie is the difference of reverse parts below which streets share the award.
const rectificationTie = 0.01

// honour decides an organisation award.
func honour(h survey.Honour, in *Input, basis string) (HonourResult, error) {
	r := HonourResult{Code: h.Code, Name: h.Name, Criterion: h.Criterion, Winners: []string{}, Candidates: []HonourContestant{}}
	if h.Criterion == survey.ByProgress {
		return r, r.byProgress(in, basis)
	}
	r.byRectification(in)
	return r, nil
}

func (r *HonourResult) byProgress(in *Input, basis string) error {
	if in.Before == nil || len(in.Waves) == 0 {
		r.Why = "没有可比较的上一期，本年空缺。"
		return nil
	}
	now := in.Waves[len(in.Waves)-1]
	if !in.Before.HasTotal {
		basis = "positive"
	}
	var first, second []stats.Wave
	for _, s := range now.Streets {
		score, se, ok := s.value(basis)
		i := slices.IndexFunc(in.Before.Streets, func(b StreetScore) bool { return b.Code == s.Code })
		if i < 0 || !ok {
			continue
		}
		before, seBefore, ok := in.Before.Streets[i].value(basis)
		if !ok {
			continue
		}
		first, second = append(first, stats.Wave{Estimate: before, SE: seBefore}), append(second, stats.Wave{Estimate: score, SE: se})
		r.Candidates = append(r.Candidates, HonourContestant{Code: s.Code, Name: s.Name})
	}
	list, err := stats.Compare(first, second, nil, 100, in.Level)
	if err != nil {
		return errs.Invalid("results.cannot_compare", "The two waves cannot be compared: "+err.Error())
	}
	best := -1
	for i, p := range list {
		gap, se, holm := round(100*p.Gap), round(100*p.GapSE), round(p.Holm)
		r.Candidates[i].Value, r.Candidates[i].SE, r.Candidates[i].P = gap, &se, &holm
		if p.Holm < 1-in.Level && p.Difference > 0 && (best < 0 || p.Gap > list[best].Gap) {
			best = i
		}
	}
	if best < 0 {
		r.Why = fmt.Sprintf("与%s相比，没有街道的提高在统计上显著（Holm校正），按事先写定的规则空缺。", in.Before.Name)
	} else {
		r.Winners = []string{r.Candidates[best].Code}
		r.Why = fmt.Sprintf("与%s相比显著提高的街道中，补上的差距最大：距满分的差距补上%.0f%%。", in.Before.Name, r.Candidates[best].Value)
	}
	r.sort()
	return nil
}

func (r *HonourResult) byRectification(in *Input) {
	at := map[string]int{}
	weight := map[string]float64{}
	for _, w := range in.Waves {
		share := in.Rules.HalfWeights[w.Half]
		for _, s := range w.Streets {
			if s.Reverse == nil {
				continue
			}
			if _, ok := at[s.Code]; !ok {
				at[s.Code] = len(r.Candidates)
				r.Candidates = append(r.Candidates, HonourContestant{Code: s.Code, Name: s.Name})
			}
			r.Candidates[at[s.Code]].Value += share * *s.Reverse
			weight[s.Code] += share
		}
	}
	for i := range r.Candidates {
		r.Candidates[i].Value = round(r.Candidates[i].Value / weight[r.Candidates[i].Code])
	}
	r.sort()
	if len(r.Candidates) == 0 {
		r.Why = "整改尚无全部结果，本年空缺。"
		return
	}
	var titles []string
	for _, c := range r.Candidates {
		if r.Candidates[0].Value-c.Value < rectificationTie {
			r.Winners, titles = append(r.Winners, c.Code), append(titles, c.Name)
		}
	}
	r.Why = fmt.Sprintf("反向评价得分最高：%.2f分（%s）。", r.Candidates[0].Value, strings.Join(titles, "、"))
}

func (r *HonourResult) sort() {
	slices.SortStableFunc(r.Candidates, func(a, b HonourContestant) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Code, b.Code))
	})
}
