package whistle

import (
	"context"
	"errors"

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

// LookTx returns the whistle as it stands, whoever asks; only the program calls it.
func (s *Service) LookTx(ctx context.Context, tx *db.Tx, id string) (*Whistle, error) {
	w, err := db.Get[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("whistle.not_found", "There is no such whistle, or you may not see it.")
	}
	return &w, err
}
