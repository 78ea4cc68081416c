package app

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

func TestReactions_AResidentIsToldByTextMessageAndTheLeadByNotice(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	areas, err := a.Region.Children(ctx, "320106")
	if err != nil || len(areas) == 0 {
		t.Fatal(err)
	}
	street := areas[0].Code
	c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromResident, Text: "路灯不亮", Category: "140101", AreaCode: street,
		Reporter: &cases.NewReporter{Phone: "13912345678", WantsReply: true}})
	if err != nil {
		t.Fatal(err)
	}
	var lead string
	if err := a.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := a.Cases.UnitForTx(ctx, tx, street, "street_urban")
		lead = u.ID
		return err
	}); err != nil || lead == "" {
		t.Fatalf("no unit: %v", err)
	}
	for _, step := range []struct {
		action string
		move   cases.Move
	}{{"accept", cases.Move{}}, {"file", cases.Move{Category: "140101"}}, {"dispatch", cases.Move{LeadUnit: lead}}} {
		step.move.Version = c.Version
		if c, err = a.Cases.Act(ctx, c.ID, step.action, step.move); err != nil {
			t.Fatalf("%s: %v", step.action, err)
		}
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	told, err := a.Messages.List(ctx, messages.Filter{Case: c.ID}, httpx.PageIn{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, m := range told.Items {
		events = append(events, m.Event)
		if m.Shown != "139****5678" || !strings.Contains(m.Preview, c.Number) {
			t.Errorf("%+v", m)
		}
	}
	if strings.Join(events, " ") != "accepted registered" { // newest first
		t.Errorf("the resident was told %v", events)
	}
	if n := notices(ctx, t, a, lead, "cases.dispatched", caseLink(c.ID)); n != 1 {
		t.Errorf("the lead got %d notices", n)
	}
}
