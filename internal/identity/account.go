package identity

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// ChangePassword replaces the caller's own password and ends the person's other sessions. Returns Unauthorized if old
// is wrong (counted like a failed sign-in), Invalid if next is too weak or was used before.
func (s *Service) ChangePassword(ctx context.Context, old, next string) error {
	p, u, err := s.confirm(ctx, old)
	if err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, u, next)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := setPassword(ctx, tx, u.ID, hash, false, p.SessionID); err != nil {
			return err
		}
		s.changed(tx)
		return log(ctx, tx, "identity.password_change", "user", u.ID, u.AreaCode, nil)
	})
}

// newPassword judges next under the policy and the person's history and returns its hash.
func (s *Service) newPassword(ctx context.Context, u User, next string) (string, error) {
	policy, err := s.policyNow(ctx)
	if err != nil {
		return "", err
	}
	if err := policy.CheckPassword(next, u.Username); err != nil {
		return "", err
	}
	var earlier []string
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		earlier, err = earlierPasswords(ctx, tx, u.ID, policy.History)
		return err
	})
	if err != nil {
		return "", err
	}
	for _, hash := range earlier {
		if same, err := s.hasher.verify(ctx, next, hash); err != nil {
			return "", err
		} else if same {
			return "", errs.Invalid("identity.password_used", fmt.Sprintf("The last %d passwords cannot be used again.", policy.History),
				errs.Field{Location: "body.password", Message: "was used before"})
		}
	}
	return s.hasher.hash(ctx, next)
}

// freshFor is how long after signing in a person need not give the password again.
const freshFor = 10 * time.Minute

// recent returns the caller if he signed in within freshFor, or gave the password again; something that a stolen
// session must not be able to do asks this first.
func (s *Service) recent(ctx context.Context, password string) (*auth.Principal, User, error) {
	if password != "" {
		return s.confirm(ctx, password)
	}
	p, err := inSession(ctx)
	if err != nil {
		return nil, User{}, err
	}
	var u User
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		since, err := db.Get[clock.Time](ctx, tx, `SELECT created_at FROM identity_session WHERE id = $1`, p.SessionID)
		if err != nil {
			return notFound(err, "identity.session_ended", "The session has ended; sign in again.")
		} else if tx.Now().Sub(since.Time) > freshFor {
			return errs.Forbidden("identity.confirm_password", "Give your password again for this.")
		}
		u, err = findUser(ctx, tx, p.UserID)
		return err
	})
	return p, u, err
}

// confirm checks the caller's password again. It counts against the same lock-out as a sign-in.
func (s *Service) confirm(ctx context.Context, password string) (*auth.Principal, User, error) {
	p, err := inSession(ctx)
	if err != nil {
		return nil, User{}, err
	}
	policy, err := s.policyNow(ctx)
	if err != nil {
		return nil, User{}, err
	}
	var a attempt
	err = s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if a.user, err = findUser(ctx, tx, p.UserID); err != nil {
			return err
		}
		a.key = digest("name:" + a.user.Username)
		a.until, err = reserve(ctx, tx, a.key, policy)
		return err
	})
	if err != nil {
		return nil, User{}, err
	}
	if !a.until.IsZero() {
		return nil, User{}, errs.Forbidden("identity.locked_out", "Too many failures; the account is locked for a while.")
	}
	right, err := s.hasher.verify(ctx, password, a.user.PasswordHash)
	if err != nil {
		return nil, User{}, err
	} else if !right {
		return nil, User{}, errs.Forbidden("identity.wrong_password", "The current password is wrong.")
	}
	return p, a.user, s.db.Tx(ctx, func(tx *db.Tx) error { return clearGuard(ctx, tx, a.key) })
}

// Enrolment is a second factor that waits to be confirmed.
type Enrolment struct {
	Secret string `json:"secret" doc:"For typing into the authenticator"`
	URI    string `json:"uri" doc:"otpauth address, for a QR code"`
}

// EnrolTOTP makes a new secret for the caller's authenticator and keeps it unconfirmed; an earlier unconfirmed one is
// replaced. The password is needed unless the caller signed in just now. Returns Conflict if a second factor is in force, which must be switched off first.
func (s *Service) EnrolTOTP(ctx context.Context, password string) (*Enrolment, error) {
	_, u, err := s.recent(ctx, password)
	if err != nil {
		return nil, err
	}
	secret := newTOTPSecret()
	sealed := s.cfg.Sealer.Seal([]byte(secret), secretAddress(u.ID))
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE identity_user
			SET totp_secret = $2, totp_step = 0, version = version + 1
			WHERE id = $1 AND NOT totp_on`, u.ID, sealed)
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.second_factor_on", "A second factor is in force; switch it off first.")
		}
		return log(ctx, tx, "identity.totp_enrol", "user", u.ID, u.AreaCode, nil)
	})
	if err != nil {
		return nil, err
	}
	return &Enrolment{Secret: secret, URI: totpURL(u.Username, secret)}, nil
}

// ConfirmTOTP switches the enrolled second factor on if code comes from it and returns ten recovery codes, shown this
// once. Returns Invalid for a wrong code, Conflict if nothing waits to be confirmed.
func (s *Service) ConfirmTOTP(ctx context.Context, code string) (codes []string, err error) {
	p, err := inSession(ctx)
	if err != nil {
		return nil, err
	}
	if !s.limits.allow(s.now(), "confirm:"+p.UserID, "confirm:"+p.UserID) {
		return nil, errs.TooMany("identity.slow_down", "Too many attempts; wait a minute.")
	}
	codes = newRecoveryCodes()
	return codes, s.db.Tx(ctx, func(tx *db.Tx) error {
		u, err := findUser(ctx, tx, p.UserID)
		if err != nil {
			return err
		} else if u.SecondFactor || u.TOTPSecret == "" {
			return errs.Conflict("identity.nothing_to_confirm", "No second factor waits to be confirmed.")
		}
		secret, err := s.openSecret(u)
		if err != nil {
			return err
		}
		step := matchTOTP(secret, code, tx.Now(), u.TOTPStep)
		if step == 0 {
			return errs.Invalid("identity.bad_code", "The one-time code is wrong; check the clock of the phone.")
		}
		if _, err := tx.Exec(ctx, `UPDATE identity_user SET totp_on = TRUE, totp_step = $2, version = version + 1 WHERE id = $1`, u.ID, step); err != nil {
			return err
		}
		if err := replaceRecovery(ctx, tx, u.ID, codes); err != nil {
			return err
		}
		s.changed(tx)
		return log(ctx, tx, "identity.totp_on", "user", u.ID, u.AreaCode, nil)
	})
}

// DisableTOTP switches the caller's second factor off, given a recent sign-in or the password, and a current code. A privileged person has to
// enrol again before anything else is permitted.
func (s *Service) DisableTOTP(ctx context.Context, password, code string) error {
	_, u, err := s.recent(ctx, password)
	if err != nil {
		return err
	}
	if !u.SecondFactor {
		return errs.Conflict("identity.second_factor_off", "No second factor is in force.")
	}
	if !s.limits.allow(s.now(), "confirm:"+u.ID, "confirm:"+u.ID) {
		return errs.TooMany("identity.slow_down", "Too many attempts; wait a minute.")
	}
	secret, err := s.openSecret(u)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if good, err := useCode(ctx, tx, u, secret, code); err != nil {
			return err
		} else if !good {
			return errs.Invalid("identity.bad_code", "The one-time code is wrong or was used already.")
		}
		return s.dropTOTP(ctx, tx, u, "identity.totp_off")
	})
}

func (s *Service) dropTOTP(ctx context.Context, tx *db.Tx, u User, action string) error {
	if _, err := tx.Exec(ctx, `
		UPDATE identity_user SET totp_on = FALSE, totp_secret = '', totp_step = 0, version = version + 1 WHERE id = $1`, u.ID); err != nil {
		return err
	}
	if err := replaceRecovery(ctx, tx, u.ID, nil); err != nil {
		return err
	}
	s.changed(tx)
	return log(ctx, tx, action, "user", u.ID, u.AreaCode, nil)
}

func secretAddress(user string) string { return "identity_user.totp_secret." + user }

func (s *Service) openSecret(u User) (string, error) {
	b, err := s.cfg.Sealer.Open(u.TOTPSecret, secretAddress(u.ID))
	if err != nil {
		return "", fmt.Errorf("open the one-time secret of user %s: %w", u.ID, err)
	}
	return string(b), nil
}

// useCode spends a one-time code or a recovery code. Both are good once, also against a second sign-in at the same moment.
func useCode(ctx context.Context, tx *db.Tx, u User, secret, code string) (bool, error) {
	if step := matchTOTP(secret, code, tx.Now(), u.TOTPStep); step > 0 {
		n, err := tx.Exec(ctx, `UPDATE identity_user SET totp_step = $2 WHERE id = $1 AND totp_step < $2`, u.ID, step)
		return n == 1, err
	}
	n, err := tx.Exec(ctx, `UPDATE identity_recovery SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL`,
		u.ID, recoveryDigest(u.ID, code), tx.Time())
	return n == 1, err
}

func replaceRecovery(ctx context.Context, tx *db.Tx, user string, codes []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identity_recovery WHERE user_id = $1`, user); err != nil {
		return err
	}
	for _, code := range codes {
		if _, err := tx.Exec(ctx, `INSERT INTO identity_recovery (user_id, hash) VALUES ($1, $2)`, user, recoveryDigest(user, code)); err != nil {
			return err
		}
	}
	return nil
}
