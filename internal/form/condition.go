package form

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Op compares the answer of a question with a value.
type Op string

// The operators. Answered needs no value, or false for "not answered"; Has looks into lists; lt to ge compare
// numbers, a face counting as the middle of the steps it stands for.
const (
	Eq       Op = "eq"
	Ne       Op = "ne"
	Lt       Op = "lt"
	Le       Op = "le"
	Gt       Op = "gt"
	Ge       Op = "ge"
	Has      Op = "has"
	Answered Op = "answered"
)

// Ops lists the operators.
var Ops = []Op{Eq, Ne, Lt, Le, Gt, Ge, Has, Answered}

// Condition decides whether a question or a section is shown: either one comparison, or All, Any or Not of others.
type Condition struct {
	Question string      `json:"question,omitempty" yaml:"question"`
	Op       Op          `json:"op,omitempty" yaml:"op" enum:"eq,ne,lt,le,gt,ge,has,answered"`
	Value    any         `json:"value,omitempty" yaml:"value" doc:"a mark, an option's number, a number or a category code"`
	All      []Condition `json:"all,omitempty" yaml:"all"`
	Any      []Condition `json:"any,omitempty" yaml:"any"`
	Not      *Condition  `json:"not,omitempty" yaml:"not"`
}

// Holds reports whether the condition is met by the answers of what is itself shown. A nil condition is met. A question without
// an answer meets no comparison, not even "ne".
func (c *Condition) Holds(answers Answers) bool {
	switch {
	case c == nil:
		return true
	case len(c.All) > 0:
		for i := range c.All {
			if !c.All[i].Holds(answers) {
				return false
			}
		}
		return true
	case len(c.Any) > 0:
		for i := range c.Any {
			if c.Any[i].Holds(answers) {
				return true
			}
		}
		return false
	case c.Not != nil:
		return !c.Not.Holds(answers)
	case c.Question == "":
		return true
	}
	return c.compare(answers[c.Question])
}

// Looks returns the codes of the questions the condition looks at, with repetitions.
func (c *Condition) Looks() (codes []string) {
	if c == nil {
		return nil
	}
	for i := range c.All {
		codes = append(codes, c.All[i].Looks()...)
	}
	for i := range c.Any {
		codes = append(codes, c.Any[i].Looks()...)
	}
	codes = append(codes, c.Not.Looks()...)
	if c.Question != "" {
		codes = append(codes, c.Question)
	}
	return codes
}

func (c *Condition) compare(answer any) bool {
	given := isAnswered(answer)
	if c.Op == Answered || c.Op == "" {
		return given == (c.Value != false)
	}
	if !given {
		return false
	}
	switch c.Op {
	case Has:
		return hasElement(answer, c.Value)
	case Eq:
		return same(answer, c.Value)
	case Ne:
		return !same(answer, c.Value)
	}
	left, ok := rank(answer)
	right, ok2 := number(c.Value)
	if !ok || !ok2 {
		return false
	}
	switch c.Op {
	case Lt:
		return left < right
	case Le:
		return left <= right
	case Gt:
		return left > right
	case Ge:
		return left >= right
	}
	return false
}

// faces are the marks of the three-face scale as places between the five steps: a stands for 1 and 2, b for 3, c for 4 and 5.
var faces = map[string]float64{"a": 1.5, "b": 3, "c": 4.5}

// rank reads an answer for a comparison of size.
func rank(answer any) (float64, bool) {
	if mark, ok := answer.(string); ok {
		if place, isFace := faces[strings.TrimSpace(mark)]; isFace {
			return place, true
		}
	}
	return number(answer)
}

func hasElement(answer, value any) bool {
	list, ok := elements(answer)
	if !ok {
		return same(answer, value)
	}
	for _, e := range list {
		if same(e, value) {
			return true
		}
	}
	return false
}

// elements returns the members of a list of any element type.
func elements(v any) ([]any, bool) {
	switch l := v.(type) {
	case []any:
		return l, true
	case []int:
		return toAny(l), true
	case []string:
		return toAny(l), true
	}
	return nil, false
}

func toAny[T any](list []T) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

// same compares as text, so that the option 3, 3.0 and "3" are one value whichever way a file was read.
func same(a, b any) bool { return wording(a) == wording(b) }

func wording(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case nil:
		return ""
	}
	if n, ok := number(v); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// number reads numbers and numerals; a mark that is a letter is not a number.
func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case json.Number:
		n, err := x.Float64()
		return n, err == nil
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(x), 64)
		return n, err == nil && x != ""
	}
	return 0, false
}
