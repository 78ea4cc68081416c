package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestLife_FromReportToArchive(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		unit := casetest.Area + ".construction"
		c := x.Register(t)
		c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
		c = x.Act(t, x.Unit(unit), c, "sign", cases.Move{})
		c = x.Act(t, x.Unit(unit), c, "start", cases.Move{})
		c = x.Act(t, x.Unit(unit), c, "handle", cases.Move{Result: cases.Explained, Outcome: "灯具已更换"})
		c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "现场已亮"})
		c = x.Act(t, x.Command(), c, "close", cases.Move{Reply: "路灯已修好"})
		if c.State != cases.Closed && c.State != cases.Archived {
			t.Fatalf("state %s", c.State)
		}
	})
}
