package rectify

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/workcal"
)

// Rules are the limits and numbers of the machine that a district may set. A version is never edited and holds for what
// starts from then on.
type Rules struct {
	Version    int         `json:"version" doc:"0: as shipped"`
	Adjudicate string      `json:"adjudicate" maxLength:"30" doc:"Limit of a joint adjudication, such as 3 work_day"`
	Review     string      `json:"review" maxLength:"30" doc:"Limit until a suspension is looked at again"`
	Supervise  []string    `json:"supervise" minItems:"3" maxItems:"3" doc:"Limits to answer a supervision, by level"`
	Needed     int         `json:"needed" minimum:"1" maximum:"20" doc:"n: residents who have to answer before an item with invitations is verified"`
	Agree      int         `json:"agree" minimum:"1" maximum:"20" doc:"k: of them, how many have to say solved or partly"`
	Days       int         `json:"days" minimum:"1" maximum:"60" doc:"Calendar days for which an invitation is good"`
	Required   bool        `json:"required" doc:"No item is verified without invited residents"`
	Note       string      `json:"note,omitempty" maxLength:"1200"`
	ByName     string      `json:"by_name,omitempty" readOnly:"true"`
	At         *clock.Time `json:"at,omitempty" readOnly:"true"`
}

// DefaultRules are those the program is shipped with.
func DefaultRules() Rules {
	return Rules{Adjudicate: "3 work_day", Review: "15 calendar_day", Supervise: []string{"3 work_day", "2 work_day", "1 work_day"}, Needed: 3, Agree: 2, Days: 7}
}

// limit reads a limit that was checked when the rules were set.
func (Rules) limit(text string) workcal.Limit { return workcal.MustLimit(text) }

func (r *Rules) check() error {
	var fields []errs.Field
	for _, x := range append([]string{r.Adjudicate, r.Review}, r.Supervise...) {
		if l, err := workcal.ParseLimit(x); err != nil || l.IsZero() {
			fields = append(fields, errs.Field{Location: "body", Message: "no time limit", Value: x})
		}
	}
	if len(r.Supervise) != maxLevel {
		fields = append(fields, errs.Field{Location: "body.supervise", Message: "three levels", Value: len(r.Supervise)})
	}
	if r.Agree < 1 || r.Agree > r.Needed || r.Days < 1 {
		fields = append(fields, errs.Field{Location: "body.agree", Message: "at most as many as have to answer", Value: r.Agree})
	}
	if fields != nil {
		return errs.Invalid("rectify.bad_rules", "Correct the marked rules.", fields...)
	}
	return checkTexts(prose.Needed("note", &r.Note, maxNote))
}

type rulesRow struct {
	Version int        `db:"version"`
	Rules   string     `db:"rules"`
	Note    string     `db:"note"`
	ByName  string     `db:"by_name"`
	At      clock.Time `db:"at"`
}

func rulesVersions(ctx context.Context, tx *db.Tx, most int) ([]Rules, error) {
	rows, err := db.All[rulesRow](ctx, tx, "SELECT version, rules, note, by_name, at FROM item_rules ORDER BY version DESC LIMIT $1", most)
	out := make([]Rules, 0, len(rows)+1)
	for n := range rows {
		var r Rules
		if err := json.Unmarshal([]byte(rows[n].Rules), &r); err != nil {
			return nil, fmt.Errorf("rules of rectification, version %d: %w", rows[n].Version, err)
		}
		r.Version, r.Note, r.ByName, r.At = rows[n].Version, rows[n].Note, rows[n].ByName, &rows[n].At
		out = append(out, r)
	}
	return out, err
}

// rulesTx returns the rules in force.
func (s *Service) rulesTx(ctx context.Context, tx *db.Tx) (Rules, error) {
	list, err := rulesVersions(ctx, tx, 1)
	if err != nil || len(list) == 0 {
		return DefaultRules(), err
	}
	return list[0], nil
}

// maxRules bounds the list of versions.
const maxRules = 100

// RulesVersions lists the rules, those in force first, those shipped last. Needs rectify.read.
func (s *Service) RulesVersions(ctx context.Context) (out []Rules, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = rulesVersions(ctx, tx, maxRules)
		return err
	})
	return append(out, DefaultRules()), err
}

// SetRules puts a new version in force. It needs rectify.decide in a whole district, the version it was made from (Conflict if
// another came in between) and a note why.
func (s *Service) SetRules(ctx context.Context, r Rules) (out Rules, err error) {
	if err := auth.Require(ctx, PermDecide); err != nil {
		return out, err
	}
	if p := auth.From(ctx); !p.System && !wholeDistrict(p) {
		return out, errs.Forbidden("auth.outside_area", "This is decided for the whole district.")
	}
	if err := r.check(); err != nil {
		return out, err
	}
	changed := errs.Conflict("rectify.rules_changed", "Somebody set other rules in between; look at them first.")
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		now, err := s.rulesTx(ctx, tx)
		if err != nil {
			return err
		}
		if now.Version != r.Version {
			return changed.With(now)
		}
		out = r
		out.Version, out.Note, out.ByName, out.At = r.Version+1, "", "", nil
		text, err := json.Marshal(out)
		if err != nil {
			return err
		}
		at := tx.Time()
		out.Note, out.ByName, out.At = mask.Text(r.Note), nameOf(ctx), &at
		n, err := tx.Exec(ctx, "INSERT INTO item_rules (version, rules, note, by_name, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
			out.Version, string(text), out.Note, out.ByName, at)
		if err == nil && n == 0 {
			err = changed
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rectify.set_rules", Object: "rectification_rules", ObjectID: strconv.Itoa(out.Version), Detail: out})
	})
	return out, err
}

// districtDigits is the length of a district's area code.
const districtDigits = 6

func wholeDistrict(p *auth.Principal) bool {
	for _, a := range p.Areas {
		if a != "" && len(a) <= districtDigits {
			return true
		}
	}
	return false
}

// digitsOf writes a number.
