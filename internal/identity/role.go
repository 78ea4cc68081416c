package identity

import (
	"regexp"
	"slices"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Class says which of the separated duties a role belongs to.
type Class string

// The classes: ordinary work and the three administrators of 等保2.0 level 3.
const (
	Business Class = "business"
	System   Class = "system"
	Security Class = "security"
	Audit    Class = "audit"
)

// duty maps the permission that makes an administrator to its class.
var duty = map[string]Class{PermManage: System, PermSecurity: Security, PermAudit: Audit}

// Role is a named list of permissions.
type Role struct {
	Code        string            `db:"code" json:"code" pattern:"^[a-z][a-z0-9_]{1,39}$"`
	Name        string            `db:"name" json:"name" minLength:"1" maxLength:"40"`
	Summary     string            `db:"summary" json:"summary,omitempty" maxLength:"200"`
	Class       Class             `db:"class" json:"class" readOnly:"true" enum:"business,system,security,audit" doc:"Follows from the permissions"`
	Privileged  bool              `db:"privileged" json:"privileged" doc:"Signs in with a one-time code"`
	Permissions db.JSON[[]string] `db:"permissions" json:"permissions"`
	Builtin     bool              `db:"builtin" json:"builtin" readOnly:"true"`
	Customised  bool              `db:"customised" json:"customised" readOnly:"true" doc:"A built-in role that was edited; releases no longer update it"`
	Version     int64             `db:"version" json:"version"`
	UpdatedAt   clock.Time        `db:"updated_at" json:"updated_at" readOnly:"true"`
}

// technical are the permissions an administrator may hold beside its own: they open no matter of a resident.
var technical = map[string]bool{PermRead: true, "region.read": true, "messages.read": true, "messages.manage": true, "integration.manage": true}

var roleCode = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// classify sets the class that follows from the permissions and returns Invalid if they cannot stand together or are
// not in known. An administrator's role is privileged whatever was asked for.
func (r *Role) classify(known map[string]bool) error {
	if !roleCode.MatchString(r.Code) || strings.TrimSpace(r.Name) == "" {
		return errs.Invalid("identity.bad_role", "A role needs a code of small letters and a name.")
	}
	slices.Sort(r.Permissions.V)
	r.Permissions.V = slices.Compact(r.Permissions.V)
	r.Class = Business
	for _, p := range r.Permissions.V {
		if !known[p] {
			return errs.Invalid("identity.unknown_permission", "The program knows no such permission.",
				errs.Field{Location: "body.permissions", Message: "unknown permission", Value: p})
		}
		if c := duty[p]; c != "" && r.Class != Business {
			return errs.Invalid("identity.duties_apart", "A role may hold only one of system, security and audit administration.")
		} else if c != "" {
			r.Class = c
		}
	}
	if r.Class == Business {
		return nil
	}
	r.Privileged = true
	for _, p := range r.Permissions.V {
		if duty[p] == "" && !technical[p] {
			return errs.Invalid("identity.duties_apart", "An administrator's role holds no business permission.",
				errs.Field{Location: "body.permissions", Message: "business permission", Value: p})
		}
	}
	return nil
}

// compatible returns Conflict if one person may not hold both classes: an administrator's post excludes every other class.
func compatible(a, b Class) error {
	if a == b {
		return nil
	}
	return errs.Conflict("identity.duties_apart",
		"System, security and audit administration and business work must lie with different persons.").
		With(map[string]Class{"held": a, "asked": b})
}
