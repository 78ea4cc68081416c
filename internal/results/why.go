package results

import (
	"cmp"
	"context"
	"math"
	"slices"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// Why explains a street's place: which ranks the data leave open, which streets it cannot be told from, and which indicators moved it.
type Why struct {
	Street      appraisal.Rank  `json:"street"`
	Of          int             `json:"of" doc:"streets in the table"`
	Basis       string          `json:"basis"`
	Level       float64         `json:"level"`
	Alike       []Neighbour     `json:"alike" doc:"streets whose difference is within chance"`
	Above       []Neighbour     `json:"above" doc:"streets that are certainly better"`
	Below       []Neighbour     `json:"below" doc:"streets that are certainly worse"`
	Moves       []Move          `json:"moves" doc:"indicators by what they add to or take from the positive part, strongest first"`
	Before      *appraisal.Rank `json:"before,omitempty" doc:"the street in the wave before"`
	BeforeName  string          `json:"before_name,omitempty"`
	DistrictSum float64         `json:"district_sum" doc:"sum of all moves: positive part of the street − that of the district, up to weights of groups not asked"`
}

// Neighbour is another street and the difference to it.
type Neighbour struct {
	Code       string  `json:"code"`
	Name       string  `json:"name"`
	Difference float64 `json:"difference" doc:"this street − that one"`
	SE         float64 `json:"se"`
}

// Move is an indicator's contribution: weight ÷ 100 × (street − district).
type Move struct {
	Code     string   `json:"code"`
	Label    string   `json:"label"`
	Weight   float64  `json:"weight"`
	Score    float64  `json:"score"`
	SE       float64  `json:"se"`
	District float64  `json:"district"`
	Points   float64  `json:"points"`
	Certain  bool     `json:"certain" doc:"the interval of the street does not hold the district's value"`
	Change   *float64 `json:"change,omitempty" doc:"since the wave before"`
	ChangeSE *float64 `json:"change_se,omitempty"`
}

// WhyStreet explains the place of a street in a wave. Rights as for the scores of the wave.
func (s *Service) WhyStreet(ctx context.Context, waveID, street string) (*Why, error) {
	ranks, err := s.scores.Ranks(ctx, waveID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(ranks.Items, func(r appraisal.Rank) bool { return r.AreaCode == street })
	if i < 0 {
		return nil, errs.NotFound("results.street_not_found", "The street has no place in this wave.")
	}
	w := &Why{Street: ranks.Items[i], Of: len(ranks.Items), Basis: ranks.Basis, Level: ranks.Level, Alike: []Neighbour{}, Above: []Neighbour{}, Below: []Neighbour{}, Moves: []Move{}}
	w.compare(ranks)
	table, err := s.scores.Scores(ctx, waveID, appraisal.ScoreFilter{By: "indicator", Street: street})
	if err != nil {
		return nil, err
	}
	wave, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	before, err := s.earlier(ctx, wave)
	if err != nil {
		return nil, err
	}
	var past *appraisal.Scores
	if before != nil {
		w.BeforeName = before.Name
		if past, err = s.scores.Scores(ctx, before.ID, appraisal.ScoreFilter{By: "indicator", Street: street}); err != nil {
			return nil, err
		}
		old, err := s.scores.Ranks(ctx, before.ID)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(old.Items, func(r appraisal.Rank) bool { return r.AreaCode == street }); i >= 0 {
			w.Before = &old.Items[i]
		}
	}
	w.move(table, past, wave.Plan.V.Weights)
	return w, nil
}

// compare sorts the other streets by what the rank sets say: alike where neither is certainly better at the joint level.
func (w *Why) compare(ranks *appraisal.Ranks) {
	for _, r := range ranks.Items {
		if r.AreaCode == w.Street.AreaCode {
			continue
		}
		n := Neighbour{Code: r.AreaCode, Name: r.AreaName, Difference: round(w.Street.Score - r.Score), SE: round(math.Hypot(w.Street.SE, r.SE))}
		switch {
		case r.Worst < w.Street.Best:
			w.Above = append(w.Above, n)
		case r.Best > w.Street.Worst:
			w.Below = append(w.Below, n)
		default:
			w.Alike = append(w.Alike, n)
		}
	}
}

func (w *Why) move(table, past *appraisal.Scores, weights map[string]float64) {
	for _, r := range table.Items {
		k := slices.IndexFunc(table.Peers, func(p appraisal.Score) bool { return p.Code == r.Code })
		if r.AreaCode != w.Street.AreaCode || r.Score == nil || k < 0 || table.Peers[k].Score == nil {
			continue
		}
		m := Move{Code: r.Code, Label: r.Label, Weight: weights[r.Code], Score: *r.Score, District: *table.Peers[k].Score}
		m.Points = round(m.Weight / 100 * (m.Score - m.District))
		if r.SE != nil && r.Low != nil && r.High != nil {
			m.SE, m.Certain = *r.SE, m.District < *r.Low || m.District > *r.High
		}
		m.since(past, &r)
		w.DistrictSum = round(w.DistrictSum + m.Points)
		w.Moves = append(w.Moves, m)
	}
	slices.SortFunc(w.Moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Points), math.Abs(a.Points)), cmp.Compare(a.Code, b.Code))
	})
}

func (m *Move) since(past *appraisal.Scores, now *appraisal.Score) {
	if past == nil {
		return
	}
	for _, p := range past.Items {
		if p.Code == m.Code && p.AreaCode == now.AreaCode && p.Score != nil && p.SE != nil && now.SE != nil {
			change, se := round(m.Score-*p.Score), round(math.Hypot(*p.SE, *now.SE))
			m.Change, m.ChangeSE = &change, &se
		}
	}
}

// earlier returns the published wave before this one in the same district, nil when there is none.
func (s *Service) earlier(ctx context.Context, wave *survey.Wave) (*survey.Wave, error) {
	list, err := s.surveys.Waves(ctx, survey.WaveFilter{})
	var best *survey.Wave
	for i := range list {
		w := &list[i]
		if w.Area == wave.Area && w.Period < wave.Period && (w.State == survey.Published || w.State == survey.Archived) && (best == nil || w.Period > best.Period) {
			best = w
		}
	}
	return best, err
}
