package survey

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// contactBatch bounds how many comments one question names.
const contactBatch = 512

// ReachableTx counts the people who left a number with one of the comments; the same number counts once. It gives no
// number away, and nothing about who spoke: the caller decides who sees the count.
func (s *Service) ReachableTx(ctx context.Context, tx *db.Tx, comments []string) (int, error) {
	people := map[string]bool{}
	err := eachContact(ctx, tx, comments, func(c *contact) error {
		people[c.Index] = true
		return nil
	})
	return len(people), err
}

// ContactsTx opens the numbers that were left with the comments, each once, for the program to send what became of the
// matter. Only the program may call it; a person reads one number at a time with a reason (RevealContact).
func (s *Service) ContactsTx(ctx context.Context, tx *db.Tx, comments []string) ([]string, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("survey.program_only", "Numbers of residents are opened by the program alone.")
	}
	if s.box == nil {
		return nil, nil // an installation without a key has kept no numbers
	}
	seen, out := map[string]bool{}, []string(nil)
	err := eachContact(ctx, tx, comments, func(c *contact) error {
		if seen[c.Index] {
			return nil
		}
		seen[c.Index] = true
		plain, err := s.box.Open(c.Phone, contactAAD(c.CommentID))
		if err != nil {
			return fmt.Errorf("open contact of comment %s: %w", c.CommentID, err)
		}
		out = append(out, string(plain))
		return nil
	})
	return out, err
}

type contact struct {
	CommentID string `db:"comment_id"`
	Phone     string `db:"phone"`
	Index     string `db:"phone_index"`
}

func eachContact(ctx context.Context, tx *db.Tx, comments []string, fn func(*contact) error) error {
	for from := 0; from < len(comments); from += contactBatch {
		marks, args := db.Listed(comments[from:min(len(comments), from+contactBatch)])
		if err := db.Each(ctx, tx, "SELECT comment_id, phone, phone_index FROM comment_contact WHERE comment_id IN "+marks+" ORDER BY comment_id", args, fn); err != nil {
			return err
		}
	}
	return nil
}
