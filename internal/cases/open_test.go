package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func TestOpenPhoto_ShowsTheResultOnlyOnceThereIsOne(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		unit := casetest.Area + ".construction"
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
		add := func(phase string, seed int) *cases.Evidence {
			t.Helper()
			e, err := x.Cases.AddEvidence(x.Unit(unit), c.ID, cases.NewEvidence{Phase: phase, Public: true}, shotOf(t, seed, 1, 80))
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		photos := map[string]*cases.Evidence{"before": add(cases.PhaseBefore, 1), "after": add(cases.PhaseAfter, 2), "other": add(cases.PhaseOther, 3)}
		shown := func(want map[string]bool) {
			t.Helper()
			n := 0
			for name, e := range photos {
				_, file, err := x.Cases.OpenPhoto(t.Context(), e.ID)
				if err == nil {
					n++
					_ = file.Close()
				} else if errs.KindOf(err) != errs.KindNotFound {
					t.Fatal(err)
				}
				if (err == nil) != want[name] {
					t.Errorf("%s: %v", name, err)
				}
			}
			err := d.Read(x.Ctx, func(tx *db.Tx) error {
				listed, err := x.Cases.OpenPhotosTx(x.Ctx, tx, []string{c.ID})
				if len(listed[c.ID]) != n {
					t.Errorf("%d are listed, %d opened", len(listed[c.ID]), n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		shown(map[string]bool{"before": true})
		c = x.Act(t, x.Unit(unit), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已修好"})
		c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "看过"})
		x.Act(t, x.Command(), c, "close", cases.Move{Reply: "已修好"})
		shown(map[string]bool{"before": true, "after": true})
	})
}

func TestAnswer_SentTwiceAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		unit := casetest.Area + ".construction"
		c := x.Act(t, x.Desk(), x.Register(t, resident("王", "13800001111")), "file", cases.Move{Category: casetest.Lamp})
		var second *cases.Reporter
		if err := d.Tx(x.Ctx, func(tx *db.Tx) (err error) {
			second, _, err = x.Cases.SupportTx(x.Ctx, tx, c.Number, cases.NewReporter{Phone: "13800002222", WantsReply: true}, "")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
		c = x.Act(t, x.Unit(unit), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已修好"})
		c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "看过"})
		c = x.Act(t, x.Command(), c, "close", cases.Move{Reply: "已修好"})
		answer := func(r *cases.Reporter) error {
			return d.Tx(t.Context(), func(tx *db.Tx) error {
				now, err := x.Cases.GetTx(x.Ctx, tx, c.ID)
				if err != nil {
					return err
				}
				return x.Cases.AnswerTx(t.Context(), tx, r, now, cases.Move{Solved: "yes", Satisfaction: "satisfied"})
			})
		}
		first := detailOf(t, x, c.ID).Reporters[0]
		if err := answer(&first); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 4)
		for range cap(ended) {
			go func() { ended <- answer(second) }()
		}
		n := 0
		for range cap(ended) {
			if <-ended == nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("one person's answer counts %d times", n)
		}
	})
}
