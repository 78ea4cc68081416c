package appraisal

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// ReverseWeights are the weights of the three shares of a reverse score in percent; indicators.yaml, meta.reverse_weights.
type ReverseWeights struct {
	Closure       float64 `json:"closure" yaml:"closure"`
	Approval      float64 `json:"approval" yaml:"approval"`
	NonRecurrence float64 `json:"non_recurrence" yaml:"non_recurrence"`
}

// defaultReverseWeights are those of meta.formula.reverse, for systems that name none.
var defaultReverseWeights = ReverseWeights{Closure: 50, Approval: 30, NonRecurrence: 20}

// ReverseParts returns the weights of the system, or the default.
func (s *System) ReverseParts() ReverseWeights {
	if s.Reverse == nil {
		return defaultReverseWeights
	}
	return *s.Reverse
}

// ReverseCounts is what became of the issued items of a street: the lists behind the three shares, and what has no verdict yet.
type ReverseCounts struct {
	Issued     int `json:"issued"`
	Settled    int `json:"settled" doc:"closed or past their time: what closing is measured on"`
	Closed     int `json:"closed" doc:"told or published"`
	Pending    int `json:"pending" doc:"neither closed nor due yet"`
	Passed     int `json:"passed" doc:"verified: what approval is measured on"`
	Approved   int `json:"approved" doc:"verified as resolved or partly resolved, and not refuted by the residents asked again"`
	Unverified int `json:"unverified" doc:"no verdict yet"`
	Judged     int `json:"judged" doc:"it is decided whether they are closed matters come back"`
	Recurred   int `json:"recurred"`
	Undecided  int `json:"undecided" doc:"proposed as come back, nobody has decided"`
}

// part returns the three shares; false while items are neither closed nor due, or a share has nothing to be made of.
func (c ReverseCounts) part() (ReversePart, bool) {
	if c.Issued == 0 || c.Pending > 0 || c.Settled == 0 || c.Passed == 0 || c.Judged == 0 {
		return ReversePart{}, false
	}
	return ReversePart{Closure: ratio(c.Closed, c.Settled), Approval: ratio(c.Approved, c.Passed), Recurrence: ratio(c.Recurred, c.Judged), Counts: &c}, true
}

func ratio(part, whole int) float64 { return float64(part) / float64(whole) }

// ReversePart is a street's outcome of the reverse evaluation, each a share from 0 to 1: closed items of those closed or past their time,
// approved of those verified, problems that came again of those decided.
type ReversePart struct {
	Closure    float64        `json:"closure"`
	Approval   float64        `json:"approval"`
	Recurrence float64        `json:"recurrence"`
	Counts     *ReverseCounts `json:"counts,omitempty"`
}

// Score is closure, approval and non-recurrence by weight, 0 to 100; indicators.yaml, meta.formula.reverse.
func (p ReversePart) Score(w ReverseWeights) float64 {
	return w.Closure*p.Closure + w.Approval*p.Approval + w.NonRecurrence*(1-p.Recurrence)
}

// ReverseLine is one street's reverse score with the lists behind it, as it was scored and as it stands.
type ReverseLine struct {
	AreaCode string         `json:"area_code"`
	AreaName string         `json:"area_name"`
	Scored   *ReversePart   `json:"scored" doc:"in the computation that is shown; null: not part of it"`
	Score    *float64       `json:"score"`
	Now      *ReverseCounts `json:"now" doc:"as the items stand now; null: none were issued"`
	NowScore *float64       `json:"now_score"`
	Missing  string         `json:"missing" enum:",no_items,pending,unverified" doc:"why there is no score now"`
}

// ReverseTable is the reverse part of a wave by street.
type ReverseTable struct {
	RunID   string         `json:"run_id"`
	Weights ReverseWeights `json:"weights"`
	Items   []ReverseLine  `json:"items"`
}

// Reverse returns the reverse part of every street of a wave. Same rights as Scores.
func (s *Service) Reverse(ctx context.Context, waveID string) (*ReverseTable, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	out := &ReverseTable{RunID: run.ID, Items: []ReverseLine{}}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if out.Weights, err = s.reverseWeightsTx(ctx, tx, w); err != nil {
			return err
		}
		now := map[string]ReverseCounts{}
		if s.outcomes != nil {
			if now, err = s.outcomes.OutcomesTx(ctx, tx, waveID); err != nil {
				return err
			}
		}
		for _, t := range run.Result.V.Totals {
			line := ReverseLine{AreaCode: t.AreaCode, AreaName: t.AreaName, Score: t.Reverse, Missing: "no_items"}
			if p, ok := run.Inputs.V.Parts.Reverse[t.AreaCode]; ok {
				line.Scored = &p
			}
			if c, ok := now[t.AreaCode]; ok && c.Issued > 0 {
				line.stands(c, out.Weights)
			}
			out.Items = append(out.Items, line)
		}
		return nil
	})
	return out, err
}

func (l *ReverseLine) stands(c ReverseCounts, w ReverseWeights) {
	l.Now, l.Missing = &c, ""
	p, ok := c.part()
	switch {
	case ok:
		l.NowScore = number(p.Score(w))
	case c.Pending > 0:
		l.Missing = "pending"
	default:
		l.Missing = "unverified"
	}
}

// reverseWeightsTx returns the weights of the system that the wave was planned with.
func (s *Service) reverseWeightsTx(ctx context.Context, tx *db.Tx, w *survey.Wave) (ReverseWeights, error) {
	stored, err := s.SystemTx(ctx, tx, w.Plan.V.IndicatorSystem)
	if err != nil {
		return defaultReverseWeights, err
	}
	return stored.Body.V.ReverseParts(), nil
}
