package words

import (
	"math"
	"sort"
)

// Bayes is a multinomial naive Bayes over characters and character pairs (McCallum and Nigam 1998, Laplace smoothing).
// It is immutable.
type Bayes struct {
	classes int
	index   map[uint64]int32 // feature → row
	logp    []float64        // row-major: feature × class
}

const (
	smoothing  = 0.1
	charWeight = 0.4 // single characters count less than pairs
)

// Counter gathers the texts of the classes that a Bayes is made of.
type Counter struct {
	classes int
	counts  map[uint64][]float64
	total   []float64
}

// NewCounter returns an empty counter for so many classes.
func NewCounter(classes int) *Counter {
	return &Counter{classes: classes, counts: map[uint64][]float64{}, total: make([]float64, classes)}
}

// Add counts a text for a class, the first being 0.
func (b *Counter) Add(class int, text string, weight float64) {
	features(Normalise(text), func(f uint64, w float64) {
		row := b.counts[f]
		if row == nil {
			row = make([]float64, b.classes)
			b.counts[f] = row
		}
		row[class] += weight * w
		b.total[class] += weight * w
	})
}

// Bayes returns the model of what was counted; the same texts in any order give the same model on every machine.
func (b *Counter) Bayes() *Bayes {
	m := &Bayes{classes: b.classes, index: make(map[uint64]int32, len(b.counts))}
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

// Score returns the log-likelihood of the text per class; features never seen in training say nothing and are left out.
func (m *Bayes) Score(t []rune) []float64 {
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

// Knows tells whether any pair of characters of the text occurred in training.
func (m *Bayes) Knows(t []rune) bool {
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
