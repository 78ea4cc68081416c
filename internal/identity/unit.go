package identity

import (
	"regexp"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// Kinds of units.
const (
	Government = "government" // a people's government or the office of a street
	Department = "department" // a department, an agency or an institution of a government
	Community  = "community"  // a residents' committee or another self-governing body
	Enterprise = "enterprise" // a utility, a property manager, a contractor
)

// Unit is a body that people work for and that matters are sent to.
type Unit struct {
	ID        string     `db:"id" json:"id" readOnly:"true"`
	ParentID  *string    `db:"parent_id" json:"parent_id,omitempty"`
	AreaCode  string     `db:"area_code" json:"area_code" doc:"The area it serves"`
	Code      string     `db:"code" json:"code" doc:"Unique within the area, such as housing; it never changes"`
	Name      string     `db:"name" json:"name" minLength:"1" maxLength:"80"`
	Short     string     `db:"short" json:"short,omitempty" maxLength:"20"`
	Kind      string     `db:"kind" json:"kind" enum:"government,department,community,enterprise"`
	Nature    string     `db:"nature" json:"nature,omitempty" enum:"party,government,mass,institution,enterprise,selfgov"`
	Level     string     `db:"level" json:"level" enum:"city,district,vertical,utility,street,community"`
	Duties    string     `db:"duties" json:"duties,omitempty" maxLength:"400"`
	OnDuty    bool       `db:"on_duty" json:"on_duty" doc:"Reachable around the clock"`
	Active    bool       `db:"active" json:"active"`
	Version   int64      `db:"version" json:"version"`
	CreatedAt clock.Time `db:"created_at" json:"created_at" readOnly:"true"`
	UpdatedAt clock.Time `db:"updated_at" json:"updated_at" readOnly:"true"`
}

var (
	unitCode = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)
	// 32 · 3201 · 320106 · 320106001 · 320106001003 · and a grid of the community.
	areaCode = regexp.MustCompile(`^\d{2}(\d{2}(\d{2}(\d{3}(\d{3}([GDP]\d{3})?)?)?)?)?$`)
	kinds    = map[string]bool{Government: true, Department: true, Community: true, Enterprise: true}
	natures  = map[string]bool{"": true, "party": true, "government": true, "mass": true, "institution": true, "enterprise": true, "selfgov": true}
	levels   = map[string]bool{"city": true, "district": true, "vertical": true, "utility": true, "street": true, "community": true}
)

// Validate returns Invalid with one field per wrong value.
func (u Unit) Validate() error {
	var fields []errs.Field
	check := func(ok bool, name string, v any) {
		if !ok {
			fields = append(fields, errs.Field{Location: "body." + name, Message: "not acceptable", Value: v})
		}
	}
	check(areaCode.MatchString(u.AreaCode), "area_code", u.AreaCode)
	check(unitCode.MatchString(u.Code), "code", u.Code)
	check(strings.TrimSpace(u.Name) != "" && len(u.Name) <= 240, "name", u.Name)
	check(kinds[u.Kind], "kind", u.Kind)
	check(natures[u.Nature], "nature", u.Nature)
	check(levels[u.Level], "level", u.Level)
	if fields == nil {
		return nil
	}
	return errs.Invalid("identity.bad_unit", "The unit has wrong values.", fields...)
}
