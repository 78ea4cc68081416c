package form

import (
	"math"
	"strings"
)

// Answers maps question codes to values as they arrive in JSON: scale5 a mark, "N" where nobody was met; single the 1-based
// option; multi and ranking lists of options; nps and number a number; text and phone a string; photo a list of references;
// multi_category a list of codes; demographics an object of fields. What Check returns holds string, int, float64, []int,
// []string and map[string]string only.
type Answers map[string]any

// MarkNA is the answer "no contact, cannot say" to a scale question.
const MarkNA = "N"

// Text returns a mark, a text or a telephone number, "" when there is none.
func (a Answers) Text(code string) string {
	s, _ := a[code].(string)
	return s
}

// Choice returns the 1-based option of a single choice, 0 when there is none.
func (a Answers) Choice(code string) int {
	n, _ := whole(a[code])
	return n
}

// Choices returns the 1-based options of a multiple choice or ranking.
func (a Answers) Choices(code string) []int {
	list, _ := wholes(a[code])
	return list
}

// Number returns the answer of a number or recommendation question; false when there is none.
func (a Answers) Number(code string) (float64, bool) {
	if _, text := a[code].(string); text {
		return 0, false
	}
	return number(a[code])
}

// Codes returns the ticked categories or the references of pictures.
func (a Answers) Codes(code string) []string {
	list, _ := texts(a[code])
	return list
}

// Fields returns the demographic fields.
func (a Answers) Fields(code string) map[string]string {
	m, _ := fields(a[code])
	return m
}

// isAnswered reports whether a value is an answer: an empty text, list or set of fields is none.
func isAnswered(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(x) != ""
	case map[string]any, map[string]string:
		m, ok := fields(v)
		return !ok || len(m) > 0
	}
	if list, ok := elements(v); ok {
		return len(list) > 0
	}
	return true
}

func whole(v any) (int, bool) {
	switch x := v.(type) {
	case int:
		return x, true
	case int64:
		return int(x), true
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e9 {
			return int(x), true
		}
	}
	return 0, false
}

func wholes(v any) ([]int, bool) {
	list, ok := elements(v)
	if !ok {
		return nil, false
	}
	out := make([]int, len(list))
	for i, e := range list {
		if out[i], ok = whole(e); !ok {
			return nil, false
		}
	}
	return out, true
}

func texts(v any) ([]string, bool) {
	list, ok := elements(v)
	if !ok {
		return nil, false
	}
	out := make([]string, len(list))
	for i, e := range list {
		if out[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return out, true
}

// fields trims the values and leaves out the empty ones.
func fields(v any) (map[string]string, bool) {
	out := map[string]string{}
	keep := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			out[name] = value
		}
	}
	switch x := v.(type) {
	case map[string]string:
		for name, value := range x {
			keep(name, value)
		}
	case map[string]any:
		for name, value := range x {
			text, ok := value.(string)
			if !ok {
				return nil, false
			}
			keep(name, text)
		}
	default:
		return nil, false
	}
	return out, true
}
