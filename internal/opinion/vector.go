package opinion

import (
	"math"
	"slices"

	"yiwang/internal/platform/words"
)

// vector is a text as weights of its pairs of characters, of length one; the pairs are in ascending order.
type vector struct {
	pairs   []int32
	weights []float32
}

// weigh gives the pairs of characters of each text weight by their rarity among all (Salton and Buckley 1988), squared so
// that set phrases count little. A pair that occurs once cannot be shared and is left out.
func weigh(texts [][]rune) []vector {
	index, count := map[uint64]int32{}, []int32{}
	rows := make([][]int32, len(texts))
	for i, t := range texts {
		pairs := words.Pairs(string(t))
		rows[i] = make([]int32, len(pairs))
		for k, f := range pairs {
			n, ok := index[f]
			if !ok {
				n = int32(len(count))
				index[f] = n
				count = append(count, 0)
			}
			count[n]++
			rows[i][k] = n
		}
	}
	out := make([]vector, len(texts))
	for i, row := range rows {
		out[i] = weighted(row, count, len(texts))
	}
	return out
}

// fewTexts is how many texts rarity is measured against at least: among a handful nothing is rare.
const fewTexts = 500

func weighted(row, count []int32, texts int) (v vector) {
	slices.Sort(row)
	sum := 0.0
	for _, f := range row {
		idf := math.Log(float64(max(texts, fewTexts)) / float64(count[f]))
		sum += idf * idf * idf * idf
		if count[f] > 1 {
			v.pairs = append(v.pairs, f)
			v.weights = append(v.weights, float32(idf*idf))
		}
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for k := range v.weights {
			v.weights[k] *= scale
		}
	}
	return v
}

// dot is the cosine of two texts.
func (v *vector) dot(o *vector) (sum float32) {
	i, j := 0, 0
	for i < len(v.pairs) && j < len(o.pairs) {
		switch {
		case v.pairs[i] < o.pairs[j]:
			i++
		case v.pairs[i] > o.pairs[j]:
			j++
		default:
			sum += v.weights[i] * o.weights[j]
			i++
			j++
		}
	}
	return sum
}
