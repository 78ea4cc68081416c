package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Comment is a free-text answer. It has an id and an order of its own and only the day it came in, so that it cannot be
// joined to the response it was written with. Text is as written; the reverse evaluation masks it before anyone reads it.
type Comment struct {
	ID         string            `db:"id" json:"id"`
	WaveID     string            `db:"wave_id" json:"wave_id"`
	Street     string            `db:"street" json:"street"`
	Community  string            `db:"community" json:"community,omitempty"`
	Group      Group             `db:"grp" json:"group"`
	Channel    Channel           `db:"channel" json:"channel"`
	Question   string            `db:"question" json:"question"`
	Text       string            `db:"text" json:"text"`
	Categories db.JSON[[]string] `db:"categories" json:"categories" doc:"fields its source named; empty for answers of a wave, where what was ticked stays with the response"`
	Day        clock.Time        `db:"day" json:"day" doc:"Monday of the week; the day itself is not kept"`
	HasContact bool              `db:"has_contact" json:"has_contact"`
}

const commentColumns = `c.id, c.wave_id, c.street, c.community, c.grp, c.channel, c.question, c.text, c.categories, c.day,
	EXISTS (SELECT 1 FROM comment_contact k WHERE k.comment_id = c.id) AS has_contact`

// CommentsTx returns the next comments of a wave after an id, in id order, at most limit: how the reverse evaluation takes
// them over. Needs PermRead in the wave's area; text is unmasked, so only modules that mask it may call.
func (s *Service) CommentsTx(ctx context.Context, tx *db.Tx, waveID, after string, limit int) ([]Comment, error) {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermRead, w.Area); err != nil {
		return nil, err
	}
	return db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment c WHERE c.wave_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3", waveID, after, limit)
}

// RevealContact returns the telephone number that the author of a comment left, to tell them what became of it. Needs
// PermManage in the comment's street and a written reason; every call is in the audit trail. NotFound when none was left.
func (s *Service) RevealContact(ctx context.Context, commentID, reason string) (phone string, err error) {
	if strings.TrimSpace(reason) == "" {
		return "", errs.Invalid("survey.reason_required", "Say why you need the number.", errs.Field{Location: "body.reason", Message: "required"})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		type row struct {
			Street string `db:"street"`
			Phone  string `db:"phone"`
		}
		r, err := db.Get[row](ctx, tx, "SELECT c.street, k.phone FROM comment c JOIN comment_contact k ON k.comment_id = c.id WHERE c.id = $1", commentID)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("survey.no_contact", "The author of this comment left no number.")
		} else if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, r.Street); err != nil {
			return err
		}
		if s.box == nil {
			return errs.Unavailable("survey.no_key", "Telephone numbers cannot be read: the program has no key for personal data.")
		}
		plain, err := s.box.Open(r.Phone, contactAAD(commentID))
		if err != nil {
			return fmt.Errorf("open contact of comment %s: %w", commentID, err)
		}
		phone = string(plain)
		return audit.Log(ctx, tx, audit.Entry{Action: "survey.contact_revealed", Object: "comment", ObjectID: commentID, Area: r.Street,
			Detail: map[string]string{"reason": reason}})
	})
	return phone, err
}
