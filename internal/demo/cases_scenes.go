package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/rectify"
	"yiwang/internal/region"
)

// scene is a telling case: what was reported, and every step with its time, as people of the demonstration took them through
// the verbs of the modules. What lies after the end of the story has not happened.
type scene struct {
	category, place, text string
	channel               cases.Channel
	name, phone           string
	number                string // of its source
	urgent                bool
	first                 bool // in the grid of the first officer, who finds it among the tasks
	steps                 []stage
}

// stage is one step: when, by which account ("" the unit that leads, "~" who reported), which action.
type stage struct {
	at     time.Time
	by     string
	action string
	move   cases.Move
	lead   string // code of the unit to dispatch to
	co     string // code of a unit that assists
	photo  string // phase of a drawing that is added before
}

// telling is a case in the hand of the planner.
type telling struct {
	l       *loader
	s       *scene
	id      string
	place   string
	grid    string
	lon     float64
	lat     float64
	officer cases.Actor
}

// planScenes plans the telling cases in the first street, where the first desk, officer and whistles are.
func (l *loader) planScenes(w *caseWorld) {
	r := l.rand("case scenes")
	var here []int
	for i, g := range w.grids {
		if strings.HasPrefix(g.Code, l.ground.streets[0].code) {
			here = append(here, i)
		}
	}
	for i := range caseScenesTold {
		s := &caseScenesTold[i]
		grid := here[(i*7+3)%len(here)]
		if s.first {
			grid = max(0, slices.IndexFunc(w.grids, func(g region.Plot) bool { return g.Code == l.firstGrid }))
		}
		t := &telling{l: l, s: s, grid: w.grids[grid].Code, officer: l.officers[w.grids[grid].Code]}
		t.lon, t.lat = w.spot(r, grid)
		c := l.ground.communities[t.grid[:12]]
		t.place = fmt.Sprintf(s.place, pick(r, c.estates))
		for k, step := range s.steps {
			l.at(l.moved(step.at), func(ctx context.Context, tx *db.Tx) error {
				if k == 0 {
					return t.report(ctx, tx, step)
				}
				if err := t.take(ctx, tx, step); err != nil {
					return fmt.Errorf("%s, %s: %w", t.s.text, step.action, err)
				}
				return nil
			})
		}
	}
}

func (t *telling) report(ctx context.Context, tx *db.Tx, step stage) error {
	n := cases.Report{Channel: t.s.channel, Category: t.s.category, Text: t.s.text, Address: t.place, Lat: &t.lat, Lon: &t.lon, AreaCode: t.grid, Urgent: t.s.urgent,
		Title: t.l.Duties.Catalog().Name(t.s.category) + " · " + t.place}
	if t.s.number != "" {
		n.Source, n.SourceNumber = string(t.s.channel), t.s.number
	}
	if t.s.name != "" {
		n.Reporter = &cases.NewReporter{Name: t.s.name, Phone: t.s.phone, WantsReply: t.s.phone != ""}
	}
	c, err := t.l.Cases.RegisterTx(t.as(ctx, step.by, nil), tx, n)
	if err == nil {
		t.id = c.ID
	}
	return err
}

func (t *telling) take(ctx context.Context, tx *db.Tx, step stage) error {
	c, err := t.l.Cases.GetTx(ctx, tx, t.id)
	if err != nil {
		return err
	}
	m := step.move
	m.Version = c.Version
	if step.lead != "" {
		if m.LeadUnit, err = t.unit(ctx, tx, step.lead); err != nil {
			return err
		}
	}
	if step.co != "" {
		id, err := t.unit(ctx, tx, step.co)
		if err != nil {
			return err
		}
		m.CoUnits = []cases.CoUnit{{Unit: id, Task: "配合现场处置"}}
	}
	if step.action == "inspect" && t.s.first {
		m.Officer, t.l.lookedAt = t.officer.ID, c
	}
	if step.action == "verify" {
		m.Lat, m.Lon = &t.lat, &t.lon
	}
	if step.action == "extend" || step.action == "suspend" {
		d, err := t.l.Cases.DetailTx(ctx, tx, t.id)
		if err != nil {
			return err
		}
		m.Request = d.Requests[len(d.Requests)-1].ID
	}
	by := step.by
	if by == "desk" && c.Level != cases.Street && c.Level != cases.Community {
		by = "command" // a clock that ran out has taken it to the district
	}
	as := t.as(ctx, by, c)
	if step.photo != "" {
		if err := t.photo(ctx, tx, auth.From(as), step.photo); err != nil {
			return err
		}
	}
	if step.by == "~" {
		d, err := t.l.Cases.DetailTx(ctx, tx, t.id)
		if err != nil {
			return err
		}
		as = cases.AsReporter(ctx, d.Reporters[0].ID)
	}
	_, err = t.l.Cases.ActTx(as, tx, t.id, step.action, m)
	return err
}

func (t *telling) unit(ctx context.Context, tx *db.Tx, code string) (string, error) {
	u, ok, err := t.l.Cases.UnitForTx(ctx, tx, t.grid, code)
	if err == nil && !ok {
		err = fmt.Errorf("no unit %s for %s", code, t.grid)
	}
	return u.ID, err
}

// as is the context of an account with the rights of its role that the story needs; "" is somebody of the unit that leads.
func (t *telling) as(ctx context.Context, by string, c *cases.Case) context.Context {
	p := auth.Principal{Permissions: map[string]bool{}, Areas: []string{gulou}}
	grant := func(rights ...string) {
		for _, r := range rights {
			p.Permissions[r] = true
		}
	}
	grant(cases.PermRead, cases.PermReport)
	switch by {
	case "officer":
		p.UserID, p.Name, p.UnitID, p.Areas = t.officer.ID, t.officer.Name, t.officer.Unit, []string{t.grid}
		grant(cases.PermSelfHandle, cases.PermCheck)
	case "desk", "command":
		a := t.l.actors["command"]
		if by == "desk" {
			a = t.deskOf()
		}
		p.UserID, p.Name, p.UnitID, p.UnitCode, p.Areas = a.UserID, a.Name, a.UnitID, a.UnitCode, a.Areas
		grant(cases.Permissions()...)
	case "~":
		return ctx
	default:
		if c == nil {
			return ctx
		}
		p.UserID, p.Name, p.UnitID = "", c.LeadName+"承办人", c.LeadUnit
		for _, a := range t.l.actors {
			if a.UnitID == c.LeadUnit && (p.UserID == "" || a.UserID < p.UserID) {
				p.UserID, p.Name = a.UserID, a.Name
			}
		}
		grant(cases.PermHandle)
	}
	return auth.With(ctx, &p)
}

func (t *telling) deskOf() *auth.Principal {
	unit := t.l.units[t.grid[:9]+".street_command"].ID
	for _, a := range t.l.actors {
		if a.UnitID == unit {
			return a
		}
	}
	return t.l.actors["command"]
}

func (t *telling) photo(ctx context.Context, tx *db.Tx, by *auth.Principal, phase string) error {
	n := map[string]string{cases.PhaseBefore: rectify.Before, cases.PhaseReport: rectify.Before}[phase]
	if n == "" {
		n = rectify.After
	}
	p := t.l.gallery[shot(sceneOf(t.s.category), n, 0)]
	return t.l.Cases.AddStoredTx(ctx, tx, t.id, cases.Actor{ID: by.UserID, Name: by.Name, Unit: by.UnitID}, cases.Evidence{Phase: phase, Ref: p.Ref, SHA256: p.SHA256, MediaType: p.MediaType, Size: p.Size, Public: true,
		Caption: map[bool]string{true: "处置后（示意图）", false: "处置前（示意图）"}[n == rectify.After]})
}
