package cases

import (
	"context"

	"yiwang/internal/platform/db"
)

// Known is a case as another module keeps track of it.
type Known struct {
	Case
	Head *Case // the case that stands for it since a merge, nil if it stands for itself
	Seen bool  // the caller may open the case
}

// Current is the case in which the matter is worked on: the head of a merge, or the case itself.
func (k *Known) Current() *Case {
	if k.Head != nil {
		return k.Head
	}
	return &k.Case
}

// KnownTx returns the cases that exist under these ids, whoever asks; only the program calls it. Three statements at most,
// however many ids there are.
func (s *Service) KnownTx(ctx context.Context, tx *db.Tx, ids []string) ([]Known, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.byID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var heads []string
	for n := range list {
		if list[n].MergedInto != "" {
			heads = append(heads, list[n].MergedInto)
		}
	}
	standing := map[string]*Case{}
	if heads != nil {
		found, err := s.byID(ctx, tx, heads)
		if err != nil {
			return nil, err
		}
		for n := range found {
			standing[found[n].ID] = &found[n]
		}
	}
	marks, args := db.Listed(ids)
	open, err := db.All[string](ctx, tx, "SELECT id FROM case_file WHERE id IN "+marks+" AND "+visible(ctx, &args), args...)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, id := range open {
		seen[id] = true
	}
	out := make([]Known, len(list))
	for n := range list {
		out[n] = Known{Case: list[n], Head: standing[list[n].MergedInto], Seen: seen[list[n].ID]}
	}
	return out, nil
}

func (s *Service) byID(ctx context.Context, tx *db.Tx, ids []string) ([]Case, error) {
	marks, args := db.Listed(ids)
	list, err := db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE id IN "+marks+" ORDER BY id", args...)
	for n := range list {
		s.shown(&list[n], tx)
	}
	return list, err
}

// AbsorbedTx returns the ids of the cases that were merged into one of these, whoever asks.
func (s *Service) AbsorbedTx(ctx context.Context, tx *db.Tx, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := db.Listed(ids)
	return db.All[string](ctx, tx, "SELECT id FROM case_file WHERE merged_into IN "+marks+" AND merged_into <> '' ORDER BY id", args...)
}
