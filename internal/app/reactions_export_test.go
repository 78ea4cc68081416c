package app

import (
	"context"
	"testing"

	"yiwang/internal/export"
	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

func TestReactions_WhoDecidesOnAFileIsToldAndThenWhoAsked(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	var who []identity.Holder
	told := func() (list []string) {
		err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
			list, err = db.All[string](ctx, tx, "SELECT user_id FROM identity_notice WHERE link = '/exports' ORDER BY created_at, id")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	tell := func(topic string, e export.Moved) {
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, topic, e.ID, e) }); err != nil {
			t.Fatal(err)
		}
		if err := a.Bus.Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		who, err = a.Identity.HoldersTx(ctx, tx, patrol.PermApprove, "320106")
		return err
	}); err != nil || len(who) == 0 {
		t.Fatalf("nobody may decide: %v", err)
	}
	e := export.Moved{ID: "e1", Kind: "track", Area: "320106", SubjectID: "o1", SubjectName: "沈静", AskedBy: who[0].ID, AskedName: who[0].Name, State: export.Waiting}
	tell(export.TopicAsked, e)
	if got := told(); len(got) != len(who)-1 {
		t.Errorf("of %d who may decide, one asked: %v were told", len(who), got)
	}
	e.AskedBy = "somebody"
	tell(export.TopicAsked, e)
	if got := told(); len(got) == 0 || got[len(got)-1] == "somebody" {
		t.Errorf("%v were told", got)
	}
	e.State = export.Approved
	tell(export.TopicDecided, e)
	if got := told(); got[len(got)-1] != "somebody" {
		t.Errorf("who asked was not told: %v", got)
	}
}
