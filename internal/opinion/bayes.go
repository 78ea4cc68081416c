package opinion

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"yiwang/internal/platform/words"
)

// labelWeight is what a confirmed comment counts beside a dictionary word.
const labelWeight = 3.0

// Labelled is a comment a person has confirmed: the training material of the next model.
type Labelled struct {
	Text   string
	Fields []string
}

// NewModel builds the model of the catalogue alone: keywords, strong keywords, phrases and names of the fields.
func NewModel(c *Catalog) *Model { return Train(c, nil) }

// Train builds a model from the catalogue and the confirmed comments, in any order. The same catalogue and the same set
// of comments give the same model and the same version, on every machine.
func Train(c *Catalog, labelled []Labelled) *Model {
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
	lines := make([]string, 0, len(labelled))
	for _, l := range labelled {
		for _, f := range l.Fields {
			if i, ok := c.index[f]; ok {
				b.Add(i, l.Text, labelWeight/float64(len(l.Fields)))
				lines = append(lines, f+"\t"+l.Text)
			}
		}
	}
	return &Model{catalog: c, lexicon: newLexicon(c), bayes: b.Bayes(), version: version(c, lines)}
}

func version(c *Catalog, lines []string) string {
	if len(lines) == 0 {
		return "bigram-1/" + c.Meta.Version
	}
	sort.Strings(lines)
	h := sha256.New()
	for _, l := range lines {
		_, _ = fmt.Fprintln(h, l) // a hash never fails to write
	}
	return fmt.Sprintf("bigram-1/%s+%d-%s", c.Meta.Version, len(lines), hex.EncodeToString(h.Sum(nil))[:8])
}
