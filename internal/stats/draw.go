package stats

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// InclusionProbabilities are proportional to size and add up to n. A unit whose share would reach 1 is taken with certainty and
// the rest is shared out again, until none does (Tillé 2006, ch. 2). A unit of size 0 is never taken.
func InclusionProbabilities(size []float64, n int) ([]float64, error) {
	out, certain, units := make([]float64, len(size)), make([]bool, len(size)), 0
	for i, v := range size {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("unit %d has the size %v, but sizes are numbers from 0 up", i+1, v)
		}
		if v > 0 {
			units++
		}
	}
	if n < 1 || n > units {
		return nil, fmt.Errorf("%d units cannot be drawn from %d with a size above 0", n, units)
	}
	for left := n; ; {
		sum := 0.0
		for i, v := range size {
			if !certain[i] {
				sum += v
			}
		}
		more := 0
		for i, v := range size {
			if certain[i] {
				continue
			}
			out[i] = v / sum * float64(left)
			if out[i] >= 1 {
				out[i], certain[i] = 1, true
				more++
			}
		}
		if left -= more; more == 0 || left == 0 {
			break
		}
	}
	for i := range out {
		if !certain[i] && units == n && size[i] > 0 {
			out[i] = 1
		}
	}
	return out, nil
}

// SystematicDraw takes unit k when the running sum of the probabilities passes u, u+1, u+2 … (Madow 1949), 0 ≤ u < 1, in the order
// given. It returns the places of the units taken. Units with probability 1 are taken, units with 0 are not.
func SystematicDraw(probability []float64, u float64) ([]int, error) {
	if !(u >= 0 && u < 1) {
		return nil, fmt.Errorf("the start %v is not at least 0 and below 1", u)
	}
	total := 0.0
	for i, p := range probability {
		if !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("unit %d has the probability %v", i+1, p)
		}
		if p < 1 {
			total += p
		}
	}
	if math.Abs(total-math.Round(total)) > 1e-6 {
		return nil, fmt.Errorf("the probabilities below 1 add up to %v, not to a whole number", total)
	}
	var out []int
	sum, passed, last := 0.0, math.Floor(-u), lastDrawn(probability)
	for i, p := range probability {
		if p == 1 {
			out = append(out, i)
			continue
		}
		if sum += p; i == last {
			sum = math.Round(total) // what rounding lost or gained over the whole list
		}
		if now := math.Floor(sum - u); p > 0 && now > passed {
			out = append(out, i)
			passed = now
		}
	}
	return out, nil
}

func lastDrawn(probability []float64) int {
	last := -1
	for i, p := range probability {
		if p > 0 && p < 1 {
			last = i
		}
	}
	return last
}

// SimpleDraw takes n of size units, each set of n with the same probability, in ascending order (Fan, Muller & Rezucha 1962).
func SimpleDraw(random *rand.Rand, size, n int) ([]int, error) {
	if n < 0 || n > size {
		return nil, fmt.Errorf("%d units cannot be drawn from %d", n, size)
	}
	out := make([]int, 0, n)
	for i := 0; len(out) < n; i++ {
		if random.IntN(size-i) < n-len(out) {
			out = append(out, i)
		}
	}
	return out, nil
}

// DrawSource is the random stream of one stratum of a sealed draw. It follows from the seed, the SHA-256 of the frame and the name
// of the stratum alone: a seed published (or its hash) before the frame is closed cannot be picked for its result, and whoever has
// the frame draws the same list again. Stream: ChaCha8 keyed with SHA-256("seed\nframe\nstratum").
func DrawSource(seed, frameHash, stratum string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte(seed + "\n" + frameHash + "\n" + stratum))))
}

// DrawMethod is how units are taken within a stratum.
type DrawMethod string

// The methods.
const (
	DrawSimple     DrawMethod = "simple"
	DrawSystematic DrawMethod = "systematic" // every unit with the same probability, in the order of the frame
	DrawPPS        DrawMethod = "pps"        // systematic with probability proportional to size
)

// DrawPlan asks for units of a frame.
type DrawPlan struct {
	Method DrawMethod
	Size   []float64 // of each unit, for DrawPPS
	Strata Factor    // of every unit
	N      []int     // per stratum
	Start  *float64  // the systematic start u of every stratum; nil takes it from Source
	Source func(stratum int) *rand.Rand
}

// Drawn is the outcome of one stratum.
type Drawn struct {
	Units   int
	Start   float64 // u, for systematic draws
	Certain int     // units taken with certainty
	Taken   []int   // rows of the frame, in the order of the list
}

// Draw takes the sample of each stratum and gives every unit of the frame its inclusion probability.
func Draw(p DrawPlan) ([]Drawn, []float64, error) {
	n := len(p.Strata.Code)
	if n == 0 {
		return nil, nil, errors.New("the frame is empty")
	}
	rows := make([][]int, len(p.Strata.Names))
	for i, c := range p.Strata.Code {
		if c >= 0 {
			rows[c] = append(rows[c], i)
		}
	}
	if len(p.N) != len(rows) {
		return nil, nil, fmt.Errorf("%d sample sizes for %d strata", len(p.N), len(rows))
	}
	out, probability := make([]Drawn, len(rows)), make([]float64, n)
	for h := range rows {
		if p.N[h] == 0 {
			out[h].Units = len(rows[h])
			continue
		}
		own, err := p.stratum(h, rows[h], &out[h])
		if err != nil {
			return nil, nil, fmt.Errorf("stratum %q: %w", p.Strata.Names[h], err)
		}
		for k, i := range rows[h] {
			probability[i] = own[k]
		}
	}
	return out, probability, nil
}

func (p *DrawPlan) stratum(h int, rows []int, out *Drawn) ([]float64, error) {
	size := make([]float64, len(rows))
	for k, i := range rows {
		if size[k] = 1; p.Method == DrawPPS {
			size[k] = p.Size[i]
		}
	}
	probability, err := InclusionProbabilities(size, p.N[h])
	if err != nil {
		return nil, err
	}
	var taken []int
	if p.Method == DrawSimple {
		taken, err = SimpleDraw(p.Source(h), len(rows), p.N[h])
	} else {
		if p.Start != nil {
			out.Start = *p.Start
		} else {
			out.Start = p.Source(h).Float64()
		}
		taken, err = SystematicDraw(probability, out.Start)
	}
	if err != nil {
		return nil, err
	}
	out.Units = len(rows)
	for _, v := range probability {
		if v == 1 {
			out.Certain++
		}
	}
	for _, k := range taken {
		out.Taken = append(out.Taken, rows[k])
	}
	return probability, nil
}
