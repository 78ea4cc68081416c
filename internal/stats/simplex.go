package stats

import (
	"errors"
	"math"
)

var (
	errNoSolution = errors.New("the linear programme has no solution")
	errUnbounded  = errors.New("the linear programme has no bound")
)

// minimise solves min c·x, A·x = b, x ≥ 0 by the two-phase simplex method on a dense tableau; Bland's rule (1977) keeps it from
// running in circles. It serves programmes of some dozens of rows and columns whose numbers are near 1.
func minimise(c []float64, a [][]float64, b []float64) ([]float64, float64, error) {
	rows, columns := len(a), len(c)
	s := &simplex{columns: columns + rows, basis: make([]int, rows), body: make([][]float64, rows)}
	for i := range a {
		s.body[i] = make([]float64, s.columns+1)
		sign := 1.0
		if b[i] < 0 {
			sign = -1
		}
		for j, v := range a[i] {
			s.body[i][j] = sign * v
		}
		s.body[i][columns+i], s.body[i][s.columns], s.basis[i] = 1, sign*b[i], columns+i
	}
	artificial := make([]float64, s.columns)
	for j := columns; j < s.columns; j++ {
		artificial[j] = 1
	}
	left, err := s.run(artificial, s.columns)
	if err != nil {
		return nil, 0, err
	}
	if left > 1e-9 {
		return nil, 0, errNoSolution
	}
	s.expel(columns)
	full := append(append([]float64(nil), c...), make([]float64, rows)...)
	value, err := s.run(full, columns)
	if err != nil {
		return nil, 0, err
	}
	x := make([]float64, columns)
	for i, j := range s.basis {
		if j < columns {
			x[j] = math.Max(s.body[i][s.columns], 0)
		}
	}
	return x, value, nil
}

// simplex is the tableau: one row per constraint, the right side last, and which column is basic in each row.
type simplex struct {
	columns int
	basis   []int
	body    [][]float64
}

const pivotLeast = 1e-10

// run lets columns below limit enter until none lowers the cost, and returns the cost.
func (s *simplex) run(cost []float64, limit int) (float64, error) {
	for {
		enter := -1
		for j := 0; j < limit && enter < 0; j++ {
			reduced := cost[j]
			for i, row := range s.body {
				reduced -= cost[s.basis[i]] * row[j]
			}
			if reduced < -pivotLeast {
				enter = j
			}
		}
		if enter < 0 {
			break
		}
		leave, least := -1, math.Inf(1)
		for i, row := range s.body {
			if row[enter] <= pivotLeast {
				continue
			}
			r := row[s.columns] / row[enter]
			if r < least-1e-13 || r <= least+1e-13 && leave >= 0 && s.basis[i] < s.basis[leave] {
				leave, least = i, math.Min(r, least)
			}
		}
		if leave < 0 {
			return 0, errUnbounded
		}
		s.pivot(leave, enter)
	}
	value := 0.0
	for i, row := range s.body {
		value += cost[s.basis[i]] * row[s.columns]
	}
	return value, nil
}

func (s *simplex) pivot(leave, enter int) {
	row := s.body[leave]
	f := row[enter]
	for j := range row {
		row[j] /= f
	}
	for i, other := range s.body {
		if f := other[enter]; i != leave && f != 0 {
			for j := range other {
				other[j] -= f * row[j]
			}
		}
	}
	s.basis[leave] = enter
}

// expel takes artificial columns, which are 0 now, out of the basis; a row without another column says nothing and goes.
func (s *simplex) expel(columns int) {
	for i := 0; i < len(s.basis); i++ {
		if s.basis[i] < columns {
			continue
		}
		enter := -1
		for j := 0; j < columns && enter < 0; j++ {
			if math.Abs(s.body[i][j]) > 1e-9 {
				enter = j
			}
		}
		if enter >= 0 {
			s.pivot(i, enter)
			continue
		}
		s.basis = append(s.basis[:i], s.basis[i+1:]...)
		s.body = append(s.body[:i], s.body[i+1:]...)
		i--
	}
}
