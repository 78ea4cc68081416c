package integrity

import (
	"fmt"
	"math"

	"yiwang/internal/survey"
)

// person collects what a single answer shows.
func person(a *answer, rules *survey.IntegrityRules, m *Mark) {
	fast := speed(a, rules, m)
	straight(a, rules, fast, m)
	if n := len(a.sheet.questions); n > 0 && float64(n-a.valid)/float64(n) >= rules.Unknown {
		m.add(Unknown, fmt.Sprintf("%d道评价题中%d道没有作出评价", n, n-a.valid))
	}
	choices := a.Answers.V.Choices
	if got := choices[a.sheet.attention]; a.sheet.attention != "" && got != 0 && got != a.sheet.expected {
		m.add(Attention, fmt.Sprintf("注意力题要求选第%d项，选了第%d项", a.sheet.expected, got))
	}
	if got := choices[a.sheet.integrity]; a.sheet.integrity != "" && got > 1 {
		m.add(Coached, []string{"受访者说填写前有人教过怎么选，但按自己的想法填", "受访者说有人教过怎么选，并要求统一选满意"}[min(got-2, 1)])
	}
	contradiction(a, m)
	if a.Paradata.V.Crowded {
		m.add(Crowded, "一小时内同一网络来了很多答卷")
	}
}

// speed flags answers that no one can have read, and reports whether this one was at least hurried.
func speed(a *answer, rules *survey.IntegrityRules, m *Mark) (hurried bool) {
	index := speedIndex(a.usual, a.Seconds)
	perItem := math.Inf(1)
	if a.Seconds > 0 && len(a.sheet.questions) > 0 {
		perItem = float64(a.Seconds) / float64(len(a.sheet.questions))
	}
	switch {
	case index > rules.Speed:
		m.add(Speed, fmt.Sprintf("用时%d秒，同类答卷的中位数是%.0f秒，快%.1f倍（界限%g倍）", a.Seconds, a.usual, index, rules.Speed))
	case a.web && perItem < rules.ItemSeconds:
		m.add(Speed, fmt.Sprintf("用时%d秒，平均每道评价题%.1f秒（界限%g秒）", a.Seconds, perItem, rules.ItemSeconds))
	}
	return index > min(rules.Speed, strict) || perItem < rules.ItemSeconds
}

// strict is Leiner's stricter bound: below it an answer is not hurried.
const strict = 1.75

// straight flags one answer all the way down. All best alone is no fault: that is what the ceiling of such surveys looks like.
func straight(a *answer, rules *survey.IntegrityRules, hurried bool, m *Mark) {
	run, mark := longestRun(a.Marks)
	score, scored := a.sheet.score[mark]
	if !scored || float64(run) < rules.Run*float64(len(a.Marks)) || run < 5 {
		return
	}
	switch {
	case hurried:
		m.add(Straight, fmt.Sprintf("连续%d题都选“%s”，并且答得快（%d秒）", run, a.sheet.label[mark], a.Seconds))
	case !a.sheet.best[mark] && run == len(a.Marks):
		m.add(Straight, fmt.Sprintf("全部%d题都选“%s”（%g分）", run, a.sheet.label[mark], score))
	}
}

// contradiction flags an overall answer far from the others, and all best from somebody who sees things get much worse.
func contradiction(a *answer, m *Mark) {
	s := a.sheet
	if s.overall >= 0 && s.overall < len(a.Marks) && a.valid > 5 {
		if overall, ok := s.score[a.Marks[s.overall]]; ok {
			others := (a.mean*float64(a.valid) - overall) / float64(a.valid-1)
			if math.Abs(overall-others) >= 50 {
				m.add(Contradiction, fmt.Sprintf("总体评价%.0f分，其余各题平均%.0f分，相差%.0f分", overall, others, math.Abs(overall-others)))
			}
		}
	}
	if a.best && s.progress != "" && a.Answers.V.Choices[s.progress] == s.worst {
		m.add(Contradiction, "各题全选最高档，却说和半年前相比明显变差")
	}
}

// pages flags answers whose pages were turned unread: at least two pages, and half of them, in under a third of their usual time.
func pages(answers []answer, marks []Mark) {
	const least, factor = 20, 3
	times := map[string][]float64{}
	key := func(a *answer, section string) string { return string(a.Group) + "|" + string(a.Mode) + "|" + section }
	for i := range answers {
		for _, p := range answers[i].Paradata.V.Pages {
			k := key(&answers[i], p.Section)
			times[k] = append(times[k], float64(p.Seconds))
		}
	}
	usual := map[string]float64{}
	for k, v := range times {
		if len(v) >= least {
			usual[k] = median(v)
		}
	}
	for i := range answers {
		a := &answers[i]
		quick, known := 0, 0
		for _, p := range a.Paradata.V.Pages {
			if u := usual[key(a, p.Section)]; u >= 5 {
				known++
				if float64(p.Seconds)*factor < u {
					quick++
				}
			}
		}
		if quick >= 2 && 2*quick >= known {
			marks[i].add(Pages, fmt.Sprintf("%d页中有%d页的停留时间不到通常的三分之一", known, quick))
		}
	}
}
