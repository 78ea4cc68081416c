package form

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/errs"
)

// Options are what Check needs beside the form.
type Options struct {
	Marks      []string // marks of the scale that this respondent may give; faces only where faces are shown
	Channel    string   // "" asks every question, whatever its channels
	Categories []string // codes of the reverse categories; nil accepts any
	Draft      bool     // gaps are allowed
}

// Reason says why an answer cannot stand. The phone shows its own sentence for each.
type Reason string

// The reasons.
const (
	Missing   Reason = "required"
	Unknown   Reason = "unknown" // the form has no such question
	NoOption  Reason = "option"
	TooFew    Reason = "few"
	TooMany   Reason = "many"
	Twice     Reason = "twice"
	Excludes  Reason = "exclusive"
	NoNumber  Reason = "number"
	NotWhole  Reason = "whole"
	TooLow    Reason = "low"
	TooHigh   Reason = "high"
	TooLong   Reason = "long"
	BadPhone  Reason = "phone"
	NoField   Reason = "field"
	WrongKind Reason = "kind"
)

// Problem is one answer that cannot stand. Limit is the bound it breaks, where there is one.
type Problem struct {
	Question string  `json:"question"`
	Reason   Reason  `json:"reason"`
	Limit    float64 `json:"limit,omitempty"`
}

// maxField bounds a demographic field; maxPhotos the pictures where a question names no other number.
const (
	maxField  = 60
	maxPhotos = 3
)

// Check returns the answers that are kept and one field per answer that cannot stand, located "answers.CODE". Answers of hidden
// questions and of questions of other channels are dropped without a word: the respondent may have answered them before changing
// another answer. See Judge for the same as problems.
func Check(f *Form, answers Answers, o Options) (Answers, []errs.Field) {
	kept, problems := Judge(f, answers, o)
	var bad []errs.Field
	for _, p := range problems {
		bad = append(bad, errs.Field{Location: "answers." + p.Question, Message: p.sentence()})
	}
	return kept, bad
}

// Judge is Check with problems instead of sentences. Conditions look backwards only, so one pass in form order settles what is
// shown.
func Judge(f *Form, answers Answers, o Options) (Answers, []Problem) {
	kept := Answers{}
	var problems []Problem
	for i := range f.Questions {
		q := &f.Questions[i]
		if !f.Shows(q, kept, o.Channel) {
			continue
		}
		given := answers[q.Code]
		if !isAnswered(given) {
			if !o.Draft && q.Required() {
				problems = append(problems, Problem{Question: q.Code, Reason: Missing})
			}
			continue
		}
		value, p := q.judge(given, o)
		if p != nil {
			p.Question = q.Code
			problems = append(problems, *p)
		}
		kept[q.Code] = value
	}
	var strange []string
	for code := range answers {
		if f.Question(code) == nil {
			strange = append(strange, code)
		}
	}
	slices.Sort(strange)
	for _, code := range strange {
		problems = append(problems, Problem{Question: code, Reason: Unknown})
	}
	return kept, problems
}

// Shows reports whether a question is shown, given the answers of the questions before it.
func (f *Form) Shows(q *Question, before Answers, channel string) bool {
	if !q.Asked(channel) || !q.Show.Holds(before) {
		return false
	}
	s := f.Section(q.Section)
	return s == nil || s.Show.Holds(before)
}

// judge returns the value in its own Go type, or the raw one with a problem.
func (q *Question) judge(v any, o Options) (any, *Problem) {
	switch q.Type {
	case Scale5:
		return q.judgeMark(v, o)
	case Single:
		if n, ok := whole(v); ok && n >= 1 && n <= len(q.Options) {
			return n, nil
		}
		return v, &Problem{Reason: NoOption}
	case Multi, Ranking:
		return q.judgeChoices(v)
	case Categories:
		return q.judgeCategories(v, o)
	case NPS:
		low, high := 0.0, 10.0
		n, p := judgeNumber(v, &low, &high, true)
		if p == nil {
			return int(n), nil
		}
		return v, p
	case Number:
		n, p := judgeNumber(v, q.Low, q.High, q.Whole)
		if p == nil {
			return n, nil
		}
		return v, p
	case Text:
		return q.judgeText(v)
	case Phone:
		s, ok := v.(string)
		if s = strings.TrimSpace(s); !ok || !phonePattern.MatchString(separators.ReplaceAllString(s, "")) {
			return v, &Problem{Reason: BadPhone}
		}
		return s, nil
	case Photo:
		list, ok := texts(v)
		if !ok {
			return v, &Problem{Reason: WrongKind}
		}
		return list, q.judgeCount(len(list), maxPhotos)
	case Demographics:
		return q.judgeFields(v)
	}
	return v, &Problem{Reason: WrongKind}
}

var (
	phonePattern = regexp.MustCompile(`^\+?\d{7,15}$`)
	separators   = regexp.MustCompile(`[\s-]`)
)

func (q *Question) judgeMark(v any, o Options) (any, *Problem) {
	s, ok := v.(string)
	s = strings.TrimSpace(s)
	if ok && (s == MarkNA && q.NA || s != MarkNA && slices.Contains(o.Marks, s)) {
		return s, nil
	}
	return v, &Problem{Reason: NoOption}
}

func (q *Question) judgeText(v any) (any, *Problem) {
	s, ok := v.(string)
	if !ok {
		return v, &Problem{Reason: WrongKind}
	}
	s = strings.TrimSpace(s)
	if q.MaxLen > 0 && utf8.RuneCountInString(s) > q.MaxLen {
		return s, &Problem{Reason: TooLong, Limit: float64(q.MaxLen)}
	}
	return s, nil
}

func (q *Question) judgeChoices(v any) (any, *Problem) {
	list, ok := wholes(v)
	if !ok || slices.ContainsFunc(list, func(n int) bool { return n < 1 || n > len(q.Options) }) {
		return v, &Problem{Reason: NoOption}
	}
	if repeats(list) {
		return list, &Problem{Reason: Twice}
	}
	if slices.ContainsFunc(list, func(n int) bool { return slices.Contains(q.Exclusive, n) }) {
		if len(list) > 1 {
			return list, &Problem{Reason: Excludes}
		}
		return list, nil
	}
	return list, q.judgeCount(len(list), len(q.Options))
}

func (q *Question) judgeCategories(v any, o Options) (any, *Problem) {
	list, ok := texts(v)
	switch {
	case !ok:
		return v, &Problem{Reason: WrongKind}
	case o.Categories != nil && slices.ContainsFunc(list, func(c string) bool { return !slices.Contains(o.Categories, c) }):
		return list, &Problem{Reason: NoOption}
	case repeats(list):
		return list, &Problem{Reason: Twice}
	}
	return list, q.judgeCount(len(list), 0)
}

func (q *Question) judgeCount(n, most int) *Problem {
	if q.Max > 0 {
		most = q.Max
	}
	switch {
	case n < q.Min:
		return &Problem{Reason: TooFew, Limit: float64(q.Min)}
	case most > 0 && n > most:
		return &Problem{Reason: TooMany, Limit: float64(most)}
	}
	return nil
}

func judgeNumber(v any, low, high *float64, wholeOnly bool) (float64, *Problem) {
	n, ok := number(v)
	if _, text := v.(string); text || !ok || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, &Problem{Reason: NoNumber}
	}
	switch {
	case wholeOnly && n != math.Trunc(n):
		return n, &Problem{Reason: NotWhole}
	case low != nil && n < *low:
		return n, &Problem{Reason: TooLow, Limit: *low}
	case high != nil && n > *high:
		return n, &Problem{Reason: TooHigh, Limit: *high}
	}
	return n, nil
}

func (q *Question) judgeFields(v any) (any, *Problem) {
	m, ok := fields(v)
	if !ok {
		return v, &Problem{Reason: WrongKind}
	}
	var long bool
	for name, value := range m {
		if !slices.Contains(q.Fields, name) {
			return m, &Problem{Reason: NoField}
		}
		long = long || utf8.RuneCountInString(value) > maxField
	}
	if long {
		return m, &Problem{Reason: TooLong, Limit: maxField}
	}
	return m, nil
}

func repeats[T comparable](list []T) bool {
	seen := map[T]bool{}
	for _, e := range list {
		if seen[e] {
			return true
		}
		seen[e] = true
	}
	return false
}

// sentence says in English what to do.
func (p Problem) sentence() string {
	switch p.Reason {
	case Missing:
		return "answer this question"
	case Unknown:
		return "the questionnaire has no such question"
	case NoOption:
		return "choose one of the options of the question"
	case TooFew:
		return fmt.Sprintf("choose at least %v", p.Limit)
	case TooMany:
		return fmt.Sprintf("choose at most %v", p.Limit)
	case Twice:
		return "choose every option once"
	case Excludes:
		return "this option stands alone"
	case NoNumber:
		return "give a number"
	case NotWhole:
		return "give a whole number"
	case TooLow:
		return fmt.Sprintf("not below %v", p.Limit)
	case TooHigh:
		return fmt.Sprintf("not above %v", p.Limit)
	case TooLong:
		return fmt.Sprintf("at most %v characters", p.Limit)
	case BadPhone:
		return "give 7 to 15 digits"
	case NoField:
		return "the question has no such field"
	}
	return "the value does not fit the type of the question"
}
