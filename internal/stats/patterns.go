package stats

import (
	"fmt"
	"math"
	"slices"
)

// Pattern is how one person went through a list of questions on the same scale.
type Pattern struct {
	Answered  int
	LongRun   int     // longest run of the same entry, a missing answer being an entry of its own (Meade & Craig 2012)
	SD        float64 // standard deviation over the answers (Dunn et al. 2018); NaN with fewer than two
	Straight  bool    // every answer the same, two or more
	AtHighest bool    // every answer the highest
}

// AnswerPattern describes the answers of one person, NaN where there is none. These are facts, not verdicts: a content person may
// well tick the same box everywhere.
func AnswerPattern(answers []float64, highest float64) Pattern {
	p := Pattern{SD: missing, AtHighest: true}
	sum, run := 0.0, 0
	var first, last float64
	same := true
	for i, v := range answers {
		if i > 0 && (v == last || math.IsNaN(v) && math.IsNaN(last)) {
			run++
		} else {
			run = 1
		}
		p.LongRun, last = max(p.LongRun, run), v
		if math.IsNaN(v) {
			continue
		}
		if p.Answered++; p.Answered == 1 {
			first = v
		}
		same = same && v == first
		p.AtHighest = p.AtHighest && v == highest
		sum += v
	}
	p.AtHighest = p.AtHighest && p.Answered > 0
	p.Straight = same && p.Answered > 1
	if p.Answered > 1 {
		mean, squares := sum/float64(p.Answered), 0.0
		for _, v := range answers {
			if !math.IsNaN(v) {
				squares += (v - mean) * (v - mean)
			}
		}
		p.SD = math.Sqrt(squares / float64(p.Answered-1))
	}
	return p
}

// RelativeSpeed is the median time over the own time of every person (Leiner 2019): above 2, or strictly 1.75, is suspiciously fast.
func RelativeSpeed(seconds []float64) (speed []float64, median float64, err error) {
	var known []float64
	for i, v := range seconds {
		if math.IsNaN(v) {
			continue
		}
		if v <= 0 {
			return nil, 0, fmt.Errorf("row %d: %v seconds is not a time", i+1, v)
		}
		known = append(known, v)
	}
	if len(known) == 0 {
		return nil, 0, fmt.Errorf("nobody's time is known")
	}
	slices.Sort(known)
	median = (known[(len(known)-1)/2] + known[len(known)/2]) / 2
	speed = make([]float64, len(seconds))
	for i, v := range seconds {
		speed[i] = median / v
	}
	return speed, median, nil
}
