package stats

import (
	"fmt"
	"math"
)

// stage is one sampling stage, indexed. Rows and units are kept in stratum order so that a variance is one walk.
type stage struct {
	unit        []int32   // of each row
	unitStratum []int32   // of each unit
	rest        []float64 // of each unit: 1 - sampling fraction
	fraction    []float64 // of each unit: sampling fraction of its stratum; nil without FPC
	names       []string  // of each stratum
	within      []float64 // of each stratum: product of the sampling fractions of the units it lies in
	unitStart   []int32   // of each stratum: where its units begin in unitOrder
	unitOrder   []int32
	rowStart    []int32 // of each unit: where its rows begin in rowOrder
	rowOrder    []int32
}

func (s *stage) strata() int { return len(s.names) }

func newStage(o Options, index int, parent *stage) (stage, error) {
	in := o.Stages[index]
	if err := sameLength(o.Rows, index, in); err != nil {
		return stage{}, err
	}
	stratum := in.Strata
	if !stratum.given() {
		stratum = whole(o.Rows)
	}
	stratum = stratum.occurring()
	if parent != nil {
		stratum = Cross(Factor{Code: parent.unit, Names: make([]string, len(parent.unitStratum))}, stratum)
	}
	unit := in.Units
	switch {
	case !unit.given():
		unit = Factor{Code: rowNumbers(o.Rows), Names: make([]string, o.Rows)}
	case parent != nil || o.Nest:
		unit = Cross(stratum, unit)
	default:
		unit = unit.occurring()
	}
	s := stage{unit: unit.Code, names: stratum.Names, unitStratum: make([]int32, len(unit.Names))}
	for u := range s.unitStratum {
		s.unitStratum[u] = -1
	}
	for i, u := range unit.Code {
		h := stratum.Code[i]
		if u < 0 || h < 0 {
			return stage{}, fmt.Errorf("row %d: stratum or sampling unit of stage %d is missing", i+1, index+1)
		}
		if s.unitStratum[u] >= 0 && s.unitStratum[u] != h {
			return stage{}, fmt.Errorf("row %d: sampling unit %q lies in two strata; set nest if labels repeat from stratum to stratum", i+1, unit.Names[u])
		}
		s.unitStratum[u] = h
	}
	s.unitStart, s.unitOrder = group(s.unitStratum, len(s.names))
	s.rowStart, s.rowOrder = group(s.unit, len(s.unitStratum))
	s.within = make([]float64, len(s.names))
	for h := range s.within {
		s.within[h] = 1
		if parent != nil {
			u := parent.unit[s.firstRow(h)]
			s.within[h] = parent.within[parent.unitStratum[u]] * parent.fraction[u]
		}
	}
	return s, s.setFPC(in.FPC, index, o.PPS)
}

func sameLength(n, index int, in Stage) error {
	for _, l := range []int{len(in.Strata.Code), len(in.Units.Code), len(in.FPC)} {
		if l != 0 && l != n {
			return fmt.Errorf("stage %d has %d values for %d rows", index+1, l, n)
		}
	}
	return nil
}

// firstRow is any row of stratum h.
func (s *stage) firstRow(h int) int32 {
	return s.rowOrder[s.rowStart[s.unitOrder[s.unitStart[h]]]]
}

func (s *stage) sampled(h int32) float64 { return float64(s.unitStart[h+1] - s.unitStart[h]) }

// setFPC turns population counts or sampling fractions into the share left out.
func (s *stage) setFPC(fpc []float64, index int, pps bool) error {
	s.rest = make([]float64, len(s.unitStratum))
	if fpc == nil {
		for u := range s.rest {
			s.rest[u] = 1
		}
		return nil
	}
	counts := false
	for _, v := range fpc {
		counts = counts || v > 1
	}
	s.fraction = make([]float64, len(s.unitStratum))
	for u := range s.rest {
		row := s.rowOrder[s.rowStart[u]]
		v, n := fpc[row], s.sampled(s.unitStratum[u])
		switch {
		case math.IsNaN(v) || v <= 0:
			return fmt.Errorf("row %d: population size %v of stage %d is not a positive number", row+1, v, index+1)
		case counts && v < 1:
			return fmt.Errorf("row %d: population sizes and sampling fractions are mixed at stage %d", row+1, index+1)
		case counts && v < n:
			return fmt.Errorf("row %d: population size %v of stage %d is below the %v units sampled", row+1, v, index+1, n)
		case counts:
			v = n / v
		}
		s.fraction[u] = v
		s.rest[u] = 1 - v
	}
	return s.checkConstant(index, pps)
}

func (s *stage) checkConstant(index int, pps bool) error {
	if pps {
		return nil
	}
	for u, f := range s.fraction {
		first := s.unitOrder[s.unitStart[s.unitStratum[u]]]
		if math.Abs(f-s.fraction[first]) > 1e-9*f {
			row := s.rowOrder[s.rowStart[u]]
			return fmt.Errorf("row %d: population size of stage %d varies within stratum %q", row+1, index+1, s.names[s.unitStratum[u]])
		}
	}
	return nil
}

// group lists 0..len(of)-1 by their group: members of g are order[start[g]:start[g+1]], in rising order.
func group(of []int32, groups int) (start, order []int32) {
	start = make([]int32, groups+1)
	for _, g := range of {
		start[g+1]++
	}
	for g := range groups {
		start[g+1] += start[g]
	}
	next := append([]int32(nil), start[:groups]...)
	order = make([]int32, len(of))
	for i, g := range of {
		order[next[g]] = int32(i)
		next[g]++
	}
	return start, order
}

func rowNumbers(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}
