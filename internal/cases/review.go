package cases

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// missedReviews is how many reviews in a row may be missed before the clock goes on by itself.
const missedReviews = 2

// Reviews takes suspensions whose review is due: the first missed review is reported, after the second in a row the case
// goes on by itself. A case that waited for who reported goes on when the time for an answer is over. It returns how many.
func (s *Service) Reviews(ctx context.Context) (n int, err error) {
	ctx = auth.System(ctx, "时限")
	for ctx.Err() == nil {
		var due []Request
		if failed := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = db.All[Request](ctx, tx, "SELECT "+requestFields+" FROM case_request WHERE review_at IS NOT NULL AND review_at <= $1 ORDER BY review_at LIMIT 100", tx.Time())
			return err
		}); failed != nil || len(due) == 0 {
			return n, errors.Join(err, failed)
		}
		for i := range due {
			failed := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.miss(ctx, tx, due[i]) })
			if failed == nil {
				n++
				continue
			}
			if ctx.Err() != nil {
				return n, errors.Join(err, failed)
			}
			err = errors.Join(err, fmt.Errorf("review %s: %w", due[i].ID, failed))
			if failed := s.restReview(ctx, due[i].ID); failed != nil {
				return n, errors.Join(err, failed)
			}
		}
	}
	return n, errors.Join(err, ctx.Err())
}

// restReview lets a review rest whose step failed, so that those behind it go on.
func (s *Service) restReview(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE case_request SET review_at = $1 WHERE id = $2 AND review_at <= $3", clock.At(tx.Now().Add(setAside)), id, tx.Time())
		return err
	})
}

// miss takes one review that nobody made; another server may have taken it before.
func (s *Service) miss(ctx context.Context, tx *db.Tx, r Request) error {
	next, err := s.reviewAt(ctx, tx)
	if err != nil {
		return err
	}
	taken, err := tx.Exec(ctx, "UPDATE case_request SET missed = missed + 1, review_at = $1 WHERE id = $2 AND review_at = $3 AND ended_at IS NULL AND state = 'approved'", next, r.ID, r.ReviewAt)
	if err != nil {
		return err
	}
	if taken == 0 { // decided, ended or taken in between; a row that cannot be reviewed must not come again
		_, err := tx.Exec(ctx, "UPDATE case_request SET review_at = NULL WHERE id = $1 AND (ended_at IS NOT NULL OR state <> 'approved')", r.ID)
		return err
	}
	c, err := find(ctx, tx, r.CaseID)
	if err != nil {
		return err
	}
	if r.Kind == Waiting || r.Missed+1 >= missedReviews {
		note := "连续两次未复核，自动恢复计时"
		if r.Kind == Waiting {
			note = "补充材料期限已过，自动恢复计时"
		}
		_, err := s.ActTx(ctx, tx, c.ID, "resume", Move{Version: c.Version, Note: note})
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "cases.review_missed", Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"request": r.ID, "missed": r.Missed + 1}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicReview, c.ID, Lapse{ClockID: r.ID, CaseID: c.ID, Number: c.Number, Title: c.openTitle(), Sensitive: c.Sensitive, Kind: Suspension, Phase: "review", Level: c.Level, CaseLevel: c.Level,
		UnitID: c.Holder, Holder: c.Holder, LeadUnit: c.LeadUnit, State: c.State, AreaCode: c.AreaCode, Urgent: c.Urgent, DueAt: *r.ReviewAt, At: tx.Time(),
		NotifyAt: clock.At(notifyAt(tx.Now(), false))})
}
