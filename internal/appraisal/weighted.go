package appraisal

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/survey"
)

// WeightedAnswer is an answer with its place in the design and its weights.
type WeightedAnswer struct {
	survey.Marked
	Stratum string  // street·group
	Size    float64 // population of the stratum
	Before  float64 // weight the last calibration starts from; the final weight where nothing was calibrated beyond the strata
	Final   float64
}

// WeightedSample is the targeted or online sample of a run as it was weighted, in the order it was summed in; answers that are set aside are not
// in it. It holds no id.
type WeightedSample struct {
	Channel   survey.Channel
	Answers   []WeightedAnswer
	Items     []string                        // codes of the scored items
	Positions map[survey.Group][]int          // group → position of each item in Marks, -1 where not asked
	Scores    map[byte]*float64               // mark → score; nil where it is not scored
	Cluster   bool                            // communities are first-stage units, streets their strata
	Plain     bool                            // calibration by raking
	Margins   []string                        // names of calibration levels, by margin in the order of MarginOf
	MarginOf  [][]int                         // margin → level of each answer, as index into Margins; empty without calibration
	Totals    []float64                       // total of every level
	Shares    map[string]map[survey.Group]Mix // place in the tree → group → weights of items
}

// Mix is the weights of items in the score of a group; they add up to 1.
type Mix struct {
	Items  []int
	Shares []float64
}

// Weighted returns the samples that the last run of a wave was made from, targeted first. Needs PermScore in the wave's area: these are answers.
func (s *Service) Weighted(ctx context.Context, waveID string) ([]WeightedSample, error) {
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermScore, w.Area); err != nil {
		return nil, err
	}
	a, err := s.analyse(ctx, waveID)
	if err != nil {
		return nil, err
	}
	var out []WeightedSample
	for _, ch := range survey.Channels {
		if a.c.samples[ch] != nil {
			out = append(out, a.c.weighted(ch))
		}
	}
	return out, nil
}

func (c *computation) weighted(ch survey.Channel) WeightedSample {
	w := c.samples[ch]
	out := WeightedSample{Channel: ch, Items: c.layout.items, Positions: c.layout.pos, Scores: map[byte]*float64{}, Cluster: c.books[ch].clusters, Plain: w.plain,
		Shares: map[string]map[survey.Group]Mix{}}
	for _, step := range c.plan.Scale {
		out.Scores[step.Mark[0]] = step.Score
	}
	for _, n := range c.nodes {
		out.Shares[n.Code] = map[survey.Group]Mix{}
		for g, m := range n.mixes {
			out.Shares[n.Code][g] = Mix{m.items, m.shares}
		}
	}
	for i := range w.answers {
		st := &w.strata[w.of[i]]
		row := WeightedAnswer{Marked: w.answers[i], Stratum: st.key(), Size: st.size, Before: w.weight[i], Final: w.weight[i]}
		if w.before != nil {
			row.Before = w.before[i]
		}
		out.Answers = append(out.Answers, row)
	}
	for _, m := range w.margins {
		levels := make([]int, len(w.answers))
		for i, class := range w.classes.Code {
			levels[i] = len(out.Margins) + int(m.Cells.Code[class])
		}
		out.MarginOf = append(out.MarginOf, levels)
		out.Margins, out.Totals = append(out.Margins, m.Cells.Names...), append(out.Totals, m.Totals...)
	}
	return out
}
