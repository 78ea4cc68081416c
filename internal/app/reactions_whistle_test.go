package app

import (
	"context"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/whistle"
)

func TestReactions_WhistlesAndStandstillsAreToldByTemplates(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	areas, err := a.Region.Children(ctx, "320106")
	if err != nil || len(areas) == 0 {
		t.Fatal(err)
	}
	street := areas[0].Code
	var urban, desk, centre string
	if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
		for code, id := range map[string]*string{"street_urban": &urban, "street_command": &desk} {
			u, _, err := a.Cases.UnitForTx(ctx, tx, street, code)
			if err != nil {
				return err
			}
			*id = u.ID
		}
		if centre, err = a.commandOf(ctx, tx, street); err != nil {
			return err
		}
		now := tx.Time()
		if err := outbox.Emit(ctx, tx, whistle.TopicMoved, "w1", whistle.Moved{WhistleID: "w1", Number: "S1", Title: "积水", Street: street, Action: "blow", Called: []string{urban}, At: now}); err != nil {
			return err
		}
		if err := outbox.Emit(ctx, tx, whistle.TopicReminded, "w1", whistle.Reminded{ClockID: "k1", WhistleID: "w1", Number: "S1", Title: "积水", Street: street, UnitID: desk, Kind: "report", Phase: "red",
			CallUnit: urban, CallName: "城管办", DueAt: now, At: now}); err != nil {
			return err
		}
		lapse := cases.Lapse{ClockID: "k2", CaseID: "c1", Number: "N1", Title: "路灯", Kind: cases.StageHandle, Phase: "dormant", UnitID: urban, AreaCode: street, CaseLevel: cases.Street, DueAt: now, At: now}
		if err := outbox.Emit(ctx, tx, cases.TopicDormant, "c1", lapse); err != nil {
			return err
		}
		lapse.Phase = "review"
		if err := outbox.Emit(ctx, tx, cases.TopicReview, "c1", lapse); err != nil {
			return err
		}
		e := cases.Emergency{ID: "e1", Name: "暴雨", Reason: "橙色预警", AreaCode: "320106", BegunAt: now}
		if err := outbox.Emit(ctx, tx, cases.TopicEmergency, e.ID, e); err != nil {
			return err
		}
		e.EndedAt = clock.Ptr(now.Time)
		return outbox.Emit(ctx, tx, cases.TopicEmergency, e.ID, e)
	}); err != nil || urban == "" || desk == "" || centre == "" {
		t.Fatal(urban, desk, centre, err)
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct{ unit, kind, link string }{
		{urban, "cases.whistle_blown", whistleLink("w1")}, {urban, "cases.whistle_overdue", whistleLink("w1")}, {desk, "cases.whistle_overdue", whistleLink("w1")},
		{centre, "cases.whistle_overdue", whistleLink("w1")}, {urban, "cases.dormant", caseLink("c1")}, {desk, "cases.dormant", caseLink("c1")},
		{urban, "cases.review_due", caseLink("c1")}, {desk, "cases.review_due", caseLink("c1")},
		{desk, "cases.emergency", emergencyLink}, {desk, "cases.emergency_over", emergencyLink}, {centre, "cases.emergency", emergencyLink},
	} {
		if n := notices(ctx, t, a, w.unit, w.kind, w.link); n != 1 {
			t.Errorf("%s: %d notices", w.kind, n)
		}
	}
}
