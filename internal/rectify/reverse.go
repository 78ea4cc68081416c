package rectify

import (
	"context"

	"yiwang/internal/platform/db"
)

// Reverse is what became of the items of a street or of a unit: Issued ever, told or published (ClosedLoop), closed or past
// their time (Settled), neither yet (Pending), verified (Passed) and of these approved: resolved or partly resolved and not refuted by the
// residents who were asked again; not verified yet (Unverified), done late or overdue (Late), sent back (Reworked), about a matter that was
// closed in an earlier wave (Recurred), of those whose recurrence was decided (Judged; Undecided waits). Voices counts the
// comments in these items.
type Reverse struct {
	Issued     int `json:"issued"`
	ClosedLoop int `json:"closed_loop"`
	Settled    int `json:"settled"`
	Pending    int `json:"pending"`
	Passed     int `json:"passed"`
	Approved   int `json:"approved"`
	Unverified int `json:"unverified"`
	Late       int `json:"late"`
	Reworked   int `json:"reworked"`
	Recurred   int `json:"recurred"`
	Judged     int `json:"judged"`
	Undecided  int `json:"undecided"`
	Voices     int `json:"voices"`
}

// ReverseStats returns the numbers of every street with issued items in the wave, whoever asks: appraisal decides who
// sees them. Items without a street (of the whole district) are counted under their own area code.
func (s *Service) ReverseStats(ctx context.Context, tx *db.Tx, waveID string) (map[string]Reverse, error) {
	return s.reverse(ctx, tx, waveID, "street")
}

// ReverseByUnit returns the same numbers by the id of the unit that leads the items, whoever asks: the caller decides who sees them.
func (s *Service) ReverseByUnit(ctx context.Context, tx *db.Tx, waveID string) (map[string]Reverse, error) {
	return s.reverse(ctx, tx, waveID, "lead_unit")
}

func (s *Service) reverse(ctx context.Context, tx *db.Tx, waveID, column string) (map[string]Reverse, error) {
	groups, err := countSets(ctx, tx, column, "wave_id = $1 AND "+issuedItems, []any{waveID})
	out := map[string]Reverse{}
	for _, g := range groups {
		out[g.Key] = g.reverse()
	}
	return out, err
}

func (g *Grouped) reverse() Reverse {
	c := g.Counts
	return Reverse{Issued: c["issued"], ClosedLoop: c["closed"], Settled: c["settled"], Pending: c["pending"], Passed: c["passed"], Approved: c["approved"],
		Unverified: c["unverified"], Late: c["late"], Reworked: c["reworked"], Recurred: c["recurring"], Judged: c["judged"], Undecided: c["undecided"], Voices: g.Voices}
}

// ReverseWeights are the weights of the three shares of a reverse score; they add up to 1.
type ReverseWeights struct {
	Closure       float64 `json:"closure"`
	Approval      float64 `json:"approval"`
	NonRecurrence float64 `json:"non_recurrence"`
}

// DefaultReverseWeights are those of data/appraisal/indicators.yaml, meta.formula.reverse.
var DefaultReverseWeights = ReverseWeights{Closure: 0.5, Approval: 0.3, NonRecurrence: 0.2}

// Score is 100 × (weights · shares): closed of settled, approved of verified, not recurring of those decided. Nil as long as a share
// has no item to be made of.
func (r Reverse) Score(w ReverseWeights) *float64 {
	if r.Settled == 0 || r.Passed == 0 || r.Judged == 0 {
		return nil
	}
	v := 100 * (w.Closure*share(r.ClosedLoop, r.Settled) + w.Approval*share(r.Approved, r.Passed) + w.NonRecurrence*(1-share(r.Recurred, r.Judged)))
	return &v
}

func share(part, whole int) float64 { return float64(part) / float64(whole) }
