package opinion

import (
	"math"
	"slices"
)

// regression is a multinomial logistic regression with a prior: what the words of the catalogue say of each class is
// given, and only what labelled texts say beside that is learned, shrunk towards zero. Without labels nothing is added.
type regression struct {
	Classes int
	Keys    []uint64 // features, sorted
	Weights []float32
}

type feature struct {
	key   uint64
	value float64
}

// example is a text to learn from: its features, the prior of each class, the share of each class in its label.
type example struct {
	features []feature
	prior    []float64
	target   []float64
	weight   float64
}

const (
	learnRounds = 10
	learnRate   = 0.35
	learnDecay  = 0.01 // shrinkage per example
	biasKey     = uint64(1) << 63
	leafKey     = uint64(1) << 62
)

// learn fits a regression by AdaGrad (Duchi, Hazan, Singer 2011) in a fixed order: the same examples in the same order
// give the same weights.
func learn(classes int, list []example) *regression {
	r := &regression{Classes: classes}
	for _, e := range list {
		for _, f := range e.features {
			r.Keys = append(r.Keys, f.key)
		}
	}
	slices.Sort(r.Keys)
	r.Keys = slices.Compact(r.Keys)
	w, g := make([]float64, len(r.Keys)*classes), make([]float64, len(r.Keys)*classes)
	rows := make([][]int, len(list))
	for n, e := range list {
		for _, f := range e.features {
			i, _ := slices.BinarySearch(r.Keys, f.key)
			rows[n] = append(rows[n], i*classes)
		}
	}
	score := make([]float64, classes)
	for round := range learnRounds {
		for k := range list {
			n := (k*step(len(list)) + round*7) % len(list)
			e := &list[n]
			copy(score, e.prior)
			for j, f := range e.features {
				for c := range score {
					score[c] += f.value * w[rows[n][j]+c]
				}
			}
			softmax(score)
			for j, f := range e.features {
				row := rows[n][j]
				for c := range score {
					d := e.weight*f.value*(score[c]-e.target[c]) + learnDecay*w[row+c]
					g[row+c] += d * d
					w[row+c] -= learnRate * d / math.Sqrt(g[row+c]+1e-6)
				}
			}
		}
	}
	r.Weights = make([]float32, len(w))
	for i, v := range w {
		r.Weights[i] = float32(v)
	}
	return r
}

// step is a stride that visits every one of n places: neighbours of one class are not learned in a row.
func step(n int) int {
	for s := n*5/8 + 1; ; s++ {
		if gcd(s, n) == 1 {
			return s
		}
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// add adds what was learned of a text to its scores.
func (r *regression) add(list []feature, score []float64) {
	if r == nil {
		return
	}
	for _, f := range list {
		i, ok := slices.BinarySearch(r.Keys, f.key)
		if !ok {
			continue
		}
		for c, w := range r.Weights[i*r.Classes : (i+1)*r.Classes] {
			score[c] += f.value * float64(w)
		}
	}
}

// knows tells whether a pair of characters of the text was learned from.
func (r *regression) knows(list []feature) bool {
	return slices.ContainsFunc(list, func(f feature) bool {
		if f.key>>21 == 0 || f.key >= leafKey {
			return false
		}
		_, ok := slices.BinarySearch(r.Keys, f.key)
		return ok
	})
}

func softmax(score []float64) {
	best := slices.Max(score)
	sum := 0.0
	for c, v := range score {
		score[c] = math.Exp(v - best)
		sum += score[c]
	}
	for c := range score {
		score[c] /= sum
	}
}

// features lists what the regression sees of a text: characters, pairs and triples of neighbours, leaves whose words
// occur. Long texts do not outweigh short ones.
func (m *Model) features(t []rune, leafScore []float64) []feature {
	out := []feature{{biasKey, 0.3}}
	seen := map[uint64]bool{}
	add := func(key uint64, value float64) {
		if !seen[key] {
			seen[key] = true
			out = append(out, feature{key, value})
		}
	}
	for i, r := range t {
		if r == '.' {
			continue
		}
		add(uint64(r), 0.5)
		if i > 0 && t[i-1] != '.' {
			add(uint64(t[i-1])<<21|uint64(r), 1)
		}
	}
	norm := 1 / math.Sqrt(float64(len(out)))
	for i := range out[1:] {
		out[i+1].value *= norm * 2
	}
	for i, v := range leafScore {
		if v > 0 {
			out = append(out, feature{leafKey | uint64(i), 0.6 * math.Min(v, 2)})
		}
	}
	return out
}

// clauses cuts a normalised text where it passes on to something else.
func clauses(t []rune) [][]rune {
	var out [][]rune
	start := 0
	cut := func(end int) {
		if end-start >= 3 {
			out = append(out, t[start:end])
		}
	}
	for i := range t {
		if t[i] == '.' {
			cut(i)
			start = i + 1
			continue
		}
		for _, w := range connectives {
			if i > start+2 && startsAt(t, i, w) {
				cut(i)
				start = i + len(w)
			}
		}
	}
	cut(len(t))
	return out
}

var connectives = [][]rune{[]rune("还有"), []rune("另外"), []rune("而且"), []rune("再就是"), []rune("顺便"), []rune("还把"), []rune("又把")}

func startsAt(t []rune, i int, w []rune) bool {
	return i+len(w) <= len(t) && slices.Equal(t[i:i+len(w)], w)
}
