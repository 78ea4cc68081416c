package rectify

import (
	"math"
	"sort"
	"unicode"

	"yiwang/internal/platform/mask"
)

// lexicon finds the words of the catalogue in a text. A word listed by fewer fields weighs more; strong keywords weigh
// double, phrases two and a half times.
type lexicon struct {
	byFirst map[rune][]entry
}

type entry struct {
	word    []rune
	text    string
	classes []int
	weights []float64
}

func newLexicon(c *Catalog) *lexicon {
	type hit struct {
		class  int
		weight float64
	}
	words := map[string][]hit{}
	add := func(class int, w string, weight float64) {
		w = string(normalise(w))
		for i, h := range words[w] {
			if h.class == class {
				words[w][i].weight = math.Max(h.weight, weight)
				return
			}
		}
		words[w] = append(words[w], hit{class, weight})
	}
	for i, k := range c.Categories {
		add(i, k.Name, 2)
		for _, w := range k.Keywords {
			add(i, w, 1)
		}
		for _, w := range k.Strong {
			add(i, w, 2)
		}
		for _, w := range k.Phrases {
			add(i, w, 2.5)
		}
	}
	l := &lexicon{byFirst: map[rune][]entry{}}
	for w, hits := range words {
		e := entry{word: []rune(w), text: w}
		rarity := math.Log(float64(len(c.Categories))/float64(len(hits))) / math.Log(float64(len(c.Categories)))
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

// match calls hit once for every distinct word of the text and field that lists it, in the order of the text, and
// returns the number of distinct words found.
func (l *lexicon) match(t []rune, hit func(word string, class int, weight float64)) int {
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

// normalise prepares text for matching: half-width, lower case, no spaces, control or zero-width characters; every
// other mark that is neither letter nor digit becomes one full stop, so that no word reaches across it.
func normalise(text string) []rune {
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
