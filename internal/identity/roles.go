package identity

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Roles lists every role by code; there are a few dozen at most. Needs identity.read.
func (s *Service) Roles(ctx context.Context) (out []Role, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Role](ctx, tx, `
			SELECT code, name, summary, class, privileged, permissions, builtin, customised, version, updated_at
			FROM identity_role
			ORDER BY code
			LIMIT 500`)
		return err
	})
	return out, err
}

// KnownPermissions lists every permission of this build, for the role editor. Needs identity.read.
func (s *Service) KnownPermissions(ctx context.Context) ([]string, error) {
	return s.perms, auth.Require(ctx, PermRead)
}

// AddRole enters a role. Needs security.manage. Returns Conflict if the code is taken, Invalid if its permissions are
// unknown or may not lie in one hand.
func (s *Service) AddRole(ctx context.Context, r Role) (out Role, err error) {
	if err := auth.Require(ctx, PermSecurity); err != nil {
		return out, err
	}
	if err := r.classify(s.known); err != nil {
		return out, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO identity_role (code, name, summary, class, privileged, permissions, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			r.Code, r.Name, r.Summary, r.Class, r.Privileged, r.Permissions, tx.Time())
		if db.IsUnique(err) {
			return errs.Conflict("identity.role_exists", "There is a role with this code already.")
		} else if err != nil {
			return err
		}
		if out, err = findRole(ctx, tx, r.Code); err != nil {
			return err
		}
		return log(ctx, tx, "identity.role_add", "role", r.Code, "", out)
	})
	return out, err
}

// ChangeRole changes name, permissions and privilege of a role; everybody who holds it has the new rights with the next
// request. Needs security.manage. Returns Conflict with the current role if version is not the stored one, and Conflict
// if the change would move a role that somebody holds to another class, because the holders were judged by the old one.
func (s *Service) ChangeRole(ctx context.Context, code string, r Role) (out Role, err error) {
	if err := auth.Require(ctx, PermSecurity); err != nil {
		return out, err
	}
	r.Code = code
	if err := r.classify(s.known); err != nil {
		return out, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := findRole(ctx, tx, code)
		if err != nil {
			return err
		}
		if err := classStays(ctx, tx, old, r); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE identity_role
			SET name = $3, summary = $4, class = $5, privileged = $6, permissions = $7, customised = builtin, version = version + 1, updated_at = $8
			WHERE code = $1 AND version = $2`,
			code, r.Version, r.Name, r.Summary, r.Class, r.Privileged, r.Permissions, tx.Time())
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.version", "Somebody else changed it first.").With(old)
		}
		s.changed(tx)
		if out, err = findRole(ctx, tx, code); err != nil {
			return err
		}
		return log(ctx, tx, "identity.role_change", "role", code, "", map[string]Role{"from": old, "to": out})
	})
	return out, err
}

func classStays(ctx context.Context, tx *db.Tx, old, next Role) error {
	if old.Class == next.Class {
		return nil
	}
	holders, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_post WHERE role_code = $1 AND state IN ('requested', 'active')`, old.Code)
	if err != nil {
		return err
	} else if holders > 0 {
		return errs.Conflict("identity.role_held", "Somebody holds this role; its class cannot change. Make a new role.")
	}
	return nil
}

// CurrentPolicy is the policy in force with its version.
type CurrentPolicy struct {
	Policy
	Version int64 `json:"version"`
}

// SecurityPolicy returns the policy in force. Needs security.manage or identity.read.
func (s *Service) SecurityPolicy(ctx context.Context) (out CurrentPolicy, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		row, err := findPolicy(ctx, tx)
		out = CurrentPolicy{row.Value.V, row.Version}
		return err
	})
	return out, err
}

// ChangePolicy replaces the policy; it holds within seconds for every node. Needs security.manage. Returns Invalid
// outside the bounds, Conflict with the current policy if version is not the stored one.
func (s *Service) ChangePolicy(ctx context.Context, in CurrentPolicy) (out CurrentPolicy, err error) {
	if err := auth.Require(ctx, PermSecurity); err != nil {
		return out, err
	}
	if err := in.Validate(); err != nil {
		return out, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := findPolicy(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE identity_policy
			SET value = $1, version = version + 1, updated_by = $2, updated_at = $3
			WHERE name = 'default' AND version = $4`,
			db.JSON[Policy]{V: in.Policy}, auth.From(ctx).UserID, tx.Time(), in.Version)
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.version", "Somebody else changed it first.").With(CurrentPolicy{old.Value.V, old.Version})
		}
		s.changed(tx)
		out = CurrentPolicy{in.Policy, in.Version + 1}
		return log(ctx, tx, "identity.policy_change", "policy", "default", "", map[string]Policy{"from": old.Value.V, "to": in.Policy})
	})
	return out, err
}

// SignInRecord is one line of the sign-in log.
type SignInRecord struct {
	ID       string     `db:"id" json:"id"`
	At       clock.Time `db:"at" json:"at"`
	UserID   string     `db:"user_id" json:"user_id,omitempty" doc:"Empty when no account has the name"`
	Username string     `db:"username" json:"username" doc:"Two letters only when no account has the name"`
	Address  string     `db:"address" json:"address"`
	Agent    string     `db:"agent" json:"agent"`
	Outcome  string     `db:"outcome" json:"result" enum:"signed_in,bad_password,code_required,bad_code,locked_out,account_shut,signed_out"`
}
