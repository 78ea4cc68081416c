package whistle_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/whistle"
)

func TestAccept_OfTheLastTwoCallsAtOnceBringsTheWhistleToDone(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d)
		for range 3 {
			x := w.blown(water, housing)
			for _, unit := range []string{water, housing} {
				ctx := w.clerk(unit)
				x = w.act(ctx, x, unit, "sign", whistle.Answer{})
				x = w.act(ctx, x, unit, "contact", whistle.Answer{Note: "已联系"})
				x = w.act(ctx, x, unit, "report", whistle.Answer{Came: "分管副局长"})
				x = w.act(ctx, x, unit, "commit", whistle.Answer{Commitments: []whistle.Promise{{Task: "更换泵站", Due: clock.At(now.Now().AddDate(0, 0, 7))}}})
				x = w.act(ctx, x, unit, "done", whistle.Answer{Outcome: "泵站已更换"})
			}
			ended := make(chan error, 2)
			for _, unit := range []string{water, housing} {
				c := *w.call(x, unit)
				go func() {
					_, err := w.s.Act(w.desk(), x.ID, c.ID, "accept", whistle.Answer{Version: c.Version, Note: "现场看过"})
					ended <- err
				}()
			}
			w.ok(<-ended)
			w.ok(<-ended)
			got, err := w.s.Get(w.desk(), x.ID)
			w.ok(err)
			if got.State != whistle.Done {
				t.Fatalf("every call has ended, the whistle is %s", got.State)
			}
		}
	})
}

func TestDraft_TwoAtOnceForOneCaseMakeOneWhistle(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.filed()
		ended := make(chan error, 4)
		for range cap(ended) {
			go func() {
				_, err := w.s.Draft(w.desk(), whistle.NewWhistle{CaseID: c.ID, Kind: whistle.Push, Matter: "积水", Reason: "两个部门", Calls: []whistle.NewCall{{Unit: w.Units[water].ID, Task: "到场"}}})
				ended <- err
			}()
		}
		n := 0
		for range cap(ended) {
			if err := <-ended; err == nil {
				n++
			} else {
				w.refused(err, "whistle.runs")
			}
		}
		if n != 1 {
			t.Errorf("%d whistles for one case", n)
		}
	})
}

func TestDraft_TellsNobodyTheTitleOfASensitiveCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		leaf := ""
		for _, l := range w.Duties.Catalog().Leaves() {
			if l.Sensitive {
				leaf = l.Code
			}
		}
		c := w.Register(t, func(r *cases.Report) { r.Category, r.Title = leaf, "某户家中的事" })
		ctx := w.As("desk", "", "320106001", whistle.PermRead, whistle.PermBlow, cases.PermRead, cases.PermSensitive)
		x, err := w.s.Draft(ctx, whistle.NewWhistle{CaseID: c.ID, Kind: whistle.Push, Matter: "需要上门", Reason: "两个部门", Calls: []whistle.NewCall{{Unit: w.Units[water].ID, Task: "到场"}}})
		w.ok(err)
		if x.Title != "敏感事件" {
			t.Errorf("title %q", x.Title)
		}
	})
}
