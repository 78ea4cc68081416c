package cases_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// told are the steps of a life that both the engine and a teller take: minutes after the step before, who, what.
type toldStep struct {
	after  int
	who    string
	action string
	move   func(x *casetest.District) cases.Move
}

func plain(m cases.Move) func(*casetest.District) cases.Move {
	return func(*casetest.District) cases.Move { return m }
}

func lead(unit string, m cases.Move) func(*casetest.District) cases.Move {
	return func(x *casetest.District) cases.Move { m.LeadUnit = x.Units[unit].ID; return m }
}

const roads, parks = casetest.Area + ".construction", casetest.Area + ".urban_mgmt"

var toldLives = map[string][]toldStep{
	"straight": {{30, "desk", "file", plain(cases.Move{Category: casetest.Lamp})}, {10, "desk", "dispatch", lead(roads, cases.Move{})}, {40, roads, "sign", plain(cases.Move{})},
		{20, roads, "start", plain(cases.Move{})}, {300, roads, "handle", plain(cases.Move{Result: cases.Explained, Outcome: "已说明"})}, {60, "officer", "verify", plain(cases.Move{Note: "属实"})},
		{30, "desk", "close", plain(cases.Move{Reply: "已办结"})}},
	"returned and adjudicated": {{5, "desk", "accept", plain(cases.Move{})}, {30, "desk", "file", plain(cases.Move{Category: casetest.Lamp})}, {10, "desk", "dispatch", lead(roads, cases.Move{})},
		{30, roads, "sign", plain(cases.Move{})}, {45, roads, "return", plain(cases.Move{Ground: "not_our_duty", Note: "不属职责"})}, {15, "desk", "dispatch", lead(parks, cases.Move{})},
		{30, parks, "return", plain(cases.Move{Ground: "owner_differs", Note: "权属不同"})}, {90, "command", "adjudicate", lead(roads, cases.Move{Note: "裁定"})}, {10, roads, "sign", plain(cases.Move{})}},
	"reworked": {{30, "desk", "file", plain(cases.Move{Category: casetest.Lamp})}, {10, "desk", "dispatch", lead(roads, cases.Move{})}, {40, roads, "handle", plain(cases.Move{Result: cases.Explained, Outcome: "已说明"})},
		{60, "officer", "rework", plain(cases.Move{Note: "未到位"})}, {90, roads, "start", plain(cases.Move{})}, {90, roads, "handle", plain(cases.Move{Result: cases.Explained, Outcome: "已返工"})}},
	"rejected": {{50, "desk", "reject", plain(cases.Move{Ground: "not_public", Note: "不属受理范围", Reply: "已告知"})}},
}

// lifeOf is what a life left behind, without ids: where the case stands, its history and its clocks.
func lifeOf(t *testing.T, x *casetest.District, id string) []string {
	t.Helper()
	var out []string
	if err := x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		for _, q := range []string{
			`SELECT state || ' ' || level || ' ' || stage || ' ' || holder || ' ' || lead_unit || ' ' || CAST(dispatches AS TEXT) || ' ' || CAST(returns AS TEXT) || ' ' || CAST(reworks AS TEXT)
				|| ' ' || result || ' ' || COALESCE(CAST(due_at AS TEXT), '-') || ' ' || COALESCE(CAST(promised_at AS TEXT), '-') || ' ' || COALESCE(CAST(closed_at AS TEXT), '-')
				|| ' ' || COALESCE(CAST(ended_at AS TEXT), '-') || ' ' || CAST(version AS TEXT) FROM case_file WHERE id = $1`,
			"SELECT action || ' ' || from_state || ' ' || to_state || ' ' || CAST(at AS TEXT) || ' ' || for_unit || ' ' || ground || ' ' || visibility FROM case_history WHERE case_id = $1 ORDER BY id",
			`SELECT kind || ' ' || CAST(round AS TEXT) || ' ' || level || ' ' || unit_id || ' ' || CAST(started_at AS TEXT) || ' ' || COALESCE(CAST(due_at AS TEXT), '-') || ' '
				|| COALESCE(CAST(stopped_at AS TEXT), '-') || ' ' || outcome FROM case_clock WHERE case_id = $1 ORDER BY id`,
		} {
			rows, err := db.All[string](x.Ctx, tx, q, id)
			if err != nil {
				return err
			}
			out = append(out, rows...)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// who is the context of somebody by a short name.
func who(x *casetest.District, name string) context.Context {
	switch name {
	case "desk":
		return x.Desk()
	case "command":
		return x.Command()
	case "officer":
		return x.Officer()
	}
	return x.Unit(name)
}

// tell lets a teller tell the steps and returns the id of the case.
func tell(t *testing.T, x *casetest.District, start time.Time, steps []toldStep) (id string) {
	t.Helper()
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		teller, err := x.Cases.NewTeller(x.Ctx, tx)
		if err != nil {
			return err
		}
		tale, err := teller.Report(x.Ctx, start, cases.Actor{}, cases.Report{Channel: cases.FromHotline, Text: "路灯不亮", Category: casetest.Lamp, AreaCode: casetest.Grid, Address: "四平路18号"})
		at := start
		for i := 0; err == nil && i < len(steps); i++ {
			at = at.Add(time.Duration(steps[i].after) * time.Minute)
			p := auth.From(who(x, steps[i].who))
			err = tale.Do(x.Ctx, at, cases.Actor{ID: p.UserID, Name: p.Name, Unit: p.UnitID}, steps[i].action, steps[i].move(x))
		}
		if err != nil {
			return err
		}
		id = tale.Case.ID
		return teller.Store(x.Ctx)
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTale_LeavesBehindWhatTheEngineDoes(t *testing.T) {
	for name, steps := range toldLives {
		t.Run(name, func(t *testing.T) {
			testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
				start := time.Date(2026, 10, 12, 9, 5, 0, 0, clock.Nanjing)
				c.Set(start)
				x := casetest.New(t, d)
				real := x.Register(t)
				for _, s := range steps {
					c.Advance(time.Duration(s.after) * time.Minute)
					real = x.Act(t, who(x, s.who), real, s.action, s.move(x))
				}
				told := tell(t, x, start, steps)
				a, b := lifeOf(t, x, real.ID), lifeOf(t, x, told)
				if len(a) != len(b) {
					t.Fatalf("the engine left %d rows, the tale %d:\n%v\n%v", len(a), len(b), a, b)
				}
				for i := range a {
					if a[i] != b[i] {
						t.Errorf("engine: %s\n  tale: %s", a[i], b[i])
					}
				}
			})
		})
	}
}
