package form

import (
	"encoding/json"
	"reflect"
	"slices"
)

// What a change is about, and what happened.
const (
	AboutForm     = "form"
	AboutSection  = "section"
	AboutQuestion = "question"

	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved" // the same question at another place in the order
)

// Change is one difference between two versions of a questionnaire.
type Change struct {
	About  string `json:"about" enum:"form,section,question"`
	Code   string `json:"code,omitempty"`
	Kind   string `json:"kind" enum:"added,removed,changed,moved"`
	Field  string `json:"field,omitempty" doc:"what changed, as the key in the form; English words as en.text and so on"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Scores bool   `json:"scores,omitempty" doc:"a question that feeds a score asks something else now: compare with earlier waves with care"`
}

// Diff lists what changed from one version to the next: the form, its sections, its questions in the order of the new version,
// then what is gone.
func Diff(before, after *Form) []Change {
	changes := fieldsOf(AboutForm, "", head(before), head(after))
	changes = append(changes, parts(AboutSection, before.Sections, after.Sections, func(s *Section) string { return s.Code })...)
	changes = append(changes, parts(AboutQuestion, before.Questions, after.Questions, func(q *Question) string { return q.Code })...)
	for i := range changes {
		c := &changes[i]
		if c.About == AboutQuestion {
			c.Scores = c.touches(before.Question(c.Code)) || c.touches(after.Question(c.Code))
		}
	}
	return changes
}

// touches reports whether the change alters what a scored question measures.
func (c *Change) touches(q *Question) bool {
	if q == nil || q.Indicator == "" {
		return false
	}
	return c.Kind != Moved && (c.Field == "" || slices.Contains([]string{"text", "type", "indicator", "na", "show", "channels", "section"}, c.Field))
}

func head(f *Form) Form {
	h := *f
	h.Sections, h.Questions = nil, nil
	return h
}

func parts[T any](about string, before, after []T, code func(*T) string) (changes []Change) {
	find := func(list []T, c string) int {
		return slices.IndexFunc(list, func(e T) bool { return code(&e) == c })
	}
	stays := settled(before, after, code)
	for i := range after {
		c := code(&after[i])
		at := find(before, c)
		if at < 0 {
			changes = append(changes, Change{About: about, Code: c, Kind: Added, After: after[i]})
			continue
		}
		changes = append(changes, fieldsOf(about, c, before[at], after[i])...)
		if !stays[c] {
			changes = append(changes, Change{About: about, Code: c, Kind: Moved, Before: at + 1, After: i + 1})
		}
	}
	for i := range before {
		if c := code(&before[i]); find(after, c) < 0 {
			changes = append(changes, Change{About: about, Code: c, Kind: Removed, Before: before[i]})
		}
	}
	return changes
}

// settled returns the codes that kept their order: the longest common subsequence, so that moving one question is one change.
func settled[T any](before, after []T, code func(*T) string) map[string]bool {
	n, m := len(before), len(after)
	length := make([][]int, n+1)
	for i := range length {
		length[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for k := m - 1; k >= 0; k-- {
			if code(&before[i]) == code(&after[k]) {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	stays := map[string]bool{}
	for i, k := 0, 0; i < n && k < m; {
		switch {
		case code(&before[i]) == code(&after[k]):
			stays[code(&before[i])] = true
			i, k = i+1, k+1
		case length[i+1][k] >= length[i][k+1]:
			i++
		default:
			k++
		}
	}
	return stays
}

// fieldsOf compares two values by the keys of their JSON.
func fieldsOf(about, code string, before, after any) (changes []Change) {
	a, b := keys(before), keys(after)
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !reflect.DeepEqual(a[name], b[name]) {
			changes = append(changes, Change{About: about, Code: code, Kind: Changed, Field: name, Before: a[name], After: b[name]})
		}
	}
	return changes
}

// keys lays a value out as its JSON, the English words one level up.
func keys(v any) map[string]any {
	var out map[string]any
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("form: a form holds only strings and numbers: " + err.Error())
	}
	if words, ok := out["en"].(map[string]any); ok {
		for name, word := range words {
			out["en."+name] = word
		}
		delete(out, "en")
	}
	return out
}
