package spoof

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// wilson is the interval of 95 % of a share (E. B. Wilson, Journal of the American Statistical Association 22, 1927).
func wilson(hits, n int) (low, high float64) {
	const z = 1.959964
	p, m := float64(hits)/float64(n), float64(n)
	middle, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, (middle-half)/(1+z*z/m)), min(1, (middle+half)/(1+z*z/m))
}

// suspected counts the sessions of a kind that are suspicious, and for which reasons.
func suspected(made func(r *rand.Rand) occasion, kind string, seeds uint64, n int) (hits int, why map[Code]int) {
	why = map[Code]int{}
	for i := range n {
		r := rand.New(rand.NewPCG(seeds<<32+uint64(i), uint64(len(kind)*131+int(kind[0])*7+int(kind[len(kind)-1]))))
		o := made(r)
		score, reasons := Score(o.points, o.earlier)
		if score >= Suspicious {
			hits++
		}
		for _, x := range reasons {
			why[x.Code]++
		}
	}
	return hits, why
}

// What positions alone do not tell: beside a colleague one walks as beside a second phone, and a phone on a table is as still as a pin.
var untold = []string{"two phones in one pocket", "pinned, the same accuracy too"}

// Seeds 2 are those by which the limits of method 1 were found wanting; these are others.
const freshSeeds = 3

func TestScore_ErrorRatesOnOtherModelsAndSeedsAreAsPublished(t *testing.T) {
	t.Parallel()
	const n = 100
	count := func(set map[string]func(r *rand.Rand) occasion, without ...string) (hits, all int) {
		for _, kind := range slices.Sorted(maps.Keys(set)) {
			found, why := suspected(set[kind], kind, freshSeeds, n)
			low, high := wilson(found, n)
			t.Logf("%-48s %3d of %d (%.2f–%.2f) %s", kind, found, n, low, high, fmt.Sprint(why))
			if !slices.Contains(without, kind) {
				hits, all = hits+found, all+n
			}
		}
		low, high := wilson(hits, all)
		t.Logf("%-48s %3d of %d (%.4f–%.4f)", "together", hits, all, low, high)
		return hits, all
	}
	wrong, honest := count(otherHonest)
	found, frauds := count(otherFrauds, untold...)
	if float64(wrong)/float64(honest) > 0.03 {
		t.Errorf("%d of %d honest sessions are suspicious, published is at most three in a hundred", wrong, honest)
	}
	if recall := float64(found) / float64(frauds); recall < 0.85 {
		t.Errorf("recall %.3f, published is at least 0.85", recall)
	}
}
