package duty

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// Body is a unit as a decision names it.
type Body struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	AreaCode string `json:"area_code"`
	Level    string `json:"level"`
}

func bodyOf(u identity.Unit) Body {
	name := u.Short
	if name == "" {
		name = u.Name
	}
	return Body{ID: u.ID, Code: u.Code, Name: name, AreaCode: u.AreaCode, Level: u.Level}
}

// Decision says who is responsible, and why. Lead is absent only where no unit exists that could take the matter.
type Decision struct {
	Version      Version       `json:"list" doc:"Version of the list that was asked"`
	Category     string        `json:"category"`
	CategoryName string        `json:"category_name"`
	AreaCode     string        `json:"area_code"`
	Lead         *Body         `json:"lead,omitempty"`
	Assists      []Body        `json:"assists"`
	Verifier     *Body         `json:"verifier,omitempty" doc:"Officers of the grid if absent"`
	Limit        string        `json:"limit,omitempty" doc:"Such as 3 work_day"`
	Steps        []Step        `json:"steps" doc:"What was weighed, strongest first"`
	Task         *TaskStanding `json:"task,omitempty" doc:"Where the category stands on the duty list of streets"`
	Missing      []string      `json:"missing" doc:"Codes of units that the list names and the district does not have"`
}

// Standing is what became of something that was weighed.
type Standing string

// The four standings.
const (
	Used      Standing = "used"      // decides
	Agrees    Standing = "agrees"    // fits and names the same lead
	Overruled Standing = "overruled" // fits, but something stronger names another lead
	Unused    Standing = "unused"    // was not needed
)

// Step is one thing that was weighed.
type Step struct {
	Standing   Standing `json:"standing" enum:"used,agrees,overruled,unused"`
	Kind       string   `json:"kind" enum:"precedent,rule,fallback"`
	Rule       string   `json:"rule,omitempty" doc:"Code of the rule"`
	Precedent  int      `json:"precedent,omitempty" doc:"Number of the precedent"`
	CaseID     string   `json:"case_id,omitempty" doc:"Case of the precedent"`
	CaseNumber string   `json:"case_number,omitempty"`
	Conditions []string `json:"conditions" doc:"Names of category, facility, area, source and time"`
	Lead       string   `json:"lead,omitempty" doc:"Name of the unit"`
	Assists    []string `json:"assists"`
	Basis      string   `json:"basis,omitempty"`
	Reason     string   `json:"reason,omitempty" enum:"stronger,lead_missing,not_needed" doc:"Why it does not decide"`
}

// Decide answers a question. Needs duty.read.
func (s *Service) Decide(ctx context.Context, q Question) (d *Decision, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		if q.At.IsZero() {
			q.At = tx.Now()
		}
		d, err = s.DecideTx(ctx, tx, q)
		return err
	})
	return d, err
}

// DecideTx answers a question by the list in force at its time: precedents first, then the most specific rule whose lead
// exists, then whoever receives first. Called by the program; it judges no permission.
func (s *Service) DecideTx(ctx context.Context, tx *db.Tx, q Question) (*Decision, error) {
	if _, ok := s.catalog.Leaf(q.Category); !ok {
		return nil, errs.Invalid("duty.need_category", "Choose a category.", errs.Field{Location: "query.category", Message: "not in the tree", Value: q.Category})
	}
	if !areaCode.MatchString(q.Area) {
		return nil, errs.Invalid("duty.need_area", "Say in which area.", errs.Field{Location: "query.area", Message: "no area", Value: q.Area})
	}
	v, err := versionInForce(ctx, tx, q.Area, clock.At(q.At))
	if err != nil {
		return nil, err
	}
	t, err := s.tableOf(ctx, tx, v)
	if err != nil {
		return nil, err
	}
	ruled, err := precedentsFor(ctx, tx, q, t.version.ID)
	if err != nil {
		return nil, err
	}
	d, err := s.weigh(ctx, t, ruled, q, s.finder(tx))
	if err == nil {
		d.Task, err = s.standingTx(ctx, tx, q.Category, q.Area)
	}
	return d, err
}

// weigh puts precedents, rules and the fallback in order and takes the first whose lead exists.
func (s *Service) weigh(ctx context.Context, t *table, ruled []Precedent, q Question, f *finder) (*Decision, error) {
	d := &Decision{Version: t.version, Category: q.Category, CategoryName: s.catalog.Name(q.Category), AreaCode: q.Area, Assists: []Body{}, Missing: []string{}}
	rules := t.matching(q)
	w := &weighing{s: s, d: d, q: q, f: f}
	for i := range ruled {
		if err := w.precedent(ctx, &ruled[i]); err != nil {
			return nil, err
		}
	}
	for _, r := range rules {
		if err := w.rule(ctx, r); err != nil {
			return nil, err
		}
	}
	if err := w.details(ctx, rules); err != nil {
		return nil, err
	}
	return d, w.last(ctx)
}

// weighing is one decision in the making.
type weighing struct {
	s *Service
	d *Decision
	q Question
	f *finder
}

// put adds a step; the first whose lead exists decides.
func (w *weighing) put(step Step, lead identity.Unit, found bool) {
	switch {
	case !found:
		step.Standing, step.Reason = Overruled, "lead_missing"
	case w.d.Lead == nil:
		b := bodyOf(lead)
		w.d.Lead, step.Standing = &b, Used
	case w.d.Lead.ID == lead.ID:
		step.Standing = Agrees
	default:
		step.Standing, step.Reason = Overruled, "stronger"
	}
	if found {
		step.Lead = bodyOf(lead).Name
	}
	if step.Assists == nil {
		step.Assists = []string{}
	}
	w.d.Steps = append(w.d.Steps, step)
}

func (w *weighing) precedent(ctx context.Context, p *Precedent) error {
	u, found, err := w.f.byID(ctx, p.LeadUnit)
	if err != nil {
		return err
	}
	w.put(Step{Kind: "precedent", Precedent: p.Number, CaseID: p.CaseID, CaseNumber: p.CaseNumber, Conditions: w.s.conditions(ctx, &Rule{Category: p.Category, Component: p.Component, AreaCode: p.AreaCode}), Basis: p.Reason}, u, found)
	return nil
}

func (w *weighing) rule(ctx context.Context, r *Rule) error {
	u, found, err := w.f.unit(ctx, w.q.Area, r.Lead)
	if err == nil && !found {
		w.miss(r.Lead)
		if r.Fallback != "" {
			u, found, err = w.f.unit(ctx, w.q.Area, r.Fallback)
		}
	}
	if err != nil {
		return err
	}
	step := Step{Kind: "rule", Rule: r.Code, Precedent: r.Precedent, Conditions: w.s.conditions(ctx, r), Basis: r.Basis}
	for _, code := range r.Assists.V {
		if a, ok, err := w.f.unit(ctx, w.q.Area, code); err != nil {
			return err
		} else if ok {
			step.Assists = append(step.Assists, bodyOf(a).Name)
		} else {
			w.miss(code)
		}
	}
	w.put(step, u, found)
	return nil
}

func (w *weighing) miss(code string) {
	if !slices.Contains(w.d.Missing, code) {
		w.d.Missing = append(w.d.Missing, code)
	}
}

// details takes assists, verifier and limit of the strongest rule, also where a precedent names another lead.
func (w *weighing) details(ctx context.Context, rules []*Rule) error {
	if leaf, ok := w.s.catalog.Leaf(w.q.Category); ok {
		w.d.Limit = leaf.LimitText
	}
	if len(rules) == 0 {
		return nil
	}
	r := rules[0]
	if !r.Limit.IsZero() {
		w.d.Limit = r.Limit.String()
	}
	for _, code := range r.Assists.V {
		u, found, err := w.f.unit(ctx, w.q.Area, code)
		if err != nil {
			return err
		}
		if found && (w.d.Lead == nil || u.ID != w.d.Lead.ID) {
			w.d.Assists = append(w.d.Assists, bodyOf(u))
		}
	}
	if r.Verifier == "" {
		return nil
	}
	u, found, err := w.f.unit(ctx, w.q.Area, r.Verifier)
	if found && (w.d.Lead == nil || u.ID != w.d.Lead.ID) {
		b := bodyOf(u)
		w.d.Verifier = &b
	}
	return err
}

// receivers are who takes a matter nobody else is named for, the first that exists: the desk that received it first.
var receivers = []string{"street_command", "street_office", "district_command", "government"}

// last adds whoever receives first; it decides where nothing stronger did.
func (w *weighing) last(ctx context.Context) error {
	for _, code := range receivers {
		u, found, err := w.f.unit(ctx, w.q.Area, code)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if w.d.Lead != nil {
			w.d.Steps = append(w.d.Steps, Step{Standing: Unused, Kind: "fallback", Reason: "not_needed", Lead: bodyOf(u).Name, Conditions: []string{}, Assists: []string{}})
			return nil
		}
		w.put(Step{Kind: "fallback", Conditions: []string{}}, u, true)
		return nil
	}
	if w.d.Steps == nil {
		w.d.Steps = []Step{}
	}
	return nil
}

// conditions names what a rule asks for.
func (s *Service) conditions(ctx context.Context, r *Rule) []string {
	out := []string{}
	if r.Category != "" {
		out = append(out, s.catalog.Name(r.Category))
	}
	if r.Component != "" {
		out = append(out, s.catalog.ComponentName(r.Component))
	}
	if r.AreaCode != "" {
		out = append(out, s.areaName(ctx, r.AreaCode))
	}
	if r.Source != "" {
		out = append(out, sourceNames[r.Source])
	}
	if r.Days != "" {
		out = append(out, map[string]string{"work": "工作日", "off": "休息日"}[r.Days])
	}
	if r.FromTime != "" {
		out = append(out, r.FromTime+"–"+r.ToTime)
	}
	if r.FromDate != "" {
		out = append(out, strings.ReplaceAll(r.FromDate, "-", "月")+"日–"+strings.ReplaceAll(r.ToDate, "-", "月")+"日")
	}
	return out
}

var sourceNames = map[string]string{"officer": "网格员", "resident": "居民", "hotline": "12345热线", "letter": "信访", "leader": "领导批示", "department": "部门移交", "device": "物联告警", "inspection": "督查巡查"}

func (s *Service) areaName(ctx context.Context, code string) string {
	if a, err := s.regions.Get(ctx, code); err == nil {
		return region.PlaceName(a.Name)
	}
	return code
}
