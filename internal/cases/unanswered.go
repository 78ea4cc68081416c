package cases

import (
	"context"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// answerDays is how long a case waits for an answer by the link when nobody can be called.
const answerDays = 7

// ArchiveUnanswered ends the follow-up of cases whose reporters gave no telephone and have not answered by the link within
// seven days of the close; a case somebody can be called about stays with the desk. It returns how many it archived.
func (s *Service) ArchiveUnanswered(ctx context.Context) (n int, err error) {
	ctx = auth.System(ctx, "回访到期")
	var due []string
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		due, err = db.All[string](ctx, tx, `SELECT f.id FROM case_file f WHERE f.ended_at IS NULL AND f.state = 'closed' AND f.closed_at < $1
			AND NOT EXISTS (SELECT 1 FROM case_reporter r WHERE r.case_id = f.id AND r.phone <> '')
			AND NOT EXISTS (SELECT 1 FROM case_reporter r JOIN case_file m ON m.id = r.case_id WHERE m.merged_into = f.id AND m.merged_into <> '' AND r.phone <> '')
			ORDER BY f.closed_at LIMIT 500`, tx.Now().Add(-answerDays*24*time.Hour).UnixMilli())
		return err
	})
	for _, id := range due {
		failed := s.DB.Tx(ctx, func(tx *db.Tx) error {
			c, err := find(ctx, tx, id)
			if err == nil {
				_, err = s.ActTx(ctx, tx, id, "archive", Move{Version: c.Version})
			}
			return err
		})
		switch errs.KindOf(failed) {
		case "":
			n++
		case errs.KindConflict: // an answer came first
		default:
			return n, failed
		}
	}
	return n, err
}
