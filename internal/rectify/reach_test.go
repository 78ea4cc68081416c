package rectify

import (
	"context"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/testkit"
)

// Who merges for one community must not draw in, and so read, what was said in the next.
func TestMerge_TakesNoCommentFromOutsideTheCallersArea(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	ids := w.free("04", 1)
	p := person("u-office", "320106001004", all...)
	p.UserID = "user-next"
	ctx := auth.With(context.Background(), &p)
	_, err := w.Merge(ctx, ids, Plan{Title: "楼道灯", Field: "04", AreaCode: "320106001004", LeadUnit: "u-housing"})
	wantCode(t, err, "auth.outside_area")
}

func TestPlan_AClosedUnitGetsNoWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp, lamp)
	ids := w.free("04", 2)
	_, err := w.Merge(w.as("office"), ids, Plan{Title: "楼道灯", Field: "04", AreaCode: "320106001003", LeadUnit: "u-closed"})
	wantCode(t, err, "rectify.unknown_reference")
	_, err = w.Merge(w.as("office"), ids, Plan{Title: "楼道灯", Field: "04", AreaCode: "320106001003", LeadUnit: "u-housing", CoUnits: []string{"u-closed"}})
	wantCode(t, err, "rectify.unknown_reference")
	i := w.item(Confirmed, ids...)
	_, err = w.Act(w.as("office"), i.ID, ActIssue, Move{Version: i.Version, LeadUnit: "u-closed"})
	wantCode(t, err, "rectify.unknown_reference")
}
