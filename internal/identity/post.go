package identity

import (
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// States of a post. A post gives rights only while it is active.
const (
	Requested = "requested"
	Active    = "active"
	Rejected  = "rejected"
	Ended     = "ended"
)

// Post is a role that a person holds in a unit for areas.
type Post struct {
	ID          string            `db:"id" json:"id" readOnly:"true"`
	UserID      string            `db:"user_id" json:"user_id" readOnly:"true"`
	UserName    string            `db:"user_name" json:"user_name,omitempty" readOnly:"true"`
	UnitID      string            `db:"unit_id" json:"unit_id"`
	UnitName    string            `db:"unit_name" json:"unit_name,omitempty" readOnly:"true"`
	RoleCode    string            `db:"role_code" json:"role_code"`
	RoleName    string            `db:"role_name" json:"role_name,omitempty" readOnly:"true"`
	Class       Class             `db:"class" json:"class,omitempty" readOnly:"true"`
	Title       string            `db:"title" json:"title" maxLength:"40" doc:"What the person is called in this post, such as 考评办主任"`
	Areas       db.JSON[[]string] `db:"areas" json:"areas" doc:"Area codes; the post covers everything inside them"`
	State       string            `db:"state" json:"state" readOnly:"true" enum:"requested,active,rejected,ended"`
	RequestedBy string            `db:"requested_by" json:"requested_by" readOnly:"true"`
	RequestedAt clock.Time        `db:"requested_at" json:"requested_at" readOnly:"true"`
	DecidedBy   string            `db:"decided_by" json:"decided_by,omitempty" readOnly:"true"`
	DecidedAt   *clock.Time       `db:"decided_at" json:"decided_at,omitempty" readOnly:"true"`
	Note        string            `db:"note" json:"note,omitempty" maxLength:"200"`
	Version     int64             `db:"version" json:"version"`

	AreaCode string `db:"area_code" json:"-"` // of the unit
}

// Validate returns Invalid if an area is not a code or none is given.
func (p Post) Validate() error {
	if len(p.Areas.V) == 0 || len(p.Areas.V) > 50 {
		return errs.Invalid("identity.bad_post", "A post needs between 1 and 50 areas.")
	}
	for _, a := range p.Areas.V {
		if !areaCode.MatchString(a) {
			return errs.Invalid("identity.bad_post", "A post needs area codes.",
				errs.Field{Location: "body.areas", Message: "not an area code", Value: a})
		}
	}
	if p.UnitID == "" || p.RoleCode == "" {
		return errs.Invalid("identity.bad_post", "A post needs a unit and a role.")
	}
	return nil
}

// postMoves is the life of a post: from state and action to state, and the permission the action needs.
var postMoves = map[string]map[string]struct{ to, permission string }{
	Requested: {
		"grant":    {Active, PermSecurity},
		"reject":   {Rejected, PermSecurity},
		"withdraw": {Ended, PermManage},
	},
	Active: {
		"end":    {Ended, PermManage},
		"revoke": {Ended, PermSecurity},
	},
}

func intersect(a, b []string) []string {
	out := []string{}
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}
