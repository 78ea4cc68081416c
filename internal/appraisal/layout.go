package appraisal

import (
	"slices"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// layout reads the marks of the questionnaires: which item each position is and what each mark is worth.
type layout struct {
	items   []string               // item codes; the order of every vector
	labels  []string               // names of the options
	options []stats.StoreOption    // what each option is worth
	code    [256]uint8             // mark → option, stats.NotAsked for none
	pos     map[survey.Group][]int // group → position in the marks of each item, -1 when not asked
}

// most is how many items a wave can score: one bit each.
const most = 64

func newLayout(plan *survey.Plan, forms map[survey.Group]*survey.Form, indicators []Indicator) (*layout, error) {
	l := &layout{pos: map[survey.Group][]int{}}
	for i := range l.code {
		l.code[i] = stats.NotAsked
	}
	add := func(mark byte, label string, o stats.StoreOption) {
		l.code[mark] = uint8(len(l.labels))
		l.labels, l.options = append(l.labels, label), append(l.options, o)
	}
	for _, step := range plan.Scale {
		o := stats.StoreOption{Scored: true, Values: [2]float64{stats.MeasureScore: *step.Score}}
		if step.Satisfied {
			o.Values[stats.MeasureShare] = 100
		}
		add(step.Mark[0], step.Label, o)
	}
	add(survey.MarkNA, "没接触过/不了解", stats.StoreOption{})
	add(survey.MarkMissing, "未作答", stats.StoreOption{})
	for _, i := range indicators {
		l.items = append(l.items, i.Code)
	}
	l.items = append(l.items, NodeOverall)
	for _, level := range plan.Levels {
		for _, code := range level.Items {
			if !slices.Contains(l.items, code) {
				l.items = append(l.items, code)
			}
		}
	}
	if len(l.items) > most {
		return nil, errs.Invalid("appraisal.too_many_indicators", "A wave can score at most 63 indicators.")
	}
	for group, form := range forms {
		l.place(group, form.ScaleQuestions())
	}
	return l, nil
}

func (l *layout) place(group survey.Group, questions []survey.Question) {
	at := make([]int, len(l.items))
	for j, code := range l.items {
		at[j] = -1
		for p, q := range questions {
			if q.Indicator == code || q.Indicator == "" && q.Code == code {
				at[j] = p
			}
		}
	}
	l.pos[group] = at
}

// read writes the option of every item into codes. It returns false when the marks are not as long as the questionnaire or hold a
// mark that is no answer, which means that the row was not written by this program.
func (l *layout) read(a *answer, codes []uint8) bool {
	for j, p := range l.pos[a.Group] {
		codes[j] = stats.NotAsked
		if p < 0 {
			continue
		}
		if p >= len(a.Marks) {
			return false
		}
		if codes[j] = l.code[a.Marks[p]]; codes[j] == stats.NotAsked {
			return false
		}
	}
	return true
}

// top is the option with the highest score: what "top box" counts.
func (l *layout) top() int {
	best := 0
	for o := range l.options {
		if l.options[o].Scored && l.options[o].Values[stats.MeasureScore] > l.options[best].Values[stats.MeasureScore] {
			best = o
		}
	}
	return best
}
