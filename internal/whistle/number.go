package whistle

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// ByNumberTx returns the whistle with this number if the caller sees it, NotFound otherwise.
func (s *Service) ByNumberTx(ctx context.Context, tx *db.Tx, number string) (*Whistle, error) {
	var args []any
	where := visible(ctx, &args)
	args = append(args, number)
	w, err := db.Get[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE "+where+" AND number = $"+itoa(len(args)), args...)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("whistle.not_found", "There is no such whistle, or you may not see it.")
	}
	return &w, err
}

// Known is a whistle as another module keeps track of it; Seen says whether the caller may open it.
type Known struct {
	Whistle
	Seen bool
}

// KnownTx returns the whistles that exist under these ids, whoever asks; only the program calls it.
func (s *Service) KnownTx(ctx context.Context, tx *db.Tx, ids []string) ([]Known, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := db.Listed(ids)
	list, err := db.All[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE id IN "+marks+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	marks, args = db.Listed(ids)
	open, err := db.All[string](ctx, tx, "SELECT id FROM whistle_file WHERE id IN "+marks+" AND "+visible(ctx, &args), args...)
	out := make([]Known, len(list))
	for n := range list {
		out[n] = Known{Whistle: list[n], Seen: slices.Contains(open, list[n].ID)}
	}
	return out, err
}
