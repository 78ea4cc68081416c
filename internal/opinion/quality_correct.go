package opinion

import (
	"math"
	"math/rand/v2"
)

// FieldShare is the share of comments of a class: as the classifier proposed, and corrected for what it confuses.
type FieldShare struct {
	Field     string  `json:"field"`
	Name      string  `json:"name"`
	Proposed  int     `json:"proposed" doc:"Comments the classifier put first into the class"`
	Raw       float64 `json:"raw"`
	Corrected float64 `json:"corrected"`
	SE        float64 `json:"se" doc:"Bootstrap over the double-coded comments and the proposals"`
	Sample    int     `json:"sample" doc:"Double-coded comments of the class; below 5 the correction leans on the average confusion"`
}

const (
	correctRounds   = 300
	correctDraws    = 200
	priorDoubleCode = 2.0 // comments that the average confusion counts for
)

// Correct turns the classes proposed for all comments into estimated shares of the true classes. coded holds pairs of
// true and proposed class from a random sample. The proposed shares are a mixture of what the classifier makes of each
// true class (Hopkins and King 2010, equation 3); the mixing shares are found by maximum likelihood, which keeps them
// between 0 and 1 with sum 1 and equals the inverse of the confusion matrix wherever that lies inside. Only the first
// truths classes can be true: "nothing proposed" is a proposal, not a truth.
func Correct(truths, classes int, proposed []int, coded [][2]int) (corrected, se []float64) {
	counts := make([]float64, classes)
	total := 0
	for c, n := range proposed {
		counts[c] = float64(n)
		total += n
	}
	if total == 0 || len(coded) == 0 {
		return nil, nil
	}
	corrected = mixture(truths, counts, confusion(classes, coded))
	rnd := rand.New(rand.NewPCG(20261123, uint64(total))) // reproducible resampling, not a secret
	sum, square := make([]float64, classes), make([]float64, classes)
	again := make([][2]int, len(coded))
	for range correctDraws {
		for i := range again {
			again[i] = coded[rnd.IntN(len(coded))]
		}
		drawn := make([]float64, classes)
		for c, n := range counts {
			drawn[c] = math.Max(0, n+math.Sqrt(n*(1-n/float64(total)))*rnd.NormFloat64())
		}
		for c, v := range mixture(truths, drawn, confusion(classes, again)) {
			sum[c] += v
			square[c] += v * v
		}
	}
	se = make([]float64, classes)
	for c := range se {
		mean := sum[c] / correctDraws
		se[c] = math.Sqrt(math.Max(0, square[c]/correctDraws-mean*mean))
	}
	return corrected, se
}

// confusion returns for each true class the shares of the proposals. A class with few coded comments leans on how often
// the classifier is right on average.
func confusion(classes int, coded [][2]int) [][]float64 {
	m := make([][]float64, classes)
	right := 0.0
	for i := range m {
		m[i] = make([]float64, classes)
	}
	for _, p := range coded {
		m[p[0]][p[1]]++
		if p[0] == p[1] {
			right++
		}
	}
	right = (right + 1) / float64(len(coded)+2)
	for i, row := range m {
		n := priorDoubleCode
		for _, v := range row {
			n += v
		}
		for j := range row {
			prior := (1 - right) / float64(classes-1)
			if i == j {
				prior = right
			}
			row[j] = (row[j] + priorDoubleCode*prior) / n
		}
	}
	return m
}

// mixture finds shares p with counts ≈ Σ p[i]·m[i] by the EM algorithm.
func mixture(truths int, counts []float64, m [][]float64) []float64 {
	total := 0.0
	for _, n := range counts {
		total += n
	}
	p := make([]float64, len(m))
	for i := range p[:truths] {
		p[i] = (counts[i] + 1) / (total + float64(len(m)))
	}
	next := make([]float64, len(m))
	for range correctRounds {
		clear(next)
		for j, n := range counts {
			if n == 0 {
				continue
			}
			sum := 0.0
			for i := range p {
				sum += p[i] * m[i][j]
			}
			for i := range p {
				next[i] += n / total * p[i] * m[i][j] / sum
			}
		}
		p, next = next, p
	}
	return p
}
