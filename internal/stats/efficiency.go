package stats

import (
	"fmt"
	"math"
)

// Envelopment asks how far each unit is from the best mixtures of all units that make at least its outputs from at most its inputs.
type Envelopment struct {
	Inputs   [][]float64 // one column per input
	Outputs  [][]float64
	Variable bool // returns to scale may vary (Banker, Charnes & Cooper 1984); else constant (Charnes, Cooper & Rhodes 1978)
	Output   bool // expand outputs; else shrink inputs
}

// Efficiency is the outcome of one unit.
type Efficiency struct {
	Score  float64   // θ: inputs could shrink to this share; with Output, φ: outputs could grow by this factor
	Share  float64   // in (0, 1], 1 is efficient: θ, or 1/φ
	Peers  []float64 // weight of every unit in the mixture it is measured against
	Excess []float64 // input left over beyond θ, by input
	Short  []float64 // output missing beyond φ, by output
	Strong bool      // efficient without any excess or shortage
}

// Efficiencies solves the envelopment programme for each unit, and then finds the greatest excesses and shortages that go with its
// score (Cooper, Seiford & Tone 2007, ch. 3 and 4).
func Efficiencies(e Envelopment) ([]Efficiency, error) {
	n, scaled, unit, err := e.scaled()
	if err != nil {
		return nil, err
	}
	out := make([]Efficiency, n)
	for k := range out {
		if out[k], err = scaled.unit(k); err != nil {
			return nil, fmt.Errorf("unit %d: %w", k+1, err)
		}
		for i := range out[k].Excess {
			out[k].Excess[i] *= unit[i]
		}
		for r := range out[k].Short {
			out[k].Short[r] *= unit[len(e.Inputs)+r]
		}
	}
	return out, nil
}

// scaled divides every column by its mean, which changes no score.
func (e Envelopment) scaled() (n int, out Envelopment, unit []float64, err error) {
	if len(e.Inputs) == 0 || len(e.Outputs) == 0 {
		return 0, e, nil, fmt.Errorf("%d inputs and %d outputs; at least one of each is needed", len(e.Inputs), len(e.Outputs))
	}
	n, out = len(e.Inputs[0]), Envelopment{Variable: e.Variable, Output: e.Output}
	for side, columns := range [][][]float64{e.Inputs, e.Outputs} {
		for j, c := range columns {
			mean := 0.0
			for k, v := range c {
				if !(v > 0) || math.IsInf(v, 0) {
					return 0, e, nil, fmt.Errorf("%s %d of unit %d is %v, but must be above 0", [2]string{"input", "output"}[side], j+1, k+1, v)
				}
				mean += v / float64(n)
			}
			if len(c) != n {
				return 0, e, nil, fmt.Errorf("%d values for %d units", len(c), n)
			}
			own := make([]float64, n)
			for k, v := range c {
				own[k] = v / mean
			}
			unit = append(unit, mean)
			if side == 0 {
				out.Inputs = append(out.Inputs, own)
			} else {
				out.Outputs = append(out.Outputs, own)
			}
		}
	}
	return n, out, unit, nil
}

// programme is the linear programme of one target against the units of e: variables are the score, the peer weights, the excesses and the
// shortages.
func (e Envelopment) programme(inputs, outputs []float64) (cost []float64, a [][]float64, b []float64) {
	n, m, s := len(e.Inputs[0]), len(e.Inputs), len(e.Outputs)
	columns := 1 + n + m + s
	for i, x := range e.Inputs { // Σλx + excess − θx₀ = 0, or = x₀
		row := make([]float64, columns)
		copy(row[1:], x)
		row[1+n+i] = 1
		right := inputs[i]
		if !e.Output {
			row[0], right = -inputs[i], 0
		}
		a, b = append(a, row), append(b, right)
	}
	for r, y := range e.Outputs { // Σλy − shortage = y₀, or − φy₀ = 0
		row := make([]float64, columns)
		copy(row[1:], y)
		row[1+n+m+r] = -1
		right := outputs[r]
		if e.Output {
			row[0], right = -outputs[r], 0
		}
		a, b = append(a, row), append(b, right)
	}
	if e.Variable {
		row := make([]float64, columns)
		for j := range n {
			row[1+j] = 1
		}
		a, b = append(a, row), append(b, 1)
	}
	cost = make([]float64, columns)
	if cost[0] = 1; e.Output {
		cost[0] = -1
	}
	return cost, a, b
}

// of are the inputs and outputs of one unit.
func (e Envelopment) of(k int) (inputs, outputs []float64) {
	for _, x := range e.Inputs {
		inputs = append(inputs, x[k])
	}
	for _, y := range e.Outputs {
		outputs = append(outputs, y[k])
	}
	return inputs, outputs
}

func (e Envelopment) unit(k int) (Efficiency, error) {
	n, m := len(e.Inputs[0]), len(e.Inputs)
	cost, a, b := e.programme(e.of(k))
	columns := len(cost)
	x, _, err := minimise(cost, a, b)
	if err != nil {
		return Efficiency{}, err
	}
	score := x[0]
	for i := range a { // the score is fixed now; the rest makes excess and shortage as great as possible
		b[i] -= a[i][0] * score
		a[i][0] = 0
	}
	cost[0] = 0
	for j := 1 + n; j < columns; j++ {
		cost[j] = -1
	}
	if y, _, err := minimise(cost, a, b); err == nil {
		x = y // without a second solution, which only rounding can prevent, the first stands
	}
	out := Efficiency{Score: score, Share: score, Peers: x[1 : 1+n], Excess: x[1+n : 1+n+m], Short: x[1+n+m:], Strong: true}
	if e.Output {
		out.Share = 1 / score
	}
	for _, v := range x[1+n:] {
		out.Strong = out.Strong && v < 1e-8
	}
	out.Strong = out.Strong && out.Share > 1-1e-8
	return out, nil
}

// CostIndex is the score above a base per unit of money per resident, with its standard error; money and residents are known.
func CostIndex(score, se, base, cost, residents float64) (index, indexSE float64, err error) {
	if !(cost > 0) || !(residents > 0) || !(se >= 0) {
		return 0, 0, fmt.Errorf("cost %v, residents %v and standard error %v must be above 0", cost, residents, se)
	}
	return (score - base) * residents / cost, se * residents / cost, nil
}
