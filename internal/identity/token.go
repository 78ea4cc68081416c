package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// maxTokenDays bounds the life of an API token; a machine's owner renews it yearly or loses it.
const maxTokenDays = 366

// Token is an API token: a machine acts with it as the person who made it, in one post, with some of its permissions.
type Token struct {
	ID          string            `db:"id" json:"id"`
	Name        string            `db:"name" json:"name"`
	PostID      string            `db:"post_id" json:"post_id"`
	Permissions db.JSON[[]string] `db:"permissions" json:"permissions"`
	CreatedAt   clock.Time        `db:"created_at" json:"created_at"`
	ExpiresAt   clock.Time        `db:"expires_at" json:"expires_at"`
	LastUsed    *clock.Time       `db:"last_used" json:"last_used_at,omitempty"`
	RevokedAt   *clock.Time       `db:"revoked_at" json:"revoked_at,omitempty"`
	Secret      string            `db:"-" json:"secret,omitempty" doc:"Shown once, in the answer that creates it"`
}

// NewToken is what a person asks for.
type NewToken struct {
	Name        string   `json:"name" minLength:"1" maxLength:"60" doc:"What it is for"`
	Permissions []string `json:"permissions,omitempty" maxItems:"100" doc:"Without it, what the caller may read"`
	Days        int      `json:"expires_in_days,omitempty" minimum:"1" maximum:"366" default:"90" doc:"How long it is good"`
	Password    string   `json:"password,omitempty" maxLength:"512" doc:"Needed ten minutes after signing in and later"`
}

// CreateToken makes an API token of the caller's post in force. Returns Forbidden if it asks for a permission that the
// caller does not hold, Invalid for a missing name or an end beyond a year. The secret is returned this once.
func (s *Service) CreateToken(ctx context.Context, in NewToken) (*Token, error) {
	if in.Name == "" || len(in.Name) > 180 || in.Days < 1 || in.Days > maxTokenDays {
		return nil, errs.Invalid("identity.bad_token", "A token needs a name and between 1 and 366 days.")
	}
	p, _, err := s.recent(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	if len(in.Permissions) == 0 {
		in.Permissions = readable(p)
	}
	for _, permission := range in.Permissions {
		if !p.Has(permission) {
			return nil, errs.Forbidden("identity.token_beyond_owner", fmt.Sprintf("You do not hold %s yourself.", permission))
		}
	}
	slices.Sort(in.Permissions)
	t := &Token{Name: in.Name, Secret: newSecret(tokenPrefix)}
	t.Permissions.V = slices.Compact(in.Permissions)
	return t, s.db.Tx(ctx, func(tx *db.Tx) error { return insertToken(ctx, tx, p, t, in.Days) })
}

// readable lists the caller's permissions that only read: what a token gets whose maker named none.
func readable(p *auth.Principal) []string {
	out := []string{}
	for permission := range p.Permissions {
		if strings.HasSuffix(permission, ".read") {
			out = append(out, permission)
		}
	}
	return out
}

func insertToken(ctx context.Context, tx *db.Tx, p *auth.Principal, t *Token, days int) error {
	open, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_token WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2`, p.UserID, tx.Time())
	if err != nil {
		return err
	} else if open >= 20 {
		return errs.Conflict("identity.too_many_tokens", "You have 20 tokens already; revoke one first.")
	}
	if t.PostID, err = db.Get[string](ctx, tx, `SELECT post_id FROM identity_session WHERE id = $1`, p.SessionID); err != nil {
		return notFound(err, "identity.session_ended", "The session has ended; sign in again.")
	}
	t.ID, t.CreatedAt, t.ExpiresAt = db.NewID(tx), tx.Time(), at(tx.Now().Add(time.Duration(days)*24*time.Hour))
	if _, err := tx.Exec(ctx, `
		INSERT INTO identity_token (id, hash, user_id, post_id, name, permissions, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, digest(t.Secret), p.UserID, t.PostID, t.Name, t.Permissions, t.CreatedAt, t.ExpiresAt); err != nil {
		return err
	}
	return log(ctx, tx, "identity.token_create", "token", t.ID, "", map[string]any{"name": t.Name, "permissions": t.Permissions.V})
}

// Tokens lists the caller's own tokens, newest first, without their secrets.
func (s *Service) Tokens(ctx context.Context) (out []Token, err error) {
	p, err := inSession(ctx)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Token](ctx, tx, `
			SELECT id, name, post_id, permissions, created_at, expires_at, last_used, revoked_at
			FROM identity_token
			WHERE user_id = $1
			ORDER BY id DESC
			LIMIT 200`, p.UserID)
		return err
	})
	return out, err
}

// RevokeToken ends one of the caller's own tokens at once. Returns NotFound for anybody else's.
func (s *Service) RevokeToken(ctx context.Context, id string) error {
	p, err := inSession(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE identity_token SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL`, id, p.UserID, tx.Time())
		if err != nil {
			return err
		} else if n == 0 {
			return errs.NotFound("identity.token_not_found", "There is no such token of yours.")
		}
		s.changed(tx)
		return log(ctx, tx, "identity.token_revoke", "token", id, "", nil)
	})
}
