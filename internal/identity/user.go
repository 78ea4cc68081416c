package identity

import (
	"regexp"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// User is a person with an account. Secrets never leave the module: they carry no JSON name.
type User struct {
	ID           string      `db:"id" json:"id" readOnly:"true"`
	Username     string      `db:"username" json:"username" doc:"Small letters, digits, dot, dash, underscore"`
	Name         string      `db:"name" json:"name" minLength:"1" maxLength:"40"`
	UnitID       string      `db:"unit_id" json:"unit_id"`
	UnitName     string      `db:"unit_name" json:"unit_name,omitempty" readOnly:"true"`
	AreaCode     string      `db:"area_code" json:"area_code,omitempty" readOnly:"true" doc:"The unit's area"`
	MustChange   bool        `db:"must_change" json:"must_change" readOnly:"true" doc:"The password was set by somebody else"`
	SecondFactor bool        `db:"totp_on" json:"second_factor" readOnly:"true"`
	Disabled     bool        `db:"disabled" json:"disabled" readOnly:"true" doc:"Left the job; set by the system administrator"`
	Locked       bool        `db:"locked" json:"locked" readOnly:"true" doc:"Set by the security administrator"`
	LockedReason string      `db:"locked_reason" json:"locked_reason,omitempty" readOnly:"true"`
	Portrait     string      `db:"portrait" json:"portrait,omitempty" readOnly:"true" doc:"Names the photograph as it is; another one has another name"`
	Demo         bool        `db:"demo" json:"demo,omitempty" readOnly:"true"`
	Version      int64       `db:"version" json:"version"`
	CreatedAt    clock.Time  `db:"created_at" json:"created_at" readOnly:"true"`
	LastSignInAt *clock.Time `db:"last_sign_in_at" json:"last_sign_in_at,omitempty" readOnly:"true"`
	Posts        []Post      `db:"-" json:"posts,omitempty" readOnly:"true"`

	PasswordHash string     `db:"password_hash" json:"-"`
	PasswordAt   clock.Time `db:"password_at" json:"-"`
	TOTPSecret   string     `db:"totp_secret" json:"-"`
	TOTPStep     int64      `db:"totp_step" json:"-"`
}

var username = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

// normal is the form in which names are stored and compared.
func normal(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Validate returns Invalid with one field per wrong value.
func (u User) Validate() error {
	var fields []errs.Field
	if !username.MatchString(u.Username) || u.Username == "system" {
		fields = append(fields, errs.Field{Location: "body.username", Message: "2 to 32 small letters, digits, dots, dashes", Value: u.Username})
	}
	if n := strings.TrimSpace(u.Name); n == "" || len(n) > 120 {
		fields = append(fields, errs.Field{Location: "body.name", Message: "needs 1 to 40 characters", Value: u.Name})
	}
	if u.UnitID == "" {
		fields = append(fields, errs.Field{Location: "body.unit_id", Message: "needs a unit"})
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("identity.bad_user", "The account has wrong values.", fields...)
}
