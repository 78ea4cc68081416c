package rectify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"sort"
)

// bayes is a multinomial naive Bayes over characters and character pairs (McCallum and Nigam 1998, Laplace smoothing).
type bayes struct {
	classes int
	index   map[uint64]int32 // feature → row
	logp    []float64        // row-major: feature × class
	unseen  []float64        // log-probability of an unknown feature per class, relative to logp rows
}

const (
	smoothing   = 0.1
	charWeight  = 0.4 // single characters count less than pairs
	labelWeight = 3.0 // a confirmed comment beside a dictionary word
)

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
	b := newCounter(len(c.Categories))
	for i, k := range c.Categories {
		b.add(i, k.Name, 1)
		for _, w := range k.Keywords {
			b.add(i, w, 1)
		}
		for _, w := range k.Strong {
			b.add(i, w, 1)
		}
		for _, w := range k.Phrases {
			b.add(i, w, 2)
		}
	}
	lines := make([]string, 0, len(labelled))
	for _, l := range labelled {
		for _, f := range l.Fields {
			if i, ok := c.index[f]; ok {
				b.add(i, l.Text, labelWeight/float64(len(l.Fields)))
				lines = append(lines, f+"\t"+l.Text)
			}
		}
	}
	return &Model{catalog: c, lexicon: newLexicon(c), bayes: b.model(), version: version(c, lines)}
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

type counter struct {
	classes int
	counts  map[uint64][]float64
	total   []float64
}

func newCounter(classes int) *counter {
	return &counter{classes: classes, counts: map[uint64][]float64{}, total: make([]float64, classes)}
}

func (b *counter) add(class int, text string, weight float64) {
	features(normalise(text), func(f uint64, w float64) {
		row := b.counts[f]
		if row == nil {
			row = make([]float64, b.classes)
			b.counts[f] = row
		}
		row[class] += weight * w
		b.total[class] += weight * w
	})
}

func (b *counter) model() *bayes {
	m := &bayes{classes: b.classes, index: make(map[uint64]int32, len(b.counts)), unseen: make([]float64, b.classes)}
	keys := make([]uint64, 0, len(b.counts))
	for f := range b.counts {
		keys = append(keys, f)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	v := float64(len(keys))
	for i, f := range keys {
		m.index[f] = int32(i)
		for c, n := range b.counts[f] {
			m.logp = append(m.logp, math.Log((n+smoothing)/(b.total[c]+smoothing*v)))
		}
	}
	return m
}

// score returns the log-likelihood of the text per class; features never seen in training say nothing and are left out.
func (m *bayes) score(t []rune) []float64 {
	s := make([]float64, m.classes)
	features(t, func(f uint64, w float64) {
		if i, ok := m.index[f]; ok {
			row := m.logp[int(i)*m.classes : (int(i)+1)*m.classes]
			for c, v := range row {
				s[c] += w * v
			}
		}
	})
	return s
}

// knows tells whether any pair of characters of the text occurred in training.
func (m *bayes) knows(t []rune) bool {
	known := false
	features(t, func(f uint64, _ float64) {
		if _, ok := m.index[f]; ok && f>>32 != 0 {
			known = true
		}
	})
	return known
}

// features lists characters (upper half zero) and pairs of neighbouring characters that are not separated by a mark.
func features(t []rune, add func(f uint64, weight float64)) {
	for i, r := range t {
		if r == '.' {
			continue
		}
		add(uint64(r), charWeight)
		if i > 0 && t[i-1] != '.' {
			add(uint64(t[i-1])<<32|uint64(r), 1)
		}
	}
}
