package integrity

import (
	"fmt"
	"math"

	"yiwang/internal/survey"
)

// leastDay is the smallest number of answers of a community on a day that is judged; leastWave that of a wave.
const (
	leastDay  = 8
	leastWave = 20
)

// ceilingDays finds days on which far more answers of a community are all best than on its other days: exact hypergeometric
// tails, Bonferroni over all days judged.
func ceilingDays(answers []answer, marks []Mark, rules *survey.IntegrityRules) (found []Finding) {
	wide := func(a *answer) string {
		if !a.web || a.Community == "" || a.day == "" || a.valid < 5 {
			return ""
		}
		return string(a.Channel) + "|" + a.Community
	}
	keys, of := cells(answers, func(a *answer) string {
		if k := wide(a); k != "" {
			return k + "|" + a.day
		}
		return ""
	})
	_, communities := cells(answers, wide)
	tests := 0
	for _, k := range keys {
		if len(of[k]) >= leastDay {
			tests++
		}
	}
	for _, k := range keys {
		day := of[k]
		a := &answers[day[0]]
		all := communities[wide(a)]
		n, best := len(day), bestOf(answers, day)
		total, bestAll := len(all), len(bestOf(answers, all))
		if n < leastDay || total-n < leastDay {
			continue
		}
		share, usual := float64(len(best))/float64(n), float64(bestAll-len(best))/float64(total-n)
		p := min(1, float64(tests)*drawTail(len(best), n, bestAll, total))
		if p >= rules.Alpha || share-usual < rules.Jump {
			continue
		}
		for _, i := range best {
			marks[i].add(Ceiling, fmt.Sprintf("各题全选最高档，当天本社区%d份中有%d份如此，其他日子占%.0f%%", n, len(best), 100*usual))
		}
		f := Finding{Pattern: PatternCeilingDay, Channel: a.Channel, Street: a.Street, Community: a.Community, Day: a.day, N: n, Hits: len(best), Usual: usual, P: p,
			Text: fmt.Sprintf("当天%d份中%d份各题全选最高档（%.0f%%），本社区其他日子占%.0f%%", n, len(best), 100*share, 100*usual), Members: ids(answers, best)}
		f.name(k)
		found = append(found, f)
	}
	return found
}

func bestOf(answers []answer, places []int) (best []int) {
	for _, i := range places {
		if answers[i].best {
			best = append(best, i)
		}
	}
	return best
}

// shape is what a community's answers look like in one wave and channel.
type shape struct {
	Street    string
	Community string
	Channel   survey.Channel
	N         int
	best      []float64 // 1 where an answer is all best
	middle    []float64 // share of the middle step among an answer's scored questions
}

// shapes sums up the answers of a wave by channel and community.
func shapes(answers []answer) map[string]*shape {
	out := map[string]*shape{}
	for i := range answers {
		a := &answers[i]
		if a.Community == "" || a.valid < 5 {
			continue
		}
		k := string(a.Channel) + "|" + a.Community
		s := out[k]
		if s == nil {
			s = &shape{Street: a.Street, Community: a.Community, Channel: a.Channel}
			out[k] = s
		}
		s.N++
		best := 0.0
		if a.best {
			best = 1
		}
		s.best, s.middle = append(s.best, best), append(s.middle, a.middle)
	}
	return out
}

// shifts compares the communities with the previous wave: a jump of all-best answers, a middle answer that has gone. Differences
// of means with unequal variances, one-sided, Holm over all communities and channels.
func shifts(now, before map[string]*shape, order []string, rules *survey.IntegrityRules) (found []Finding) {
	type candidate struct {
		s         *shape
		now, then float64
	}
	collect := func(measure func(*shape) []float64, sign float64) (list []candidate, p []float64) {
		for _, k := range order {
			a, b := now[k], before[k]
			if b == nil || a.N < leastWave || b.N < leastWave {
				continue
			}
			m1, v1 := moments(measure(a))
			m0, v0 := moments(measure(b))
			// Half an answer's worth keeps the variance of a share that is wholly 0 or 1 from vanishing.
			se := math.Sqrt((v1+0.25/float64(a.N))/float64(a.N) + (v0+0.25/float64(b.N))/float64(b.N))
			list = append(list, candidate{a, m1, m0})
			p = append(p, normalTail(sign*(m1-m0)/se))
		}
		return list, holm(p)
	}
	jumps, p := collect(func(s *shape) []float64 { return s.best }, 1)
	for i, c := range jumps {
		if p[i] < rules.Alpha && c.now-c.then >= rules.Jump {
			found = append(found, shift(PatternCeilingJump, c.s, c.now, c.then, p[i], "各题全选最高档的答卷占%.0f%%，上一次占%.0f%%"))
		}
	}
	gone, p := collect(func(s *shape) []float64 { return s.middle }, -1)
	for i, c := range gone {
		if p[i] < rules.Alpha && c.now <= rules.Vanished*c.then && c.then >= 0.05 {
			found = append(found, shift(PatternVanished, c.s, c.now, c.then, p[i], "选“一般”的占%.1f%%，上一次占%.1f%%：中间档几乎消失"))
		}
	}
	return found
}

func shift(pattern Pattern, s *shape, now, then, p float64, sentence string) Finding {
	f := Finding{Pattern: pattern, Channel: s.Channel, Street: s.Street, Community: s.Community, N: s.N, Hits: int(math.Round(now * float64(s.N))), Usual: then, P: p,
		Text: fmt.Sprintf(sentence, 100*now, 100*then)}
	f.name(string(s.Channel), s.Community)
	return f
}

// coached lists the communities in which more report coaching than the plan allows.
func coached(answers []answer, rules *survey.IntegrityRules) (found []Finding) {
	keys, of := cells(answers, func(a *answer) string {
		if a.sheet.integrity == "" || a.Answers.V.Choices[a.sheet.integrity] == 0 {
			return ""
		}
		return a.Community
	})
	total, told := 0, map[string][]int{}
	for _, k := range keys {
		for _, i := range of[k] {
			if answers[i].Answers.V.Choices[answers[i].sheet.integrity] > 1 {
				told[k] = append(told[k], i)
			}
		}
		total += len(of[k])
	}
	tests := 0
	for _, k := range keys {
		if len(of[k]) >= leastWave {
			tests++
		}
	}
	for _, k := range keys {
		n, hits := len(of[k]), len(told[k])
		share := float64(hits) / float64(n)
		if n < leastWave || share <= rules.Coached {
			continue
		}
		a := &answers[of[k][0]]
		f := Finding{Pattern: PatternCoached, Street: a.Street, Community: k, N: n, Hits: hits, Usual: rules.Coached,
			P:    min(1, float64(tests)*drawTail(hits, n, allTold(told), total)),
			Text: fmt.Sprintf("回答诚信题的%d人中%d人说有人教过怎么选（%.0f%%，界限%.0f%%）", n, hits, 100*share, 100*rules.Coached), Members: ids(answers, told[k])}
		f.name(k)
		found = append(found, f)
	}
	return found
}

func allTold(told map[string][]int) (n int) {
	for _, places := range told {
		n += len(places)
	}
	return n
}
