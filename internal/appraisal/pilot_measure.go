package appraisal

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"yiwang/internal/survey"
)

// PilotResult is what the answers of a round show. A pilot is no probability sample: standard errors say how much the number of
// answers alone leaves open, and nothing about the district.
type PilotResult struct {
	System         string                  `json:"system" doc:"version of the indicator system"`
	Questionnaires map[survey.Group]string `json:"questionnaires" doc:"id of the questionnaire version per group"`
	Answers        int                     `json:"answers"`
	Streets        map[string]int          `json:"streets" doc:"answers by street"`
	Groups         []PilotGroup            `json:"groups"`
}

// PilotGroup is one questionnaire of a round.
type PilotGroup struct {
	Group      survey.Group `json:"group"`
	N          int          `json:"n"`
	Unreadable int          `json:"unreadable,omitempty" doc:"answers to another version, left out"`
	Seconds    float64      `json:"seconds" doc:"median; 0 where no time is known"`
	Items      []PilotItem  `json:"items"`
}

// PilotItem is one scale question of a round.
type PilotItem struct {
	Code    string  `json:"code"`
	Text    string  `json:"text"`
	N       int     `json:"n" doc:"scored answers"`
	Mean    float64 `json:"mean"`
	SD      float64 `json:"sd"`
	SE      float64 `json:"se"`
	NA      float64 `json:"na" doc:"share of 没接触过/不了解"`
	Missing float64 `json:"missing" doc:"share without an answer"`
	Best    float64 `json:"best" doc:"share of the best step among the scored: the ceiling"`
}

type pilotMeter struct {
	wave    *survey.Wave
	scale   map[byte]float64
	best    map[byte]bool
	forms   map[survey.Group]*survey.Form
	groups  map[survey.Group]*pilotSums
	streets map[string]int
	n       int
}

type pilotSums struct {
	questions     []survey.Question
	n, unreadable int
	seconds       []float64
	items         []itemSums
}

type itemSums struct {
	scores            []float64
	na, missing, best int
}

func newPilotMeter(w *survey.Wave, forms map[survey.Group]*survey.Form) *pilotMeter {
	m := &pilotMeter{wave: w, scale: map[byte]float64{}, best: map[byte]bool{}, forms: forms, groups: map[survey.Group]*pilotSums{}, streets: map[string]int{}}
	seen := map[bool]bool{}
	for _, step := range w.Plan.V.Scale {
		if step.Score != nil && len(step.Mark) == 1 {
			m.scale[step.Mark[0]] = *step.Score
			m.best[step.Mark[0]] = !seen[step.Face]
			seen[step.Face] = true
		}
	}
	for g, form := range forms {
		questions := form.ScaleQuestions()
		m.groups[g] = &pilotSums{questions: questions, items: make([]itemSums, len(questions))}
	}
	return m
}

func (m *pilotMeter) take(e *survey.Evidence) {
	m.n++
	m.streets[e.Street]++
	g := m.groups[e.Group]
	if g == nil {
		return
	}
	if len(e.Marks) != len(g.questions) {
		g.unreadable++
		return
	}
	g.n++
	if e.Seconds > 0 {
		g.seconds = append(g.seconds, float64(e.Seconds))
	}
	for i := range len(e.Marks) {
		item := &g.items[i]
		switch mark := e.Marks[i]; mark {
		case survey.MarkNA:
			item.na++
		case survey.MarkMissing:
			item.missing++
		default:
			item.scores = append(item.scores, m.scale[mark])
			if m.best[mark] {
				item.best++
			}
		}
	}
}

func (m *pilotMeter) result() *PilotResult {
	r := &PilotResult{System: m.wave.Plan.V.IndicatorSystem, Questionnaires: m.wave.Plan.V.Questionnaires, Answers: m.n, Streets: m.streets, Groups: []PilotGroup{}}
	for _, group := range survey.Groups {
		g := m.groups[group]
		if g == nil {
			continue
		}
		out := PilotGroup{Group: group, N: g.n, Unreadable: g.unreadable, Seconds: middle(g.seconds), Items: []PilotItem{}}
		for i := range g.items {
			out.Items = append(out.Items, g.items[i].summary(&g.questions[i], g.n))
		}
		r.Groups = append(r.Groups, out)
	}
	return r
}

func (s *itemSums) summary(q *survey.Question, n int) PilotItem {
	item := PilotItem{Code: q.Code, Text: q.Text, N: len(s.scores)}
	if n > 0 {
		item.NA, item.Missing = float64(s.na)/float64(n), float64(s.missing)/float64(n)
	}
	if item.N == 0 {
		return item
	}
	k := float64(item.N)
	for _, v := range s.scores {
		item.Mean += v / k
	}
	for _, v := range s.scores {
		item.SD += (v - item.Mean) * (v - item.Mean)
	}
	if item.SD = math.Sqrt(item.SD / max(1, k-1)); item.N > 1 {
		item.SE = item.SD / math.Sqrt(k)
	}
	item.Best = float64(s.best) / k
	return item
}

func middle(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	slices.Sort(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// PilotComparison sets two rounds side by side.
type PilotComparison struct {
	From   int           `json:"from"`
	To     int           `json:"to"`
	Groups []PilotChange `json:"groups"`
}

// PilotChange is what changed in one questionnaire.
type PilotChange struct {
	Group         survey.Group `json:"group"`
	Before        int          `json:"before"`
	After         int          `json:"after"`
	SecondsBefore float64      `json:"seconds_before"`
	SecondsAfter  float64      `json:"seconds_after"`
	Items         []ItemChange `json:"items"`
}

// ItemChange is what changed in one question. A question that only one round asked has one side.
type ItemChange struct {
	Code     string     `json:"code"`
	Text     string     `json:"text"`
	Reworded bool       `json:"reworded,omitempty"`
	Was      string     `json:"was,omitempty" doc:"the earlier wording"`
	Before   *PilotItem `json:"before,omitempty"`
	After    *PilotItem `json:"after,omitempty"`
	Change   float64    `json:"change" doc:"difference of the means"`
	SE       float64    `json:"se"`
	P        float64    `json:"p" doc:"two-sided, after Holm over the questions of the questionnaire; 1 where it cannot be told"`
	NAChange float64    `json:"na_change"`
	Ceiling  float64    `json:"ceiling" doc:"change of the share of the best step"`
}

func comparePilots(before, after *PilotResult, from, to int) *PilotComparison {
	c := &PilotComparison{From: from, To: to, Groups: []PilotChange{}}
	for _, group := range survey.Groups {
		a, b := before.group(group), after.group(group)
		change := PilotChange{Group: group, Before: a.N, After: b.N, SecondsBefore: a.Seconds, SecondsAfter: b.Seconds, Items: []ItemChange{}}
		for i := range b.Items {
			change.Items = append(change.Items, compareItems(a.item(b.Items[i].Code), &b.Items[i]))
		}
		for i := range a.Items {
			if b.item(a.Items[i].Code) == nil {
				change.Items = append(change.Items, compareItems(&a.Items[i], nil))
			}
		}
		stepDown(change.Items)
		c.Groups = append(c.Groups, change)
	}
	return c
}

func (r *PilotResult) group(g survey.Group) *PilotGroup {
	for i := range r.Groups {
		if r.Groups[i].Group == g {
			return &r.Groups[i]
		}
	}
	return &PilotGroup{Group: g}
}

func (g *PilotGroup) item(code string) *PilotItem {
	for i := range g.Items {
		if g.Items[i].Code == code {
			return &g.Items[i]
		}
	}
	return nil
}

func compareItems(a, b *PilotItem) ItemChange {
	c := ItemChange{Before: a, After: b, P: 1}
	switch {
	case b == nil:
		c.Code, c.Text = a.Code, a.Text
	case a == nil:
		c.Code, c.Text = b.Code, b.Text
	default:
		c.Code, c.Text = b.Code, b.Text
		if a.Text != b.Text {
			c.Reworded, c.Was = true, a.Text
		}
		c.NAChange = b.NA - a.NA
		if a.N > 1 && b.N > 1 {
			c.Change, c.Ceiling, c.SE = b.Mean-a.Mean, b.Best-a.Best, math.Hypot(a.SE, b.SE)
			if c.SE > 0 {
				c.P = 2 * distuv.UnitNormal.Survival(math.Abs(c.Change)/c.SE)
			}
		}
	}
	return c
}

// stepDown adjusts the error probabilities of the questions of one questionnaire (Holm 1979).
func stepDown(items []ItemChange) {
	order := make([]int, 0, len(items))
	for i := range items {
		if items[i].SE > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case items[a].P < items[b].P:
			return -1
		case items[a].P > items[b].P:
			return 1
		}
		return 0
	})
	highest := 0.0
	for rank, i := range order {
		highest = max(highest, min(1, items[i].P*float64(len(order)-rank)))
		items[i].P = highest
	}
}
