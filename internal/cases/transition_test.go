package cases_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
	"yiwang/internal/workflow"
)

const (
	builders = casetest.Area + ".construction"
	water    = casetest.Area + ".water"
	petty    = "020201" // a leaf whose entry is the grid
)

// stage is a case brought to a state, with what its next actions refer to.
type stage struct {
	*casetest.District
	c        *cases.Case
	reporter string
	other    *cases.Case
}

// as returns who may take the action: the lead unit, the officer, who reported, the program, or the command centre.
func (g *stage) as(a workflow.Action) context.Context {
	switch a.By {
	case "lead", "first":
		unit := builders
		if g.c.LeadUnit == g.Units[water].ID || g.c.FirstUnit == g.Units[water].ID {
			unit = water
		}
		return g.Unit(unit)
	case "reporter":
		return cases.AsReporter(context.Background(), g.reporter)
	case "system":
		return g.Ctx
	case "officer":
		return g.Officer()
	}
	if a.Code == "audit" {
		return g.Desk() // who closed a case does not check its ending
	}
	return g.Command()
}

// move brings along everything the action could need.
func (g *stage) move(t *testing.T, a workflow.Action) cases.Move {
	t.Helper()
	m := cases.Move{Note: "按规定办理", Ground: "not_our_duty", Reply: "已办理", LeadUnit: g.Units[builders].ID, Category: petty, Result: cases.Explained,
		Outcome: "已说明情况", Amount: 1, Solved: "yes", Satisfaction: "satisfied", Finding: "passed", Remote: true}
	switch a.Code {
	case "reject":
		m.Ground = "not_public"
	case "ask_suspension":
		m.Ground = "funds"
		g.refuseOpen(t)
	case "ask_extension":
		g.refuseOpen(t)
	case "void":
		m.Ground = "mistaken"
	case "merge":
		m.Into = g.other.ID
	case "extend", "suspend", "refuse_request":
		m.Request = g.request(t, a.Code)
	case "correct":
		m.AreaCode = casetest.Place + "G002"
	case "answer_supervision", "lift_supervision":
		if !g.c.Supervised {
			g.c = g.Act(t, g.Command(), g.c, "supervise", cases.Move{Note: "本周内报方案"})
		}
	}
	return m
}

// request makes the lead unit ask for what the desk decides about.
func (g *stage) request(t *testing.T, action string) string {
	t.Helper()
	ask := "ask_suspension"
	if action == "extend" {
		ask = "ask_extension"
	}
	d, err := g.Cases.Get(g.Ctx, g.c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Requests {
		if r.State == "open" && (r.Kind == "extension") == (action == "extend") {
			return r.ID
		}
	}
	g.refuseOpen(t)
	g.c = g.Act(t, g.Unit(builders), g.c, ask, cases.Move{Note: "需要时间", Ground: "funds", Amount: 1})
	if d, err = g.Cases.Get(g.Ctx, g.c.ID); err != nil || len(d.Requests) == 0 {
		t.Fatal("no request", err)
	}
	return d.Requests[len(d.Requests)-1].ID
}

// refuseOpen decides on what still waits, for one request waits at a time.
func (g *stage) refuseOpen(t *testing.T) {
	t.Helper()
	d, err := g.Cases.Get(g.Ctx, g.c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Requests {
		if r.State == cases.RequestOpen {
			g.c = g.Act(t, g.Command(), g.c, "refuse_request", cases.Move{Request: r.ID, Note: "再想办法"})
		}
	}
}

// routes are the actions that bring a fresh case to each state.
var routes = map[cases.State][]string{
	cases.Reported: {}, cases.Inspecting: {"inspect"}, cases.Accepted: {"accept"}, cases.Rejected: {"reject"}, cases.Filed: {"file"},
	cases.Dispatched: {"file", "dispatch"}, cases.Returned: {"file", "dispatch", "return"},
	cases.Adjudicating: {"file", "dispatch", "return", "dispatch water", "return"},
	cases.Signed:       {"file", "dispatch", "sign"}, cases.Handling: {"file", "dispatch", "sign", "start"},
	cases.Awaiting:  {"file", "dispatch", "sign", "ask_reporter"},
	cases.Suspended: {"file", "dispatch", "sign", "start", "suspend"}, cases.Checking: {"file", "dispatch", "handle"},
	cases.Checked: {"file", "dispatch", "handle", "verify"}, cases.Rework: {"file", "dispatch", "handle", "rework"},
	cases.Closed:     {"file", "dispatch", "handle", "verify", "close"},
	cases.Archived:   {"file", "dispatch", "handle", "verify", "close", "revisit"},
	cases.SelfClosed: {"self_handle"}, cases.ForceClosed: {"force_close"}, cases.Void: {"void"}, cases.Merged: {"merge"},
}

// bring registers a case somebody waits to hear of and brings it to the state.
func bring(t *testing.T, x *casetest.District, to cases.State) *stage {
	t.Helper()
	category := func(r *cases.Report) { r.Category = petty }
	g := &stage{District: x, other: x.Register(t, category)}
	g.c = x.Register(t, category, func(r *cases.Report) {
		r.Reporter = &cases.NewReporter{Name: "测试甲", Phone: "13800000000", WantsReply: true}
	})
	d, err := x.Cases.Get(x.Ctx, g.c.ID)
	if err != nil {
		t.Fatal(err)
	}
	g.reporter = d.Reporters[0].ID
	for _, code := range routes[to] {
		second := code == "dispatch water"
		if second {
			code = "dispatch"
		}
		a, found, _ := x.Cases.Workflow().Action(string(g.c.State), code)
		if !found {
			t.Fatalf("no %s out of %s", code, g.c.State)
		}
		m := g.move(t, a)
		if second {
			m.LeadUnit = x.Units[water].ID
		}
		g.c = x.Act(t, g.as(a), g.c, code, m)
	}
	if g.c.State != to {
		t.Fatalf("came to %s, not to %s", g.c.State, to)
	}
	return g
}

var errUndo = errors.New("undo")

// try takes the action and undoes it, so that one case serves every action of its state.
func (g *stage) try(ctx context.Context, action string, m cases.Move) (to cases.State, err error) {
	undone := g.DB.Tx(ctx, func(tx *db.Tx) error {
		c, failed := g.Cases.ActTx(ctx, tx, g.c.ID, action, m)
		if err = failed; err == nil {
			to = c.State
		}
		return errUndo
	})
	if !errors.Is(undone, errUndo) && err == nil {
		err = undone
	}
	return to, err
}

func TestWorkflow_EveryTransitionHappensAndNoOther(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		def := x.Cases.Workflow()
		for _, st := range def.States {
			g := bring(t, x, cases.State(st.Code))
			if slices.ContainsFunc(def.From(st.Code), func(a workflow.Action) bool { return a.Code == "audit" }) {
				g.drawn(t)
			}
			tried := map[string]bool{}
			for _, a := range def.From(st.Code) {
				tried[a.Code] = true
				m := g.move(t, a) // may ask for something first, and so change the version
				m.Version = g.c.Version
				to, err := g.try(g.as(a), a.Code, m)
				if err != nil {
					t.Errorf("%s: %s: %v", st.Code, a.Code, err)
				} else if !slices.Contains(a.Targets(st.Code), string(to)) {
					t.Errorf("%s: %s leads to %s", st.Code, a.Code, to)
				}
			}
			for _, a := range def.Actions {
				if tried[a.Code] {
					continue
				}
				tried[a.Code] = true
				if _, err := g.try(g.Ctx, a.Code, g.complete()); errs.CodeOf(err) != "cases.bad_transition" {
					t.Errorf("%s: %s: got %v, want a refusal", st.Code, a.Code, err)
				}
			}
		}
	})
}

// drawn makes chance choose this case for a check.
func (g *stage) drawn(t *testing.T) {
	t.Helper()
	if err := g.DB.Tx(g.Ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(g.Ctx, "UPDATE case_file SET audit = 'due' WHERE id = $1", g.c.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// complete is a move that lacks nothing, for actions the state does not have.
func (g *stage) complete() cases.Move {
	return cases.Move{Version: g.c.Version, Note: "按规定办理", Ground: "not_our_duty", Reply: "已办理", LeadUnit: g.Units[builders].ID, Category: petty,
		Result: cases.Explained, Outcome: "已说明情况", Amount: 1, Solved: "yes", Satisfaction: "satisfied", Finding: "passed", Remote: true, Request: "x", Into: g.other.ID}
}
