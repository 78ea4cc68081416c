package opinion

import (
	"cmp"
	"context"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Grouped says what a grouping found.
type Grouped struct {
	Comments int `json:"comments" doc:"Comments that were looked at: open and confirmed ones"`
	Matters  int `json:"matters" doc:"Matters that two or more comments are about"`
	Together int `json:"together" doc:"Comments in such matters"`
	Placed   int `json:"placed" doc:"Comments that name a place"`
}

// GroupWave finds anew what the open and confirmed comments of a wave are about, and the order in which the desk shows
// them. It decides nothing and may be repeated at any time. Needs opinion.code; it groups the whole wave, whose areas do
// not matter to each other, and tells only counts.
func (s *Service) GroupWave(ctx context.Context, waveID string) (g Grouped, err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return g, err
	}
	var found []kin
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		g, found, err = s.findMatters(ctx, tx, waveID)
		return err
	})
	if err != nil {
		return g, err
	}
	return g, s.db.Tx(ctx, func(tx *db.Tx) error { return keepMatters(ctx, tx, waveID, g, found) })
}

// GroupWaveTx is GroupWave inside the caller's transaction.
func (s *Service) GroupWaveTx(ctx context.Context, tx *db.Tx, waveID string) (Grouped, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return Grouped{}, err
	}
	g, found, err := s.findMatters(ctx, tx, waveID)
	if err != nil {
		return g, err
	}
	return g, keepMatters(ctx, tx, waveID, g, found)
}

// kin is where a comment stands among those like it.
type kin struct {
	comment, matter string
	spot            Spot
	twin            int64
	order           rank
}

// rank puts like beside like: by field; in it first what many speak of, then what is sure, then the rest by place.
type rank struct {
	field string
	step  int // 0 together with others, 1 alone and sure, 2 alone and unsure
	size  int
	area  string
}

func (a rank) compare(b rank) int {
	return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.step, b.step), cmp.Compare(b.size, a.size), cmp.Compare(a.area, b.area))
}

func (s *Service) findMatters(ctx context.Context, tx *db.Tx, waveID string) (g Grouped, found []kin, err error) {
	if _, err := s.source.Wave(ctx, tx, waveID); err != nil {
		return g, nil, err
	}
	rows, err := db.All[Comment](ctx, tx, "SELECT "+commentColumns+` FROM comment_code
		WHERE wave_id = $1 AND state IN ('open', 'confirmed') ORDER BY id`, waveID)
	if err != nil {
		return g, nil, err
	}
	voices, names := voicesOf(rows)
	g.Comments = len(rows)
	for _, m := range Group(voices, names) {
		first := &rows[m.Voices[0]]
		r := rank{field: leading(voices, m.Voices), size: len(m.Voices), area: first.AreaCode}
		switch {
		case len(m.Voices) > 1:
			g.Matters++
			g.Together += len(m.Voices)
		case sure(first.Suggestions.V):
			r.step = 1
		default:
			r.step = 2
		}
		for _, i := range m.Voices {
			if m.Spot.Name != "" {
				g.Placed++
			}
			found = append(found, kin{rows[i].ID, first.ID, m.Spot, twin(rows[i].Text), r})
		}
	}
	slices.SortStableFunc(found, func(a, b kin) int {
		return cmp.Or(a.order.compare(b.order), cmp.Compare(a.matter, b.matter), cmp.Compare(a.comment, b.comment))
	})
	return g, found, nil
}

// leading is the class that the voices together are most likely of.
func leading(voices []Voice, members []int) string {
	sum, best := map[string]float64{}, ""
	for _, i := range members {
		for _, s := range voices[i].Topics {
			sum[s.Class] += s.P
		}
	}
	for class, p := range sum {
		if best == "" || p > sum[best] || p == sum[best] && class < best {
			best = class
		}
	}
	return best
}

// sureFrom is the confidence from which a suggestion may be accepted with others after a look.
const sureFrom = 0.90

// sure tells whether one field is nearly certain and no second one is in question.
func sure(list []Suggestion) bool {
	return len(list) > 0 && list[0].Confidence >= sureFrom && (len(list) == 1 || list[1].Confidence < 0.3)
}

func keepMatters(ctx context.Context, tx *db.Tx, waveID string, g Grouped, found []kin) error {
	if _, err := tx.Exec(ctx, "DELETE FROM comment_matter WHERE wave_id = $1", waveID); err != nil {
		return err
	}
	rows := make([][]any, len(found))
	for i, k := range found {
		rows[i] = []any{k.comment, waveID, k.matter, i + 1, k.spot.Name, k.spot.Detail, k.twin}
	}
	if err := db.InsertMany(ctx, tx, "comment_matter", "comment_id, wave_id, matter_id, seq, place, detail, twin", "ON CONFLICT (comment_id) DO NOTHING", rows); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "opinion.group", Object: "wave", ObjectID: waveID, Detail: map[string]any{"comments": g.Comments, "matters": g.Matters}})
}
