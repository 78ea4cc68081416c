package opinion

import "slices"

// ClassMetrics is how well one class is recognised. The rates are nil where nothing of the class was decided or proposed.
type ClassMetrics struct {
	Field     string   `json:"field"`
	Name      string   `json:"name"`
	True      int      `json:"true" doc:"Comments that belong to the class"`
	Proposed  int      `json:"proposed"`
	Right     int      `json:"right"`
	Precision *float64 `json:"precision" doc:"Share of its proposals that are right, 0 to 1"`
	Recall    *float64 `json:"recall" doc:"Share of its comments that are found, 0 to 1"`
	F1        *float64 `json:"f1"`
}

// Metrics counts proposals against the truth. Classes are the 14 fields, praise and none; what was not proposed at all
// counts as missed.
type Metrics struct {
	catalog *Catalog
	classes []string
	at      map[string]int
	count   [][]int // truth × proposal; the last column is "no proposal or something unknown"
}

// NewMetrics returns empty counts for the fields of a catalogue.
func NewMetrics(c *Catalog) *Metrics {
	m := &Metrics{catalog: c, at: map[string]int{}}
	for _, k := range c.Categories {
		m.classes = append(m.classes, k.Code)
	}
	m.classes = append(m.classes, FieldPraise, FieldNone)
	for i, k := range m.classes {
		m.at[k] = i
		m.count = append(m.count, make([]int, len(m.classes)+1))
	}
	return m
}

// Count adds one comment; a truth that is no class is left out.
func (m *Metrics) Count(proposed, truth string) {
	i, ok := m.at[truth]
	if !ok {
		return
	}
	k, ok := m.at[proposed]
	if !ok {
		k = len(m.classes)
	}
	m.count[i][k]++
}

// Classes returns the metrics of every class that occurs as truth or proposal, in the order of the catalogue.
func (m *Metrics) Classes() []ClassMetrics {
	out := []ClassMetrics{}
	for i, code := range m.classes {
		k := ClassMetrics{Field: code, Name: m.catalog.Name(code), Right: m.count[i][i]}
		for j, n := range m.count[i] {
			k.True += n
			if j < len(m.classes) {
				k.Proposed += m.count[j][i]
			}
		}
		if k.True+k.Proposed == 0 {
			continue
		}
		k.Precision, k.Recall = share(k.Right, k.Proposed), share(k.Right, k.True)
		k.F1 = share(2*k.Right, k.True+k.Proposed)
		out = append(out, k)
	}
	return out
}

// MacroF1 is the mean F1 of the classes that occur as truth; 0 when nothing was counted.
func (m *Metrics) MacroF1() float64 {
	sum, n := 0.0, 0
	for _, k := range m.Classes() {
		if k.True > 0 {
			sum += *k.F1
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// Accuracy is the share of comments whose proposal is right, and how many were counted.
func (m *Metrics) Accuracy() (float64, int) {
	right, n := 0, 0
	for i, row := range m.count {
		right += row[i]
		for _, v := range row {
			n += v
		}
	}
	if n == 0 {
		return 0, 0
	}
	return float64(right) / float64(n), n
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) / float64(whole)
	return &v
}

// confused lists the cells beside the diagonal that are not empty, most often first, at most twenty.
func (m *Metrics) confused() []Confused {
	out := []Confused{}
	for i, row := range m.count {
		for j, n := range row {
			if i == j || n == 0 {
				continue
			}
			c := Confused{Truth: m.classes[i], N: n}
			if j < len(m.classes) {
				c.Proposed = m.classes[j]
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Confused) int { return b.N - a.N })
	return out[:min(len(out), 20)]
}
