package whistle

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/cases"
	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/workcal"
)

// LimitRule says how long a step of a kind of whistle may take.
type LimitRule struct {
	Kind  Kind   `yaml:"kind" json:"kind" enum:"push,hard,urgent"`
	Clock string `yaml:"clock" json:"clock" enum:"sign,contact,report,commit,accept,arbitrate"`
	Limit string `yaml:"limit" json:"limit" maxLength:"30" doc:"Such as 1 work_hour"`
	Basis string `yaml:"basis" json:"basis" maxLength:"400" doc:"Where it comes from; shown when a due time is explained"`

	parsed workcal.Limit
}

// Limits is one version of the time limits of whistles. A version is never edited.
type Limits struct {
	Version   int         `yaml:"version" json:"version"`
	Name      string      `yaml:"name" json:"name"`
	Rules     []LimitRule `yaml:"rules" json:"rules"`
	Note      string      `yaml:"-" json:"note,omitempty" doc:"Why it was set"`
	ByName    string      `yaml:"-" json:"by_name,omitempty"`
	CreatedAt *clock.Time `yaml:"-" json:"created_at,omitempty" doc:"Absent for the version of the release"`
}

// limited are the clocks that need a limit; promised work runs to the day that was promised.
var limited = []string{"sign", "contact", "report", "commit", "accept", "arbitrate"}

// DefaultLimits is the version shipped with this release.
var DefaultLimits = sync.OnceValue(func() *Limits {
	var l Limits
	if err := yaml.Unmarshal(reference.WhistleLimits, &l); err != nil {
		panic(err) // a broken release
	}
	if err := l.check(); err != nil {
		panic(err)
	}
	return &l
})

// check reads the limits and returns Invalid with what is wrong: unknown words, and every kind needs each clock once.
func (l *Limits) check() error {
	var fields []errs.Field
	seen := map[string]bool{}
	for i := range l.Rules {
		r := &l.Rules[i]
		bad := func(name, message string, value any) {
			fields = append(fields, errs.Field{Location: fmt.Sprintf("body.rules[%d].%s", i, name), Message: message, Value: value})
		}
		r.Basis = strings.TrimSpace(r.Basis)
		parsed, err := workcal.ParseLimit(r.Limit)
		if err != nil || parsed.IsZero() {
			bad("limit", "a number and a unit, such as 1 work_hour", r.Limit)
		}
		r.parsed = parsed
		if !slices.Contains(Kinds, r.Kind) || !slices.Contains(limited, r.Clock) {
			bad("clock", "not in the list", r.Clock)
		}
		if n := utf8.RuneCountInString(r.Basis); n == 0 || n > 100 {
			bad("basis", "say where the limit comes from, in at most 100 characters", n)
		}
		if seen[string(r.Kind)+r.Clock] {
			bad("clock", "two rules for the same step", r.Clock)
		}
		seen[string(r.Kind)+r.Clock] = true
	}
	for _, k := range Kinds {
		for _, c := range limited {
			if !seen[string(k)+c] {
				fields = append(fields, errs.Field{Location: "body.rules", Message: "no limit for this step", Value: string(k) + " " + c})
			}
		}
	}
	if fields != nil {
		return errs.Invalid("whistle.bad_limits", "Correct the time limits of whistles.", fields...)
	}
	return nil
}

// of returns the limit of a step and where it comes from.
func (l *Limits) of(kind Kind, name string) (workcal.Limit, string) {
	for i := range l.Rules {
		if r := &l.Rules[i]; r.Kind == kind && r.Clock == name {
			return r.parsed, fmt.Sprintf("%s（时限标准第%d版）", r.Basis, l.Version)
		}
	}
	return workcal.Limit{}, ""
}

// maxLimitVersions bounds the list of versions.
const maxLimitVersions = 100

// limitVersions returns the versions that were set, newest first.
func limitVersions(ctx context.Context, tx *db.Tx, most int) ([]Limits, error) {
	rows, err := db.All[struct {
		Version   int        `db:"version"`
		Rules     string     `db:"rules"`
		Note      string     `db:"note"`
		ByName    string     `db:"by_name"`
		CreatedAt clock.Time `db:"created_at"`
	}](ctx, tx, "SELECT version, rules, note, by_name, created_at FROM whistle_limits ORDER BY version DESC LIMIT $1", most)
	if err != nil {
		return nil, err
	}
	out := make([]Limits, len(rows))
	for i, r := range rows {
		out[i] = Limits{Version: r.Version, Name: DefaultLimits().Name, Note: r.Note, ByName: r.ByName, CreatedAt: &rows[i].CreatedAt}
		if err := json.Unmarshal([]byte(r.Rules), &out[i].Rules); err != nil {
			return nil, err
		}
		if err := out[i].check(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// limits returns the version in force.
func limits(ctx context.Context, tx *db.Tx) (*Limits, error) {
	own, err := limitVersions(ctx, tx, 1)
	if err != nil || len(own) == 0 {
		return DefaultLimits(), err
	}
	return &own[0], nil
}

// LimitVersions returns every version of the time limits, the one in force first, the shipped one last. Needs whistle.read.
func (s *Service) LimitVersions(ctx context.Context) (out []Limits, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = limitVersions(ctx, tx, maxLimitVersions)
		return err
	})
	return append(out, *DefaultLimits()), err
}

// SetLimits puts a new version in force for clocks that start from now on. It needs cases.clocks on the tier of the district,
// the version it was made from (Conflict if another came in between) and a note why; Invalid names every wrong rule.
func (s *Service) SetLimits(ctx context.Context, seen int, rules []LimitRule, note string) (*Limits, error) {
	l := &Limits{Name: DefaultLimits().Name, Rules: rules, Note: mask.Text(strings.TrimSpace(note))}
	if err := requireDistrict(ctx); err != nil {
		return nil, err
	}
	if l.Note == "" {
		return nil, errs.Invalid("whistle.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.note", Message: "required"})
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		last, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(version), 1) FROM whistle_limits")
		if err != nil {
			return err
		}
		p, now := auth.From(ctx), tx.Time()
		l.Version, l.ByName, l.CreatedAt = last+1, p.Name, &now
		n := int64(0)
		if last == seen {
			n, err = tx.Exec(ctx, "INSERT INTO whistle_limits (version, rules, note, by_id, by_name, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
				l.Version, string(text), l.Note, p.UserID, p.Name, now)
		}
		if err == nil && n == 0 {
			err = errs.Conflict("whistle.limits_changed", "Somebody set other limits in between; look at them first.")
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "whistle.set_limits", Object: "whistle_limits", ObjectID: fmt.Sprint(l.Version), Detail: map[string]any{"version": l.Version}})
	})
	return l, err
}

// requireDistrict wants cases.clocks from somebody who covers a whole district.
func requireDistrict(ctx context.Context) error {
	if err := auth.Require(ctx, cases.PermClocks); err != nil {
		return err
	}
	p := auth.From(ctx)
	if p.System || slices.ContainsFunc(p.Areas, func(a string) bool { return a != "" && len(a) <= 6 }) {
		return nil
	}
	return errs.Forbidden("whistle.too_low", "This is decided on a higher tier.")
}
