package opinion

import (
	"testing"

	"yiwang/internal/platform/db"

	"yiwang/internal/testkit"
)

func TestDesk_PutsLikeBesideLikeOnOneCard(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "桂香苑电梯三天两头停，物业不修", "路面坑坑洼洼，骑车颠得牙疼", "我们桂香苑电梯又停了，物业不修", "xyz")
		ctx := w.as("office")
		if _, err := w.GroupWave(ctx, "w1"); err != nil {
			t.Fatal(err)
		}
		all, err := w.Desk(ctx, CommentFilter{WaveID: "w1"}, page(10, ""))
		if err != nil || all.Total != 4 || len(all.Items) != 3 {
			t.Fatalf("%+v, %v", all, err)
		}
		var card *Card
		for i := range all.Items {
			if all.Items[i].Kind == CardMatter {
				card = &all.Items[i]
			}
		}
		if card == nil || len(card.Comments) != 2 || card.Place != "桂香苑" || card.Fields[0].Field != "04" {
			t.Fatalf("%+v", card)
		}
		seen := 0
		for p := page(1, ""); ; {
			list, err := w.Desk(ctx, CommentFilter{WaveID: "w1"}, p)
			if err != nil || len(list.Items) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			seen += len(list.Items[0].Comments)
			if p.Cursor = list.NextCursor; p.Cursor == "" {
				break
			}
		}
		if seen != 4 {
			t.Errorf("the pages show %d comments", seen)
		}
		if list, err := w.Desk(w.as("code2"), CommentFilter{WaveID: "w1"}, page(10, "")); err != nil || list.Total != 0 {
			t.Errorf("another street's office sees %+v, %v", list, err)
		}
		_, err = w.Desk(w.as("reader"), CommentFilter{WaveID: "w1"}, page(10, ""))
		wantCode(t, err, "auth.no_permission")
	})
}

func TestJudge_DecidesManyAndReportsWhatWasDecidedInBetween(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		ctx := w.as("office")
		if _, err := w.Confirm(ctx, "c002", []string{"14"}, 1); err != nil {
			t.Fatal(err)
		}
		j := Judgement{WaveID: "w1", Verb: VerbConfirm, Fields: []string{"04", "06"}, Items: []Versioned{{"c001", 1}, {"c002", 1}, {"c003", 1}}}
		step, err := w.Judge(ctx, j)
		if err != nil || step.ID == "" || !step.Items[0].OK || !step.Items[2].OK || step.Items[0].Comment.State != CommentConfirmed {
			t.Fatalf("%+v, %v", step, err)
		}
		if o := step.Items[1]; o.OK || o.Code != "opinion.comment_changed" || o.Comment == nil || o.Comment.Fields.V[0] != "14" {
			t.Errorf("refused line %+v", o)
		}
		j.Items = []Versioned{{"c001", 2}}
		step, err = w.Judge(w.as("code2"), j)
		if err != nil || step.ID != "" || step.Items[0].Code != "auth.outside_area" || step.Items[0].Comment != nil {
			t.Errorf("another street's office: %+v, %v", step, err)
		}
		_, err = w.Judge(w.as("reader"), j)
		wantCode(t, err, "auth.no_permission")
		for _, bad := range []Judgement{{Verb: VerbConfirm}, {Verb: VerbConfirm, Fields: []string{"99"}}} {
			_, err = w.Judge(ctx, bad)
			wantCode(t, err, "opinion.bad_fields")
		}
		_, err = w.Judge(ctx, Judgement{Verb: VerbSkip, Reason: " "})
		wantCode(t, err, "opinion.bad_text")
		_, err = w.Judge(ctx, Judgement{Verb: "burn"})
		wantCode(t, err, "opinion.bad_verb")
		step, err = w.Judge(ctx, Judgement{WaveID: "w2", Verb: VerbPraise, Items: []Versioned{{"c001", 2}}})
		if err != nil || step.Items[0].Code != "opinion.comment_not_found" {
			t.Errorf("of another wave: %+v, %v", step, err)
		}
	})
}

func TestUndoSteps_TakesBackTheLastStepsOfTheCallerAlone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		ctx := w.as("office")
		judge := func(verb Verb, fields []string, ids ...Versioned) {
			t.Helper()
			if step, err := w.Judge(ctx, Judgement{WaveID: "w1", Verb: verb, Fields: fields, Reason: "说明", Items: ids}); err != nil || step.ID == "" {
				t.Fatalf("%+v, %v", step, err)
			}
		}
		judge(VerbConfirm, []string{"04"}, Versioned{"c001", 1}, Versioned{"c002", 1})
		judge(VerbSkip, nil, Versioned{"c003", 1})
		judge(VerbConfirm, []string{"06"}, Versioned{"c001", 2})
		_, err := w.UndoSteps(w.as("code2"), "w1", 1)
		wantCode(t, err, "opinion.nothing_to_undo")
		steps, err := w.UndoSteps(ctx, "w1", 1)
		if err != nil || len(steps) != 1 || steps[0].Items[0].Comment.Fields.V[0] != "04" || steps[0].Items[0].Comment.State != CommentConfirmed {
			t.Fatalf("%+v, %v", steps, err)
		}
		steps, err = w.UndoSteps(ctx, "w1", 5)
		if err != nil || len(steps) != 2 || !steps[0].Items[0].OK {
			t.Fatalf("%+v, %v", steps, err)
		}
		if o := steps[1].Items; o[0].OK || o[0].Code != "opinion.comment_changed" || !o[1].OK || o[1].Comment.State != CommentOpen {
			t.Errorf("c001 was changed since and stays, c002 is open again: %+v", o)
		}
		_, err = w.UndoSteps(ctx, "w1", 1)
		wantCode(t, err, "opinion.nothing_to_undo")
		_, err = w.UndoSteps(w.as("reader"), "w1", 1)
		wantCode(t, err, "auth.no_permission")
	})
}

func TestProgress_CountsWhatIsLeftAndTheCallersPace(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp, "没有")
		ctx := w.as("office")
		p, err := w.Progress(ctx, "w1")
		if err != nil || p.Open != 3 || p.Decided != 1 || p.Ungrouped != 3 || p.PerMinute != nil {
			t.Fatalf("%+v, %v", p, err)
		}
		if _, err := w.GroupWave(ctx, "w1"); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"c001", "c002"} {
			if _, err := w.Judge(ctx, Judgement{WaveID: "w1", Verb: VerbPraise, Items: []Versioned{{id, 1}}}); err != nil {
				t.Fatal(err)
			}
		}
		p, err = w.Progress(ctx, "w1")
		if err != nil || p.Open != 1 || p.Mine != 2 || p.Ungrouped != 0 || p.Grouped != 3 || p.Undoable != 2 {
			t.Errorf("%+v, %v", p, err)
		}
		_, err = w.Progress(w.as("reader"), "w1")
		wantCode(t, err, "auth.no_permission")
	})
}
