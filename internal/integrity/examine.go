package integrity

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"yiwang/internal/survey"
)

// Summary is what a check counted.
type Summary struct {
	Rules    survey.IntegrityRules `json:"rules" doc:"the bounds used"`
	Previous string                `json:"previous,omitempty" doc:"code of the wave that shifts were measured against"`
	Answers  int                   `json:"answers"`
	Flagged  int                   `json:"flagged" doc:"answers with at least one ground"`
	Kinds    []KindCount           `json:"kinds"`
	Streets  []StreetCount         `json:"streets"`
	Times    []Usual               `json:"times" doc:"what speed was measured against"`
	Untimed  int                   `json:"untimed" doc:"answers without a usable time; no bursts and days for them"`
	Effect   Effect                `json:"interviewers"`
	Findings int                   `json:"findings"`
}

// KindCount is how many answers carry a flag.
type KindCount struct {
	Code string `json:"code"`
	Name string `json:"name"`
	N    int    `json:"n"`
}

// StreetCount is how the answers of a street and channel look.
type StreetCount struct {
	Street  string         `json:"street"`
	Name    string         `json:"name"`
	Channel survey.Channel `json:"channel"`
	N       int            `json:"n"`
	Flagged int            `json:"flagged"`
	Best    int            `json:"best" doc:"answers with the best step everywhere: the ceiling, no fault by itself"`
	Missing float64        `json:"missing" doc:"share of scale questions without a scored answer"`
}

// Usual is the median time of a questionnaire and mode.
type Usual struct {
	Group   survey.Group `json:"group"`
	Mode    survey.Mode  `json:"mode"`
	N       int          `json:"n"`
	Seconds float64      `json:"seconds"`
}

// outcome is everything a check found.
type outcome struct {
	summary  Summary
	answers  []answer
	marks    []Mark // one for every answer, in the same order
	findings []Finding
}

// examine looks at the answers of a wave, in the order of ids, and at those of the wave before. It is a pure function: the same
// answers and bounds give the same outcome.
func examine(answers, before []answer, rules survey.IntegrityRules) *outcome {
	o := &outcome{answers: answers, marks: make([]Mark, len(answers)), summary: Summary{Rules: rules, Answers: len(answers)}}
	timed(answers)
	usualSeconds(answers)
	for i := range answers {
		o.marks[i].ID, o.marks[i].Reasons = answers[i].ID, []Reason{}
		person(&answers[i], &rules, &o.marks[i])
		if answers[i].at.IsZero() {
			o.summary.Untimed++
		}
	}
	pages(answers, o.marks)
	o.findings = slices.Concat(devices(answers, o.marks, &rules), copies(answers, o.marks, &rules), bursts(answers, o.marks, &rules),
		ceilingDays(answers, o.marks, &rules), coached(answers, &rules))
	now := shapes(answers)
	order := make([]string, 0, len(now))
	for k := range now {
		order = append(order, k)
	}
	slices.Sort(order)
	o.findings = append(o.findings, shifts(now, shapes(before), order, &rules)...)
	effect, found := interviewers(answers, &rules)
	o.findings = append(o.findings, found...)
	sortFindings(o.findings)
	for i := range o.marks {
		o.marks[i].weigh()
	}
	o.summary.Effect, o.summary.Findings = effect, len(o.findings)
	o.count()
	return o
}

func (o *outcome) count() {
	kinds := map[Flag]int{}
	streets := map[string]*StreetCount{}
	times := map[Usual][]float64{}
	for i := range o.answers {
		a, m := &o.answers[i], &o.marks[i]
		k := a.Street + "|" + string(a.Channel)
		s := streets[k]
		if s == nil {
			s = &StreetCount{Street: a.Street, Channel: a.Channel}
			streets[k] = s
		}
		s.N++
		if n := len(a.sheet.questions); n > 0 {
			s.Missing += float64(n-a.valid) / float64(n)
		}
		if a.best {
			s.Best++
		}
		if m.Flags != 0 {
			s.Flagged++
			o.summary.Flagged++
		}
		for _, kind := range Kinds {
			if m.Flags&kind.Flag != 0 {
				kinds[kind.Flag]++
			}
		}
		if a.Seconds > 0 {
			u := Usual{Group: a.Group, Mode: a.Mode}
			times[u] = append(times[u], float64(a.Seconds))
		}
	}
	for _, kind := range Kinds {
		o.summary.Kinds = append(o.summary.Kinds, KindCount{kind.Code, kind.Name, kinds[kind.Flag]})
	}
	o.summary.Streets = make([]StreetCount, 0, len(streets))
	for _, s := range streets {
		s.Missing /= float64(s.N)
		o.summary.Streets = append(o.summary.Streets, *s)
	}
	slices.SortFunc(o.summary.Streets, func(a, b StreetCount) int {
		return cmp.Or(strings.Compare(a.Street, b.Street), strings.Compare(string(b.Channel), string(a.Channel)))
	})
	o.summary.Times = make([]Usual, 0, len(times))
	for u, seconds := range times {
		u.N, u.Seconds = len(seconds), median(seconds)
		o.summary.Times = append(o.summary.Times, u)
	}
	slices.SortFunc(o.summary.Times, func(a, b Usual) int {
		return cmp.Or(cmp.Compare(slices.Index(survey.Groups, a.Group), slices.Index(survey.Groups, b.Group)), strings.Compare(string(a.Mode), string(b.Mode)))
	})
}

// digest identifies what was found.
func (o *outcome) digest() string {
	h := sha256.New()
	write := json.NewEncoder(h)
	for i := range o.marks {
		if o.marks[i].Flags != 0 {
			_ = write.Encode(o.marks[i]) // a hash takes everything, and marks are plain values
		}
	}
	for i := range o.findings {
		_ = write.Encode(o.findings[i])
	}
	return hex.EncodeToString(h.Sum(nil))
}
