package opinion

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Report says how far two coders agree on a sample, how well the suggestions do against what was settled, and what
// follows for the shares of all comments of the wave.
type Report struct {
	Round     Round          `json:"round"`
	Coded     int            `json:"coded"`
	Agreed    int            `json:"agreed"`
	Alpha     *Alpha         `json:"alpha" doc:"Krippendorff's alpha of the two coders"`
	Truth     int            `json:"truth" doc:"Comments with a settled truth: both agree, or the difference is settled"`
	MacroF1   float64        `json:"macro_f1" doc:"Of the suggestions"`
	Accuracy  float64        `json:"accuracy"`
	Classes   []ClassMetrics `json:"classes"`
	Confused  []Confused     `json:"confused" doc:"What is taken for what, most often first"`
	Shares    []FieldShare   `json:"shares"`
	Comments  int            `json:"comments" doc:"Comments of the wave in the caller's areas"`
	Enough    bool           `json:"enough" doc:"400 comments or more have a settled truth"`
	Differing []Pair         `json:"differing"`
	Left      int            `json:"left" doc:"Comments that the caller may code a second time"`
}

// Confused is one cell beside the diagonal of the confusion table.
type Confused struct {
	Truth    string `json:"truth"`
	Proposed string `json:"proposed" doc:"Empty: nothing was suggested"`
	N        int    `json:"n"`
}

const enoughDoubleCoded = 400

// Report evaluates a sample as it stands. The differences are listed only for who may settle them. Needs opinion.code.
func (s *Service) Report(ctx context.Context, round string) (*Report, error) {
	out := &Report{Confused: []Confused{}, Shares: []FieldShare{}, Differing: []Pair{}}
	var pairs []Pair
	proposed := map[string]int{}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		r, err := findRound(ctx, tx, round, PermCode)
		if err != nil {
			return err
		}
		out.Round = *r
		pairs, err = db.All[Pair](ctx, tx, "SELECT "+pairColumns+" FROM double_item i JOIN comment_code c ON c.id = i.comment_id WHERE i.round_id = $1 AND i.second <> '' ORDER BY i.pos", round)
		if err != nil {
			return err
		}
		if out.Left, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM double_item WHERE round_id = $1 AND second = '' AND first_by <> $2", round, auth.From(ctx).UserID); err != nil {
			return err
		}
		where, args := CommentFilter{WaveID: r.WaveID}.where(ctx)
		type hint struct {
			Suggestions db.JSON[[]Suggestion] `db:"suggestions"`
		}
		return db.Each(ctx, tx, "SELECT suggestions FROM comment_code WHERE "+where, args, func(h *hint) error {
			first := ""
			if len(h.Suggestions.V) > 0 {
				first = h.Suggestions.V[0].Field
			}
			proposed[first]++
			out.Comments++
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	s.evaluate(out, pairs, proposed)
	if auth.Require(ctx, PermModel) == nil {
		for _, p := range pairs {
			if p.First != p.Second && len(out.Differing) < 200 {
				me := auth.From(ctx).UserID
				p.Mine = p.FirstBy == me || p.SecondBy == me
				out.Differing = append(out.Differing, p)
			}
		}
	}
	return out, nil
}

// evaluate fills the figures. The last class of the correction is "nothing suggested"; it is nobody's truth.
func (s *Service) evaluate(out *Report, pairs []Pair, proposed map[string]int) {
	m := NewMetrics(s.catalog)
	codes := make([][2]string, 0, len(pairs))
	var coded [][2]int
	sample := make([]int, len(m.classes))
	at := func(code string) int {
		if i, ok := m.at[code]; ok {
			return i
		}
		return len(m.classes)
	}
	for _, p := range pairs {
		codes = append(codes, [2]string{p.First, p.Second})
		truth := p.Final
		if p.First == p.Second {
			out.Agreed++
			truth = p.First
		}
		if _, ok := m.at[truth]; !ok {
			continue
		}
		out.Truth++
		m.Count(p.Proposed, truth)
		coded = append(coded, [2]int{at(truth), at(p.Proposed)})
		sample[at(truth)]++
	}
	out.Coded, out.Alpha, out.Enough = len(pairs), NewAlpha(codes), out.Truth >= enoughDoubleCoded
	out.MacroF1, out.Classes = m.MacroF1(), m.Classes()
	out.Accuracy, _ = m.Accuracy()
	out.Confused = m.confused()
	counts := make([]int, len(m.classes)+1)
	for code, n := range proposed {
		counts[at(code)] += n
	}
	corrected, se := Correct(len(m.classes), len(counts), counts, coded)
	for i := range corrected[:max(0, len(corrected)-1)] {
		out.Shares = append(out.Shares, FieldShare{Field: m.classes[i], Name: s.catalog.Name(m.classes[i]), Proposed: counts[i], Raw: float64(counts[i]) / float64(max(1, out.Comments)),
			Corrected: corrected[i], SE: se[i], Sample: sample[i]})
	}
}

// PairsTx returns every comment of a sample with its codes, whoever asks.
func (s *Service) PairsTx(ctx context.Context, tx *db.Tx, round string) ([]Pair, error) {
	return db.All[Pair](ctx, tx, "SELECT "+pairColumns+" FROM double_item i JOIN comment_code c ON c.id = i.comment_id WHERE i.round_id = $1 ORDER BY i.pos", round)
}
