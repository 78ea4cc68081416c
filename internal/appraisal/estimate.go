package appraisal

import (
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// estimate is a combination of item means with its uncertainty.
type estimate = stats.StoreEstimate

// mixesOf says how a node is put together in a domain: Σ_g ω_g Σ_j share_gj·mean_gj over the groups asked for ("" for all). Items without
// an answer and groups without a respondent leave the sum and the remaining weights are raised in proportion (indicators.yaml,
// meta.respondent_note).
func mixesOf(d *stats.StoreDomain, n *node, weights map[survey.Group]float64, only survey.Group) []stats.StoreMix {
	out := make([]stats.StoreMix, len(survey.Groups))
	total := 0.0
	for g, group := range survey.Groups {
		if only != "" && only != group {
			continue
		}
		m := n.available(group, func(j int) bool { return d.Valid(g, j) > 0 })
		if len(m.items) > 0 {
			out[g] = stats.StoreMix{Weight: weights[group], Items: m.items, Shares: m.shares}
			total += weights[group]
		}
	}
	for g := range out {
		if out[g].Weight > 0 {
			out[g].Weight /= total
		}
	}
	return out
}
