package rectify

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func page(limit int, cursor string) httpx.PageIn { return httpx.PageIn{Limit: limit, Cursor: cursor} }

func withPrincipal(p *auth.Principal) context.Context { return auth.With(context.Background(), p) }

func TestList_ShowsEverybodyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		free := w.free("04", 3)
		w.item(Draft, free[0])
		w.item(Issued, free[1])
		// In the same street, led by somebody else: housing must not see it, the street must.
		i := w.ok(w.Merge(w.as("office"), free[2:], Plan{Title: "摊位占道", Field: "04", AreaCode: "320106001003", LeadUnit: "u-urban"}))
		i = w.ok(w.act(i, ActConfirm))
		w.ok(w.act(i, ActIssue))
		for who, want := range map[string]int{"office": 3, "reader": 3, "check": 3, "housing": 1, "urban": 1, "street1": 2, "street2": 0, "check2": 0, "code2": 3} {
			got, err := w.List(w.as(who), Filter{}, page(50, ""))
			if who == "code2" {
				want = 0
			}
			if err != nil || got.Total != want || len(got.Items) != want {
				t.Errorf("%s sees %d items (%v), want %d", who, got.Total, err, want)
			}
			for _, item := range got.Items {
				if _, err := w.Get(w.as(who), item.ID, "zh"); err != nil {
					t.Errorf("%s lists %s but cannot open it: %v", who, item.No, err)
				}
			}
		}
		_, err := w.List(w.as("nobody"), Filter{}, page(50, ""))
		wantCode(t, err, "auth.no_permission")
	})
}

func TestList_FiltersAndPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 7)...)
		free := w.free("04", 7)
		for n, s := range []State{Draft, Confirmed, Issued, Answered, Doing, Done, Published} {
			w.item(s, free[n])
		}
		ctx := w.as("office")
		seen, cursor := map[string]bool{}, ""
		for range 4 {
			p, err := w.List(ctx, Filter{WaveID: "w1"}, page(2, cursor))
			if err != nil || p.Total != 7 {
				t.Fatalf("total %d, %v", p.Total, err)
			}
			for _, i := range p.Items {
				seen[i.ID] = true
			}
			cursor = p.NextCursor
		}
		if len(seen) != 7 || cursor != "" {
			t.Errorf("saw %d items, cursor %q", len(seen), cursor)
		}
		for name, c := range map[string]struct {
			f    Filter
			want int
		}{
			"state":      {Filter{States: []State{Issued, Doing}}, 2},
			"field":      {Filter{Field: "05"}, 0},
			"area":       {Filter{Area: "320106001"}, 7},
			"other area": {Filter{Area: "320106002"}, 0},
			"unit":       {Filter{Unit: "u-housing"}, 7},
			"number":     {Filter{Query: "-0003"}, 1},
			"wildcard":   {Filter{Query: "%"}, 0},
			"sql":        {Filter{Query: "' OR 1=1 --"}, 0},
			"overdue":    {Filter{Overdue: true}, 0},
			"wave":       {Filter{WaveID: "w2"}, 0},
		} {
			if p, err := w.List(ctx, c.f, page(50, "")); err != nil || p.Total != c.want {
				t.Errorf("%s: %d items, %v, want %d", name, p.Total, err, c.want)
			}
		}
		_, err := w.List(ctx, Filter{}, page(2, "forged"))
		wantCode(t, err, "request.bad_cursor")
	})
}

func TestList_TodoIsWhatWaitsForTheCaller(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		states := []State{Draft, Confirmed, Issued, Returned, Answered, Doing, Done, Rework, Verified, Told, Published, Withdrawn}
		w := newWorld(t, d, lines(lamp, len(states))...)
		free := w.free("04", len(states))
		for n, s := range states {
			w.item(s, free[n])
		}
		for who, want := range map[string]int{"office": 6, "housing": 4, "check": 1, "street1": 0, "urban": 0, "reader": 0, "street2": 0} {
			got, err := w.List(w.as(who), Filter{Todo: true}, page(50, ""))
			if err != nil || got.Total != want {
				t.Errorf("%d items wait for %s, %v, want %d", got.Total, who, err, want)
			}
		}
	})
}

func TestLoop_AddsUp(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp, "没有", "感谢社区工作人员", lamp)
		free := w.free("04", 3)
		w.item(Published, free[0])
		w.item(Issued, free[1])
		w.item(Draft, free[2])
		l, err := w.Loop(w.as("office"), "w1")
		if err != nil {
			t.Fatal(err)
		}
		if l.Voices != 6 || l.Open != 1 || l.Confirmed != 3 || l.Skipped != 1 || l.Praise != 1 || l.Merged != 3 {
			t.Errorf("comments %+v", l)
		}
		if l.Items != 3 || l.Issued != 2 || l.ByState[Published] != 1 || l.VoicesTold != 1 || l.AwaitingIssue != 1 {
			t.Errorf("items %+v", l)
		}
		if l.ClosedRate == nil || *l.ClosedRate != 50 || l.DaysToAnswer == nil || *l.DaysToAnswer != 0 || l.DaysToReply == nil || *l.DaysToReply < 14 {
			t.Errorf("rates %+v", l)
		}
		for _, by := range []string{"field", "street", "unit", "place"} {
			list, err := w.Summary(w.as("office"), SummaryQuery{WaveID: "w1", By: by})
			if err != nil {
				t.Fatal(err)
			}
			items := 0
			for _, x := range list {
				items += x.Items
				if x.Items != x.Waiting+x.Passed+x.Doing+x.Overdue || x.Name == "" {
					t.Errorf("%s: %+v", by, x)
				}
			}
			if items != l.Items || by == "field" && len(list) != 14 {
				t.Errorf("%s: %d items in %d lines", by, items, len(list))
			}
		}
		var stats map[string]Reverse
		if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { stats, err = w.ReverseStats(context.Background(), tx, "w1"); return err }); err != nil {
			t.Fatal(err)
		}
		if got, want := stats["320106001"], (Reverse{Issued: 2, ClosedLoop: 1, Settled: 1, Pending: 1, Passed: 1, Approved: 1, Unverified: 1, Judged: 2, Voices: 2}); got != want || len(stats) != 1 {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestMerge_RemembersWhatCameBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	old := w.item(Published, w.free("04", 1)...)
	w.ground.raw["w2"] = append(w.ground.raw["w2"], opinion.RawComment{ID: "d001", AreaCode: "320106001003", Text: lamp})
	if _, err := w.opinions.LoadComments(w.as("office"), "w2"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.opinions.Confirm(w.as("office"), "d001", []string{"04"}, 1); err != nil {
		t.Fatal(err)
	}
	i := w.ok(w.Merge(w.as("office"), []string{"d001"}, Plan{Title: "楼道灯又坏两个月未修", Field: "04", AreaCode: "320106001003"}))
	if i.RecursOf != "" || i.LeadUnit != "u-housing" || i.No != "2026H2-宁海路-0001" {
		t.Errorf("recurs of %q before anybody decided, lead %s, number %s", i.RecursOf, i.LeadUnit, i.No)
	}
	list, err := w.Returns(w.as("reader"), ReturnFilter{WaveID: "w2"}, httpx.PageIn{Limit: 10})
	if err != nil || list.Total != 1 || list.Items[0].EarlierID != old.ID || list.Items[0].ItemID != i.ID || list.Items[0].Likeness < LikeEnough {
		t.Fatalf("%+v, %v", list, err)
	}
	r := list.Items[0]
	_, err = w.ConfirmReturn(w.as("reader"), r.ID, ReturnDecision{Version: 1})
	wantCode(t, err, "auth.no_permission")
	_, err = w.ConfirmReturn(w.as("code2"), r.ID, ReturnDecision{Version: 1})
	wantCode(t, err, "auth.outside_area")
	_, err = w.DismissReturn(w.as("office"), r.ID, ReturnDecision{Version: 1})
	wantCode(t, err, "rectify.bad_text") // without a reason
	if _, err := w.ConfirmReturn(w.as("office"), r.ID, ReturnDecision{Version: 1}); err != nil {
		t.Fatal(err)
	}
	_, err = w.DismissReturn(w.as("office"), r.ID, ReturnDecision{Version: 1, Note: "另一处"})
	wantCode(t, err, "rectify.return_decided")
	if i = w.ok(w.load2(i.ID)); i.RecursOf != old.ID {
		t.Errorf("recurs of %q", i.RecursOf)
	}
	if n, err := w.FindReturns(w.as("office"), "w2"); n != 0 || err != nil {
		t.Errorf("%d proposed twice, %v", n, err)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		evil := "物业'; DROP TABLE item; -- <script>alert(1)</script> \u202e${7*7} %s \\ \" 电话13812345678"
		w := newWorld(t, d, evil)
		c, err := w.opinions.Comments(w.as("office"), opinion.CommentFilter{WaveID: "w1", Query: "<script>"}, page(10, ""))
		if err != nil || c.Total != 1 || c.Items[0].Text != strings.Replace(evil, "13812345678", "〔电话〕", 1) {
			t.Fatalf("%+v, %v", c, err)
		}
		free := w.free("04", 1)
		title := "'; DELETE FROM item; --<img src=x>"
		i := w.ok(w.Merge(w.as("office"), free, Plan{Title: title, Field: "04", AreaCode: "320106001003", Place: "${jndi:x}\" OR \"1\"=\"1"}))
		if got := w.ok(w.load2(i.ID)); got.Title != title {
			t.Errorf("title %q", got.Title)
		}
		_, err = w.Merge(w.as("office"), free, Plan{Title: "a\x00b", Field: "04", AreaCode: "320106001003"})
		wantCode(t, err, "rectify.bad_text")
		_, err = w.Merge(w.as("office"), free, Plan{Title: strings.Repeat("长", 61), Field: "04", AreaCode: "320106001003"})
		wantCode(t, err, "rectify.bad_text")
		_, err = w.Merge(w.as("office"), free, Plan{Title: "x", Field: "04", AreaCode: "' OR 1=1"})
		wantCode(t, err, "rectify.unknown_reference")
	})
}
