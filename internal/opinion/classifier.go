package opinion

import (
	"math"
	"slices"
	"sort"
	"strings"

	"yiwang/internal/platform/words"
)

// Reserved fields of a Suggestion beside the 14 codes.
const (
	// FieldPraise marks a text that only praises: it leaves the reverse list.
	FieldPraise = "praise"
	// FieldNone marks an answer without content ("没有", "都挺好"): it leaves the reverse list.
	FieldNone = "none"
)

// Suggestion proposes a field for a comment. Confidence is in [0,1] and calibrated: of suggestions with 0.8 about 80 %
// are right. Why holds the words of the comment that speak for the field, or the rule that decided. Also marks a second
// matter that the text names beside the first. A person confirms: a suggestion never becomes a decision by itself.
type Suggestion struct {
	Field      string   `json:"field"`
	Name       string   `json:"name,omitempty"`
	Confidence float64  `json:"confidence"`
	Why        []string `json:"why"`
	Leaf       string   `json:"leaf,omitempty" doc:"The event leaf it seems to be about"`
	LeafName   string   `json:"leaf_name,omitempty"`
	Also       bool     `json:"also,omitempty" doc:"A second matter named beside the first"`
}

// Classifier sorts one comment into the fields. It returns at most three suggestions, best first, and none when the
// text gives no ground for any. The same text always gives the same answer. Safe for concurrent use.
type Classifier interface {
	Classify(text string) []Suggestion
	// Version names catalogue, method and training data; it is stored beside every suggestion.
	Version() string
}

const (
	lexiconWeight = 0.6 // nats for one unambiguous keyword beside the bigram model
	bayesWeight   = 0.3 // pairs of one text are not independent
	whenWeight    = 2.0 // nats for a field given by a disambiguation rule
	preferWeight  = 0.2 // nats between neighbours of a preference order
	sharpness     = 0.9 // of the shipped model, as calibrated by cross validation
	maxSuggested  = 3
	minConfidence = 0.05
	leafPrior     = 1.2  // nats for a word of a leaf
	minLeaf       = 0.3  // a leaf is named from this share among those of its field
	secondMatter  = 0.75 // a clause of its own names a second matter from this share
)

// Model is the default Classifier: rules first, then the words of the catalogue with what was learned from sentences and
// decisions on top.
type Model struct {
	catalog   *Catalog
	lexicon   *words.Lexicon // of the fields
	leaves    *words.Lexicon
	bayes     *words.Bayes
	field     *regression
	leaf      []*regression // per field
	sharpness float64
	version   string
	labels    int
}

// Version implements Classifier.
func (m *Model) Version() string { return m.version }

// Classify implements Classifier.
func (m *Model) Classify(text string) []Suggestion {
	t := words.Normalise(text)
	if len(t) == 0 || len(t) == 1 && t[0] == '.' {
		return []Suggestion{{Field: FieldNone, Confidence: 1, Why: []string{"空白"}}}
	}
	if decided, ok := m.decide(string(t)); ok {
		return []Suggestion{decided}
	}
	r := m.read(t)
	if r == nil {
		return nil
	}
	out := m.rank(r)
	return m.withSecond(t, out)
}

// reading is what a text says to the model.
type reading struct {
	share     []float64 // of each field
	why       [][]string
	features  []feature
	leafScore []float64
}

// read scores a text; nil when nothing in it is known.
func (m *Model) read(t []rune) *reading {
	score, why, leafScore := m.prior(t)
	known := 0
	for _, w := range why {
		known += len(w)
	}
	r := &reading{share: score, why: why, leafScore: leafScore, features: m.features(t, leafScore)}
	if known == 0 && !m.bayes.Knows(t) && !m.field.knows(r.features) {
		return nil
	}
	m.field.add(r.features, r.share)
	for i := range r.share {
		r.share[i] *= m.sharpness
	}
	softmax(r.share)
	return r
}

// prior is what the catalogue alone says: per field, with the words, and per leaf.
func (m *Model) prior(t []rune) (score []float64, why [][]string, leafScore []float64) {
	score = m.bayes.Score(t)
	best := slices.Max(score)
	for i := range score {
		score[i] = math.Max(bayesWeight*(score[i]-best), -8)
	}
	why = make([][]string, len(score))
	m.lexicon.Match(t, func(word string, class int, weight float64) {
		score[class] += lexiconWeight * weight
		why[class] = append(why[class], word)
	})
	m.prefer(string(t), score, why)
	leafScore = make([]float64, len(m.catalog.leaves))
	m.leaves.Match(t, func(_ string, class int, weight float64) { leafScore[class] += weight })
	return score, why, leafScore
}

func (m *Model) prefer(s string, score []float64, why [][]string) {
	for i := range m.catalog.Rules {
		r := &m.catalog.Rules[i]
		if r.Act != "prefer" {
			continue
		}
		word, ok := containsAny(s, r.Any)
		if !ok {
			continue
		}
		for n, f := range r.Prefer {
			score[m.catalog.index[f]] += preferWeight * float64(len(r.Prefer)-n)
		}
		for _, w := range r.When {
			if hit, ok := containsAny(s, w.Any); ok {
				c := m.catalog.index[w.Field]
				score[c] += whenWeight
				why[c] = append(why[c], word+"+"+hit)
				break
			}
		}
	}
}

// rank turns shares into at most three suggestions; equal shares keep the order of the catalogue.
func (m *Model) rank(r *reading) []Suggestion {
	order := make([]int, len(r.share))
	for c := range order {
		order[c] = c
	}
	sort.SliceStable(order, func(a, b int) bool { return r.share[order[a]] > r.share[order[b]] })
	out := make([]Suggestion, 0, maxSuggested)
	for _, c := range order {
		conf := math.Round(r.share[c]*1000) / 1000
		if len(out) == maxSuggested || (len(out) > 0 && conf < minConfidence) {
			break
		}
		out = append(out, m.suggest(c, conf, r))
	}
	return out
}

func (m *Model) suggest(field int, confidence float64, r *reading) Suggestion {
	k := m.catalog.Categories[field]
	s := Suggestion{Field: k.Code, Name: k.Name, Confidence: confidence, Why: words.Distinct(r.why[field]), Leaf: m.bestLeaf(field, r.features, r.leafScore)}
	if s.Leaf != "" {
		s.LeafName = m.catalog.LeafName(s.Leaf)
	}
	return s
}

// withSecond looks at the clauses of a text one by one and puts a matter of another field second; what is named first
// comes first.
func (m *Model) withSecond(t []rune, out []Suggestion) []Suggestion {
	parts := clauses(t)
	if len(parts) < 2 || len(out) == 0 {
		return out
	}
	var second Suggestion
	lead := false // the second matter is named first
	for n, p := range parts {
		r := m.read(p)
		if r == nil {
			continue
		}
		best := 0
		for c := range r.share {
			if r.share[c] > r.share[best] {
				best = c
			}
		}
		code := m.catalog.Categories[best].Code
		if code == out[0].Field || len(r.why[best]) == 0 || r.share[best] < secondMatter || r.share[best] <= second.Confidence {
			continue
		}
		lead = n == 0
		second = m.suggest(best, math.Round(r.share[best]*1000)/1000, r)
		second.Also = true
	}
	if second.Field == "" {
		return out
	}
	out = slices.DeleteFunc(out, func(s Suggestion) bool { return s.Field == second.Field })
	if lead {
		second.Also, out[0].Also = false, true
		return slices.Insert(out, 0, second)[:min(len(out)+1, maxSuggested)]
	}
	out = slices.Insert(out, 1, second)
	return out[:min(len(out), maxSuggested)]
}

func containsAny(s string, words []string) (string, bool) {
	for _, w := range words {
		if strings.Contains(s, w) {
			return w, true
		}
	}
	return "", false
}
