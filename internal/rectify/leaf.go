package rectify

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// LeafVoices is how many residents spoke of one event leaf in a wave, and how many of them in items that were verified as done.
type LeafVoices struct {
	Leaf     string
	Voices   int
	Verified int
}

// LeafVoicesTx counts the comments of a wave inside an area by leaf, most first. Only the program may.
func (s *Service) LeafVoicesTx(ctx context.Context, tx *db.Tx, waveID, area string) ([]LeafVoices, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("rectify.system_only", "The program does this by itself.")
	}
	done := map[string]bool{}
	if err := db.Each(ctx, tx, "SELECT id FROM item WHERE wave_id = $1 AND "+verifiedItems, []any{waveID}, func(id *string) error {
		done[*id] = true
		return nil
	}); err != nil {
		return nil, err
	}
	rows, err := s.opinions.LeavesTx(ctx, tx, waveID, []string{area})
	if err != nil {
		return nil, err
	}
	by := map[string]*LeafVoices{}
	for _, r := range rows {
		l := by[r.Leaf]
		if l == nil {
			l = &LeafVoices{Leaf: r.Leaf}
			by[r.Leaf] = l
		}
		l.Voices += r.N
		if done[r.Item] {
			l.Verified += r.N
		}
	}
	out := make([]LeafVoices, 0, len(by))
	for _, l := range by {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b LeafVoices) int { return cmp.Or(b.Voices-a.Voices, strings.Compare(a.Leaf, b.Leaf)) })
	return out, nil
}
