package whistle_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/whistle"
)

const (
	water   = casetest.Area + ".water"
	housing = casetest.Area + ".housing"
)

type world struct {
	*casetest.District
	t *testing.T
	s *whistle.Service
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	x := casetest.New(t, d)
	s := whistle.New(whistle.Deps{DB: d, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, People: x.People, Calendar: x.Calendar})
	x.Cases.HoldClosing(s.HoldTx)
	return &world{x, t, s}
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

// desk drafts and blows, leader approves, in the first street.
func (w *world) desk() context.Context {
	return w.As("desk", casetest.Street+".street_command", casetest.Street, whistle.PermRead, whistle.PermBlow, cases.PermRead, cases.PermDispatch)
}

func (w *world) leader(name string) context.Context {
	return w.As(name, casetest.Street+".street_office", casetest.Street, whistle.PermRead, whistle.PermBlow, whistle.PermLead, whistle.PermHead, cases.PermRead)
}

// deputy is a member of the leading group who is not one of the two heads.
func (w *world) deputy() context.Context {
	return w.As("deputy", casetest.Street+".street_office", casetest.Street, whistle.PermRead, whistle.PermBlow, whistle.PermLead, cases.PermRead)
}

// clerk answers for a called department; its area is the whole district.
func (w *world) clerk(unit string) context.Context {
	return w.As("clerk of "+unit, unit, casetest.Area, whistle.PermRead, whistle.PermAnswer, cases.PermRead, cases.PermHandle)
}

// centre arbitrates.
func (w *world) centre() context.Context {
	return w.As("centre", casetest.Area+".district_command", casetest.Area, whistle.PermRead, whistle.PermArbitrate, cases.PermRead)
}

// filed is a case of the first street that is filed.
func (w *world) filed() *cases.Case {
	w.t.Helper()
	return w.Act(w.t, w.Desk(), w.Register(w.t), "file", cases.Move{Category: casetest.Lamp})
}

func (w *world) draft(kind whistle.Kind, units ...string) *whistle.Whistle {
	w.t.Helper()
	n := whistle.NewWhistle{CaseID: w.filed().ID, Kind: kind, Matter: "积水三年未解决", Reason: "涉及两个部门的设施"}
	for _, u := range units {
		n.Calls = append(n.Calls, whistle.NewCall{Unit: w.Units[u].ID, Task: "到场核定责任"})
	}
	out, err := w.s.Draft(w.desk(), n)
	w.ok(err)
	return out
}

// blown is a pushing whistle that was checked, approved and blown.
func (w *world) blown(units ...string) *whistle.Whistle {
	w.t.Helper()
	return w.blow(w.draft(whistle.Push, units...))
}

func (w *world) blow(x *whistle.Whistle) *whistle.Whistle {
	w.t.Helper()
	x, err := w.s.Check(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "清单内无单一牵头"})
	w.ok(err)
	x, err = w.s.Approve(w.leader("secretary"), x.ID, whistle.Word{Version: x.Version})
	w.ok(err)
	x, err = w.s.Blow(w.desk(), x.ID, whistle.Word{Version: x.Version})
	w.ok(err)
	return x
}

func (w *world) act(ctx context.Context, x *whistle.Whistle, unit, action string, a whistle.Answer) *whistle.Whistle {
	w.t.Helper()
	x, err := w.try(ctx, x, unit, action, a)
	w.ok(err)
	return x
}

func (w *world) try(ctx context.Context, x *whistle.Whistle, unit, action string, a whistle.Answer) (*whistle.Whistle, error) {
	w.t.Helper()
	c := w.call(x, unit)
	a.Version = c.Version
	return w.s.Act(ctx, x.ID, c.ID, action, a)
}

func (w *world) call(x *whistle.Whistle, unit string) *whistle.Call {
	w.t.Helper()
	for i := range x.Calls {
		if x.Calls[i].UnitID == w.Units[unit].ID {
			return &x.Calls[i]
		}
	}
	w.t.Fatalf("no call of %s", unit)
	return nil
}

// through brings a call from called to accepted.
func (w *world) through(x *whistle.Whistle, unit string, now time.Time) *whistle.Whistle {
	w.t.Helper()
	ctx := w.clerk(unit)
	x = w.act(ctx, x, unit, "sign", whistle.Answer{})
	x = w.act(ctx, x, unit, "contact", whistle.Answer{Note: "已与街道城管办联系"})
	x = w.act(ctx, x, unit, "report", whistle.Answer{Came: "分管副局长"})
	x = w.act(ctx, x, unit, "commit", whistle.Answer{Commitments: []whistle.Promise{{Task: "更换泵站", Due: clock.At(now.AddDate(0, 0, 7))}}})
	x = w.act(ctx, x, unit, "done", whistle.Answer{Outcome: "泵站已更换"})
	return w.act(w.desk(), x, unit, "accept", whistle.Answer{Note: "现场看过"})
}
