package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of a definition.
const (
	maxQuestions = 150
	maxOptions   = 30
	maxText      = 2000
	longForm     = 40 // questions to answer; 12 seconds each are eight minutes
)

// channels are the ways of taking part that a question can be restricted to.
var channels = []string{"targeted", "online"}

var codePattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$`)

// judge walks a form once; at holds the position of every question met so far.
type judge struct {
	form   *Form
	at     map[string]int
	faults []Fault
}

func (j *judge) add(level Level, location, question, section string, rule Rule, arg any) {
	j.faults = append(j.faults, Fault{Location: location, Question: question, Section: section, Rule: rule, Level: level, arg: arg})
}

// stop notes a fault of question i; field is the key inside the question.
func (j *judge) stop(i int, field string, rule Rule, arg any) {
	location := fmt.Sprintf("questions[%d]", i)
	if field != "" {
		location += "." + field
	}
	j.add(Stops, location, j.form.Questions[i].Code, j.form.Questions[i].Section, rule, arg)
}

func (j *judge) whole() {
	f := j.form
	if strings.TrimSpace(f.Name) == "" {
		j.add(Stops, "name", "", "", ruleName, nil)
	}
	if len(f.ScaleQuestions()) == 0 {
		j.add(Stops, "questions", "", "", ruleNoScale, nil)
	}
	if len(f.Questions) > maxQuestions {
		j.add(Stops, "questions", "", "", ruleSize, maxQuestions)
	}
}

func (j *judge) sections() {
	f := j.form
	seen := map[string]bool{}
	last := -1
	for i := range f.Sections {
		s := &f.Sections[i]
		stop := func(field string, rule Rule) {
			j.add(Stops, fmt.Sprintf("sections[%d].%s", i, field), "", s.Code, rule, nil)
		}
		if !codePattern.MatchString(s.Code) {
			stop("code", ruleCode)
		} else if seen[s.Code] {
			stop("code", ruleTwice)
		}
		if strings.TrimSpace(s.Title) == "" {
			stop("title", ruleText)
		}
		seen[s.Code] = true
		if !slices.ContainsFunc(f.Questions, func(q Question) bool { return q.Section == s.Code }) {
			stop("code", ruleEmpty)
		}
	}
	for i := range f.Questions {
		q := &f.Questions[i]
		at := slices.IndexFunc(f.Sections, func(s Section) bool { return s.Code == q.Section })
		switch {
		case len(f.Sections) == 0 && q.Section == "":
		case at < 0:
			j.stop(i, "section", ruleSection, nil)
		case at < last:
			j.stop(i, "section", ruleOrder, nil)
		default:
			last = at
		}
	}
}

func (j *judge) question(i int) {
	q := &j.form.Questions[i]
	if !codePattern.MatchString(q.Code) {
		j.stop(i, "code", ruleCode, nil)
	} else if _, twice := j.at[q.Code]; twice {
		j.stop(i, "code", ruleTwice, nil)
	}
	if strings.TrimSpace(q.Text) == "" && q.Type != Demographics {
		j.stop(i, "text", ruleText, nil)
	}
	if !slices.Contains(Types, q.Type) {
		j.stop(i, "type", ruleType, string(q.Type))
	}
	if slices.ContainsFunc(q.Channels, func(c string) bool { return !slices.Contains(channels, c) }) {
		j.stop(i, "channels", ruleChannel, nil)
	}
	j.indicator(i, q)
	j.options(i, q)
	j.limits(i, q)
	j.english(i, q)
	j.conditions(i, q)
	if _, twice := j.at[q.Code]; !twice {
		j.at[q.Code] = i
	}
}

func (j *judge) indicator(i int, q *Question) {
	if q.Indicator == "" {
		return
	}
	if q.Type != Scale5 {
		j.stop(i, "indicator", ruleIndicator, nil)
	}
	if slices.ContainsFunc(j.form.Questions[:i], func(o Question) bool { return o.Indicator == q.Indicator }) {
		j.stop(i, "indicator", ruleFed, nil)
	}
}

func (j *judge) options(i int, q *Question) {
	chosen := q.Type == Single || q.Type == Multi || q.Type == Ranking
	switch {
	case chosen && (len(q.Options) < 2 || len(q.Options) > maxOptions):
		j.stop(i, "options", ruleOptions, nil)
	case !chosen && len(q.Options) > 0:
		j.stop(i, "options", ruleNoOptions, nil)
	case repeats(q.Options) || slices.ContainsFunc(q.Options, func(o string) bool { return strings.TrimSpace(o) == "" }):
		j.stop(i, "options", ruleOption, nil)
	}
	if q.Expect != "" && !slices.Contains(q.Options, q.Expect) {
		j.stop(i, "expect", ruleExpect, nil)
	}
	if slices.ContainsFunc(q.Exclusive, func(n int) bool { return q.Type != Multi || n < 1 || n > len(q.Options) }) {
		j.stop(i, "exclusive", ruleExclusive, nil)
	}
}

func (j *judge) limits(i int, q *Question) {
	if q.Low != nil && q.High != nil && *q.Low > *q.High {
		j.stop(i, "low", ruleBounds, nil)
	}
	if q.Type == Text && (q.MaxLen < 1 || q.MaxLen > maxText) {
		j.stop(i, "max_len", ruleLength, nil)
	}
	most := len(q.Options)
	if q.Type == Categories || q.Type == Photo {
		most = maxOptions
	}
	if q.Min < 0 || q.Max < 0 || q.Max > 0 && q.Min > q.Max || most > 0 && (q.Min > most || q.Max > most) {
		j.stop(i, "max", ruleChoices, nil)
	}
	empty := slices.ContainsFunc(q.Fields, func(s string) bool { return strings.TrimSpace(s) == "" })
	if q.Type == Demographics && (len(q.Fields) == 0 || empty || repeats(q.Fields)) {
		j.stop(i, "fields", ruleFields, nil)
	}
}

func (j *judge) english(i int, q *Question) {
	if q.EN == nil {
		return
	}
	if n := len(q.EN.Options); n > 0 && n != len(q.Options) {
		j.stop(i, "en.options", ruleEnglish, nil)
	}
	if n := len(q.EN.Fields); n > 0 && n != len(q.Fields) {
		j.stop(i, "en.fields", ruleEnglish, nil)
	}
}

func (j *judge) roles() {
	seen := map[Role]bool{}
	for i := range j.form.Questions {
		q := &j.form.Questions[i]
		if q.Role == "" {
			continue
		}
		var fits bool
		switch q.Role {
		case RoleAttention:
			fits = q.Type == Single && q.Expect != ""
		case RoleIntegrity, RoleProgress:
			fits = q.Type == Single
		case RoleOverall:
			fits = q.Type == Scale5 && q.Indicator == ""
		}
		if !fits {
			j.stop(i, "role", ruleRole, nil)
		}
		if seen[q.Role] && q.Role != RoleAttention {
			j.stop(i, "role", ruleRoleTwice, nil)
		}
		seen[q.Role] = true
	}
	if !seen[RoleIntegrity] {
		j.add(Advice, "questions", "", "", ruleNoIntegrity, nil)
	}
}

func (j *judge) advise() {
	text, phone, asked := false, -1, 0
	for i := range j.form.Questions {
		switch j.form.Questions[i].Type {
		case Text:
			text = true
		case Phone:
			phone = i
		case Note:
			continue
		}
		asked++
	}
	if phone >= 0 && !text {
		j.stop(phone, "type", ruleLonelyPhone, nil)
	}
	if asked > longForm {
		j.add(Advice, "questions", "", "", ruleLong, asked)
	}
}
