package app

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/demo"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// district opens an installation with the small demonstration district in it.
func district(t *testing.T) *App {
	t.Helper()
	story := demo.NewClock()
	a, err := OpenAt(context.Background(), config.Config{Data: t.TempDir(), Cipher: "aes", Demo: true}, story)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := demo.Load(context.Background(), a.DemoDeps(story), demo.Options{Scale: "small", Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReactions_ImportedCommentsWaitToBeSortedAndTheLeadHearsOfItsItem(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	w, err := a.Survey.FindWave(ctx, "2026H2")
	if err != nil {
		t.Fatal(err)
	}
	const sentence = "蓝天园小区北门路灯坏了三个月"
	file := "受访编号,渠道,街道,对象,A1-1,Q-ALL,Q-REVT\nR1,线上,凤凰街道,中青年,1,1," + sentence + "\n"
	if _, err := a.Survey.Import(ctx, w.ID, strings.NewReader(file), survey.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	found, err := a.Opinions.Comments(ctx, opinion.CommentFilter{WaveID: w.ID, Query: "北门路灯坏了三个月"}, httpx.PageIn{Limit: 10})
	if err != nil || len(found.Items) != 1 || len(found.Items[0].Suggestions.V) == 0 {
		t.Fatalf("the comment did not reach the reverse list: %+v %v", found.Items, err)
	}
	i := issue(ctx, t, a, found.Items[0])
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if n := notices(ctx, t, a, i.LeadUnit, rectify.TopicIssued, itemLink(rectify.Moved{ItemID: i.ID})); n != 1 {
		t.Errorf("the lead unit got %d notices", n)
	}
}

// issue takes a comment to an issued item.
func issue(ctx context.Context, t *testing.T, a *App, c opinion.Comment) *rectify.Item {
	t.Helper()
	field := c.Suggestions.V[0].Field
	if _, err := a.Opinions.Confirm(ctx, c.ID, []string{field}, c.Version); err != nil {
		t.Fatal(err)
	}
	i, err := a.Rectify.Merge(ctx, []string{c.ID}, rectify.Plan{Title: "北门路灯不亮", Field: field, AreaCode: c.AreaCode, Place: "蓝天园北门"})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []rectify.Action{rectify.ActConfirm, rectify.ActIssue} {
		if i, err = a.Rectify.Act(ctx, i.ID, step, rectify.Move{Version: i.Version, LeadUnit: i.LeadUnit}); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

func notices(ctx context.Context, t *testing.T, a *App, unit, kind, link string) (n int) {
	t.Helper()
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM identity_notice WHERE unit_id = $1 AND kind = $2 AND link = $3", unit, kind, link)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
