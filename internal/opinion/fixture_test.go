package opinion

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// The survey and region below this module, reduced to what a test needs.
type ground struct {
	raw map[string][]RawComment // by wave
}

var testAreas = map[string]string{"320106": "鼓楼区", "320106001": "宁海路街道", "320106001003": "北京西路社区", "320106001004": "天津新村社区", "320106002": "华侨路街道", "320106002001": "五台山社区"}

func (g *ground) Comments(_ context.Context, _ *db.Tx, waveID, after string, limit int) ([]RawComment, error) {
	var out []RawComment
	for _, r := range g.raw[waveID] {
		if r.ID > after && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (g *ground) Wave(_ context.Context, _ *db.Tx, id string) (Wave, error) {
	if id != "w1" && id != "w2" {
		return Wave{}, errs.NotFound("survey.no_wave", "There is no such wave.")
	}
	return Wave{id, map[string]string{"w1": "2026H1", "w2": "2026H2"}[id], id}, nil
}

func (g *ground) AreaName(_ context.Context, _ *db.Tx, code string) (string, error) {
	if n, ok := testAreas[code]; ok {
		return n, nil
	}
	return "", errs.NotFound("region.not_found", "There is no such area.")
}

func (g *ground) OfficeTx(_ context.Context, _ *db.Tx, area string) (Office, error) {
	return Office{"u-" + area[:9], testAreas[area[:9]] + "办事处"}, nil
}

// world is a service with comments c001… of wave w1 in the first community, and people of every role.
type world struct {
	*Service
	ground *ground
	t      *testing.T
}

const lamp = "楼道灯坏了两个月没换，物业不管"

func newWorld(t *testing.T, d *db.DB, texts ...string) *world {
	t.Helper()
	g := &ground{raw: map[string][]RawComment{}}
	for n, text := range texts {
		g.raw["w1"] = append(g.raw["w1"], RawComment{ID: fmt.Sprintf("c%03d", n+1), AreaCode: "320106001003", Group: "elder", Channel: "online",
			Text: text, Day: clock.At(time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC))})
	}
	w := &world{Service: New(Deps{DB: d, Source: g, Areas: g, Offices: g}), ground: g, t: t}
	if _, err := w.LoadComments(w.as("office"), "w1"); err != nil {
		t.Fatal(err)
	}
	return w
}

// people by name: unit, areas, permissions.
var people = map[string]auth.Principal{
	"office":  person("u-office", "320106", Permissions()...),
	"second":  person("u-office", "320106", Permissions()...),
	"third":   person("u-office", "320106", Permissions()...),
	"reader":  person("u-office", "320106"),
	"street1": person("u-st1", "320106001"),
	"code2":   person("u-office", "320106002", Permissions()...),
}

func person(unit, area string, permissions ...string) auth.Principal {
	p := auth.Principal{UnitID: unit, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return p
}

func (w *world) as(name string) context.Context {
	p, ok := people[name]
	if !ok {
		w.t.Fatalf("nobody is called %s", name)
	}
	p.UserID, p.Name = "user-"+name, name
	return auth.With(context.Background(), &p)
}

// free confirms comments c001… for a field and returns their ids.
func (w *world) free(field string, n int) []string {
	w.t.Helper()
	var ids []string
	for k := range n {
		id := fmt.Sprintf("c%03d", k+1)
		if _, err := w.Confirm(w.as("office"), id, []string{field}, 1); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func page(limit int, cursor string) httpx.PageIn { return httpx.PageIn{Limit: limit, Cursor: cursor} }

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}
