package opinion

import (
	"math/rand/v2"
	"slices"
)

// Alpha is Krippendorff's alpha for nominal data and two coders without gaps (Krippendorff 2019, ch. 12), with the
// interval between the 2.5 and 97.5 % points of a bootstrap over the units. 1 is full agreement, 0 is chance.
type Alpha struct {
	Units int     `json:"units"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

const bootstraps = 1000

// NewAlpha computes alpha of pairs of labels; nil with fewer than two units. Where all labels are one, alpha is not defined
// and 1 is returned: nobody disagreed.
func NewAlpha(pairs [][2]string) *Alpha {
	if len(pairs) < 2 {
		return nil
	}
	index := map[string]int{}
	coded := make([][2]int, len(pairs))
	for n, p := range pairs {
		for k, v := range p {
			if _, ok := index[v]; !ok {
				index[v] = len(index)
			}
			coded[n][k] = index[v]
		}
	}
	all := make([]int, len(coded))
	for i := range all {
		all[i] = i
	}
	a := &Alpha{Units: len(pairs), Value: nominalAlpha(coded, all, len(index))}
	rnd := rand.New(rand.NewPCG(20261122, uint64(len(pairs)))) // reproducible resampling, not a secret
	values := make([]float64, bootstraps)
	for b := range values {
		for i := range all {
			all[i] = rnd.IntN(len(coded))
		}
		values[b] = nominalAlpha(coded, all, len(index))
	}
	slices.Sort(values)
	a.Low, a.High = values[bootstraps*25/1000], values[bootstraps*975/1000-1]
	return a
}

// nominalAlpha is 1 − observed over expected disagreement of the chosen units.
func nominalAlpha(coded [][2]int, units []int, classes int) float64 {
	count := make([]float64, classes)
	differ := 0.0
	for _, u := range units {
		count[coded[u][0]]++
		count[coded[u][1]]++
		if coded[u][0] != coded[u][1] {
			differ++
		}
	}
	n := 2 * float64(len(units))
	same := 0.0
	for _, c := range count {
		same += c * (c - 1)
	}
	expected := 1 - same/(n*(n-1))
	if expected == 0 {
		return 1
	}
	return 1 - differ/float64(len(units))/expected
}
