package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Outcomes of a sign-in, as the log keeps them.
const (
	SignedIn     = "signed_in"
	BadPassword  = "bad_password"
	CodeRequired = "code_required"
	BadCode      = "bad_code"
	LockedOut    = "locked_out"
	AccountShut  = "account_shut"
	SignedOut    = "signed_out"
)

// Credentials are what somebody signs in with. Code is a one-time code or a recovery code.
type Credentials struct {
	Username, Password, Code string
	Address, Agent           string
	Replaces                 string // a session token the browser still holds; it ends with this sign-in
}

// Opened is a new session. Token goes into the cookie and nowhere else.
type Opened struct {
	Token string
	Me    Me
}

// SignIn opens a session. Everybody may try. Returns TooMany when address or name tries too often, Unauthorized with
// identity.locked_out and the time it ends, identity.bad_credentials for a wrong name or password,
// identity.totp_required when the password was right and a code is needed, identity.bad_code for a wrong or used code,
// and identity.account_shut for a right password of a locked or disabled account. An unknown name takes the same steps.
func (s *Service) SignIn(ctx context.Context, in Credentials) (*Opened, error) {
	name := normal(in.Username)
	if len(in.Password) > 4*maxPassword || len(name) > 64 {
		return nil, badCredentials()
	}
	if !s.limits.allow(s.now(), in.Address, name) {
		return nil, errs.TooMany("identity.slow_down", "Too many sign-ins; wait a minute.")
	}
	policy, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	a := attempt{in: in, key: digest("name:" + name), policy: policy}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.begin(ctx, tx, &a, name) }); err != nil {
		return nil, fmt.Errorf("begin a sign-in: %w", err)
	}
	if !a.until.IsZero() {
		return nil, errs.Unauthorized("identity.locked_out", "Too many failures; the account is locked for a while.").
			With(map[string]clock.Time{"until": a.until})
	}
	if a.right, err = s.hasher.verify(ctx, in.Password, a.user.PasswordHash); err != nil {
		return nil, err
	}
	if err := s.prepareSession(ctx, &a); err != nil {
		return nil, err
	}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.finish(ctx, tx, &a) }); err != nil {
		return nil, fmt.Errorf("finish a sign-in: %w", err)
	}
	return s.answer(ctx, &a)
}

// attempt is one sign-in under way. The password is judged between two transactions, because a hash takes longer
// than a writer may be held.
type attempt struct {
	in      Credentials
	key     string
	policy  Policy
	until   clock.Time
	user    User // zero id for an unknown name
	right   bool
	secret  string // of the one-time codes, opened
	renewed string // hash with today's parameters
	outcome string
	session string
	token   string
}

func (s *Service) begin(ctx context.Context, tx *db.Tx, a *attempt, name string) (err error) {
	a.until, a.user = clock.Time{}, User{} // PostgreSQL may run this again
	if a.until, err = reserve(ctx, tx, a.key, a.policy); err != nil {
		return err
	}
	a.user, err = findUserByName(ctx, tx, name)
	if errs.KindOf(err) == errs.KindNotFound {
		a.user, err = User{Username: masked(name), PasswordHash: s.hasher.nobody}, nil
	}
	if err != nil || a.until.IsZero() {
		return err
	}
	return insertSignIn(ctx, tx, a, LockedOut)
}

// prepareSession does the slow or unsealed work between the two transactions.
func (s *Service) prepareSession(ctx context.Context, a *attempt) (err error) {
	a.right = a.right && a.user.ID != ""
	if !a.right {
		return nil
	}
	if a.user.SecondFactor {
		if a.secret, err = s.openSecret(a.user); err != nil {
			return err
		}
	}
	if s.hasher.outdated(a.user.PasswordHash) {
		a.renewed, err = s.hasher.hash(ctx, a.in.Password)
	}
	return err
}

// finish judges the attempt and writes what follows from it. A failure is a result, not an error: its log must stay.
func (s *Service) finish(ctx context.Context, tx *db.Tx, a *attempt) (err error) {
	if a.outcome, err = s.judge(ctx, tx, a); err != nil {
		return err
	}
	switch a.outcome {
	case SignedIn:
		err = s.openSession(ctx, tx, a)
	case CodeRequired, AccountShut:
		err = release(ctx, tx, a.key, a.policy)
	}
	if err != nil {
		return err
	}
	return insertSignIn(ctx, tx, a, a.outcome)
}

func (s *Service) judge(ctx context.Context, tx *db.Tx, a *attempt) (string, error) {
	u := a.user
	if !a.right {
		return BadPassword, nil
	}
	if u.Disabled || u.Locked || u.Demo && !s.cfg.Demo {
		return AccountShut, nil
	}
	if !u.SecondFactor {
		return SignedIn, nil
	}
	code := strings.TrimSpace(a.in.Code)
	if code == "" {
		return CodeRequired, nil
	}
	good, err := useCode(ctx, tx, u, a.secret, code)
	if err != nil || !good {
		return BadCode, err
	}
	return SignedIn, nil
}

func (s *Service) openSession(ctx context.Context, tx *db.Tx, a *attempt) error {
	if err := clearGuard(ctx, tx, a.key); err != nil {
		return err
	}
	// A session the browser brought along ends here, so nobody can plant one and share what is signed into it.
	if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE hash = $1`, digest(a.in.Replaces)); err != nil {
		return err
	}
	if a.policy.OneSession {
		if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE user_id = $1`, a.user.ID); err != nil {
			return err
		}
	}
	if err := sweep(ctx, tx); err != nil {
		return err
	}
	post, err := db.Get[string](ctx, tx, `SELECT id FROM identity_post WHERE user_id = $1 AND state = $2 ORDER BY id LIMIT 1`, a.user.ID, Active)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return err
	}
	a.session, a.token = db.NewID(tx), newSecret("")
	if _, err := tx.Exec(ctx, `
		INSERT INTO identity_session (id, hash, user_id, post_id, created_at, last_seen, address, agent)
		VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
		a.session, digest(a.token), a.user.ID, post, tx.Time(), a.in.Address, clip(a.in.Agent, 200)); err != nil {
		return err
	}
	if a.renewed != "" {
		if _, err := tx.Exec(ctx, `UPDATE identity_user SET password_hash = $2 WHERE id = $1 AND password_hash = $3`,
			a.user.ID, a.renewed, a.user.PasswordHash); err != nil {
			return err
		}
	}
	s.changed(tx)
	ctx = auth.With(ctx, &auth.Principal{UserID: a.user.ID, Name: a.user.Name, UnitID: a.user.UnitID, SessionID: a.session})
	if _, err := tx.Exec(ctx, `UPDATE identity_user SET last_sign_in_at = $2 WHERE id = $1`, a.user.ID, tx.Time()); err != nil {
		return err
	}
	return log(ctx, tx, "identity.sign_in", "user", a.user.ID, a.user.AreaCode, nil)
}

func (s *Service) answer(ctx context.Context, a *attempt) (*Opened, error) {
	switch a.outcome {
	case SignedIn:
		p, err := s.Authenticate(ctx, a.token)
		if err != nil {
			return nil, err
		}
		me, err := s.Me(auth.With(ctx, p))
		if err != nil {
			return nil, err
		}
		return &Opened{Token: a.token, Me: *me}, nil
	case CodeRequired:
		return nil, errs.Unauthorized("identity.totp_required", "Enter the one-time code of your authenticator.").
			With(map[string]bool{"totp_required": true})
	case BadCode:
		return nil, errs.Unauthorized("identity.bad_code", "The one-time code is wrong or was used already.")
	case AccountShut:
		return nil, errs.Unauthorized("identity.account_shut", "This account is closed; ask your administrator.")
	}
	return nil, badCredentials()
}

func badCredentials() error {
	return errs.Unauthorized("identity.bad_credentials", "User name or password is wrong.")
}

// SignOut ends the caller's session. A machine's token has none and gets Forbidden.
func (s *Service) SignOut(ctx context.Context) error {
	p, err := inSession(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE id = $1`, p.SessionID); err != nil {
			return err
		}
		s.changed(tx)
		if _, err := tx.Exec(ctx, `
			INSERT INTO identity_sign_in (id, at, user_id, username, outcome)
			SELECT $1, $2, id, username, $3 FROM identity_user WHERE id = $4`,
			db.NewID(tx), tx.Time(), SignedOut, p.UserID); err != nil {
			return err
		}
		return log(ctx, tx, "identity.sign_out", "user", p.UserID, "", nil)
	})
}

// inSession returns who acts, if a person acts in a session; machines cannot change accounts.
func inSession(ctx context.Context) (*auth.Principal, error) {
	p := auth.From(ctx)
	if p == nil {
		return nil, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if p.SessionID == "" {
		return nil, errs.Forbidden("identity.session_only", "This needs a person who is signed in, not a token.")
	}
	return p, nil
}

func insertSignIn(ctx context.Context, tx *db.Tx, a *attempt, outcome string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_sign_in (id, at, user_id, username, address, agent, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		db.NewID(tx), tx.Time(), a.user.ID, a.user.Username, a.in.Address, clip(a.in.Agent, 200), outcome)
	return err
}

// masked keeps two letters of a name that no account has: people type passwords into the wrong field.
func masked(name string) string {
	r := []rune(name)
	return string(r[:min(2, len(r))]) + "***"
}

func clip(s string, n int) string { return strings.ToValidUTF8(s[:min(n, len(s))], "") }

func msTime(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
