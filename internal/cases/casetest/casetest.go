// Package casetest builds districts with units, officers and cases for tests, with only what a test cares about left to say.
package casetest

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/data/calendar"
	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/region"
)

// Area is the district of every test; Street, Place and Grid are in it.
const (
	Area   = "320106"
	Street = "320106001"
	Place  = "320106001001"
	Grid   = "320106001001G001"
	Lamp   = "140101" // a leaf
)

// District is a district with two streets of two communities with two grids each, and the units that work there.
type District struct {
	DB       *db.DB
	Regions  *region.Service
	People   *identity.Service
	Duties   *duty.Service
	Cases    *cases.Service
	Files    blob.Store
	Box      *crypto.Box
	Calendar *workcal.Source
	Ctx      context.Context          // the program itself: everything is allowed
	Units    map[string]identity.Unit // by area.code, such as 320106.housing
}

// New builds a district in an empty database.
func New(t testing.TB, d *db.DB) *District {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	check(t, err)
	box, err := crypto.NewBox(keys)
	check(t, err)
	files, err := blob.NewDir(t.TempDir())
	check(t, err)
	days, err := workcal.Parse(bytes.NewReader(calendar.YAML))
	check(t, err)
	x := &District{DB: d, Regions: region.New(d), Files: files, Box: box, Calendar: workcal.NewSource(days),
		Ctx: auth.System(context.Background(), "test"), Units: map[string]identity.Unit{}}
	x.People = identity.New(d, cases.Permissions(), identity.Config{Sealer: box})
	x.Duties = duty.New(d, x.Regions, x.People)
	x.Cases = cases.New(cases.Deps{DB: d, Regions: x.Regions, People: x.People, Duties: x.Duties, Files: files, Box: box, Calendar: x.Calendar})
	check(t, x.People.Prepare(x.Ctx))
	check(t, x.Cases.Prepare(x.Ctx))
	plots := []region.Plot{{Code: "32", Name: "江苏省"}, {Code: "3201", Name: "南京市"}, {Code: Area, Name: "鼓楼区"}}
	for s := 1; s <= 2; s++ {
		street := fmt.Sprintf("%s%03d", Area, s)
		plots = append(plots, region.Plot{Code: street, Name: fmt.Sprintf("第%d街道", s)})
		for c := 1; c <= 2; c++ {
			place := fmt.Sprintf("%s%03d", street, c)
			plots = append(plots, region.Plot{Code: place, Name: fmt.Sprintf("第%d社区", c)})
			for g := 1; g <= 2; g++ {
				plots = append(plots, region.Plot{Code: fmt.Sprintf("%sG%03d", place, g), Name: fmt.Sprintf("第%d网格", g), Kind: region.Composite})
			}
		}
	}
	check(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
		if _, err := x.Regions.SaveTx(x.Ctx, tx, plots, time.Time{}); err != nil {
			return err
		}
		return x.addUnits(tx)
	}))
	return x
}

func (x *District) addUnits(tx *db.Tx) error {
	add := func(area, code, name, level string) error {
		kind := identity.Department
		if level == "community" {
			kind = identity.Community
		}
		u, err := x.People.AddUnitTx(x.Ctx, tx, identity.Unit{AreaCode: area, Code: code, Name: name, Kind: kind, Level: level})
		x.Units[area+"."+code] = u
		return err
	}
	for _, u := range [][2]string{{"district_command", "区指挥中心"}, {"housing", "住建局"}, {"water", "水务局"}, {"urban_mgmt", "城管局"}, {"construction", "建设局"}, {"staffing", "编办"}} {
		if err := add(Area, u[0], u[1], "district"); err != nil {
			return err
		}
	}
	for s := 1; s <= 2; s++ {
		street := fmt.Sprintf("%s%03d", Area, s)
		for _, u := range [][2]string{{"street_command", "街道指挥中心"}, {"street_office", "街道办事处"}, {"street_urban", "街道城管办"}, {"street_enforce", "街道执法队"}} {
			if err := add(street, u[0], fmt.Sprintf("第%d街道", s)+u[1], "street"); err != nil {
				return err
			}
		}
		for c := 1; c <= 2; c++ {
			if err := add(fmt.Sprintf("%s%03d", street, c), "community_committee", fmt.Sprintf("第%d街道第%d社区居委会", s, c), "community"); err != nil {
				return err
			}
		}
	}
	return nil
}

// As returns a context of somebody with the permissions inside an area, working for a unit of Units ("" none).
func (x *District) As(user, unit, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: user, Name: user, UnitID: x.Units[unit].ID, UnitCode: x.Units[unit].Code, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, k := range permissions {
		p.Permissions[k] = true
	}
	return auth.With(context.Background(), p)
}

// Desk returns the context of the dispatcher of the first street, who does not handle cases.
func (x *District) Desk() context.Context {
	return x.As("desk", Street+".street_command", Street, cases.PermRead, cases.PermReport, cases.PermAccept, cases.PermDispatch, cases.PermCheck, cases.PermClose,
		cases.PermMerge, cases.PermSuspend, cases.PermAudit)
}

// Command returns the context of the district's command centre, with every permission.
func (x *District) Command() context.Context {
	return x.As("command", Area+".district_command", Area, cases.Permissions()...)
}

// Officer returns the context of the officer of Grid.
func (x *District) Officer() context.Context {
	return x.As("officer", Place+".community_committee", Grid, cases.PermRead, cases.PermReport, cases.PermSelfHandle, cases.PermCheck)
}

// Unit returns the context of a clerk of a unit of Units, who handles.
func (x *District) Unit(unit string) context.Context {
	return x.As("clerk of "+unit, unit, x.Units[unit].AreaCode, cases.PermRead, cases.PermReport, cases.PermHandle)
}

// Register takes in a case of a dark lamp in Grid, changed by the options.
func (x *District) Register(t testing.TB, options ...func(*cases.Report)) *cases.Case {
	t.Helper()
	r := cases.Report{Channel: cases.FromHotline, Text: "路灯不亮", Category: Lamp, AreaCode: Grid, Address: "四平路18号"}
	for _, o := range options {
		o(&r)
	}
	c, err := x.Cases.Register(x.Ctx, r)
	check(t, err)
	return c
}

// Act takes an action and returns the case.
func (x *District) Act(t testing.TB, ctx context.Context, c *cases.Case, action string, m cases.Move) *cases.Case {
	t.Helper()
	m.Version = c.Version
	next, err := x.Cases.Act(ctx, c.ID, action, m)
	check(t, err)
	return next
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
