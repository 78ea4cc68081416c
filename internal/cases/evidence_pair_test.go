package cases_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// shoot adds a photo of a phase; the same seed is the same picture.
func shoot(t *testing.T, x *casetest.District, ctx context.Context, c *cases.Case, phase string, seed int) {
	t.Helper()
	if _, err := x.Cases.AddEvidence(ctx, c.ID, cases.NewEvidence{Phase: phase}, shotOf(t, seed, 2, 80)); err != nil {
		t.Fatal(err)
	}
}

func TestSelfHandle_UnderACategoryNamedOnlyThenNeedsItsPhotos(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Register(t, func(r *cases.Report) { r.Category = "" })
		m := cases.Move{Category: petty, Result: cases.Resolved, Outcome: "已归店经营"}
		refused(t, x, x.Officer(), c, "self_handle", m, "cases.no_evidence")
		shoot(t, x, x.Officer(), c, cases.PhaseBefore, 3)
		shoot(t, x, x.Officer(), c, cases.PhaseAfter, 5)
		if c = x.Act(t, x.Officer(), c, "self_handle", m); c.State != cases.SelfClosed || c.Category != petty {
			t.Errorf("%s under %q", c.State, c.Category)
		}
	})
}

func TestHandle_OnePictureIsNotBeforeAndAfter(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := signed(t, x)
		m := cases.Move{Result: cases.Resolved, Outcome: "已修补", Category: "010101"} // what a unit calls it changes nothing
		shoot(t, x, x.Unit(builders), c, cases.PhaseBefore, 3)
		shoot(t, x, x.Unit(builders), c, cases.PhaseAfter, 3)
		refused(t, x, x.Unit(builders), c, "handle", m, "cases.no_evidence")
		shoot(t, x, x.Unit(builders), c, cases.PhaseAfter, 5)
		x.Act(t, x.Unit(builders), c, "handle", m)
	})
}

func TestHandle_AfterItWasSentBackNeedsAPhotoFromThen(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		m := cases.Move{Result: cases.Resolved, Outcome: "已修补"}
		shoot(t, x, x.Unit(builders), c, cases.PhaseBefore, 3)
		shoot(t, x, x.Unit(builders), c, cases.PhaseAfter, 5)
		c = x.Act(t, x.Unit(builders), c, "handle", m)
		now.Advance(time.Hour)
		c = x.Act(t, x.Desk(), c, "rework", cases.Move{Note: "坑还在"})
		now.Advance(time.Hour)
		refused(t, x, x.Unit(builders), c, "handle", m, "cases.old_evidence")
		shoot(t, x, x.Unit(builders), c, cases.PhaseAfter, 7)
		c = x.Act(t, x.Unit(builders), c, "handle", m)
		c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "属实", Remote: true})
		c = x.Act(t, x.Desk(), c, "close", cases.Move{Reply: "已修补"})
		now.Advance(time.Hour)
		c = x.Act(t, x.Desk(), c, "reopen", cases.Move{Note: "又塌了"})
		refused(t, x, x.Unit(builders), c, "handle", m, "cases.old_evidence")
		x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "待整体翻修"}) // nothing was put right: no photo
	})
}
