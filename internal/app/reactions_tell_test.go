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

func TestReactions_WhoAssistsAndWhoSupervisesHearOfTheirCase(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	areas, err := a.Region.Children(ctx, "320106")
	if err != nil || len(areas) == 0 {
		t.Fatal(err)
	}
	street := areas[0].Code
	unit := func(code string) (id string) {
		t.Helper()
		if err := a.DB.Read(ctx, func(tx *db.Tx) error {
			u, _, err := a.Cases.UnitForTx(ctx, tx, street, code)
			id = u.ID
			return err
		}); err != nil || id == "" {
			t.Fatalf("no unit %s: %v", code, err)
		}
		return id
	}
	lead, helper := unit("street_urban"), unit("street_enforce")
	c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromLetter, Text: "占道围挡", Category: "140101", AreaCode: street})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		action string
		move   cases.Move
	}{{"file", cases.Move{Category: "140101"}}, {"dispatch", cases.Move{LeadUnit: lead, CoUnits: []cases.CoUnit{{Unit: helper, Task: "清走围挡"}}}}, {"supervise", cases.Move{Note: "本周报方案"}},
		{"recall", cases.Move{Note: "派错了"}}} {
		step.move.Version = c.Version
		if c, err = a.Cases.Act(ctx, c.ID, step.action, step.move); err != nil {
			t.Fatalf("%s: %v", step.action, err)
		}
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ unit, topic string }{{helper, "cases.assisted"}, {helper, "cases.part_over"}, {lead, "cases.supervised"}} {
		if n := notices(ctx, t, a, x.unit, x.topic, caseLink(c.ID)); n != 1 {
			t.Errorf("%s: %d notices", x.topic, n)
		}
	}
}

// shown is what the person who reported is told of a case, newest first.
func shown(ctx context.Context, t *testing.T, a *App, id string) string {
	t.Helper()
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	told, err := a.Messages.List(ctx, messages.Filter{Case: id}, httpx.PageIn{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, m := range told.Items {
		events = append(events, m.Event)
	}
	return strings.Join(events, " ")
}

func TestReactions_WhoReportedIsAskedByTextMessageAndTheLeadHearsTheAnswer(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	areas, err := a.Region.Children(ctx, "320106")
	if err != nil || len(areas) == 0 {
		t.Fatal(err)
	}
	c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromResident, Text: "路灯不亮", Category: "140101", AreaCode: areas[0].Code,
		Reporter: &cases.NewReporter{Phone: "13912345678", WantsReply: true}})
	if err != nil {
		t.Fatal(err)
	}
	var lead string
	if err := a.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := a.Cases.UnitForTx(ctx, tx, areas[0].Code, "street_urban")
		lead = u.ID
		return err
	}); err != nil || lead == "" {
		t.Fatalf("no unit: %v", err)
	}
	act := func(ctx context.Context, action string, m cases.Move) {
		t.Helper()
		m.Version = c.Version
		next, err := a.Cases.Act(ctx, c.ID, action, m)
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		c = next
	}
	act(ctx, "accept", cases.Move{})
	act(ctx, "file", cases.Move{Category: "140101"})
	act(ctx, "dispatch", cases.Move{LeadUnit: lead})
	act(ctx, "sign", cases.Move{})
	act(ctx, "ask_reporter", cases.Move{Note: "是哪一盏？"})
	if got := shown(ctx, t, a, c.ID); got != "asked accepted registered" {
		t.Errorf("told %s", got)
	}
	d, err := a.Cases.Get(ctx, c.ID)
	if err != nil || len(d.Reporters) != 1 {
		t.Fatalf("%d reporters, %v", len(d.Reporters), err)
	}
	act(cases.AsReporter(ctx, d.Reporters[0].ID), "supplement", cases.Move{Note: "门口那一盏"})
	if c.State == cases.Waiting {
		t.Error("the case still waits")
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if n := notices(ctx, t, a, lead, "cases.supplemented", caseLink(c.ID)); n != 1 {
		t.Errorf("the lead got %d notices of the answer", n)
	}
}

func TestReactions_WhoReportedIsToldOfAMergeAndThatItWasUndone(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	areas, err := a.Region.Children(ctx, "320106")
	if err != nil || len(areas) == 0 {
		t.Fatal(err)
	}
	report := func(phone string) *cases.Case {
		t.Helper()
		c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromResident, Text: "路灯不亮", Category: "140101", AreaCode: areas[0].Code,
			Reporter: &cases.NewReporter{Phone: phone, WantsReply: true}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := report("13912345678"), report("13812345679")
	if got := shown(ctx, t, a, first.ID); got != "registered" {
		t.Errorf("told %s", got)
	}
	merged, err := a.Cases.Act(ctx, second.ID, "merge", cases.Move{Version: second.Version, Into: first.ID})
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(ctx, t, a, second.ID); got != "merged registered" {
		t.Errorf("told %s", got)
	}
	if _, err := a.Cases.Act(ctx, second.ID, "unmerge", cases.Move{Version: merged.Version, Note: "不是同一盏"}); err != nil {
		t.Fatal(err)
	}
	if got := shown(ctx, t, a, second.ID); got != "unmerged merged registered" {
		t.Errorf("told %s", got)
	}
	if got := shown(ctx, t, a, first.ID); got != "registered" {
		t.Errorf("who reported the other was told %s", got)
	}
}
