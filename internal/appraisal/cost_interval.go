package appraisal

import "yiwang/internal/stats"

// efficiencyDraws is the number of bootstrap draws; the same wave always gives the same intervals.
const efficiencyDraws = 500

// enoughUnits is the number of streets from which on the intervals of efficiencies begin to say something (stats.EfficiencyIntervals).
const enoughUnits = 30

// doubt puts intervals beside the efficiencies. Where every street is on the frontier there is nothing to draw from, and there are none.
func (c *Costs) doubt(e stats.Envelopment, seed uint64) {
	c.FewUnits = len(c.Items) < enoughUnits
	list, err := stats.EfficiencyIntervals(e, efficiencyDraws, seed, c.Level)
	if err != nil {
		return
	}
	c.Replicates = efficiencyDraws
	for i, one := range list {
		it := &c.Items[i]
		it.EfficiencyLow, it.EfficiencyHigh, it.EfficiencyCorrected = number(one.Low), number(min(one.High, 1)), number(one.Corrected)
	}
}
