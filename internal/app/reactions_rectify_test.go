package app

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
)

// steps counts how often an item went through an action.
func steps(ctx context.Context, t *testing.T, a *App, item string, action rectify.Action) (n int) {
	t.Helper()
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	d, err := a.Rectify.Get(ctx, item, "zh")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range d.History {
		if h.Action == action {
			n++
		}
	}
	return n
}

// unlinked answers an issued item without links and returns it.
func unlinked(ctx context.Context, t *testing.T, a *App) *rectify.Item {
	t.Helper()
	list, err := a.Rectify.List(ctx, rectify.Filter{States: []rectify.State{rectify.Issued}}, httpx.PageIn{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list.Items, func(i rectify.Item) bool {
		d, err := a.Rectify.Get(ctx, i.ID, "zh")
		return err == nil && len(d.Links) == 0
	})
	if at < 0 {
		t.Fatal("no issued item is without links")
	}
	i, err := a.Rectify.Act(ctx, list.Items[at].ID, rectify.ActAnswer, rectify.Move{Version: list.Items[at].Version, Measure: "更换灯头", PromisedAt: list.Items[at].DueAt})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestReactions_TheEndOfTheLastLinkedCaseProposesThatTheItemIsDone(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	i := unlinked(ctx, t, a)
	before := steps(ctx, t, a, i.ID, rectify.ActReady)
	l, err := a.Rectify.Open(ctx, i.ID, rectify.OpenLink{Version: i.Version, Kind: rectify.LinkCase, Text: "更换楼道灯"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := a.Cases.Get(ctx, l.RefID)
	if err != nil {
		t.Fatal(err)
	}
	c := &d.Case
	for _, step := range []struct {
		action string
		move   cases.Move
	}{{"accept", cases.Move{}}, {"reject", cases.Move{Ground: "not_public", Note: "同一事项已在办理", Reply: "同一事项已在办理"}}} {
		if before != steps(ctx, t, a, i.ID, rectify.ActReady) {
			t.Fatalf("proposed before %s", step.action)
		}
		step.move.Version = c.Version
		if c, err = a.Cases.Act(ctx, c.ID, step.action, step.move); err != nil {
			t.Fatalf("%s: %v", step.action, err)
		}
	}
	for range 2 { // hearing it again changes nothing
		if n := steps(ctx, t, a, i.ID, rectify.ActReady); n != before+1 {
			t.Errorf("proposed %d times", n-before)
		}
	}
	after, err := a.Rectify.Get(ctx, i.ID, "zh")
	if err != nil || !after.Ready || after.State != i.State {
		t.Errorf("ready %v in state %s, %v", after.Ready, after.State, err)
	}
	if n := notices(ctx, t, a, i.LeadUnit, rectify.TopicReady, "/rectify/items/"+i.ID); n != 1 {
		t.Errorf("the lead unit got %d notices", n)
	}
}

func TestReactions_ALinkedCaseMergedIntoAnotherEndsWithThatOne(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	i := unlinked(ctx, t, a)
	before := steps(ctx, t, a, i.ID, rectify.ActReady)
	l, err := a.Rectify.Open(ctx, i.ID, rectify.OpenLink{Version: i.Version, Kind: rectify.LinkCase, Text: "更换楼道灯"})
	if err != nil {
		t.Fatal(err)
	}
	act := func(id, action string, m cases.Move) {
		t.Helper()
		d, err := a.Cases.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		m.Version = d.Version
		if _, err := a.Cases.Act(ctx, id, action, m); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	linked, err := a.Cases.Get(ctx, l.RefID)
	if err != nil {
		t.Fatal(err)
	}
	head, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromDepartment, Source: "巡查", Title: "楼道灯不亮", Text: "楼道灯不亮", Category: linked.Category, AreaCode: i.AreaCode, Address: i.Place})
	if err != nil {
		t.Fatal(err)
	}
	act(l.RefID, "merge", cases.Move{Into: head.ID, Note: "同一盏灯"})
	stand := func() rectify.Link {
		t.Helper()
		n := steps(ctx, t, a, i.ID, rectify.ActReady)
		d, err := a.Rectify.Get(ctx, i.ID, "zh")
		if err != nil || len(d.Links) != 1 || (n > before) != (d.Links[0].EndedAt != nil) || d.Ready != (d.Links[0].EndedAt != nil) {
			t.Fatalf("proposed %d times, %+v, %v", n-before, d.Links, err)
		}
		return d.Links[0]
	}
	if k := stand(); k.EndedAt != nil || k.State != string(head.State) || k.RefID != l.RefID {
		t.Errorf("merged away it does not follow the other: %+v", k)
	}
	act(head.ID, "accept", cases.Move{})
	act(head.ID, "reject", cases.Move{Ground: "not_public", Note: "同一事项已在办理", Reply: "同一事项已在办理"})
	if k := stand(); k.EndedAt == nil {
		t.Errorf("the other ended: %+v", k)
	}
}
