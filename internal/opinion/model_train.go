package opinion

import (
	"math"

	"yiwang/internal/platform/words"
)

// learnAll fits the part of the fields, then one part per field for its leaves.
func (m *Model) learnAll(base, decided []Labelled) {
	c := m.catalog
	var fields []example
	leaves := make([][]example, len(c.Categories))
	take := func(l Labelled, weight float64) {
		t := words.Normalise(l.Text)
		score, _, leafScore := m.prior(t)
		e := example{features: m.features(t, leafScore), prior: score, weight: weight, target: make([]float64, len(c.Categories))}
		n := 0.0
		for k, f := range l.Fields {
			if i, ok := c.index[f]; ok {
				share := 1.0
				if k > 0 {
					share = 0.6 // the first matter is what a comment is filed under
				}
				e.target[i] += share
				n += share
			}
		}
		if n == 0 {
			return
		}
		for i := range e.target {
			e.target[i] /= n
		}
		fields = append(fields, e)
		if i, ok := c.leafIndex[l.Leaf]; ok {
			f := c.index[c.leaves[i].Field]
			leaves[f] = append(leaves[f], m.leafExample(f, i, e, leafScore))
		}
	}
	for _, l := range c.leaves {
		for _, p := range l.phrases {
			take(Labelled{Text: p, Fields: []string{l.Field}, Leaf: l.Code}, phraseWeight)
		}
	}
	for _, l := range base {
		take(l, shippedWeight)
	}
	for _, l := range decided {
		take(l, decidedWeight)
	}
	m.field = learn(len(c.Categories), fields)
	m.leaf = make([]*regression, len(c.Categories))
	for f, list := range leaves {
		if len(list) > 0 {
			m.leaf[f] = learn(len(c.leavesOf(f)), list)
		}
	}
}

// leafExample is the same text seen among the leaves of its field.
func (m *Model) leafExample(field, leaf int, e example, leafScore []float64) example {
	among := m.catalog.leavesOf(field)
	out := example{features: e.features, weight: e.weight, prior: make([]float64, len(among)), target: make([]float64, len(among))}
	for k, i := range among {
		out.prior[k] = leafPrior * leafScore[i]
		if i == leaf {
			out.target[k] = 1
		}
	}
	return out
}

// leavesOf lists the positions of the leaves of a field.
func (c *Catalog) leavesOf(field int) []int { return c.byField[field] }

// bestLeaf names the leaf of a field that a text is about; empty when nothing speaks for any.
func (m *Model) bestLeaf(field int, list []feature, leafScore []float64) string {
	among := m.catalog.leavesOf(field)
	if len(among) == 0 {
		return ""
	}
	score := make([]float64, len(among))
	for k, i := range among {
		score[k] = leafPrior * leafScore[i]
	}
	if m.leaf != nil {
		m.leaf[field].add(list, score)
	}
	best, sum := 0, 0.0
	for k, v := range score {
		if v > score[best] {
			best = k
		}
	}
	for _, v := range score {
		sum += math.Exp(v - score[best])
	}
	if 1/sum < minLeaf {
		return ""
	}
	return m.catalog.leaves[among[best]].Code
}
