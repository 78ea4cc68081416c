package appraisal

import (
	"context"
	"math"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Variant is one way to decide which answers count.
type Variant string

// The variants, in table order.
const (
	AsDecided      Variant = "decided" // what people set aside is left out: the official result
	WithAll        Variant = "all"     // everything counts
	WithoutFlagged Variant = "clean"   // what people set aside and every answer with an open flag are left out
)

// variants in table order.
var variants = []Variant{AsDecided, WithAll, WithoutFlagged}

func (v Variant) counts(a *answer) bool {
	switch v {
	case WithAll:
		return true
	case WithoutFlagged:
		return !a.Excluded && a.Flags == 0
	}
	return !a.Excluded
}

// VariantScore is the score of an area under one variant.
type VariantScore struct {
	Variant Variant  `json:"variant" enum:"decided,all,clean"`
	N       int      `json:"n"`
	Score   *float64 `json:"score"`
	SE      *float64 `json:"se"`
	Shift   *float64 `json:"shift" doc:"less the official score"`
	Best    int      `json:"best,omitempty" doc:"rank set under this variant"`
	Worst   int      `json:"worst,omitempty"`
}

// AreaSensitivity is one area under all variants.
type AreaSensitivity struct {
	AreaCode string         `json:"area_code"`
	AreaName string         `json:"area_name"`
	Scores   []VariantScore `json:"scores"`
	Stirred  bool           `json:"stirred" doc:"a variant moves the score by more than one standard error"`
}

// Sensitivity says what decisions about doubtful answers do to the scores.
type Sensitivity struct {
	Items   []AreaSensitivity `json:"items" doc:"the district, then every street"`
	Flagged int               `json:"flagged" doc:"targeted answers with a flag"`
	Aside   int               `json:"aside" doc:"targeted answers set aside"`
	Notes   []string          `json:"notes"`
}

// Sensitivity computes the positive part by street with what was decided, with every answer, and without any flagged answer. It works from the
// moment answers come in. Needs PermScore or PermPublish in the wave's area.
func (s *Service) Sensitivity(ctx context.Context, waveID string) (*Sensitivity, error) {
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	if err := requireEither(ctx, w.Area, PermScore, PermPublish); err != nil {
		return nil, err
	}
	in, err := s.gather(auth.System(ctx, "analysis"), waveID, nil)
	if err != nil {
		return nil, err
	}
	return in.sensitivity()
}

func (in input) sensitivity() (*Sensitivity, error) {
	out := &Sensitivity{Items: []AreaSensitivity{}, Notes: []string{
		"“按决定”为正式口径：只剔除经人工核查决定不计入的答卷；另两行说明结论对这些决定有多敏感。",
		"变动超过一个标准误的街道应在复核时说明。"}}
	var answers []answer
	for _, a := range in.answers {
		if a.Channel != survey.Targeted {
			continue
		}
		if answers = append(answers, a); a.Excluded {
			out.Aside++
		}
		if a.Flags != 0 {
			out.Flagged++
		}
	}
	for _, v := range variants {
		one := in
		one.answers = nil
		for i := range answers {
			if a := answers[i]; v.counts(&a) {
				a.Excluded = false
				one.answers = append(one.answers, a)
			}
		}
		if len(one.answers) == 0 {
			return nil, errs.Conflict("appraisal.no_answers", "There are no answers to compute from yet.")
		}
		if err := out.add(v, one); err != nil {
			return nil, err
		}
	}
	for i := range out.Items {
		out.Items[i].compare()
	}
	return out, nil
}

// add computes one variant.
func (out *Sensitivity) add(v Variant, in input) error {
	c, err := newComputation(in, fine{})
	if err != nil {
		return err
	}
	var total *node
	for _, n := range c.nodes {
		if n.Code == NodeTotal {
			total = n
		}
	}
	areas := append([]string{in.wave.Area}, c.streets...)
	rows := make([]Score, len(areas))
	for i, area := range areas {
		rows[i] = Score{AreaCode: area, AreaLevel: AtStreet}
		c.fill(&rows[i], total, c.books[survey.Targeted].domain(func(p *place) bool { return i == 0 || p.street == area }))
	}
	c.result.Scores, c.parts = rows, parts{}
	for i := range rows {
		rows[i].Code, rows[i].Channel, rows[i].AreaName = NodeTotal, survey.Targeted, c.name(rows[i].AreaCode)
	}
	if err := c.total(); err != nil {
		return err
	}
	if err := c.rank(); err != nil {
		return err
	}
	for i, area := range areas {
		if len(out.Items) <= i {
			out.Items = append(out.Items, AreaSensitivity{AreaCode: area, AreaName: c.name(area)})
		}
		row := VariantScore{Variant: v, N: rows[i].N, Score: rows[i].Score, SE: rows[i].SE}
		for _, r := range c.result.Ranks.Items {
			if r.AreaCode == area {
				row.Best, row.Worst = r.Best, r.Worst
			}
		}
		out.Items[i].Scores = append(out.Items[i].Scores, row)
	}
	return nil
}

// compare sets the variants against the official one.
func (a *AreaSensitivity) compare() {
	official := a.Scores[0]
	for i := range a.Scores {
		v := &a.Scores[i]
		if v.Score == nil || official.Score == nil {
			continue
		}
		v.Shift = number(*v.Score - *official.Score)
		a.Stirred = a.Stirred || official.SE != nil && math.Abs(*v.Shift) > *official.SE
	}
}
