package words

import (
	"math"
	"sort"
	"strings"
	"unicode"

	"yiwang/internal/platform/mask"
)

// Word is a word that speaks for a class with a weight.
type Word struct {
	Text   string
	Weight float64
}

// Lexicon finds the words of classes in a text. A word listed by fewer classes weighs more. It is immutable.
type Lexicon struct {
	byFirst map[rune][]entry
}

type entry struct {
	word    []rune
	text    string
	classes []int
	weights []float64
}

// NewLexicon builds a lexicon of the words of each class; a word that stands twice in a class takes its larger weight.
func NewLexicon(classes [][]Word) *Lexicon {
	type hit struct {
		class  int
		weight float64
	}
	found := map[string][]hit{}
	add := func(class int, w string, weight float64) {
		w = string(Normalise(w))
		if w == "" {
			return
		}
		for i, h := range found[w] {
			if h.class == class {
				found[w][i].weight = math.Max(h.weight, weight)
				return
			}
		}
		found[w] = append(found[w], hit{class, weight})
	}
	for i, list := range classes {
		for _, w := range list {
			add(i, w.Text, w.Weight)
		}
	}
	l := &Lexicon{byFirst: map[rune][]entry{}}
	for w, hits := range found {
		e := entry{word: []rune(w), text: w}
		rarity := math.Log(float64(len(classes))/float64(len(hits))) / math.Log(float64(len(classes)))
		for _, h := range hits {
			e.classes = append(e.classes, h.class)
			e.weights = append(e.weights, h.weight*rarity)
		}
		if len(e.word) == 1 { // one character is weak evidence: 骗, 滑, 堵
			for i := range e.weights {
				e.weights[i] /= 2
			}
		}
		l.byFirst[e.word[0]] = append(l.byFirst[e.word[0]], e)
	}
	for _, es := range l.byFirst {
		sort.Slice(es, func(a, b int) bool {
			if len(es[a].word) != len(es[b].word) {
				return len(es[a].word) > len(es[b].word)
			}
			return es[a].text < es[b].text
		})
	}
	return l
}

// Match calls hit once for every distinct word of the text and class that lists it, in the order of the text, and
// returns the number of distinct words found.
func (l *Lexicon) Match(t []rune, hit func(word string, class int, weight float64)) int {
	var seen map[string]bool
	for i, r := range t {
		for _, e := range l.byFirst[r] {
			if len(e.word) > len(t)-i || !equal(t[i:i+len(e.word)], e.word) || seen[e.text] {
				continue
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[e.text] = true
			for k, c := range e.classes {
				hit(e.text, c, e.weights[k])
			}
		}
	}
	return len(seen)
}

func equal(a, b []rune) bool {
	for i := range b {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Normalise prepares text for matching: half-width, lower case, no spaces, control or zero-width characters; every
// other mark that is neither letter nor digit becomes one full stop, so that no word reaches across it.
func Normalise(text string) []rune {
	out := make([]rune, 0, len(text)/3+1)
	for _, r := range text {
		r = mask.HalfWidth(r)
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out = append(out, unicode.ToLower(r))
		case len(out) > 0 && out[len(out)-1] != '.':
			out = append(out, '.')
		}
	}
	return out
}

// Distinct drops repeats and words that are part of a longer matched word, keeping the order of the text.
func Distinct(words []string) []string {
	out := make([]string, 0, len(words))
next:
	for i, w := range words {
		for j, o := range words {
			if (j < i && o == w) || (o != w && strings.Contains(o, w)) {
				continue next
			}
		}
		out = append(out, w)
	}
	return out
}
