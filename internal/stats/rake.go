package stats

import "math"

// rakeCells are the combinations of all margins that occur. Rows of one combination are always scaled alike, so raking and its residuals
// need the sums of the combinations only, whatever the number of rows.
type rakeCells struct {
	of      Factor
	margins [][]int32 // of every margin: the margin cell of every combination
	totals  [][]float64
	sum     []float64 // weight of every combination before the step
	largest []float64 // the greatest single weight in it
	factor  []float64 // by which raking multiplies it
}

func newRakeCells(margins []PostStratification, weights []float64) *rakeCells {
	factors := make([]Factor, len(margins))
	for m, margin := range margins {
		factors[m] = margin.Cells
	}
	of, parts := cross(factors)
	k := len(of.Names)
	out := &rakeCells{of: of, sum: make([]float64, k), largest: make([]float64, k), factor: ones(k)}
	for m, margin := range margins {
		out.totals = append(out.totals, margin.Totals)
		own := make([]int32, k)
		for c, part := range parts {
			own[c] = part[m]
		}
		out.margins = append(out.margins, own)
	}
	for i, c := range of.Code {
		out.sum[c] += weights[i]
		out.largest[c] = math.Max(out.largest[c], weights[i])
	}
	return out
}

// rake fits one margin after the other until no weight moves by more than epsilon times the sum of weights within a round.
func (c *rakeCells) rake(epsilon float64, rounds int) (settled bool) {
	last := make([]float64, len(c.factor))
	for range rounds {
		copy(last, c.factor)
		for m, own := range c.margins {
			reached := make([]float64, len(c.totals[m]))
			for cell, k := range own {
				reached[k] += c.sum[cell] * c.factor[cell]
			}
			for cell, k := range own {
				if reached[k] > 0 {
					c.factor[cell] *= c.totals[m][k] / reached[k]
				}
			}
		}
		sum, moved := 0.0, 0.0
		for cell, f := range c.factor {
			sum += c.sum[cell] * f
			moved = math.Max(moved, c.largest[cell]*math.Abs(f-last[cell]))
		}
		if moved <= epsilon*sum {
			return true
		}
	}
	return false
}

// rakeResiduals takes cell means out of one margin after the other, ten rounds as in Lumley (2010), §7.3: the projection onto
// the space of all margins.
type rakeResiduals struct {
	cells *rakeCells
	after []float64
}

func (a *rakeResiduals) residuals(z []float64) {
	k := len(a.cells.factor)
	sum, rows := make([]float64, k), make([]float64, k)
	for i, c := range a.cells.of.Code {
		if w := a.after[i]; w > 0 {
			sum[c] += z[i] / w
			rows[c]++
		}
	}
	effect := make([]float64, k) // taken out of every row of the combination
	for range 10 {
		for m, own := range a.cells.margins {
			mean, count := make([]float64, len(a.cells.totals[m])), make([]float64, len(a.cells.totals[m]))
			for cell, at := range own {
				mean[at] += sum[cell] - effect[cell]*rows[cell]
				count[at] += rows[cell]
			}
			for cell, at := range own {
				if count[at] > 0 {
					effect[cell] += mean[at] / count[at]
				}
			}
		}
	}
	for i, c := range a.cells.of.Code {
		z[i] -= a.after[i] * effect[c]
	}
}
