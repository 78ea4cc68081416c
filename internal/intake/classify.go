package intake

import (
	"cmp"
	"math"
	"slices"

	"yiwang/internal/duty"
	"yiwang/internal/platform/words"
)

// Category is a proposal for the category of a text. Confidence is in [0,1]; Why holds the words that speak for it. A
// person decides: a proposal never becomes a category by itself.
type Category struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Path       string   `json:"path"`
	Confidence float64  `json:"confidence"`
	Why        []string `json:"why"`
}

// Lesson is what a person decided about a text.
type Lesson struct {
	Text     string `db:"text"`
	Category string `db:"category"`
}

// Model proposes categories: a naive Bayes over character pairs together with the weighted words of the catalogue. It is
// immutable.
type Model struct {
	leaves  []duty.Leaf
	lexicon *words.Lexicon
	bayes   *words.Bayes
}

const (
	keywordWeight = 1.3  // nats for one unambiguous keyword
	phraseWeight  = 2.6  // nats for a phrase people use
	lessonWeight  = 2.0  // a decided text beside a text of the catalogue
	sharpness     = 0.45 // flattens the posterior: pairs of one text are not independent
	maxSuggested  = 5
	minConfidence = 0.03
)

// Train builds a model of the catalogue, the phrases people use for its leaves, and what was decided before.
func Train(catalog *duty.Catalog, phrases map[string][]string, lessons []Lesson) *Model {
	leaves := catalog.Leaves()
	m := &Model{leaves: leaves}
	b := words.NewCounter(len(leaves))
	lists := make([][]words.Word, len(leaves))
	at := map[string]int{}
	for i, l := range leaves {
		at[l.Code] = i
		b.Add(i, l.Name, 2)
		b.Add(i, l.Filing, 1)
		lists[i] = append(lists[i], words.Word{Text: l.Name, Weight: phraseWeight})
		for _, w := range l.Keywords {
			b.Add(i, w, 1.5)
			lists[i] = append(lists[i], words.Word{Text: w, Weight: keywordWeight})
		}
		for _, w := range phrases[l.Code] {
			b.Add(i, w, 1.5)
			lists[i] = append(lists[i], words.Word{Text: w, Weight: phraseWeight})
		}
	}
	for _, l := range lessons {
		if i, ok := at[l.Category]; ok {
			b.Add(i, l.Text, lessonWeight)
		}
	}
	m.lexicon, m.bayes = words.NewLexicon(lists), b.Bayes()
	return m
}

// Classify returns at most five categories, the most likely first, and none when the text gives no ground for any.
func (m *Model) Classify(text string) []Category {
	t := words.Normalise(text)
	score := m.bayes.Score(t)
	why := make([][]string, len(score))
	known := m.lexicon.Match(t, func(word string, class int, weight float64) {
		score[class] += weight * 2
		why[class] = append(why[class], word)
	})
	if len(t) < 2 || known == 0 && !m.bayes.Knows(t) {
		return []Category{}
	}
	best := slices.Max(score)
	order, sum := make([]int, len(score)), 0.0
	for c, v := range score {
		order[c] = c
		score[c] = math.Exp(sharpness * (v - best))
		sum += score[c]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	out := make([]Category, 0, maxSuggested)
	for _, c := range order {
		conf := math.Round(score[c]/sum*1000) / 1000
		if len(out) == maxSuggested || len(out) > 0 && conf < minConfidence {
			break
		}
		l := &m.leaves[c]
		out = append(out, Category{Code: l.Code, Name: l.Name, Path: l.Path, Confidence: conf, Why: words.Distinct(why[c])})
	}
	return out
}
