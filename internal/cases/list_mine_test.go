package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestListMine_IsWhatTheCallerBroughtInAndNothingElse(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		x.Register(t)
		c, err := x.Cases.Register(x.Officer(), cases.Report{Channel: cases.FromOfficer, Text: "井盖翘起", Category: casetest.Lamp, AreaCode: casetest.Grid})
		if err != nil {
			t.Fatal(err)
		}
		if page := list(t, x, x.Officer(), cases.Filter{Mine: true}); page.Total != 1 || page.Items[0].ID != c.ID {
			t.Errorf("own reports: %+v", page)
		}
		if page := list(t, x, x.Desk(), cases.Filter{Mine: true}); page.Total != 0 {
			t.Errorf("the desk brought in nothing, got %d", page.Total)
		}
	})
}
