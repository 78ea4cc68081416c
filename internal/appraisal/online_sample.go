package appraisal

import (
	"math"
	"slices"

	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// respondents are the answers of a channel that have a score, with the weights that make the groups count as respondent weights say.
type respondents struct {
	answers []answer
	score   []float64
	weight  []float64
	stratum []string
	size    []float64 // population of the stratum
	total   []float64 // sum of the weights of the stratum
}

// mutual are the groups that answered in both channels, with their respondent weights adding up to 1.
func (c *computation) mutual() map[survey.Group]float64 {
	share, sum := map[survey.Group]float64{}, 0.0
	for _, g := range survey.Groups {
		has := func(ch survey.Channel) bool {
			return slices.ContainsFunc(c.samples[ch].answers, func(a answer) bool { return a.Group == g })
		}
		if has(survey.Targeted) && has(survey.Online) {
			share[g] = c.plan.RespondentWeights[g]
			sum += share[g]
		}
	}
	for g := range share {
		share[g] /= sum
	}
	return share
}

// respondents reads the questionnaire scores of a channel. The weights of each group are scaled so that it counts as its share says.
func (c *computation) respondents(ch survey.Channel, share map[survey.Group]float64) *respondents {
	w, out := c.samples[ch], &respondents{}
	total := c.nodes[slices.IndexFunc(c.nodes, func(n *node) bool { return n.Code == NodeTotal })]
	codes := make([]uint8, len(c.layout.items))
	sizes, all := map[survey.Group]float64{}, 0.0
	for i := range w.answers {
		a := &w.answers[i]
		if share[a.Group] == 0 || !c.layout.read(a, codes) {
			continue
		}
		score := c.layout.mean(codes, total.mixes[a.Group])
		if math.IsNaN(score) { // nothing was rated
			continue
		}
		st := &w.strata[w.of[i]]
		out.answers, out.score, out.weight = append(out.answers, *a), append(out.score, score), append(out.weight, w.weight[i])
		out.stratum, out.size = append(out.stratum, st.key()), append(out.size, st.size)
		sizes[a.Group] += w.weight[i]
		all += w.weight[i]
	}
	sums := map[string]float64{}
	for i := range out.answers {
		g := out.answers[i].Group
		out.weight[i] *= share[g] * all / sizes[g]
		sums[out.stratum[i]] += out.weight[i]
	}
	for i := range out.answers {
		out.total = append(out.total, sums[out.stratum[i]])
	}
	return out
}

// design is the probability sample as it was drawn, street × group known.
func (r *respondents) design(clusters bool) (*stats.Design, error) {
	o := stats.Options{Rows: len(r.score), Weights: r.weight, Nest: true, Lonely: stats.LonelyAdjust}
	if clusters {
		streets, communities := make([]string, len(r.answers)), make([]string, len(r.answers))
		for i := range r.answers {
			streets[i], communities[i] = r.answers[i].Street, r.answers[i].Street+"·"+r.answers[i].Community
		}
		o.Stages = []stats.Stage{{Strata: stats.NewFactor(streets), Units: stats.NewFactor(communities)}}
	} else {
		o.Stages = []stats.Stage{{Strata: stats.NewFactor(r.stratum), FPC: r.size}}
	}
	d, err := stats.NewDesign(o)
	if err != nil {
		return nil, err
	}
	return d.Calibrate(marginOf(r.stratum, r.total))
}

// plain is the online sample as it came: nobody drew it, and everybody counts alike.
func (r *respondents) plain() (*stats.Design, error) {
	return stats.NewDesign(stats.Options{Rows: len(r.score)})
}

// marginOf makes the cells of labels with the total that stands beside each.
func marginOf(labels []string, total []float64) stats.PostStratification {
	p := stats.PostStratification{Cells: stats.NewFactor(labels)}
	p.Totals = make([]float64, len(p.Cells.Names))
	for i, c := range p.Cells.Code {
		p.Totals[c] = total[i]
	}
	return p
}
