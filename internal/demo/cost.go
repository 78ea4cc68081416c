package demo

import (
	"math"

	"yiwang/internal/appraisal"
)

// costs invents what every street spent in the half-year of a wave: a few hundred yuan and six or seven workers per thousand residents.
func (l *loader) costs(r *round) []appraisal.Cost {
	chances := l.rand("costs " + r.code)
	share := l.rand("population")
	var list []appraisal.Cost
	for _, s := range l.ground.streets {
		elder, adult, _ := s.population(0.24 + 0.08*share.Float64())
		people := elder + adult
		list = append(list, appraisal.Cost{Street: s.code, Residents: people, Amount: math.Round(float64(people)*(95+60*chances.Float64())/1000) * 1000,
			Staff: math.Max(math.Round(float64(people)*(5.2+2.4*chances.Float64())/1000), 1), Basis: "街道财政决算与在岗名册，考评办汇总"})
	}
	return list
}
