package desk

import (
	"context"
	"encoding/json"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Draft is what the caller has begun to write in an action of a case.
type Draft struct {
	CaseID  string                  `db:"case_id" json:"case_id"`
	Action  string                  `db:"action" json:"action"`
	Content db.JSON[map[string]any] `db:"content" json:"content" doc:"The fields of the action as far as they are filled in"`
	Version int64                   `db:"version" json:"version" doc:"Of the case when it was begun"`
	SavedAt clock.Time              `db:"saved_at" json:"saved_at"`
}

// Limits of drafts.
const (
	draftLife  = 14 * 24 * time.Hour
	draftBytes = 24 << 10
)

// KeepDraft keeps what the caller has written so far; only the caller reads it, and it goes after 14 days or when the
// action is taken. It is not audited: nobody but its writer ever sees it.
func (s *Service) KeepDraft(ctx context.Context, d Draft) error {
	if err := auth.Require(ctx, PermUse); err != nil {
		return err
	}
	content, err := json.Marshal(d.Content.V)
	if err != nil || len(content) > draftBytes {
		return errs.TooLarge("desk.draft_too_large", "The draft is too long to be kept; send it or shorten it.")
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := s.Cases.GetTx(ctx, tx, d.CaseID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO desk_draft (user_id, case_id, action, content, version, saved_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (user_id, case_id, action) DO UPDATE SET content = excluded.content, version = excluded.version, saved_at = excluded.saved_at`,
			auth.From(ctx).UserID, d.CaseID, d.Action, string(content), d.Version, tx.Time())
		return err
	})
}

// Drafts lists the caller's drafts of a case, newest first.
func (s *Service) Drafts(ctx context.Context, caseID string) (list []Draft, err error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = db.All[Draft](ctx, tx, "SELECT case_id, action, content, version, saved_at FROM desk_draft WHERE user_id = $1 AND case_id = $2 AND saved_at >= $3 ORDER BY saved_at DESC LIMIT 50",
			auth.From(ctx).UserID, caseID, clock.At(tx.Now().Add(-draftLife)))
		return err
	})
	return list, err
}

// ForgetDrafts deletes drafts that nobody went on with for 14 days. The program calls it by the hour, only where its clock runs evenly.
func (s *Service) ForgetDrafts(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM desk_draft WHERE saved_at < $1", clock.At(tx.Now().Add(-draftLife)))
		return err
	})
}

// DropDraft forgets a draft of the caller.
func (s *Service) DropDraft(ctx context.Context, caseID, action string) error {
	if err := auth.Require(ctx, PermUse); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM desk_draft WHERE user_id = $1 AND case_id = $2 AND action = $3", auth.From(ctx).UserID, caseID, action)
		return err
	})
}
