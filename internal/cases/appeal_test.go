package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestAppeal_WhoRejectedDoesNotRejectAgainEvenWithoutAHigherTier(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		g := bring(t, x, cases.Rejected)
		g.c = x.Act(t, cases.AsReporter(x.Ctx, g.reporter), g.c, "appeal", cases.Move{Note: "步道是公共的"})
		no := cases.Move{Ground: "not_public", Note: "商业用地", Reply: "属商业用地"}
		refused(t, x, x.Command(), g.c, "reject", no, "cases.rejected_before")
		x.Act(t, x.As("second", casetest.Area+".district_command", casetest.Area, cases.Permissions()...), g.c, "reject", no)
	})
}
