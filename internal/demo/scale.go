package demo

import "slices"

// gulou is the code of the district; small keeps one of its streets.
const (
	gulou       = "320106"
	smallStreet = "320106007"
)

// scale is how much is loaded.
type scale struct {
	street string // keep this street only; "" keeps all
	city   bool   // with the tree of the other ten districts

	targeted, online int // answers of a closed wave
	comments         int // comments of a closed wave
	drawings         int // different drawings of one scene and phase
	cases            int // cases of 60 days
}

// The sizes of the case study: answers and comments of the wave of 2020, thirteen streets.
var scales = map[string]scale{
	"small": {street: smallStreet, targeted: 617, online: 2110, comments: 277, drawings: 1, cases: 250},
	"gulou": {targeted: 8020, online: 27429, comments: 3600, drawings: 4, cases: 20000},
	"city":  {city: true, targeted: 8020, online: 27429, comments: 3600, drawings: 4, cases: 20000},
}

// Scales lists the scales, smallest first: one street, the district, the district among all districts of the city.
func Scales() []string {
	names := []string{}
	for name := range scales {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return order[a] - order[b] })
	return names
}

var order = map[string]int{"small": 0, "gulou": 1, "city": 2}
