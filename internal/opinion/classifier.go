package opinion

import (
	"math"
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

// Suggestion proposes a field for a comment. Confidence is in [0,1]; Why holds the words of the comment that speak for
// the field, or the rule that decided. A person confirms: a suggestion never becomes a decision by itself.
type Suggestion struct {
	Field      string   `json:"field"`
	Name       string   `json:"name,omitempty"`
	Confidence float64  `json:"confidence"`
	Why        []string `json:"why"`
	Leaf       string   `json:"leaf,omitempty" doc:"The event leaf it seems to be about"`
	LeafName   string   `json:"leaf_name,omitempty"`
}

// Classifier sorts one comment into the fields. It returns at most three suggestions, best first, and none when the
// text gives no ground for any. The same text always gives the same answer. Safe for concurrent use.
type Classifier interface {
	Classify(text string) []Suggestion
	// Version names catalogue, method and training data; it is stored beside every suggestion.
	Version() string
}

const (
	lexiconWeight = 1.0  // nats for one unambiguous keyword beside the bigram model
	whenWeight    = 3.0  // nats for a field given by a disambiguation rule
	preferWeight  = 0.35 // nats between neighbours of a preference order
	sharpness     = 0.55 // flattens the posterior: bigrams of one text are not independent
	maxSuggested  = 3
	minConfidence = 0.05
)

// Model is the default Classifier: rules first, then a character-bigram multinomial naive Bayes together with the
// weighted keywords of the catalogue.
type Model struct {
	catalog *Catalog
	lexicon *words.Lexicon
	bayes   *words.Bayes
	version string
}

// Version implements Classifier.
func (m *Model) Version() string { return m.version }

// Classify implements Classifier.
func (m *Model) Classify(text string) []Suggestion {
	t := words.Normalise(text)
	if len(t) == 0 {
		return []Suggestion{{Field: FieldNone, Confidence: 1, Why: []string{"空白"}}}
	}
	s := string(t)
	if decided, ok := m.decide(s); ok {
		return []Suggestion{decided}
	}
	score := m.bayes.Score(t)
	why := make([][]string, len(score))
	known := m.lexicon.Match(t, func(word string, class int, weight float64) {
		score[class] += lexiconWeight * weight
		why[class] = append(why[class], word)
	})
	m.prefer(s, score, why)
	if known == 0 && !m.bayes.Knows(t) {
		return nil
	}
	return m.rank(score, why)
}

// decide applies the rules that end the matter: nothing said, or only praise.
func (m *Model) decide(s string) (Suggestion, bool) {
	for i := range m.catalog.Rules {
		r := &m.catalog.Rules[i]
		switch r.Act {
		case "skip":
			if len(s) < 120 && r.whole.MatchString(s) {
				return Suggestion{Field: FieldNone, Confidence: 1, Why: []string{s}}, true
			}
		case "praise":
			if word, ok := containsAny(s, r.Any); ok {
				if _, complains := containsAny(s, r.None); !complains {
					return Suggestion{Field: FieldPraise, Confidence: 0.9, Why: []string{word}}, true
				}
			}
		}
	}
	return Suggestion{}, false
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

// rank turns scores into at most three suggestions; equal scores keep the order of the catalogue.
func (m *Model) rank(score []float64, why [][]string) []Suggestion {
	best := math.Inf(-1)
	for _, v := range score {
		best = math.Max(best, v)
	}
	order, sum := make([]int, len(score)), 0.0
	p := make([]float64, len(score))
	for c, v := range score {
		order[c] = c
		p[c] = math.Exp(sharpness * (v - best))
		sum += p[c]
	}
	sort.SliceStable(order, func(a, b int) bool { return p[order[a]] > p[order[b]] })
	out := make([]Suggestion, 0, maxSuggested)
	for _, c := range order {
		conf := math.Round(p[c]/sum*1000) / 1000
		if len(out) == maxSuggested || (len(out) > 0 && conf < minConfidence) {
			break
		}
		k := m.catalog.Categories[c]
		out = append(out, Suggestion{Field: k.Code, Name: k.Name, Confidence: conf, Why: words.Distinct(why[c])})
	}
	return out
}

func containsAny(s string, words []string) (string, bool) {
	for _, w := range words {
		if strings.Contains(s, w) {
			return w, true
		}
	}
	return "", false
}
