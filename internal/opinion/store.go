package opinion

import (
	"context"
	"errors"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func findComment(ctx context.Context, tx *db.Tx, id string) (*Comment, error) {
	c, err := db.Get[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("opinion.comment_not_found", "There is no such comment, or you may not see it.")
	}
	return &c, err
}

// insertComment stores a comment that is not stored yet and reports whether it did.
func insertComment(ctx context.Context, tx *db.Tx, c *Comment) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO comment_code ("+commentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO NOTHING`,
		c.ID, c.WaveID, c.AreaCode, c.AreaName, c.Group, c.Channel, c.Day, c.Text, c.Suggestions, c.Model, c.Field, c.Fields, c.Leaf, c.State, c.Note,
		c.ItemID, c.CodedBy, c.CodedAt, c.Version)
	return n == 1, err
}

// saveComment writes a decision if nobody decided since; otherwise Conflict carries the comment as it is now.
func saveComment(ctx context.Context, tx *db.Tx, c *Comment) error {
	n, err := tx.Exec(ctx, `UPDATE comment_code SET field = $1, fields = $2, state = $3, note = $4, item_id = $5, coded_by = $6, coded_at = $7,
			leaf = $8, version = version + 1
		WHERE id = $9 AND version = $10`, c.Field, c.Fields, c.State, c.Note, c.ItemID, c.CodedBy, c.CodedAt, c.Leaf, c.ID, c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		current, err := findComment(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return staleComment(current)
	}
	c.Version++
	return nil
}

func staleComment(current *Comment) error {
	return errs.Conflict("opinion.comment_changed", "Somebody decided on this comment in between; look at it again.").With(current)
}
