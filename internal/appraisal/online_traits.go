package appraisal

import (
	"maps"
	"slices"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// untold is the level of residents who did not tell their sex.
const untold = "untold"

// trait is one margin in both samples. A level belongs to a family, inside which it is compared: an age band to its group. Levels that are too
// small to correct by are merged into the largest of their family; "" is outside the margin, as units are outside sex and age.
type trait struct {
	name   string
	levels []string
	base   map[string]bool // levels without a column of their own, one in every family
	merged map[string]bool // levels that others were merged into
	labels [2][]string     // of the targeted and the online answers
}

// traits are the margins, and the columns of the model over both samples: an intercept and one for every level that is not a base.
type traits struct {
	list    []trait
	columns [2][][]float64
}

// traitsOf reads group, sex, age inside the group, and street.
func traitsOf(least int, samples [2]*respondents) *traits {
	t := &traits{}
	t.add("group", least, samples, func(a *answer) (level, family string) { return string(a.Group), "all" })
	t.add("sex", least, samples, func(a *answer) (level, family string) {
		switch {
		case a.Group == survey.Unit:
			return "", ""
		case a.Sex == "":
			return untold, "resident"
		}
		return a.Sex, "resident"
	})
	t.add("age", least, samples, func(a *answer) (level, family string) {
		switch {
		case a.Group == survey.Unit:
			return "", ""
		case a.AgeBand == "": // those who did not tell their sex mostly did not tell their age, so that a column of their own would say nothing new
			return "", string(a.Group)
		}
		return string(a.Group) + "/" + a.AgeBand, string(a.Group)
	})
	t.add("street", least, samples, func(a *answer) (level, family string) { return a.Street, "all" })
	for k, r := range samples {
		t.columns[k] = [][]float64{make([]float64, len(r.answers))}
		for i := range r.answers {
			t.columns[k][0][i] = 1
		}
		for _, m := range t.list {
			for _, level := range m.levels {
				if !m.base[level] {
					t.columns[k] = append(t.columns[k], m.column(k, level))
				}
			}
		}
	}
	return t
}

// column is 1 for the answers of a level.
func (m *trait) column(k int, level string) []float64 {
	out := make([]float64, len(m.labels[k]))
	for i, l := range m.labels[k] {
		if l == level {
			out[i] = 1
		}
	}
	return out
}

// add reads one margin of both samples.
func (t *traits) add(name string, least int, samples [2]*respondents, read func(a *answer) (level, family string)) {
	type place struct{ level, family string }
	m := trait{name: name, base: map[string]bool{}, merged: map[string]bool{}}
	counts := map[place][2]int{}
	for k, r := range samples {
		for i := range r.answers {
			level, family := read(&r.answers[i])
			n := counts[place{level, family}]
			n[k]++
			counts[place{level, family}] = n
		}
	}
	fits := func(p place) bool { return p.level != "" && min(counts[p][0], counts[p][1]) >= least }
	largest := map[string]place{} // by family
	for p, n := range counts {
		best, ok := largest[p.family]
		if fits(p) && (!ok || n[1] > counts[best][1] || n[1] == counts[best][1] && p.level < best.level) {
			largest[p.family] = p
		}
	}
	for p := range counts {
		if fits(p) {
			m.levels = append(m.levels, p.level)
		}
	}
	slices.Sort(m.levels)
	for _, p := range largest {
		m.base[p.level] = true
	}
	for k, r := range samples {
		for i := range r.answers {
			level, family := read(&r.answers[i])
			if p := (place{level, family}); !fits(p) {
				level = largest[family].level
				m.merged[level] = true
			}
			m.labels[k] = append(m.labels[k], level)
		}
	}
	t.list = append(t.list, m)
}

// correct fits the model, and calibrates the online answers to the margins of the targeted sample.
func (t *traits) correct(design *stats.Design, samples [2]*respondents) (*stats.OnlineEstimates, *stats.Design, error) {
	found, err := stats.Online{Y: samples[1].score, XA: t.columns[1], XB: t.columns[0], B: design}.Adjust()
	if err != nil {
		return nil, nil, err
	}
	plain, err := samples[1].plain()
	if err != nil {
		return nil, nil, err
	}
	var margins []stats.PostStratification
	for _, m := range t.list {
		known := map[string]float64{}
		for i, w := range design.Weights() {
			known[m.labels[0][i]] += w
		}
		labels, totals := make([]string, len(m.labels[1])), make([]float64, len(m.labels[1]))
		for i, l := range m.labels[1] {
			labels[i], totals[i] = "·"+l, known[l]
		}
		margins = append(margins, marginOf(labels, totals))
	}
	raked, err := plain.Calibrate(stats.Raking{Margins: margins, Epsilon: 1e-10, MaxIterations: 500})
	return found, raked, err
}

// balance sets the shares of every level beside each other, in percent of those inside the margin.
func (t *traits) balance(names map[string]string, targeted, raked, ipw []float64) (list []BalanceRow) {
	for _, m := range t.list {
		weights := [4][]float64{targeted, nil, raked, ipw}
		var shares [4]map[string]float64
		for k, w := range weights {
			labels := m.labels[min(k, 1)]
			sums, all := map[string]float64{}, 0.0
			for i, l := range labels {
				one := 1.0
				if w != nil {
					one = w[i]
				}
				if l != "" {
					sums[l], all = sums[l]+one, all+one
				}
			}
			for l := range maps.Keys(sums) {
				sums[l] *= 100 / all
			}
			shares[k] = sums
		}
		for _, l := range m.levels {
			row := BalanceRow{Trait: m.name, Level: l, Merged: m.merged[l], Targeted: *number(shares[0][l]), Before: *number(shares[1][l]), Raked: *number(shares[2][l]), IPW: *number(shares[3][l])}
			if m.name == "street" {
				row.Name = names[l]
			}
			list = append(list, row)
		}
	}
	return list
}
