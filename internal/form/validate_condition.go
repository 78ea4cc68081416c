package form

import (
	"fmt"
	"slices"
)

// conditions judges when question i is shown, and with the first question of a section when that section is.
func (j *judge) conditions(i int, q *Question) {
	f := j.form
	s := f.Section(q.Section)
	if s != nil && s.Show != nil && (i == 0 || f.Questions[i-1].Section != q.Section) {
		at := slices.IndexFunc(f.Sections, func(o Section) bool { return o.Code == s.Code })
		j.condition(s.Show, fmt.Sprintf("sections[%d].show", at), "", s)
	}
	if q.Show != nil {
		j.condition(q.Show, fmt.Sprintf("questions[%d].show", i), q.Code, s)
	}
}

// condition judges one node and what it joins. question is "" for the condition of a section.
func (j *judge) condition(c *Condition, location, question string, s *Section) {
	section := ""
	if s != nil {
		section = s.Code
	}
	stop := func(at string, rule Rule) { j.add(Stops, location+at, question, section, rule, nil) }
	parts := 0
	for _, present := range []bool{c.Question != "", len(c.All) > 0, len(c.Any) > 0, c.Not != nil} {
		if present {
			parts++
		}
	}
	if parts != 1 {
		stop("", ruleCondition)
		return
	}
	for i := range c.All {
		j.condition(&c.All[i], fmt.Sprintf("%s.all[%d]", location, i), question, s)
	}
	for i := range c.Any {
		j.condition(&c.Any[i], fmt.Sprintf("%s.any[%d]", location, i), question, s)
	}
	if c.Not != nil {
		j.condition(c.Not, location+".not", question, s)
	}
	if c.Question == "" {
		return
	}
	at, before := j.at[c.Question]
	if !before {
		stop(".question", ruleConditionQ)
		return
	}
	asked := &j.form.Questions[at]
	if s != nil && s.Shuffle && asked.Section == s.Code {
		stop(".question", ruleShuffled)
	}
	if !c.fits(asked) {
		stop(".op", ruleConditionOp)
	} else if !c.possible(asked) {
		stop(".value", ruleConditionV)
	}
}

// fits reports whether the operator makes sense for the type of the question.
func (c *Condition) fits(q *Question) bool {
	if !slices.Contains(Ops, c.Op) || q.Type == Note {
		return false
	}
	if c.Op == Answered {
		return true
	}
	switch q.Type {
	case Multi, Ranking, Categories:
		return c.Op == Has
	case Single:
		return c.Op == Eq || c.Op == Ne || c.Op == Has
	case Scale5, NPS, Number:
		return c.Op != Has
	case Text:
		return c.Op == Eq || c.Op == Ne
	}
	return false
}

// possible reports whether the value can be an answer. Marks and categories belong to the wave and are not judged here.
func (c *Condition) possible(q *Question) bool {
	if c.Op == Answered {
		_, yes := c.Value.(bool)
		return c.Value == nil || yes
	}
	if c.Value == nil {
		return false
	}
	switch q.Type {
	case Single, Multi, Ranking:
		n, ok := whole(c.Value)
		return ok && n >= 1 && n <= len(q.Options)
	case NPS, Number:
		_, ok := number(c.Value)
		return ok
	case Scale5:
		if _, ok := number(c.Value); !ok && c.Op != Eq && c.Op != Ne {
			return false
		}
	}
	return wording(c.Value) != ""
}
