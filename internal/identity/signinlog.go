package identity

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// SignInFilter narrows the sign-in log; empty fields do not.
type SignInFilter struct {
	User, Outcome, Address string
	Limit                  int
	Cursor                 string
}

// SignIns lists the sign-in log, newest first. Needs audit.read; reading it is itself in the audit log.
func (s *Service) SignIns(ctx context.Context, f SignInFilter) (page httpx.Page[SignInRecord], err error) {
	if err := auth.Require(ctx, PermAudit); err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listSignIns(ctx, tx, f)
		return err
	})
	if err != nil {
		return page, err
	}
	return page, s.db.Tx(ctx, func(tx *db.Tx) error { // apart, so that counting a long log holds up no writer
		return log(ctx, tx, "identity.sign_ins_read", "sign_in", "", "", map[string]any{"filter": f, "rows": len(page.Items)})
	})
}

// MySignIns lists the caller's own sign-ins, newest first, so that a stranger's attempt is noticed.
func (s *Service) MySignIns(ctx context.Context, limit int, cursor string) (page httpx.Page[SignInRecord], err error) {
	p, err := inSession(ctx)
	if err != nil {
		return page, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listSignIns(ctx, tx, SignInFilter{User: p.UserID, Limit: limit, Cursor: cursor})
		return err
	})
	return page, err
}

func listSignIns(ctx context.Context, tx *db.Tx, f SignInFilter) (page httpx.Page[SignInRecord], err error) {
	before, err := httpx.DecodeCursor(f.Cursor, 1)
	if err != nil {
		return page, err
	}
	var q filter
	q.add(f.User, "user_id = $%d")
	q.add(f.Outcome, "outcome = $%d")
	q.add(f.Address, "address = $%d")
	total, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_sign_in WHERE `+q.String(), q.args...)
	if err != nil {
		return page, err
	}
	q.add(before[0], "id < $%d")
	rows, err := db.All[SignInRecord](ctx, tx, `
		SELECT id, at, user_id, username, address, agent, outcome
		FROM identity_sign_in
		WHERE `+q.String()+` ORDER BY id DESC LIMIT `+q.next(bounded(f.Limit)+1), q.args...)
	return httpx.Cut(rows, bounded(f.Limit), total, func(r *SignInRecord) string { return httpx.EncodeCursor(r.ID) }), err
}
