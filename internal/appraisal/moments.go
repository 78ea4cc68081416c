package appraisal

import "yiwang/internal/survey"

// answer is one respondent as scoring sees it.
type answer = survey.Marked

// measure is one of the two values an answer has.
type measure int

const (
	byScore     measure = iota // the scale's score, 0…100
	bySatisfied                // 100 when the step counts as satisfied, else 0
	measures
)

// moments are the sums over a set of respondents of one group that every mean and covariance follows from: for items j, k
// answered by the same person, how many there are, Σ y_j and Σ y_j·y_k. Adding two sets adds their moments, so that
// communities add up to streets. Scores are whole numbers, so the sums are exact in any order.
type moments struct {
	items   int
	n       int          // respondents
	valid   []uint64     // per distinct respondent: bit set of items with a scored answer
	counts  [][]int      // item → answers per code of the layout (steps, N, missing)
	pairs   []float64    // [j·items+k], j ≥ k: respondents with both items
	sums    [2][]float64 // [j·items+k]: Σ y_j over respondents with both items
	crosses [2][]float64 // [j·items+k], j ≥ k: Σ y_j·y_k
}

func newMoments(items, codes int) *moments {
	m := &moments{items: items, counts: make([][]int, items), pairs: make([]float64, items*items)}
	for j := range m.counts {
		m.counts[j] = make([]int, codes)
	}
	for v := range measures {
		m.sums[v] = make([]float64, items*items)
		m.crosses[v] = make([]float64, items*items)
	}
	return m
}

// layout reads marks of one questionnaire: which item each position is and what each mark is worth.
type layout struct {
	items  []string               // item codes; the order of every vector
	codes  map[byte]int           // mark → column of the distribution
	labels []string               // names of those columns
	value  [256][2]float64        // mark → score, satisfaction
	scored [256]bool              // mark has a score
	pos    map[survey.Group][]int // group → position in the marks of each item, -1 when not asked
}

func newLayout(plan *survey.Plan, forms map[survey.Group]*survey.Form, indicators []Indicator) *layout {
	l := &layout{codes: map[byte]int{}, pos: map[survey.Group][]int{}}
	for _, step := range plan.Scale {
		mark := step.Mark[0]
		l.codes[mark] = len(l.labels)
		l.labels = append(l.labels, step.Label)
		l.scored[mark] = true
		l.value[mark][byScore] = *step.Score
		if step.Satisfied {
			l.value[mark][bySatisfied] = 100
		}
	}
	l.codes[survey.MarkNA] = len(l.labels)
	l.codes[survey.MarkMissing] = len(l.labels) + 1
	l.labels = append(l.labels, "没接触过/不了解", "未作答")
	for _, i := range indicators {
		l.items = append(l.items, i.Code)
	}
	l.items = append(l.items, NodeOverall)
	for group, form := range forms {
		at := make([]int, len(l.items))
		for j, code := range l.items {
			at[j] = -1
			for p, q := range form.ScaleQuestions() {
				if q.Indicator == code || q.Indicator == "" && q.Code == code {
					at[j] = p
				}
			}
		}
		l.pos[group] = at
	}
	return l
}

// add counts one respondent. It returns false when the marks are not as long as the questionnaire, which means that the
// row was not written by this program.
func (l *layout) add(m *moments, a *answer) bool {
	var held [64]int
	var values [64][2]float64
	k, valid := 0, uint64(0)
	for j, p := range l.pos[a.Group] {
		if p < 0 {
			continue
		}
		if p >= len(a.Marks) {
			return false
		}
		mark := a.Marks[p]
		code, ok := l.codes[mark]
		if !ok {
			return false
		}
		m.counts[j][code]++
		if l.scored[mark] {
			held[k], values[k] = j, l.value[mark]
			valid |= 1 << j
			k++
		}
	}
	m.n++
	m.valid = append(m.valid, valid)
	m.pairUp(held[:k], values[:k])
	return true
}

// pairUp adds one respondent's scored answers; held ascends, so pairs and crosses fill their lower triangles only.
func (m *moments) pairUp(held []int, values [][2]float64) {
	s0, s1, c0, c1 := m.sums[0], m.sums[1], m.crosses[0], m.crosses[1]
	for a, j := range held {
		row, y := j*m.items, values[a]
		for b, k := range held[:a+1] {
			at, z := row+k, values[b]
			m.pairs[at]++
			c0[at] += y[0] * z[0]
			c1[at] += y[1] * z[1]
			s0[at] += y[0]
			s1[at] += y[1]
			if a != b {
				mirror := k*m.items + j
				s0[mirror] += z[0]
				s1[mirror] += z[1]
			}
		}
	}
}

// merge adds the respondents of o.
func (m *moments) merge(o *moments) {
	m.n += o.n
	m.valid = append(m.valid, o.valid...)
	for j := range m.counts {
		for c := range m.counts[j] {
			m.counts[j][c] += o.counts[j][c]
		}
	}
	for at := range m.pairs {
		m.pairs[at] += o.pairs[at]
		for v := range measures {
			m.sums[v][at] += o.sums[v][at]
			m.crosses[v][at] += o.crosses[v][at]
		}
	}
}

// answered returns how many respondents have a scored answer to at least one item of the mask.
func (m *moments) answered(mask uint64) int {
	n := 0
	for _, v := range m.valid {
		if v&mask != 0 {
			n++
		}
	}
	return n
}

// total returns the number of scored answers to item j and their sum.
func (m *moments) total(v measure, j int) (n, sum float64) {
	at := j*m.items + j
	return m.pairs[at], m.sums[v][at]
}

// deviation returns Σ (y_j − a)(y_k − b) over respondents with both items, for j ≥ k.
func (m *moments) deviation(v measure, j, k int, a, b float64) float64 {
	jk, kj := j*m.items+k, k*m.items+j
	return m.crosses[v][jk] - b*m.sums[v][jk] - a*m.sums[v][kj] + a*b*m.pairs[jk]
}
