package fieldwork

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// RateView is the outcome of a sample: how its cases ended and every rate, without and with base weights.
type RateView struct {
	Street     string       `json:"street,omitempty"`
	StreetName string       `json:"street_name,omitempty"`
	Group      survey.Group `json:"group,omitempty"`
	Cases      int          `json:"cases" doc:"drawn and to be asked, with those replaced; reserves that were not released do not count"`
	Counts     Dispositions `json:"counts"`
	Weighted   Dispositions `json:"weighted"`
	E          float64      `json:"e" doc:"share of the cases of unknown eligibility taken to be eligible"`
	Rates      []Rate       `json:"rates"`
	OfWeights  []Rate       `json:"of_weights"`
}

// RateReport is the outcome of the sample of a wave as a whole, by group and by street.
type RateReport struct {
	All      RateView       `json:"all"`
	Groups   []RateView     `json:"groups"`
	Streets  []RateView     `json:"streets"`
	Outcomes []OutcomeCount `json:"outcomes" doc:"of addresses that were visited or called"`
}

// OutcomeCount is how many addresses ended with an outcome.
type OutcomeCount struct {
	Kind
	N int `json:"n"`
}

// Rates returns the response rates of a wave's sample. Needs PermRead over the whole district: by street and group the numbers come close
// to single households. NotFound for a wave of another district.
func (s *Service) Rates(ctx context.Context, waveID string) (r *RateReport, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		r, err = s.RatesTx(ctx, tx, waveID)
		return err
	})
	return r, err
}

// RatesTx is Rates inside the caller's transaction.
func (s *Service) RatesTx(ctx context.Context, tx *db.Tx, waveID string) (*RateReport, error) {
	w, err := s.surveys.WaveTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermRead, w.Area); err != nil {
		return nil, err
	}
	cases, err := s.casesTx(ctx, tx, w.ID)
	if err != nil {
		return nil, err
	}
	report := &RateReport{All: viewOf(cases, func(disposed) bool { return true }), Groups: []RateView{}, Streets: []RateView{}, Outcomes: []OutcomeCount{}}
	for _, g := range survey.Groups {
		v := viewOf(cases, func(c disposed) bool { return c.group == g })
		if v.Group = g; v.Cases > 0 {
			report.Groups = append(report.Groups, v)
		}
	}
	for _, street := range w.Plan.V.Streets() {
		v := viewOf(cases, func(c disposed) bool { return c.street == street })
		if v.Cases == 0 {
			continue
		}
		place, err := s.place(ctx, street)
		if err != nil {
			return nil, err
		}
		v.Street, v.StreetName = street, place.Name
		report.Streets = append(report.Streets, v)
	}
	report.Outcomes, err = outcomeCounts(ctx, tx, w.ID)
	return report, err
}

// disposed is a number of cases of one stratum that ended alike.
type disposed struct {
	street string
	group  survey.Group
	class  Class
	n      int
	weight float64
}

// casesTx lays out how the cases of a sample ended. What was answered is complete; what was visited or called has its most telling
// outcome; everything else got a letter and gave no sign.
func (s *Service) casesTx(ctx context.Context, tx *db.Tx, waveID string) ([]disposed, error) {
	counts, err := s.samples.CountsTx(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	var out []disposed
	for _, c := range counts {
		switch c.State {
		case sampling.Spent:
			out = append(out, disposed{c.Street, c.Group, I, c.N, c.Weight})
		case sampling.Open, sampling.Replaced:
			out = append(out, disposed{c.Street, c.Group, UH, c.N, c.Weight})
		}
	}
	tried, err := db.All[Assignment](ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE wave_id = $1 AND outcome <> '' AND outcome <> $2", waveID, Complete)
	if err != nil || len(tried) == 0 {
		return out, err
	}
	for start := 0; start < len(tried); start += 500 {
		part := tried[start:min(start+500, len(tried))]
		ids := make([]string, len(part))
		outcomes := map[string]Outcome{}
		for i, a := range part {
			ids[i], outcomes[a.InvitationID] = a.InvitationID, a.Outcome
		}
		list, err := s.samples.WeightsTx(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		for _, inv := range list {
			if k := kindOf(outcomes[inv.ID]); k != nil && inv.State != sampling.Spent && k.Class != UH {
				out = append(out, disposed{inv.Street, inv.Group, k.Class, 1, inv.Weight}, disposed{inv.Street, inv.Group, UH, -1, -inv.Weight})
			}
		}
	}
	return out, nil
}

func viewOf(cases []disposed, keep func(disposed) bool) (v RateView) {
	for _, c := range cases {
		if keep(c) {
			v.Cases += c.n
			v.Counts.add(c.class, float64(c.n))
			v.Weighted.add(c.class, c.weight)
		}
	}
	v.E, v.Rates, v.OfWeights = v.Counts.E(), v.Counts.Rates(), v.Weighted.Rates()
	return v
}

func outcomeCounts(ctx context.Context, tx *db.Tx, waveID string) ([]OutcomeCount, error) {
	type row struct {
		Outcome Outcome `db:"outcome"`
		N       int     `db:"n"`
	}
	rows, err := db.All[row](ctx, tx, "SELECT outcome, COUNT(*) AS n FROM fieldwork_assignment WHERE wave_id = $1 AND outcome <> '' GROUP BY outcome", waveID)
	out := []OutcomeCount{}
	for _, k := range kinds {
		for _, r := range rows {
			if r.Outcome == k.Code {
				out = append(out, OutcomeCount{k, r.N})
			}
		}
	}
	return out, err
}
