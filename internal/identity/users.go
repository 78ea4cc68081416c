package identity

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
)

// UserFilter narrows a list of accounts; empty fields do not.
type UserFilter struct {
	Unit   string
	Text   string // part of name or user name
	State  string // "", "open", "disabled", "locked"
	Limit  int
	Cursor string
}

// Users lists the accounts of units in the caller's areas, by user name. Needs identity.read.
func (s *Service) Users(ctx context.Context, f UserFilter) (page httpx.Page[User], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return page, err
	}
	after, err := httpx.DecodeCursor(f.Cursor, 1)
	if err != nil {
		return page, err
	}
	var q filter
	q.where = append(q.where, auth.Areas(ctx, "n.area_code", &q.args))
	q.add(f.Unit, "u.unit_id = $%d")
	q.like(f.Text, "(u.username || ' ' || u.name)")
	switch f.State {
	case "open":
		q.where = append(q.where, "NOT u.disabled AND NOT u.locked")
	case "disabled":
		q.where = append(q.where, "u.disabled")
	case "locked":
		q.where = append(q.where, "u.locked")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, `SELECT COUNT(*)`+userFrom+`WHERE `+q.String(), q.args...)
		if err != nil {
			return err
		}
		q.add(after[0], "u.username > $%d")
		rows, err := db.All[User](ctx, tx, `SELECT `+userColumns+userFrom+`WHERE `+q.String()+
			` ORDER BY u.username LIMIT `+q.next(bounded(f.Limit)+1), q.args...)
		page = httpx.Cut(rows, bounded(f.Limit), total, func(u *User) string { return httpx.EncodeCursor(u.Username) })
		return err
	})
	return page, err
}

// User returns one account with its posts. Needs identity.read for its area; NotFound outside it.
func (s *Service) User(ctx context.Context, id string) (u User, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return u, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if u, err = findUser(ctx, tx, id); err != nil {
			return err
		} else if !auth.From(ctx).Covers(u.AreaCode) {
			return errs.NotFound("identity.user_not_found", "There is no such account.")
		}
		u.Posts, err = postsOf(ctx, tx, id)
		return err
	})
	return u, err
}

// NewUser is an account to be opened. The password is temporary: the person must change it first of all.
type NewUser struct {
	Username string `json:"username" maxLength:"32"`
	Name     string `json:"name" maxLength:"40"`
	UnitID   string `json:"unit_id" maxLength:"40"`
	Password string `json:"password" maxLength:"128" doc:"Temporary; the person changes it at the first sign-in"`
}

// AddUser opens an account without rights. Needs identity.manage for the unit's area. Returns Conflict if the name is
// taken, Invalid for a weak password.
func (s *Service) AddUser(ctx context.Context, in NewUser) (u User, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return u, err
	}
	u = User{Username: normal(in.Username), Name: in.Name, UnitID: in.UnitID, MustChange: true}
	if err := u.Validate(); err != nil {
		return u, err
	}
	if u.PasswordHash, err = s.newPassword(ctx, u, in.Password); err != nil {
		return u, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		unit, err := findUnit(ctx, tx, u.UnitID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, unit.AreaCode); err != nil {
			return err
		}
		if err := insertUser(ctx, tx, &u); err != nil {
			return err
		}
		u.UnitName, u.AreaCode = unit.Name, unit.AreaCode
		if err := rememberPassword(ctx, tx, u.ID, u.PasswordHash); err != nil {
			return err
		}
		return log(ctx, tx, "identity.user_add", "user", u.ID, unit.AreaCode, map[string]string{"username": u.Username})
	})
	return u, err
}

// UserPatch is what the system administrator may change of an account.
type UserPatch struct {
	Name    string `json:"name" minLength:"1" maxLength:"40"`
	UnitID  string `json:"unit_id" maxLength:"40"`
	Version int64  `json:"version"`
}

// ChangeUser changes name and unit of an account. Needs identity.manage for both units' areas. Returns Conflict with the
// current account if version is not the stored one.
func (s *Service) ChangeUser(ctx context.Context, id string, in UserPatch) (out User, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := manageable(ctx, tx, id, PermManage)
		if err != nil {
			return err
		}
		unit, err := findUnit(ctx, tx, in.UnitID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, unit.AreaCode); err != nil {
			return err
		}
		changed := old
		changed.Name, changed.UnitID = in.Name, in.UnitID
		if err := changed.Validate(); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE identity_user SET name = $3, unit_id = $4, version = version + 1, updated_at = $5 WHERE id = $1 AND version = $2`,
			id, in.Version, in.Name, in.UnitID, tx.Time())
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.version", "Somebody else changed it first.").With(old)
		}
		s.changed(tx)
		if out, err = findUser(ctx, tx, id); err != nil {
			return err
		}
		return log(ctx, tx, "identity.user_change", "user", id, old.AreaCode,
			map[string]string{"name_from": old.Name, "name_to": in.Name, "unit_from": old.UnitID, "unit_to": in.UnitID})
	})
	return out, err
}

// manageable loads an account for an administrative step and checks permission and area.
func manageable(ctx context.Context, tx *db.Tx, id, permission string) (User, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return User{}, err
	}
	u, err := findUser(ctx, tx, id)
	if err != nil {
		return u, err
	}
	if !auth.From(ctx).Covers(u.AreaCode) {
		return u, errs.NotFound("identity.user_not_found", "There is no such account.")
	}
	return u, nil
}

// accountSteps names the steps on an account, the permission each needs and what it does. The system administrator opens
// and closes accounts, the security administrator locks them and resets the second factor, so that neither alone can
// take over an account of the other: a password reset still meets the second factor, and the accounts of
// administrators are reset from the shell only.
var accountSteps = map[string]struct {
	permission string
	set        string // of UPDATE identity_user
}{
	"disable": {PermManage, "disabled = TRUE"},
	"enable":  {PermManage, "disabled = FALSE"},
	"lock":    {PermSecurity, "locked = TRUE, locked_reason = $3"},
	"unlock":  {PermSecurity, "locked = FALSE, locked_reason = $3"},
}

// TopicShut tells that an account was disabled or locked, with a Shut.
const TopicShut = "identity.account_shut"

// Shut is an account that nobody can sign in to any more.
type Shut struct {
	User string `json:"user"`
}

// StepUser disables, enables, locks or unlocks an account; its sessions end at once when it is shut. disable and enable
// need identity.manage, lock and unlock security.manage, for the account's area. Nobody does it to himself, and no
// system administrator to another administrator. Unlock also forgets the failures of the name.
func (s *Service) StepUser(ctx context.Context, id, step, reason string) (out User, err error) {
	what, ok := accountSteps[step]
	if !ok {
		return out, errs.NotFound("identity.no_such_step", "There is no such step.")
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		u, err := manageable(ctx, tx, id, what.permission)
		if err != nil {
			return err
		}
		if err := mayShut(ctx, tx, u, what.permission); err != nil {
			return err
		}
		if len(reason) > 600 {
			return errs.Invalid("identity.long_reason", "The reason is too long.")
		}
		if _, err := tx.Exec(ctx, `UPDATE identity_user SET `+what.set+`, version = version + 1, updated_at = $2 WHERE id = $1`,
			stepArgs(id, tx, what.set, reason)...); err != nil {
			return err
		}
		if step == "disable" || step == "lock" {
			if _, err = tx.Exec(ctx, `DELETE FROM identity_session WHERE user_id = $1`, id); err == nil {
				err = outbox.Emit(ctx, tx, TopicShut, id, Shut{User: id})
			}
		} else {
			err = clearGuard(ctx, tx, digest("name:"+u.Username))
		}
		if err != nil {
			return err
		}
		s.changed(tx)
		if out, err = findUser(ctx, tx, id); err != nil {
			return err
		}
		return log(ctx, tx, "identity.user_"+step, "user", id, u.AreaCode, map[string]string{"reason": reason})
	})
	return out, err
}

// stepArgs leaves the reason out where the statement has no place for it; PostgreSQL refuses an unused argument.
func stepArgs(id string, tx *db.Tx, set, reason string) []any {
	args := []any{id, tx.Time()}
	if len(set) > 0 && set[len(set)-1] == '3' {
		args = append(args, reason)
	}
	return args
}

func mayShut(ctx context.Context, tx *db.Tx, u User, permission string) error {
	if err := yourself(ctx, u.ID); err != nil {
		return err
	}
	if permission != PermManage || auth.From(ctx).System {
		return nil
	}
	classes, err := db.All[Class](ctx, tx, `
		SELECT DISTINCT r.class
		FROM identity_post p
		JOIN identity_role r ON r.code = p.role_code
		WHERE p.user_id = $1 AND p.state = 'active'`, u.ID)
	if err != nil {
		return err
	}
	for _, c := range classes {
		if c != Business {
			return errs.Forbidden("identity.administrators_apart", "Accounts of administrators are kept from the server's shell.")
		}
	}
	return nil
}

// ResetPassword gives an account a temporary password and ends its sessions. Needs identity.manage for its area; not for
// oneself and not for another administrator. The second factor stays, so the new password alone opens nothing that had one.
func (s *Service) ResetPassword(ctx context.Context, id, password string) error {
	var u User
	check := func(tx *db.Tx) (err error) {
		if u, err = manageable(ctx, tx, id, PermManage); err != nil {
			return err
		}
		return mayShut(ctx, tx, u, PermManage)
	}
	if err := s.db.Read(ctx, check); err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, u, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := check(tx); err != nil { // the person may have become an administrator meanwhile
			return err
		}
		if err := setPassword(ctx, tx, id, hash, true, ""); err != nil {
			return fmt.Errorf("reset a password: %w", err)
		}
		s.changed(tx)
		return log(ctx, tx, "identity.password_reset", "user", id, u.AreaCode, nil)
	})
}

// ResetTOTP removes the second factor of somebody who lost it and ends the person's sessions. Needs security.manage for
// the account's area; not for oneself.
func (s *Service) ResetTOTP(ctx context.Context, id string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		u, err := manageable(ctx, tx, id, PermSecurity)
		if err != nil {
			return err
		}
		if err := yourself(ctx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE user_id = $1`, id); err != nil {
			return err
		}
		return s.dropTOTP(ctx, tx, u, "identity.totp_reset")
	})
}
