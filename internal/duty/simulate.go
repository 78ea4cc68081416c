package duty

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// PastCase is a case of the past that was dispatched, as it stands now.
type PastCase struct {
	ID         string
	Number     string
	Title      string
	Category   string
	Component  string
	Area       string
	Source     string
	At         time.Time // when it was filed
	LeadUnit   string    // id of the unit that leads or led in the end
	LeadName   string
	Dispatches int
	Returns    int
}

// Past gives the newest dispatched cases of an area that the caller sees.
type Past interface {
	DispatchedTx(ctx context.Context, tx *db.Tx, area string, since time.Time, limit int) ([]PastCase, error)
}

// maxReplay bounds a simulation.
const maxReplay = 5000

// replayDays is how far back a simulation looks if nothing is said (recommendation: the last 90 days of cases).
const replayDays = 90

// Rate is a share with the numbers it is made of.
type Rate struct {
	Part  int     `json:"part"`
	Of    int     `json:"of"`
	Share float64 `json:"share" doc:"0 if there is nothing to divide by"`
}

func rate(part, of int) Rate {
	r := Rate{Part: part, Of: of}
	if of > 0 {
		r.Share = float64(part) / float64(of)
	}
	return r
}

// Shift counts cases that would go from one unit to another.
type Shift struct {
	Category string `json:"category"`
	Name     string `json:"name"`
	From     string `json:"from"`
	To       string `json:"to"`
	Cases    int    `json:"cases"`
	Better   int    `json:"better" doc:"Of them: the unit that led in the end is the one the version names"`
	Worse    int    `json:"worse" doc:"Of them: the unit that led in the end is the one the list in force names"`
}

// Changed is a case the version would send elsewhere.
type Changed struct {
	CaseID   string `json:"case_id"`
	Number   string `json:"number"`
	Title    string `json:"title"`
	Category string `json:"category_name"`
	From     string `json:"from" doc:"Lead by the list in force"`
	To       string `json:"to" doc:"Lead by the version"`
	Actual   string `json:"actual" doc:"Unit that led in the end"`
	Rule     string `json:"rule,omitempty" doc:"Rule of the version that decides"`
}

// Simulation is what a version would have done with cases of the past.
type Simulation struct {
	Since   clock.Time `json:"since"`
	Cases   int        `json:"cases"`
	Bounded bool       `json:"bounded" doc:"There were more; the newest were taken"`
	Same    int        `json:"same"`
	Before  Rate       `json:"before" doc:"The list in force names the unit that led in the end"`
	After   Rate       `json:"after" doc:"The version names the unit that led in the end"`
	Shifts  []Shift    `json:"shifts"`
	Changes []Changed  `json:"changes" doc:"The first 200"`
}

// Simulate replays cases of the past by a version and by the list in force now, precedents included. Needs duty.manage in
// its district; only cases the caller sees are taken.
func (s *Service) Simulate(ctx context.Context, id string, since *clock.Time) (out *Simulation, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		area := or(v.AreaCode, areaOf(ctx))
		if err := auth.RequireArea(ctx, PermManage, area); err != nil {
			return err
		}
		if since == nil || since.IsZero() {
			since = clock.Ptr(tx.Now().AddDate(0, 0, -replayDays))
		}
		cases, err := s.cases(ctx, tx, area, since.Time)
		if err != nil {
			return err
		}
		out, err = s.replay(ctx, tx, v, area, cases)
		if err == nil {
			out.Since = *since
		}
		return err
	})
	return out, err
}

func (s *Service) cases(ctx context.Context, tx *db.Tx, area string, since time.Time) ([]PastCase, error) {
	if s.past == nil {
		return nil, errs.Unavailable("duty.no_past", "There are no cases to simulate on.")
	}
	return s.past.DispatchedTx(ctx, tx, area, since, maxReplay+1)
}

// replay judges every case twice.
func (s *Service) replay(ctx context.Context, tx *db.Tx, v *Version, area string, cases []PastCase) (*Simulation, error) {
	out := &Simulation{Shifts: []Shift{}, Changes: []Changed{}}
	if out.Bounded = len(cases) > maxReplay; out.Bounded {
		cases = cases[:maxReplay]
	}
	current, err := versionInForce(ctx, tx, area, tx.Time())
	if err != nil {
		return nil, err
	}
	now, err := s.judge(ctx, tx, current, area)
	if err != nil {
		return nil, err
	}
	then, err := s.judge(ctx, tx, v, area)
	if err != nil {
		return nil, err
	}
	right, better := 0, 0
	shifts := map[[3]string]*Shift{}
	for i := range cases {
		c := &cases[i]
		if _, ok := s.catalog.Leaf(c.Category); !ok {
			continue
		}
		a, _, err := now.lead(ctx, c)
		if err != nil {
			return nil, err
		}
		b, rule, err := then.lead(ctx, c)
		if err != nil {
			return nil, err
		}
		out.Cases++
		right += is(a.ID == c.LeadUnit)
		better += is(b.ID == c.LeadUnit)
		if a.ID == b.ID {
			out.Same++
			continue
		}
		out.note(s.catalog.Name(c.Category), shifts, c, a, b, rule)
	}
	out.Before, out.After = rate(right, out.Cases), rate(better, out.Cases)
	for _, shift := range shifts {
		out.Shifts = append(out.Shifts, *shift)
	}
	slices.SortFunc(out.Shifts, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), strings.Compare(a.Category+a.From+a.To, b.Category+b.From+b.To))
	})
	return out, nil
}

func is(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// note keeps a case that goes elsewhere.
func (out *Simulation) note(category string, shifts map[[3]string]*Shift, c *PastCase, a, b Body, rule string) {
	key := [3]string{c.Category, a.ID, b.ID}
	if shifts[key] == nil {
		shifts[key] = &Shift{Category: c.Category, Name: category, From: a.Name, To: b.Name}
	}
	shifts[key].Cases++
	shifts[key].Better += is(b.ID == c.LeadUnit)
	shifts[key].Worse += is(a.ID == c.LeadUnit)
	if len(out.Changes) < 200 {
		out.Changes = append(out.Changes, Changed{CaseID: c.ID, Number: c.Number, Title: c.Title, Category: category, From: a.Name, To: b.Name, Actual: c.LeadName, Rule: rule})
	}
}

// judge decides many cases by one version.
type judge struct {
	s     *Service
	table *table
	ruled map[string][]Precedent // by category, strongest first
	find  *finder
}

func (s *Service) judge(ctx context.Context, tx *db.Tx, v *Version, area string) (*judge, error) {
	t, err := s.tableOf(ctx, tx, v)
	if err != nil {
		return nil, err
	}
	var args []any
	where := auth.Within("area_code", []string{area}, &args)
	rows, err := db.All[Precedent](ctx, tx, "SELECT "+precedentColumns+" FROM duty_precedent WHERE state = 'active' AND "+where+" ORDER BY number DESC LIMIT 5000", args...)
	if err != nil {
		return nil, err
	}
	taken := map[int]bool{}
	for _, r := range t.rules {
		taken[r.Precedent] = true
	}
	j := &judge{s: s, table: t, ruled: map[string][]Precedent{}, find: s.finder(tx)}
	for _, p := range rows {
		if !taken[p.Number] {
			j.ruled[p.Category] = append(j.ruled[p.Category], p)
		}
	}
	for _, list := range j.ruled {
		slices.SortStableFunc(list, func(a, b Precedent) int { return len(b.AreaCode) - len(a.AreaCode) })
	}
	return j, nil
}

// lead returns the unit a case would go to and the code of the rule that decides.
func (j *judge) lead(ctx context.Context, c *PastCase) (Body, string, error) {
	ruled := slices.DeleteFunc(slices.Clone(j.ruled[c.Category]), func(p Precedent) bool { return !strings.HasPrefix(c.Area, p.AreaCode) })
	d, err := j.s.weigh(ctx, j.table, ruled, Question{Category: c.Category, Component: c.Component, Area: c.Area, Source: c.Source, At: c.At}, j.find)
	if err != nil || d.Lead == nil {
		return Body{}, "", err
	}
	for _, step := range d.Steps {
		if step.Standing == Used {
			return *d.Lead, step.Rule, nil
		}
	}
	return *d.Lead, "", nil
}

// Accuracy is how well cases of a category found their unit.
type Accuracy struct {
	Category   string `json:"category"`
	Name       string `json:"name"`
	Dispatched int    `json:"dispatched"`
	First      Rate   `json:"first" doc:"Dispatched once and not returned"`
	Listed     Rate   `json:"listed" doc:"The list in force names the unit that led in the end"`
	Returns    int    `json:"returns"`
}

// Accuracies tells per category how well dispatching went since a time; the first row is the sum. Needs duty.read; only
// cases the caller sees are counted.
func (s *Service) Accuracies(ctx context.Context, since *clock.Time) (out []Accuracy, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		area := areaOf(ctx)
		if since == nil || since.IsZero() {
			since = clock.Ptr(tx.Now().AddDate(0, 0, -replayDays))
		}
		cases, err := s.cases(ctx, tx, area, since.Time)
		if err != nil {
			return err
		}
		v, err := versionInForce(ctx, tx, area, tx.Time())
		if err != nil {
			return err
		}
		j, err := s.judge(ctx, tx, v, area)
		if err != nil {
			return err
		}
		out, err = s.accuracies(ctx, j, cases[:min(len(cases), maxReplay)])
		return err
	})
	return out, err
}

func (s *Service) accuracies(ctx context.Context, j *judge, cases []PastCase) ([]Accuracy, error) {
	rows := map[string]*Accuracy{"": {Name: "全部"}}
	for i := range cases {
		c := &cases[i]
		if _, ok := s.catalog.Leaf(c.Category); !ok {
			continue
		}
		lead, _, err := j.lead(ctx, c)
		if err != nil {
			return nil, err
		}
		if rows[c.Category] == nil {
			rows[c.Category] = &Accuracy{Category: c.Category, Name: s.catalog.Name(c.Category)}
		}
		for _, row := range []*Accuracy{rows[""], rows[c.Category]} {
			row.Dispatched++
			row.Returns += c.Returns
			row.First.Part += is(c.Dispatches <= 1 && c.Returns == 0)
			row.Listed.Part += is(lead.ID == c.LeadUnit)
		}
	}
	out := make([]Accuracy, 0, len(rows))
	for _, row := range rows {
		row.First, row.Listed = rate(row.First.Part, row.Dispatched), rate(row.Listed.Part, row.Dispatched)
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b Accuracy) int {
		return cmp.Or(cmp.Compare(is(b.Category == ""), is(a.Category == "")), cmp.Compare(b.Dispatched, a.Dispatched), strings.Compare(a.Category, b.Category))
	})
	return out, nil
}
