package cases

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// beforeDue wants an extension to be asked for before the time has run out.
func (s *Service) beforeDue(_ context.Context, tx *db.Tx, t *step) error {
	if t.c.DueAt != nil && tx.Now().After(t.c.DueAt.Time) {
		return errs.Conflict("cases.too_late", "More time has to be asked for before the time has run out.").With(s.shown(t.c, tx))
	}
	return nil
}

// noOpenRequest lets one request wait at a time.
func (s *Service) noOpenRequest(ctx context.Context, tx *db.Tx, t *step) error {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_request WHERE case_id = $1 AND state = 'open'", t.c.ID)
	if err == nil && n > 0 {
		err = errs.Conflict("cases.request_open", "A request of this case waits for a decision.")
	}
	return err
}

func (s *Service) ask(context.Context, *db.Tx, *step) error    { return nil }
func (s *Service) decide(context.Context, *db.Tx, *step) error { return nil }
func (s *Service) review(context.Context, *db.Tx, *step) error { return nil }
func (s *Service) resume(context.Context, *db.Tx, *step) error { return nil }
