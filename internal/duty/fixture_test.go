package duty_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// The district of these tests: two streets of two communities with two grids each.
const (
	area   = "320106"
	street = "320106001"
	place  = "320106001001"
	grid   = "320106001001G001"
	paving = "140101" // a leaf the construction bureau leads
)

// archive is the past a draft is tried out on.
type archive []duty.PastCase

func (a archive) DispatchedTx(_ context.Context, _ *db.Tx, in string, _ time.Time, limit int) (out []duty.PastCase, _ error) {
	for _, c := range a {
		if strings.HasPrefix(c.Area, in) && len(out) < limit {
			out = append(out, c)
		}
	}
	return out, nil
}

type world struct {
	*duty.Service
	t     *testing.T
	db    *db.DB
	ctx   context.Context
	units map[string]identity.Unit // by area.code
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	if err != nil {
		t.Fatal(err)
	}
	box, err := crypto.NewBox(keys)
	if err != nil {
		t.Fatal(err)
	}
	regions := region.New(d)
	people := identity.New(d, duty.Permissions(), identity.Config{Sealer: box})
	w := &world{Service: duty.New(d, regions, people), t: t, db: d, ctx: auth.System(context.Background(), "test"), units: map[string]identity.Unit{}}
	plots := []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: area, Name: "鼓楼区"}}
	for s := 1; s <= 2; s++ {
		of := fmt.Sprintf("%s%03d", area, s)
		plots = append(plots, region.Plot{Code: of, Name: fmt.Sprintf("第%d街道", s)})
		for c := 1; c <= 2; c++ {
			in := fmt.Sprintf("%s%03d", of, c)
			plots = append(plots, region.Plot{Code: in, Name: fmt.Sprintf("第%d社区", c)})
			for g := 1; g <= 2; g++ {
				plots = append(plots, region.Plot{Code: fmt.Sprintf("%sG%03d", in, g), Name: fmt.Sprintf("第%d网格", g), Kind: region.Composite})
			}
		}
	}
	w.ok(d.Tx(w.ctx, func(tx *db.Tx) error {
		if _, err := regions.SaveTx(w.ctx, tx, plots, time.Time{}); err != nil {
			return err
		}
		add := func(area, code, name, level string) error {
			u, err := people.AddUnitTx(w.ctx, tx, identity.Unit{AreaCode: area, Code: code, Name: name, Kind: identity.Department, Level: level})
			w.units[area+"."+code] = u
			return err
		}
		for _, u := range [][2]string{{"district_command", "区指挥中心"}, {"housing", "住建局"}, {"water", "水务局"}, {"urban_mgmt", "城管局"}, {"construction", "建设局"}} {
			if err := add(area, u[0], u[1], "district"); err != nil {
				return err
			}
		}
		for s := 1; s <= 2; s++ {
			for _, u := range [][2]string{{"street_command", "指挥中心"}, {"street_office", "办事处"}, {"street_urban", "城管办"}, {"street_enforce", "执法队"}} {
				if err := add(fmt.Sprintf("%s%03d", area, s), u[0], fmt.Sprintf("第%d街道", s)+u[1], "street"); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	w.ok(w.Prepare(w.ctx))
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, code string) {
	w.t.Helper()
	if errs.CodeOf(err) != code {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}

// as is somebody of a unit with the permissions in an area.
func (w *world) as(user, unit, in string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: user, Name: user, UnitID: w.units[unit].ID, UnitCode: w.units[unit].Code, Areas: []string{in}, Permissions: map[string]bool{}}
	for _, k := range permissions {
		p.Permissions[k] = true
	}
	return auth.With(context.Background(), p)
}

// chief manages the list of the district.
func (w *world) chief() context.Context {
	return w.as("chief", area+".district_command", area, duty.Permissions()...)
}

// street reads the list and asks for admission.
func (w *world) street() context.Context {
	return w.as("street", street+".street_office", street, duty.PermRead, duty.PermAsk)
}

func (w *world) draft(name string) *duty.Version {
	w.t.Helper()
	v, err := w.Draft(w.chief(), duty.NewDraft{Area: area, Name: name})
	w.ok(err)
	return v
}

func (w *world) add(v *duty.Version, r duty.Rule) *duty.Rule {
	w.t.Helper()
	out, err := w.AddRule(w.chief(), v.ID, r)
	w.ok(err)
	return out
}

func (w *world) publish(v *duty.Version) *duty.Version {
	w.t.Helper()
	d, err := w.Version(w.chief(), v.ID)
	w.ok(err)
	out, err := w.Publish(w.chief(), v.ID, d.Version.Version, nil)
	w.ok(err)
	return out
}

func (w *world) decide(q duty.Question) *duty.Decision {
	w.t.Helper()
	d, err := w.Decide(w.street(), q)
	w.ok(err)
	return d
}

func lead(d *duty.Decision) string {
	if d.Lead == nil {
		return ""
	}
	return d.Lead.Code
}
