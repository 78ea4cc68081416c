package duty

import (
	"regexp"
	"slices"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
)

// States of a version of the list.
const (
	Draft     = "draft"
	Published = "published"
)

// Version is one edition of the responsibility list. In force is the published one of the district, else the shipped one,
// that became effective last.
type Version struct {
	ID            string      `db:"id" json:"id"`
	Number        int         `db:"number" json:"number"`
	AreaCode      string      `db:"area_code" json:"area_code" doc:"District; empty for the shipped list"`
	Name          string      `db:"name" json:"name"`
	Note          string      `db:"note" json:"note,omitempty"`
	State         string      `db:"state" json:"state" enum:"draft,published"`
	Base          string      `db:"base" json:"base,omitempty" doc:"Version it was drafted from"`
	EffectiveFrom *clock.Time `db:"effective_from" json:"effective_from,omitempty"`
	CreatedBy     string      `db:"created_by" json:"created_by"`
	CreatedAt     clock.Time  `db:"created_at" json:"created_at"`
	PublishedBy   string      `db:"published_by" json:"published_by,omitempty"`
	PublishedAt   *clock.Time `db:"published_at" json:"published_at,omitempty"`
	Version       int64       `db:"version" json:"version"`

	Rules   int  `db:"-" json:"rules" doc:"How many"`
	InForce bool `db:"-" json:"in_force"`
}

const versionColumns = "id, number, area_code, name, note, state, base, effective_from, created_by, created_at, published_by, published_at, version"

// Rule is a row of the decision table. A condition that is empty holds for everything; units are named by code and found
// for the place in question: in its community, its street, its district.
type Rule struct {
	ID        string            `db:"id" json:"id,omitempty" readOnly:"true"`
	VersionID string            `db:"version_id" json:"version_id,omitempty" readOnly:"true"`
	Code      string            `db:"code" json:"code,omitempty" maxLength:"30" doc:"Unique in the version; given if absent"`
	Category  string            `db:"category" json:"category,omitempty" maxLength:"10" doc:"Leaf, group or class"`
	Component string            `db:"component" json:"component,omitempty" maxLength:"10" doc:"Kind or class of facility"`
	AreaCode  string            `db:"area_code" json:"area_code,omitempty" maxLength:"20" doc:"Holds for everything inside"`
	Source    string            `db:"source" json:"source,omitempty" maxLength:"20" doc:"Channel the case came by"`
	Days      string            `db:"days" json:"days,omitempty" enum:",work,off" doc:"Work days or days off only"`
	FromTime  string            `db:"from_time" json:"from_time,omitempty" maxLength:"5" doc:"Such as 18:00; may run over midnight"`
	ToTime    string            `db:"to_time" json:"to_time,omitempty" maxLength:"5"`
	FromDate  string            `db:"from_date" json:"from_date,omitempty" maxLength:"5" doc:"Day of the year such as 12-01; may run over the new year"`
	ToDate    string            `db:"to_date" json:"to_date,omitempty" maxLength:"5" doc:"Last day, included"`
	Lead      string            `db:"lead" json:"lead" maxLength:"40" doc:"Code of the unit that leads"`
	Assists   db.JSON[[]string] `db:"assists" json:"assists" doc:"Codes of units that assist"`
	Verifier  string            `db:"verifier" json:"verifier,omitempty" maxLength:"40" doc:"Unit that verifies; officers of the grid if empty"`
	Limit     workcal.Limit     `db:"time_limit" json:"-"`
	LimitText string            `db:"-" json:"limit,omitempty" maxLength:"30" doc:"Such as 3 work_day; that of the category if empty"`
	Fallback  string            `db:"fallback" json:"fallback,omitempty" maxLength:"40" doc:"Unit that leads where the lead does not exist"`
	Basis     string            `db:"basis" json:"basis,omitempty" maxLength:"400" doc:"Regulation, minutes or case it rests on"`
	Precedent int               `db:"precedent" json:"precedent,omitempty" readOnly:"true" doc:"Number of the precedent it was taken from"`
}

const ruleColumns = `id, version_id, code, category, component, area_code, source, days, from_time, to_time, from_date, to_date, lead, assists, verifier,
	time_limit, fallback, basis, precedent`

// sources are the channels a rule may name.
var sources = []string{"officer", "resident", "hotline", "letter", "leader", "department", "device", "inspection"}

var (
	unitCode = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)
	areaCode = regexp.MustCompile(`^\d{4}(\d{2}(\d{3}(\d{3}([GDP]\d{3})?)?)?)?$`)
	dayTime  = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	yearDay  = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	ruleCode = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.\-_]{0,29}$`)
)

// maxAssists bounds the units a rule calls in.
const maxAssists = 8

// check returns Invalid with one field per wrong value and reads the limit.
func (r *Rule) check(c *Catalog) error {
	var fields []errs.Field
	bad := func(ok bool, name, message string, value any) {
		if !ok {
			fields = append(fields, errs.Field{Location: "body." + name, Message: message, Value: value})
		}
	}
	fits := func(re *regexp.Regexp, s string) bool { return s == "" || re.MatchString(s) }
	bad(fits(ruleCode, r.Code), "code", "letters, digits, dots and dashes", r.Code)
	bad(r.Category == "" || c.knows(r.Category), "category", "not in the tree", r.Category)
	bad(r.Component == "" || c.knowsComponent(r.Component), "component", "not in the list", r.Component)
	bad(fits(areaCode, r.AreaCode), "area_code", "no area", r.AreaCode)
	bad(r.Source == "" || slices.Contains(sources, r.Source), "source", "not in the list", r.Source)
	bad(r.Days == "" || r.Days == "work" || r.Days == "off", "days", "work or off", r.Days)
	bad(fits(dayTime, r.FromTime) && fits(dayTime, r.ToTime) && (r.FromTime == "") == (r.ToTime == "") && (r.FromTime == "" || r.FromTime != r.ToTime), "to_time", "from and to, such as 18:00 and 08:00", r.ToTime)
	bad(fits(yearDay, r.FromDate) && fits(yearDay, r.ToDate) && (r.FromDate == "") == (r.ToDate == ""), "to_date", "from and to, such as 12-01 and 02-28", r.ToDate)
	bad(unitCode.MatchString(r.Lead), "lead", "code of a unit", r.Lead)
	bad(fits(unitCode, r.Verifier), "verifier", "code of a unit", r.Verifier)
	bad(fits(unitCode, r.Fallback), "fallback", "code of a unit", r.Fallback)
	bad(r.Verifier == "" || r.Verifier != r.Lead, "verifier", "who handles cannot verify", r.Verifier)
	bad(len(r.Assists.V) <= maxAssists && !slices.Contains(r.Assists.V, r.Lead), "assists", "at most eight, without the lead", r.Assists.V)
	for _, a := range r.Assists.V {
		bad(unitCode.MatchString(a), "assists", "code of a unit", a)
	}
	limit, err := workcal.ParseLimit(strings.TrimSpace(r.LimitText))
	bad(err == nil, "limit", "a number and a unit, such as 3 work_day", r.LimitText)
	if fields != nil {
		return errs.Invalid("duty.bad_rule", "Correct the fields of the rule.", fields...)
	}
	r.Limit = limit
	if r.Assists.V == nil {
		r.Assists.V = []string{}
	}
	return nil
}

// knows reports whether the code is a leaf or a class above one.
func (c *Catalog) knows(code string) bool { return c.Name(code) != code }

// knowsComponent reports whether the code is a kind or a class of facilities.
func (c *Catalog) knowsComponent(code string) bool { return c.ComponentName(code) != code }

// ComponentName returns the name of a kind or class of facilities, or the code itself if there is none.
func (c *Catalog) ComponentName(code string) string {
	for _, n := range c.Components {
		if n.Code == code {
			return n.Name
		}
		for _, k := range n.Children {
			if k.Code == code {
				return k.Name
			}
		}
	}
	return code
}
