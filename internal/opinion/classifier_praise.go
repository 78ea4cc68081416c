package opinion

import (
	"slices"
	"strings"
)

// decide applies the rules that end the matter: nothing said, or only praise.
func (m *Model) decide(s string) (Suggestion, bool) {
	if len(s) < 120 && m.saysNothing(s) {
		return Suggestion{Field: FieldNone, Confidence: 1, Why: []string{s}}, true
	}
	for i := range m.catalog.Rules {
		r := &m.catalog.Rules[i]
		if r.Act == "praise" {
			if word, ok := praises(s, r); ok {
				return Suggestion{Field: FieldPraise, Confidence: 0.9, Why: []string{word}}, true
			}
		}
	}
	return Suggestion{}, false
}

// saysNothing tells whether every part of a text between two marks is an answer without content.
func (m *Model) saysNothing(s string) bool {
	for part := range strings.SplitSeq(strings.Trim(s, "."), ".") {
		nothing := slices.ContainsFunc(m.catalog.Rules, func(r Rule) bool { return r.Act == "skip" && r.whole.MatchString(part) })
		if !nothing {
			return false
		}
	}
	return true
}

// praises tells whether a text only praises: a word of praise, and, once the turns that merely sound negative are taken
// out, neither a complaint nor a wish. Irony praises what is then complained about in the same breath.
func praises(s string, r *Rule) (string, bool) {
	word, ok := containsAny(s, r.Any)
	if !ok {
		return "", false
	}
	for _, harmless := range r.Harmless {
		s = strings.ReplaceAll(s, harmless, ".")
	}
	if _, still := containsAny(s, r.Any); !still {
		s = word + s
	}
	_, complains := containsAny(s, r.None)
	return word, !complains
}
