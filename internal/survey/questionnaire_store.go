package survey

import (
	"context"
	"errors"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const questionnaireColumns = "id, grp, version, name, state, revision, base_id, note, author, hash, form, created_at, updated_at, issued_at"

func findQuestionnaire(ctx context.Context, tx *db.Tx, id string) (*Questionnaire, error) {
	q, err := db.Get[Questionnaire](ctx, tx, "SELECT "+questionnaireColumns+" FROM questionnaire WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("survey.questionnaire_not_found", "There is no such questionnaire version.")
	}
	return &q, err
}

// put lays a form into the row and notes who did it.
func (q *Questionnaire) put(tx *db.Tx, f Form) {
	q.Form.V, q.Name, q.Hash, q.UpdatedAt = f, f.Name, f.Hash(), tx.Time()
}

// insertQuestionnaire reports false when the group has the version already.
func insertQuestionnaire(ctx context.Context, tx *db.Tx, q *Questionnaire) (bool, error) {
	if p := auth.From(ctx); p != nil {
		q.Author = p.UserID
	}
	n, err := tx.Exec(ctx, `INSERT INTO questionnaire (id, grp, version, name, state, revision, base_id, note, author, hash, form, created_at, updated_at, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (grp, version) DO NOTHING`,
		q.ID, q.Group, q.Version, q.Name, q.State, q.Revision, q.BaseID, q.Note, q.Author, q.Hash, q.Form, q.CreatedAt, q.UpdatedAt, q.IssuedAt)
	return n == 1, err
}

// updateDraft writes a draft whose revision is still the one read; Conflict when somebody was faster.
func updateDraft(ctx context.Context, tx *db.Tx, q *Questionnaire) error {
	if p := auth.From(ctx); p != nil {
		q.Author = p.UserID
	}
	n, err := tx.Exec(ctx, `UPDATE questionnaire SET version = $1, name = $2, state = $3, revision = revision + 1, note = $4, author = $5, hash = $6,
		form = $7, updated_at = $8, issued_at = $9 WHERE id = $10 AND revision = $11 AND state = 'draft'`,
		q.Version, q.Name, q.State, q.Note, q.Author, q.Hash, q.Form, q.UpdatedAt, q.IssuedAt, q.ID, q.Revision)
	if err != nil {
		return err
	}
	if n == 0 {
		return revisionConflict(q)
	}
	q.Revision++
	return nil
}

func versionTaken(ctx context.Context, tx *db.Tx, group Group, version, except string) (bool, error) {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM questionnaire WHERE grp = $1 AND version = $2 AND id <> $3", group, version, except)
	return n > 0, err
}

// usesOf returns the waves of the caller's districts that ask a questionnaire. Ids are random, so one never occurs inside another.
func usesOf(ctx context.Context, tx *db.Tx, id string) ([]QuestionnaireUse, error) {
	args := []any{"%" + id + "%"}
	within := auth.Areas(ctx, "area", &args)
	return db.All[QuestionnaireUse](ctx, tx, "SELECT id, code, name, state FROM wave WHERE plan LIKE $1 AND "+within+" ORDER BY created_at DESC LIMIT 100", args...)
}
