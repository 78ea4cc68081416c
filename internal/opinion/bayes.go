package opinion

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"yiwang/internal/platform/words"
)

// method names how the models of this release read.
const method = "residual-2"

// Labelled is a comment a person has confirmed: the training material of the next model. Leaf may be empty.
type Labelled struct {
	Text   string   `json:"text"`
	Fields []string `json:"fields"`
	Leaf   string   `json:"leaf,omitempty"`
}

// Weights of what a model learns from: a sentence shipped, and a decision of a person here.
const (
	shippedWeight = 1.0
	decidedWeight = 1.5
	phraseWeight  = 0.5
)

// NewModel builds the model of the catalogue alone: its words and the sentences shipped, no decision of anybody.
func NewModel(c *Catalog) *Model {
	if c == DefaultCatalog() {
		return shipped()
	}
	return train(c, shippedSentences(), nil)
}

var shipped = sync.OnceValue(func() *Model { return train(DefaultCatalog(), shippedSentences(), nil) })

// Train builds a model from the catalogue and the confirmed comments, in any order. The same catalogue and the same set
// of comments give the same model and the same version, on every machine.
func Train(c *Catalog, labelled []Labelled) *Model {
	if len(labelled) == 0 {
		return NewModel(c)
	}
	return train(c, shippedSentences(), labelled)
}

func train(c *Catalog, base, decided []Labelled) *Model {
	m := cold(c)
	decided = slices.Clone(decided)
	slices.SortFunc(decided, func(a, b Labelled) int { return compareLabelled(&a, &b) })
	m.learnAll(base, decided)
	m.version = version(c, decided)
	m.labels = len(decided)
	return m
}

// cold is a model that knows the catalogue and has learned nothing.
func cold(c *Catalog) *Model {
	b := words.NewCounter(len(c.Categories))
	for i, k := range c.Categories {
		b.Add(i, k.Name, 1)
		for _, w := range k.Keywords {
			b.Add(i, w, 1)
		}
		for _, w := range k.Strong {
			b.Add(i, w, 1)
		}
		for _, w := range k.Phrases {
			b.Add(i, w, 2)
		}
	}
	for _, l := range c.leaves {
		i := c.index[l.Field]
		for _, w := range l.words {
			b.Add(i, w, 1)
		}
		for _, w := range l.phrases {
			b.Add(i, w, 1)
		}
	}
	return &Model{catalog: c, lexicon: fieldLexicon(c), leaves: leafLexicon(c), bayes: b.Bayes(), sharpness: sharpness, version: method + "/" + c.Meta.Version}
}

func compareLabelled(a, b *Labelled) int {
	for _, p := range [][2]string{{a.Text, b.Text}, {fmt.Sprint(a.Fields), fmt.Sprint(b.Fields)}, {a.Leaf, b.Leaf}} {
		if p[0] != p[1] {
			if p[0] < p[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// version names catalogue, method and training data; the list is sorted.
func version(c *Catalog, sorted []Labelled) string {
	if len(sorted) == 0 {
		return method + "/" + c.Meta.Version
	}
	h := sha256.New()
	for _, l := range sorted {
		_, _ = fmt.Fprintln(h, l.Fields, l.Leaf, l.Text) // a hash never fails to write
	}
	return fmt.Sprintf("%s/%s+%d-%s", method, c.Meta.Version, len(sorted), hex.EncodeToString(h.Sum(nil))[:8])
}
