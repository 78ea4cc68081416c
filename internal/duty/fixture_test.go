package duty_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/duty"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// past is what the program joins: the cases of the district as the list sees them.
type past struct{ cases *cases.Service }

func (p past) DispatchedTx(ctx context.Context, tx *db.Tx, area string, since time.Time, limit int) ([]duty.PastCase, error) {
	rows, err := p.cases.DispatchedTx(ctx, tx, area, since, limit)
	var out []duty.PastCase
	for _, c := range rows {
		out = append(out, duty.PastCase{ID: c.ID, Number: c.Number, Title: c.Title, Category: c.Category, Component: c.Component, Area: c.AreaCode, Source: string(c.Channel),
			At: c.FiledAt.Time, LeadUnit: c.LeadUnit, LeadName: c.LeadName, Dispatches: c.Dispatches, Returns: c.Returns})
	}
	return out, err
}

type world struct {
	*casetest.District
	t *testing.T
}

func newWorld(t *testing.T, d *db.DB) *world {
	x := casetest.New(t, d)
	x.Duties.Replay(past{x.Cases})
	w := &world{x, t}
	w.ok(x.Duties.Prepare(x.Ctx))
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

// chief manages the list of the district.
func (w *world) chief() context.Context {
	return w.As("chief", casetest.Area+".district_command", casetest.Area, append(duty.Permissions(), cases.Permissions()...)...)
}

// street reads the list and asks for admission.
func (w *world) street() context.Context {
	return w.As("street", casetest.Street+".street_office", casetest.Street, duty.PermRead, duty.PermAsk, cases.PermRead)
}

func (w *world) draft(name string) *duty.Version {
	w.t.Helper()
	v, err := w.Duties.Draft(w.chief(), duty.NewDraft{Area: casetest.Area, Name: name})
	w.ok(err)
	return v
}

func (w *world) add(v *duty.Version, r duty.Rule) *duty.Rule {
	w.t.Helper()
	out, err := w.Duties.AddRule(w.chief(), v.ID, r)
	w.ok(err)
	return out
}

func (w *world) publish(v *duty.Version) *duty.Version {
	w.t.Helper()
	d, err := w.Duties.Version(w.chief(), v.ID)
	w.ok(err)
	out, err := w.Duties.Publish(w.chief(), v.ID, d.Version.Version, nil)
	w.ok(err)
	return out
}

func (w *world) decide(q duty.Question) *duty.Decision {
	w.t.Helper()
	d, err := w.Duties.Decide(w.street(), q)
	w.ok(err)
	return d
}

func lead(d *duty.Decision) string {
	if d.Lead == nil {
		return ""
	}
	return d.Lead.Code
}
