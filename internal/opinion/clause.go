package opinion

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// sayings are the parts of texts between marks: people repeat each other's, and say some in one breath.
type sayings struct {
	of    [][]int32 // text → its clauses, each once
	count []int32   // clause → texts it stands in
}

const clauseLeast = 4 // characters

func sayingsOf(texts [][]rune) *sayings {
	index := map[string]int32{}
	c := &sayings{of: make([][]int32, len(texts))}
	for i, t := range texts {
		for clause := range strings.SplitSeq(string(t), ".") {
			if len(clause) < 3*clauseLeast {
				continue
			}
			n, ok := index[clause]
			if !ok {
				n = int32(len(c.count))
				index[clause] = n
				c.count = append(c.count, 0)
			}
			if !slices.Contains(c.of[i], n) {
				c.of[i] = append(c.of[i], n)
				c.count[n]++
			}
		}
	}
	return c
}

const (
	threadTogether = 3   // texts in which two clauses stand together before they are of one thread
	threadLift     = 8.0 // and as many times more than by chance
)

// threads finds what people say in one breath: clauses that stand together in several texts, more often than by chance,
// are of one thread. It returns the threads of each text; set phrases stand beside everything and are of none.
func (c *sayings) threads() [][]int32 {
	together := map[[2]int32]int32{}
	for _, row := range c.of {
		for x := range row {
			for y := range x {
				together[[2]int32{min(row[x], row[y]), max(row[x], row[y])}]++
			}
		}
	}
	parent := make([]int, len(c.count))
	for i := range parent {
		parent[i] = i
	}
	linked := make([]bool, len(c.count))
	for p, n := range together {
		if n >= threadTogether && float64(n)*float64(len(c.of)) >= threadLift*float64(c.count[p[0]])*float64(c.count[p[1]]) {
			linked[p[0]], linked[p[1]] = true, true
			x, y := root(parent, int(p[0])), root(parent, int(p[1]))
			parent[max(x, y)] = min(x, y)
		}
	}
	out := make([][]int32, len(c.of))
	for i, row := range c.of {
		for _, k := range row {
			if linked[k] {
				out[i] = append(out[i], int32(root(parent, int(k))))
			}
		}
	}
	return out
}

// spread lets voices that repeat a clause tell each other what they are about (label spreading; Zhu and Ghahramani
// 2002): half of what a voice is about is its own, half the mean of those who say the same, rare clauses first.
func (c *sayings) spread(voices []Voice) [][]Share {
	mean := make([]map[string]float64, len(c.count))
	for i, row := range c.of {
		for _, k := range row {
			if c.count[k] < 2 {
				continue
			}
			if mean[k] == nil {
				mean[k] = map[string]float64{}
			}
			for _, s := range voices[i].Topics {
				mean[k][s.Class] += s.P / float64(c.count[k])
			}
		}
	}
	out := make([][]Share, len(voices))
	for i, row := range c.of {
		weights := 0.0
		sum := map[string]float64{}
		for _, k := range row {
			if mean[k] == nil {
				continue
			}
			w := math.Pow(math.Log(float64(len(c.of)+1)/float64(c.count[k])), 2)
			weights += w
			for class, p := range mean[k] {
				sum[class] += w * p
			}
		}
		if weights == 0 {
			out[i] = voices[i].Topics
			continue
		}
		for class := range sum {
			sum[class] /= 2 * weights
		}
		for _, s := range voices[i].Topics {
			sum[s.Class] += s.P / 2
		}
		for class, p := range sum {
			out[i] = append(out[i], Share{class, p})
		}
		slices.SortFunc(out[i], func(a, b Share) int { return cmp.Compare(a.Class, b.Class) })
	}
	return out
}
