package stats

import (
	"math"
)

// StoreDomain is a union of cells of a MomentStore, divided into groups whose means are weighed against each other: streets, districts,
// communities divided into groups of respondents.
type StoreDomain struct {
	// Apart treats the domain as a sample of its own, drawn at random within each group: for a domain that is a single first-stage
	// unit, whose means the design itself says nothing about.
	Apart bool

	store  *MomentStore
	groups int
	cells  []int
	group  []int       // of each of cells
	valid  []float64   // [group·items + item] scored answers
	mass   []float64   // the same weighted
	mean   [][]float64 // [measure][group·items + item]
}

// Domain collects the cells for which group returns 0 … groups−1; a negative number leaves a cell out.
func (s *MomentStore) Domain(groups int, group func(cell int) int) *StoreDomain {
	d := &StoreDomain{store: s, groups: groups, valid: make([]float64, groups*s.Items), mass: make([]float64, groups*s.Items)}
	for range 2 {
		d.mean = append(d.mean, make([]float64, groups*s.Items))
	}
	for i := range s.Cells {
		g := group(i)
		if g < 0 {
			continue
		}
		d.cells, d.group = append(d.cells, i), append(d.group, g)
		plain, _ := s.Cells[i].weighted(0)
		once, w := s.Cells[i].weighted(1)
		for j := range s.Items {
			n, _ := plain.total(0, j)
			d.valid[g*s.Items+j] += n
			for v := range Measure(2) {
				mass, sum := once.total(v, j)
				d.mean[v][g*s.Items+j] += w * sum
				if v == 0 {
					d.mass[g*s.Items+j] += w * mass
				}
			}
		}
	}
	for v := range d.mean {
		for at := range d.mean[v] {
			d.mean[v][at] /= d.mass[at] // NaN without answers
		}
	}
	return d
}

// Respondents is the number of respondents of a group.
func (d *StoreDomain) Respondents(group int) (n int) {
	for k, i := range d.cells {
		if d.group[k] == group {
			n += d.store.Cells[i].N
		}
	}
	return n
}

// Valid is the number of scored answers of a group to an item.
func (d *StoreDomain) Valid(group, item int) float64 { return d.valid[group*d.store.Items+item] }

// Mean is the weighted mean of an item in a group, NaN without answers.
func (d *StoreDomain) Mean(v Measure, group, item int) float64 {
	return d.mean[v][group*d.store.Items+item]
}

// Count is the number of respondents of a group who chose an option of an item.
func (d *StoreDomain) Count(group, item, option int) (n int) {
	for k, i := range d.cells {
		if d.group[k] == group {
			n += d.store.Cells[i].Count(d.store, item, option)
		}
	}
	return n
}

// StoreMix is what a group contributes to an estimate: Weight × Σ Shares·mean. Weights of all groups, and shares of each, add up to 1.
// A group without items contributes nothing.
type StoreMix struct {
	Weight float64
	Items  []int
	Shares []float64
}

// StoreEstimate is an estimate with its uncertainty; NaN where something cannot be known.
//
// Deff is the design variance divided by what a simple random sample of the same size would have if it were drawn from a population
// made up like the weights of the groups: (1−n/N)·Σ_g ω_g·Σw·Σw·e²/(n−1) with e = Σ shares·(y − mean)/Σw. For one group it is R
// survey's deff=TRUE. NEff is the size of such a sample, drawn with replacement, that would be as precise.
type StoreEstimate struct {
	Value, SE, DF, Deff, NEff float64
	N                         int     // respondents with a scored answer to one of the items
	Fewest                    float64 // scored answers to the least answered item, all groups together
}

// influence is what the respondents of a cell add to an estimate: with e the change of the estimate per unit of weight, Σe, Σwe, Σw²e,
// Σwe² and Σw²e².
type influence struct{ l0, l1, l2, q1, q2 float64 }

// Estimate combines item means; mixes has one entry per group.
func (d *StoreDomain) Estimate(v Measure, mixes []StoreMix) StoreEstimate {
	e := StoreEstimate{SE: math.NaN(), DF: math.NaN(), Deff: math.NaN(), NEff: math.NaN(), Fewest: math.Inf(1)}
	answers, lone := make([]float64, d.store.Items), false
	any := false
	for g, m := range mixes {
		for a, j := range m.Items {
			any = true
			e.Value += m.Weight * m.Shares[a] * d.Mean(v, g, j)
			answers[j] += d.Valid(g, j)
			lone = lone || d.Valid(g, j) < 2 // one answer says nothing about its spread
		}
	}
	if !any {
		e.Value = math.NaN()
		return e
	}
	for _, m := range mixes {
		for _, j := range m.Items {
			e.Fewest = min(e.Fewest, answers[j])
		}
	}
	d.finish(&e, mixes, func(k int) influence { return d.means(v, k, &mixes[d.group[k]]) }, lone)
	return e
}

// Share is the weighted share of an option among the scored answers to an item, weighed over groups; mixes name the item in the groups
// that are asked.
func (d *StoreDomain) Share(item, option int, mixes []StoreMix) StoreEstimate {
	e := StoreEstimate{SE: math.NaN(), DF: math.NaN(), Deff: math.NaN(), NEff: math.NaN()}
	options := len(d.store.Options)
	share, lone := make([]float64, d.groups), false
	any := false
	for k, i := range d.cells {
		share[d.group[k]] += d.store.Cells[i].counts[item*options+option].w
	}
	for g, m := range mixes {
		if len(m.Items) == 0 {
			continue
		}
		any = true
		share[g] /= d.mass[g*d.store.Items+item]
		e.Value += m.Weight * share[g]
		e.Fewest += d.Valid(g, item)
		lone = lone || d.Valid(g, item) < 2
	}
	if !any {
		e.Value = math.NaN()
		return e
	}
	d.finish(&e, mixes, func(k int) influence {
		c, g := &d.store.Cells[d.cells[k]], d.group[k]
		m := &mixes[g]
		if len(m.Items) == 0 {
			return influence{}
		}
		p, by := share[g], m.Weight/d.mass[g*d.store.Items+item]
		var all [3]float64
		for power := range all {
			sums, factor := c.weighted(power)
			n, _ := sums.total(0, item)
			all[power] = factor * n
		}
		o := c.counts[item*options+option]
		return influence{l0: by * (o.n - p*all[0]), l1: by * (o.w - p*all[1]), l2: by * (o.w2 - p*all[2]),
			q1: by * by * (o.w*(1-2*p) + p*p*all[1]), q2: by * by * (o.w2*(1-2*p) + p*p*all[2])}
	}, lone)
	return e
}

// means is the influence of the k-th cell of the domain on a weighted sum of item means.
func (d *StoreDomain) means(v Measure, k int, m *StoreMix) (out influence) {
	c, base := &d.store.Cells[d.cells[k]], d.group[k]*d.store.Items
	var coefficient, mean [64]float64
	for a, j := range m.Items {
		coefficient[a], mean[a] = m.Weight*m.Shares[a]/d.mass[base+j], d.mean[v][base+j]
	}
	line := func(sums moments) (l float64) {
		for a, j := range m.Items {
			n, sum := sums.total(v, j)
			l += coefficient[a] * (sum - mean[a]*n)
		}
		return l
	}
	square := func(sums moments) (q float64) {
		for a, j := range m.Items {
			for b, i := range m.Items[:a] {
				q += 2 * coefficient[a] * coefficient[b] * sums.deviation(v, j, i, mean[a], mean[b])
			}
			q += coefficient[a] * coefficient[a] * sums.deviation(v, j, j, mean[a], mean[a])
		}
		return q
	}
	out.l0 = line(c.plain)
	if c.alike {
		w, q := c.W/float64(c.N), square(c.plain)
		out.l1, out.l2, out.q1, out.q2 = w*out.l0, w*w*out.l0, w*q, w*w*q
		return out
	}
	return influence{l0: out.l0, l1: line(c.once), l2: line(c.twice), q1: square(c.once), q2: square(c.twice)}
}

// finish adds the uncertainty to an estimate from the influence of each cell.
func (d *StoreDomain) finish(e *StoreEstimate, mixes []StoreMix, of func(k int) influence, lone bool) {
	cells := make([]influence, len(d.cells))
	spread, size, people := 0.0, 0.0, make([]float64, d.groups)
	square := make([]float64, d.groups)
	for k, i := range d.cells {
		g := d.group[k]
		if len(mixes[g].Items) == 0 {
			continue
		}
		cells[k] = of(k)
		n, w := d.store.Cells[i].answered(maskOf(mixes[g].Items))
		e.N += n
		people[g] += w
		square[g] += cells[k].q1
	}
	for g, m := range mixes {
		if len(m.Items) > 0 && m.Weight > 0 {
			spread += people[g] * square[g] / m.Weight
			size += people[g]
		}
	}
	variance, df := d.variance(cells, mixes, e.N)
	if lone {
		variance = math.NaN()
	}
	n := float64(e.N)
	e.SE = math.Sqrt(math.Max(variance, 0)) // rounding can leave −1e-20; NaN stays NaN
	e.DF = math.Max(df, 0)
	if simple := spread / (n - 1); simple > 0 {
		e.Deff = variance / (simple * (1 - min(n/size, 1)))
		e.NEff = n * simple / variance
	}
}
