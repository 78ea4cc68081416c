package stats

import (
	"math"
	"runtime"
	"sync"
)

// bootstrapDraws are the replicates of a bootstrap as they were drawn: the weight of a row in replicate r is its own weight times
// kept + gained·(how often its unit was drawn).
type bootstrapDraws struct {
	unit         []int32 // of each row
	times        []uint8 // [replicate·units + unit]
	units        int
	kept, gained []float64 // of each unit
}

// Means is Mean for several columns, one list of estimates per column. For a bootstrap all columns and replicates are added up in
// one walk over the rows.
func (r *Replicated) Means(ys [][]float64, q Query) ([][]Estimate, error) {
	return r.many(ys, q, false)
}

// Totals is Total for several columns.
func (r *Replicated) Totals(ys [][]float64, q Query) ([][]Estimate, error) {
	return r.many(ys, q, true)
}

func (r *Replicated) many(ys [][]float64, q Query, total bool) ([][]Estimate, error) {
	out := make([][]Estimate, len(ys))
	if r.draws == nil {
		for k, y := range ys {
			var err error
			if out[k], err = r.ratio(y, nil, q, total); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	plain := &Design{n: r.n, weights: r.weights}
	parts := make([]*linear, len(ys))
	for k, y := range ys {
		var err error
		if total {
			parts[k], _, err = plain.linearTotal(y, q)
		} else {
			parts[k], _, err = plain.linearRatio(y, nil, q)
		}
		if err != nil {
			return nil, err
		}
	}
	q, err := q.fill(r.n)
	if err != nil {
		return nil, err
	}
	sums := r.drawSums(ys, q.By)
	for k, l := range parts {
		out[k], err = r.finish(l, q, nil, func(replicate int) []float64 { return sums.values(replicate, k, total) })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// drawSums are Σw, Σwy of every column and Σw of its missing answers, by domain and replicate.
type drawSums struct {
	columns int
	sums    [][]float64 // of every domain: [replicate·(1+columns) + column], the first being Σw
	gone    [][]float64 // of every domain: [replicate·columns + column]
}

func (s *drawSums) values(replicate, column int, total bool) []float64 {
	out := make([]float64, len(s.sums))
	for d := range out {
		m := s.sums[d][replicate*(1+s.columns):]
		if out[d] = m[1+column]; !total {
			out[d] /= m[0] - s.gone[d][replicate*s.columns+column]
		}
	}
	return out
}

// drawSums walks the rows of one domain after the other, several domains at once; within a domain the order is that of the file,
// so the same draws give the same digits.
func (r *Replicated) drawSums(ys [][]float64, by Factor) *drawSums {
	inside := Factor{Code: make([]int32, r.n)}
	for i, c := range by.Code {
		if inside.Code[i] = c + 1; r.weights[i] == 0 {
			inside.Code[i] = 0
		}
	}
	start, order := group(inside.Code, len(by.Names)+1)
	out := &drawSums{columns: len(ys), sums: make([][]float64, len(by.Names)), gone: make([][]float64, len(by.Names))}
	next := make(chan int, len(by.Names))
	for d := range by.Names {
		next <- d
	}
	close(next)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(by.Names)) {
		wait.Go(func() {
			for d := range next {
				out.sums[d], out.gone[d] = r.domainSums(ys, order[start[d+1]:start[d+2]])
			}
		})
	}
	wait.Wait()
	return out
}

// drawBlock rows are looked up together, so that the counts of one replicate are read where they lie side by side.
const drawBlock = 64

func (r *Replicated) domainSums(ys [][]float64, rows []int32) (sums, gone []float64) {
	b, width := r.draws, 1+len(ys)
	sums, gone = make([]float64, r.count*width), make([]float64, r.count*len(ys))
	kept, keptGone := make([]float64, width), make([]float64, len(ys))
	times, drawn := make([]uint8, drawBlock*r.count), make([]float64, 4*width)
	row := make([]float64, width)
	for from := 0; from < len(rows); from += drawBlock {
		block := rows[from:min(from+drawBlock, len(rows))]
		for replicate := range r.count {
			own := b.times[replicate*b.units : (replicate+1)*b.units]
			for j, i := range block {
				times[j*r.count+replicate] = own[b.unit[i]]
			}
		}
		for j, i := range block {
			w, u := r.weights[i], b.unit[i]
			row[0] = w
			missingAny := false
			for k, y := range ys {
				if row[1+k] = w * y[i]; math.IsNaN(y[i]) {
					row[1+k], missingAny = 0, true
				}
			}
			for k, v := range row {
				kept[k] += b.kept[u] * v
				v *= b.gained[u]
				drawn[k], drawn[width+k], drawn[2*width+k], drawn[3*width+k] = v, 2*v, 3*v, 4*v
			}
			own := times[j*r.count : (j+1)*r.count]
			addDraws(sums, drawn, own, width)
			if missingAny {
				addGone(gone, keptGone, ys, own, i, w*b.kept[u], w*b.gained[u])
			}
		}
	}
	for replicate := range r.count {
		for k, v := range kept {
			sums[replicate*width+k] += v
		}
		for k, v := range keptGone {
			gone[replicate*len(ys)+k] += v
		}
	}
	return sums, gone
}

// addDraws adds a row as often as it was drawn; drawn holds it once, twice, three and four times.
func addDraws(sums, drawn []float64, times []uint8, width int) {
	for replicate, n := range times {
		if n == 0 {
			continue
		}
		into := sums[replicate*width : (replicate+1)*width]
		for ; n > 4; n -= 4 {
			for k, v := range drawn[3*width : 4*width] {
				into[k] += v
			}
		}
		from := drawn[int(n-1)*width : int(n)*width]
		for k := range into {
			into[k] += from[k]
		}
	}
}

// addGone counts the weight of missing answers.
func addGone(gone, kept []float64, ys [][]float64, times []uint8, row int32, base, each float64) {
	for k, y := range ys {
		if !math.IsNaN(y[row]) {
			continue
		}
		kept[k] += base
		for replicate, n := range times {
			gone[replicate*len(ys)+k] += float64(n) * each
		}
	}
}
