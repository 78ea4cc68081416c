package survey

import "yiwang/internal/platform/errs"

// IntegrityRules are the bounds beyond which an answer or a community's day is flagged. They are frozen with the plan, so nobody
// can fit them to a result. Zero means the default.
type IntegrityRules struct {
	Speed       float64 `json:"speed,omitempty" doc:"median time ÷ own time above which an answer is too fast (Leiner 2019: 2.0, strict 1.75)"`
	ItemSeconds float64 `json:"item_seconds,omitempty" doc:"seconds per question below which a page was not read"`
	Run         float64 `json:"run,omitempty" doc:"share of the scale questions that one run of equal answers may fill"`
	Unknown     float64 `json:"unknown,omitempty" doc:"share of scale questions without a scored answer"`
	PerDevice   int     `json:"per_device,omitempty" doc:"answers one device may send"`
	Copies      int     `json:"copies,omitempty" doc:"near-identical answers of a community on one day that make a cluster"`
	BurstRatio  float64 `json:"burst_ratio,omitempty" doc:"answers of a window against the expected number"`
	BurstLeast  int     `json:"burst_least,omitempty" doc:"fewest answers of a window that can be a burst"`
	Jump        float64 `json:"jump,omitempty" doc:"rise of the share of all-best answers that counts as a jump"`
	Vanished    float64 `json:"vanished,omitempty" doc:"share of the middle answers that may be left of the previous wave's"`
	Coached     float64 `json:"coached,omitempty" doc:"share of answers in a community that report coaching"`
	Alpha       float64 `json:"alpha,omitempty" doc:"error probability of community findings, after Holm or Bonferroni"`
}

// WithDefaults fills in what was left open; a nil receiver is all defaults.
func (r *IntegrityRules) WithDefaults() IntegrityRules {
	var out IntegrityRules
	if r != nil {
		out = *r
	}
	fill := func(v *float64, standard float64) {
		if *v == 0 {
			*v = standard
		}
	}
	whole := func(v *int, standard int) {
		if *v == 0 {
			*v = standard
		}
	}
	fill(&out.Speed, 2)        // Leiner 2019
	fill(&out.ItemSeconds, 3)  // industry rule
	fill(&out.Run, 12.0/17)    // 12 of 17
	fill(&out.Unknown, 0.5)    // half of the questions
	whole(&out.PerDevice, 1)   // questionnaires.yaml: one answer per device
	whole(&out.Copies, 5)      // five that agree is no family any more
	fill(&out.BurstRatio, 3)   // three times the usual
	whole(&out.BurstLeast, 10) // questionnaires.yaml: ten answers at once go to a person
	fill(&out.Jump, 0.15)      // fifteen points
	fill(&out.Vanished, 0.35)  // two thirds gone
	fill(&out.Coached, 0.15)   // questionnaires.yaml: above 15 % a community is listed apart
	fill(&out.Alpha, 0.01)     // over all communities together
	return out
}

func (r *IntegrityRules) check() (bad []errs.Field) {
	if r == nil {
		return nil
	}
	bound := func(name string, ok bool, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "plan.integrity." + name, Message: message})
		}
	}
	v := r.WithDefaults()
	bound("speed", v.Speed >= 1.2 && v.Speed <= 10, "between 1.2 and 10")
	bound("item_seconds", v.ItemSeconds > 0 && v.ItemSeconds <= 30, "above 0, at most 30")
	for _, share := range []struct {
		name  string
		value float64
	}{{"run", v.Run}, {"unknown", v.Unknown}, {"jump", v.Jump}, {"vanished", v.Vanished}, {"coached", v.Coached}} {
		bound(share.name, share.value > 0 && share.value <= 1, "a share above 0, at most 1")
	}
	bound("per_device", v.PerDevice >= 1 && v.PerDevice <= 1000, "between 1 and 1000")
	bound("copies", v.Copies >= 3, "at least 3")
	bound("burst_ratio", v.BurstRatio > 1, "above 1")
	bound("burst_least", v.BurstLeast >= 5, "at least 5")
	bound("alpha", v.Alpha > 0 && v.Alpha <= 0.1, "above 0, at most 0.1")
	return bad
}
