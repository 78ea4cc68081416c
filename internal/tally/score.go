package tally

import (
	"cmp"
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Score is what a unit reaches by a scheme. Metrics with too few things counted are not scored; their weight falls to the
// others.
type Score struct {
	Key   string      `json:"key"`
	Name  string      `json:"name"`
	Value *float64    `json:"value,omitempty" doc:"Of 100; absent if nothing can be scored"`
	N     int64       `json:"n" doc:"Handlings that fell due"`
	Parts []ScorePart `json:"parts"`
}

// ScorePart is one item of a score.
type ScorePart struct {
	Name   string   `json:"name"`
	Weight float64  `json:"weight"`
	N      int64    `json:"n"`
	Value  *float64 `json:"value,omitempty" doc:"Of 100; absent if too few"`
}

// Scores computes a scheme — department or street — over a period. Needs tally.read; units see the others of their tier in
// the same table, as the rules of the appraisal have it, and never a person. Sorted by name: it is no league table.
func (s *Service) Scores(ctx context.Context, scheme string, f Filter) (out []Score, err error) {
	sc, ok := s.book.Scores[scheme]
	if !ok {
		return nil, errs.NotFound("tally.unknown_scheme", "There is no such score.")
	}
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	by := ByUnit
	if scheme == "street" {
		by, f.Area = ByArea, f.Area[:min(len(f.Area), 6)]
	}
	codes := []string{"M05"}
	for _, item := range sc.Items {
		for _, code := range append(slices.Clone(item.Metrics), ratesOf(item)...) {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err := s.FiguresTx(ctx, tx, codes, f, by)
		if err != nil {
			return err
		}
		out = s.score(t, &sc)
		return nil
	})
	return out, err
}

func ratesOf(item SchemeItem) []string {
	if item.Rates == "" {
		return nil
	}
	return []string{"R1", "R2", "R3"}
}

func (s *Service) score(t *Table, sc *Scheme) []Score {
	out := []Score{}
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Key == "" || r.Own {
			continue
		}
		x := Score{Key: r.Key, Name: r.Name, N: r.Figures["M05"].Den, Parts: []ScorePart{}}
		sum, weight := 0.0, 0.0
		for _, item := range sc.Items {
			p := s.part(t, r, sc, item)
			if p.Value != nil {
				sum += *p.Value * p.Weight
				weight += p.Weight
			}
			x.Parts = append(x.Parts, p)
		}
		if weight > 0 {
			v := sum / weight
			x.Value = &v
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Score) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// part scores one item: the mean of its metrics that can be scored, or the three rates by a preset.
func (s *Service) part(t *Table, r *Row, sc *Scheme, item SchemeItem) ScorePart {
	p := ScorePart{Name: item.Name, Weight: item.Weight}
	weights := map[string]float64{}
	for _, code := range item.Metrics {
		weights[code] = 1
	}
	if item.Rates != "" {
		for _, preset := range s.book.Rates.Presets {
			if preset.Code == item.Rates {
				weights = preset.Weights
			}
		}
	}
	sum, weight := 0.0, 0.0
	for _, m := range t.Metrics {
		w, ok := weights[m.Code]
		if !ok {
			continue
		}
		if p.Name == "" {
			p.Name = m.Name
		}
		f := r.Figures[m.Code]
		p.N = max(p.N, f.Den)
		if f.Den < sc.Least || f.Value == nil {
			continue
		}
		sum += w * points(&m, f, t.Total.Figures[m.Code])
		weight += w
	}
	if weight > 0 {
		v := sum / weight
		p.Value = &v
	}
	return p
}

// points turn a figure into 0 to 100: a rate stands for itself, one where less is better for what is left to 100, and a
// mean time for the share of the whole's mean it does not exceed.
func points(m *Metric, f, whole Figure) float64 {
	v := *f.Value
	switch {
	case m.Kind == "mean":
		if v <= 0 || whole.Value == nil {
			return 100
		}
		return min(100, *whole.Value/v*100)
	case m.Direction == "lower":
		return max(0, 100-v)
	}
	return v
}

// Composite is the three rates by a preset; absent if one of them is.
func (s *Service) Composite(t *Table, p Preset) *float64 {
	sum, weight := 0.0, 0.0
	for code, w := range p.Weights {
		f, ok := t.Total.Figures[code]
		if !ok || f.Value == nil {
			return nil
		}
		sum += w * *f.Value
		weight += w
	}
	v := sum / weight
	return &v
}
