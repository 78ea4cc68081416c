package cases

import (
	"context"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// maxWatched bounds what one person follows.
const maxWatched = 500

// Watch lets the caller follow a case it sees; Unwatch ends it. Both may be said twice.
func (s *Service) Watch(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := s.load(ctx, tx, id); err != nil {
			return err
		}
		p := auth.From(ctx)
		have, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_watch WHERE user_id = $1", p.UserID)
		if err != nil {
			return err
		}
		if have >= maxWatched {
			return errs.Conflict("cases.watched_many", "You follow 500 cases already; stop following some of them.")
		}
		n, err := tx.Exec(ctx, "INSERT INTO case_watch (user_id, case_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", p.UserID, id, tx.Time())
		if err != nil || n == 0 {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "cases.watch", Object: "case", ObjectID: id})
	})
}

// Unwatch ends Watch, also for a case the caller does not see any more.
func (s *Service) Unwatch(ctx context.Context, id string) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM case_watch WHERE user_id = $1 AND case_id = $2", auth.From(ctx).UserID, id)
		if err != nil || n == 0 {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "cases.unwatch", Object: "case", ObjectID: id})
	})
}

// follows reports whether the person follows the case.
func follows(ctx context.Context, tx *db.Tx, user, id string) (bool, error) {
	return db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM case_watch WHERE user_id = $1 AND case_id = $2)", user, id)
}

// WatchersTx lists who follows a case, for notices.
func (s *Service) WatchersTx(ctx context.Context, tx *db.Tx, id string) ([]string, error) {
	return db.All[string](ctx, tx, "SELECT user_id FROM case_watch WHERE case_id = $1 ORDER BY user_id LIMIT 200", id)
}
