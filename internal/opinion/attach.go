package opinion

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// AttachTx puts confirmed comments that are in no item into one. fits says whether a comment belongs there and returns
// the error to give if not. Each comment must lie in the caller's areas; one that is not confirmed, or is in an item, is
// a Conflict that carries it. The caller holds its own permission: rectify decides who may merge.
func (s *Service) AttachTx(ctx context.Context, tx *db.Tx, item string, comments []string, fits func(*Comment) error) error {
	now := tx.Time()
	for _, id := range comments {
		c, err := findComment(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermCode, c.AreaCode); err != nil {
			return err
		}
		if c.State != CommentConfirmed || c.ItemID != "" {
			return errs.Conflict("opinion.comment_not_free", "Only confirmed comments that are in no item can be merged.").With(c)
		}
		if err := fits(c); err != nil {
			return err
		}
		c.ItemID, c.CodedBy, c.CodedAt = item, auth.From(ctx).UserID, &now
		if err := saveComment(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// DetachTx takes a comment out of an item; it is confirmed and free again. Conflict if it is not in there.
func (s *Service) DetachTx(ctx context.Context, tx *db.Tx, item, comment string) error {
	c, err := findComment(ctx, tx, comment)
	if err != nil {
		return err
	}
	if c.ItemID != item {
		return errs.Conflict("opinion.comment_not_here", "The comment is not in this item.").With(c)
	}
	c.ItemID = ""
	return saveComment(ctx, tx, c)
}

// FindTx returns one comment whoever asks; NotFound if there is none.
func (s *Service) FindTx(ctx context.Context, tx *db.Tx, id string) (*Comment, error) {
	return findComment(ctx, tx, id)
}

// OfItemTx returns the comments merged into an item, whoever asks. The index on item_id leaves out comments in no item;
// SQLite uses it only where the query says so too.
func (s *Service) OfItemTx(ctx context.Context, tx *db.Tx, item string) ([]Comment, error) {
	return db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE item_id = $1 AND item_id <> '' ORDER BY id", item)
}

// IDsOfItemTx returns the ids of the comments merged into an item, whoever asks.
func (s *Service) IDsOfItemTx(ctx context.Context, tx *db.Tx, item string) ([]string, error) {
	return db.All[string](ctx, tx, "SELECT id FROM comment_code WHERE item_id = $1 AND item_id <> '' ORDER BY id", item)
}

// Merged is one comment that is in an item, without its text.
type Merged struct {
	ItemID string     `db:"item_id"`
	Day    clock.Time `db:"day"`
}

// EachMergedTx calls fn for every comment of a wave that is in an item, whoever asks.
func (s *Service) EachMergedTx(ctx context.Context, tx *db.Tx, waveID string, fn func(*Merged) error) error {
	return db.Each(ctx, tx, "SELECT item_id, day FROM comment_code WHERE wave_id = $1 AND item_id <> ''", []any{waveID}, fn)
}

// LeafOfItemTx returns the event leaf of the field that most comments of an item are about, "" if none says so; whoever asks.
func (s *Service) LeafOfItemTx(ctx context.Context, tx *db.Tx, item, field string) (string, error) {
	leaves, err := db.All[string](ctx, tx, `SELECT leaf FROM comment_code WHERE item_id = $1 AND item_id <> '' AND leaf <> ''
		GROUP BY leaf ORDER BY COUNT(*) DESC, leaf`, item)
	for _, code := range leaves {
		if l, ok := s.catalog.Leaf(code); ok && l.Field == field {
			return code, err
		}
	}
	return "", err
}
