package cases

import (
	"context"
	"testing"

	"yiwang/internal/platform/db"
)

// FromSquares shows a picture of the squares counted before, as Map does for more cases than it counts live.
func (s *Service) FromSquares(t testing.TB, ctx context.Context, f Filter, v View) (p *Picture) {
	t.Helper()
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = s.fromSquares(ctx, tx, f, v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// GroupLive groups at most n cases while the caller waits, so that a test need not have thousands.
func (s *Service) GroupLive(n int) { s.live = n }
