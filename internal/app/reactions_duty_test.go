package app

import (
	"context"
	"testing"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

func TestReactions_WhoseAccountIsShutIsOnDutyNoMore(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	now := a.DB.Clock().Now()
	on := func() (running []patrol.Session) {
		all, err := a.Patrol.Sessions(ctx, "", clock.At(now.AddDate(0, 0, -1)), clock.At(now.AddDate(0, 0, 1)), httpx.PageIn{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all.Items {
			if x.OffAt == nil {
				running = append(running, x)
			}
		}
		return running
	}
	before := on()
	if len(before) < 3 {
		t.Fatalf("%d on duty", len(before))
	}
	for i, step := range []string{"disable", "lock"} {
		if _, err := a.Identity.StepUser(ctx, before[i].OfficerID, step, "离职"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	after := on()
	if len(after) != len(before)-2 || after[0].ID != before[2].ID {
		t.Errorf("%d on duty, then %d", len(before), len(after))
	}
}
