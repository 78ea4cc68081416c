package duty

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Versions lists the shipped list and those of the caller's districts, newest first. Needs duty.read.
func (s *Service) Versions(ctx context.Context) (out []Version, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		var args []any
		where := near(ctx, "area_code", &args)
		out, err = db.All[Version](ctx, tx, "SELECT "+versionColumns+" FROM duty_version WHERE area_code = '' OR "+where+" ORDER BY number DESC LIMIT 200", args...)
		if err != nil {
			return err
		}
		for i := range out {
			if err := s.completed(ctx, tx, &out[i], areaOf(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// areaOf is the district of the caller, the first of its areas.
func areaOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil && len(p.Areas) > 0 {
		return district(p.Areas[0])
	}
	return ""
}

// completed counts the rules of a version and says whether it answers now.
func (s *Service) completed(ctx context.Context, tx *db.Tx, v *Version, area string) (err error) {
	if v.AreaCode != "" {
		area = v.AreaCode
	}
	now, err := versionInForce(ctx, tx, area, tx.Time())
	if err != nil {
		return err
	}
	v.InForce = now.ID == v.ID
	v.Rules, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_rule WHERE version_id = $1", v.ID)
	return err
}

// VersionDetail is a version with its rules.
type VersionDetail struct {
	Version
	List []RuleLine `json:"list"`
}

// RuleLine is a rule with the names of what it names.
type RuleLine struct {
	Rule
	CategoryName  string   `json:"category_name,omitempty"`
	ComponentName string   `json:"component_name,omitempty"`
	AreaName      string   `json:"area_name,omitempty"`
	LeadName      string   `json:"lead_name"`
	AssistNames   []string `json:"assist_names"`
	Conditions    []string `json:"conditions"`
}

// Version returns a version with its rules in order of category. Needs duty.read.
func (s *Service) Version(ctx context.Context, id string) (d *VersionDetail, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.completed(ctx, tx, v, areaOf(ctx)); err != nil {
			return err
		}
		rules, err := rulesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		d = &VersionDetail{Version: *v, List: make([]RuleLine, 0, len(rules))}
		for i := range rules {
			d.List = append(d.List, s.line(ctx, &rules[i]))
		}
		return nil
	})
	return d, err
}

func (s *Service) line(ctx context.Context, r *Rule) RuleLine {
	l := RuleLine{Rule: *r, LeadName: bodyName(r.Lead), AssistNames: []string{}, Conditions: s.conditions(ctx, r)}
	if r.Category != "" {
		l.CategoryName = s.catalog.Name(r.Category)
	}
	if r.Component != "" {
		l.ComponentName = s.catalog.ComponentName(r.Component)
	}
	if r.AreaCode != "" {
		l.AreaName = s.areaName(ctx, r.AreaCode)
	}
	for _, a := range r.Assists.V {
		l.AssistNames = append(l.AssistNames, bodyName(a))
	}
	return l
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// readable returns a version the caller may read.
func (s *Service) readable(ctx context.Context, tx *db.Tx, id string) (*Version, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	v, err := findVersion(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	if v.AreaCode == "" || p.System {
		return v, nil
	}
	for _, a := range p.Areas {
		if district(a) == v.AreaCode || len(a) < 6 && v.AreaCode[:len(a)] == a {
			return v, nil
		}
	}
	return nil, errs.NotFound("duty.version_not_found", "There is no such version of the responsibility list.")
}

// draft returns a version that may be edited by the caller: a draft of a district inside its areas, with duty.manage.
func (s *Service) draft(ctx context.Context, tx *db.Tx, id string) (*Version, error) {
	v, err := s.readable(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, v.AreaCode); err != nil {
		return nil, err
	}
	if v.State != Draft {
		return nil, errs.Conflict("duty.published", "A published version never changes; draft a new one from it.").With(v)
	}
	return v, nil
}

// NewDraft is what a draft starts with.
type NewDraft struct {
	Area string `json:"area" minLength:"6" maxLength:"6" doc:"District"`
	Base string `json:"base,omitempty" maxLength:"60" doc:"Version to copy; the one in force if absent"`
	Name string `json:"name" minLength:"1" maxLength:"120"`
	Note string `json:"note,omitempty" maxLength:"1600"`
}

// Draft copies a version into a new draft of a district. Needs duty.manage there.
func (s *Service) Draft(ctx context.Context, n NewDraft) (v *Version, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		v, err = s.DraftTx(ctx, tx, n)
		return err
	})
	return v, err
}

// DraftTx is Draft inside the caller's transaction.
func (s *Service) DraftTx(ctx context.Context, tx *db.Tx, n NewDraft) (*Version, error) {
	if err := auth.RequireArea(ctx, PermManage, n.Area); err != nil {
		return nil, err
	}
	n.Name, n.Note = clean(n.Name), clean(n.Note)
	if !areaCode.MatchString(n.Area) || len(n.Area) != 6 || n.Name == "" || utf8.RuneCountInString(n.Name) > 40 || utf8.RuneCountInString(n.Note) > 400 {
		return nil, errs.Invalid("duty.bad_draft", "A draft needs a district and a name of up to 40 characters.", errs.Field{Location: "body.name", Message: "up to 40 characters", Value: n.Name})
	}
	if err := s.PrepareTx(ctx, tx); err != nil {
		return nil, err
	}
	base, err := versionInForce(ctx, tx, n.Area, tx.Time())
	if n.Base != "" && err == nil {
		base, err = s.readable(ctx, tx, n.Base)
	}
	if err != nil {
		return nil, err
	}
	if err := tx.Turn(ctx, "duty_version"); err != nil {
		return nil, err
	}
	last, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(number), 0) FROM duty_version")
	if err != nil {
		return nil, err
	}
	v := &Version{ID: db.NewID(tx), Number: last + 1, AreaCode: n.Area, Name: n.Name, Note: n.Note, State: Draft, Base: base.ID, CreatedBy: nameOf(ctx), CreatedAt: tx.Time(), Version: 1}
	if err := insertVersion(ctx, tx, v); err != nil {
		return nil, err
	}
	rules, err := rulesOf(ctx, tx, base.ID)
	if err != nil {
		return nil, err
	}
	for i := range rules {
		rules[i].ID, rules[i].VersionID = db.NewID(tx), v.ID
		if err := insertRule(ctx, tx, &rules[i]); err != nil {
			return nil, err
		}
	}
	v.Rules = len(rules)
	return v, s.log(ctx, tx, "duty.draft", v, map[string]any{"base": base.ID, "rules": len(rules)})
}

func (s *Service) log(ctx context.Context, tx *db.Tx, action string, v *Version, detail map[string]any) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "duty_version", ObjectID: v.ID, Area: v.AreaCode, Detail: detail})
}

// Discard deletes a draft with its rules. Needs duty.manage in its district.
func (s *Service) Discard(ctx context.Context, id string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		v, err := s.draft(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, q := range []string{"UPDATE duty_precedent SET taken_into = '' WHERE taken_into = $1", "DELETE FROM duty_rule WHERE version_id = $1", "DELETE FROM duty_version WHERE id = $1"} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return err
			}
		}
		return s.log(ctx, tx, "duty.discard", v, map[string]any{"number": v.Number})
	})
}

// Publish puts a draft in force from a time on, never into the past and never before a list published earlier. Invalid with every
// tie if two rules of equal rank could hold for one matter. Needs duty.manage in its district; whoever reads it later finds
// it unchanged.
func (s *Service) Publish(ctx context.Context, id string, version int64, from *clock.Time) (v *Version, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		v, err = s.PublishTx(ctx, tx, id, version, from)
		return err
	})
	return v, err
}

// PublishTx is Publish inside the caller's transaction.
func (s *Service) PublishTx(ctx context.Context, tx *db.Tx, id string, version int64, from *clock.Time) (*Version, error) {
	v, err := s.draft(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	now := tx.Time()
	if from == nil || from.IsZero() {
		from = &now
	}
	if from.Before(now.Time) {
		return nil, errs.Invalid("duty.in_the_past", "A list cannot become effective in the past.", errs.Field{Location: "body.effective_from", Message: "in the past", Value: from})
	}
	later, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_version WHERE state = 'published' AND area_code = $1 AND effective_from > $2", v.AreaCode, *from)
	if err != nil {
		return nil, err
	}
	if later > 0 {
		return nil, errs.Conflict("duty.later_published", "A list that becomes effective later has been published already.")
	}
	rules, err := rulesOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if ties := ties(rules); len(ties) > 0 {
		return nil, tieError(ties)
	}
	n, err := tx.Exec(ctx, `UPDATE duty_version SET state = 'published', effective_from = $1, published_by = $2, published_at = $3, version = version + 1
		WHERE id = $4 AND version = $5 AND state = 'draft'`, *from, nameOf(ctx), now, id, version)
	if err == nil && n == 0 {
		err = errs.Conflict("duty.changed", "Somebody changed it in between; look at it again.").With(v)
	}
	if err != nil {
		return nil, err
	}
	tx.AfterCommit(s.forgetEditions)
	v.State, v.EffectiveFrom, v.PublishedBy, v.PublishedAt, v.Version, v.Rules = Published, from, nameOf(ctx), &now, version+1, len(rules)
	return v, s.log(ctx, tx, "duty.publish", v, map[string]any{"number": v.Number, "effective_from": from, "rules": len(rules)})
}

func tieError(ties []Pair) error {
	fields := make([]errs.Field, 0, len(ties))
	for _, p := range ties[:min(len(ties), 50)] {
		fields = append(fields, errs.Field{Location: "rules." + p.A, Message: "equal to " + p.B})
	}
	return errs.Invalid("duty.ties", "Rules of equal rank hold for the same matters; make one of them more specific.", fields...).With(ties)
}

// Difference is a rule that one version has otherwise than another.
type Difference struct {
	Kind   string    `json:"kind" enum:"added,removed,changed"`
	Before *RuleLine `json:"before,omitempty"`
	After  *RuleLine `json:"after,omitempty"`
}

// Diff compares a version with the one it was drafted from, by code of rule. Needs duty.read.
func (s *Service) Diff(ctx context.Context, id string) ([]Difference, error) {
	after, err := s.Version(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []Difference{}
	if after.Base == "" {
		return out, nil
	}
	before, err := s.Version(ctx, after.Base)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("base of version %d", after.Number), err)
	}
	old := map[string]*RuleLine{}
	for i := range before.List {
		old[before.List[i].Code] = &before.List[i]
	}
	for i := range after.List {
		now := &after.List[i]
		was := old[now.Code]
		delete(old, now.Code)
		if was == nil {
			out = append(out, Difference{Kind: "added", After: now})
		} else if was.text() != now.text() {
			out = append(out, Difference{Kind: "changed", Before: was, After: now})
		}
	}
	for i := range before.List {
		if was := old[before.List[i].Code]; was != nil {
			out = append(out, Difference{Kind: "removed", Before: was})
		}
	}
	return out, nil
}

// text is the content of a rule, to tell whether it changed.
func (r *Rule) text() string {
	return fmt.Sprint(r.Category, r.Component, r.AreaCode, r.Source, r.Days, r.FromTime, r.ToTime, r.FromDate, r.ToDate, r.Lead, r.Assists.V, r.Verifier, r.Limit, r.Fallback, r.Basis)
}
