package rectify

import (
	"context"
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// leader approves for the district; leader2 for the other street alone.
func leader(area string) context.Context {
	p := person("u-lead", area, PermRead, PermApprove)
	p.UserID, p.Name = "user-leader-"+area, "leader"
	return auth.With(context.Background(), &p)
}

func (w *world) list(l *ReverseList, err error) *ReverseList {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *world) detail(ctx context.Context, id string) *ListDetail {
	w.t.Helper()
	d, err := w.ReverseList(ctx, id, "zh")
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// reviewed confirms n items one by one and puts them on a list that was submitted.
func (w *world) reviewed(n int) (*ReverseList, []*Item) {
	w.t.Helper()
	var items []*Item
	for _, id := range w.free("04", n) {
		items = append(items, w.item(Confirmed, id))
	}
	l := w.list(w.DraftList(w.as("office"), NewList{WaveID: "w1", Area: "320106"}))
	return w.list(w.SubmitList(w.as("office"), l.ID, "请审", l.Version)), items
}

func (w *world) approved(n int) (*ReverseList, []*Item) {
	w.t.Helper()
	l, items := w.reviewed(n)
	return w.decide(l, true), items
}

func (w *world) decide(l *ReverseList, approve bool) *ReverseList {
	w.t.Helper()
	d := w.detail(leader("320106"), l.ID)
	return w.list(w.DecideList(leader("320106"), l.ID, ListDecision{Approve: approve, Answer: "补充地点", Hash: d.Editions[0].ContentHash, Version: d.Version}))
}

func TestList_IsApprovedByAnotherAndIssuedInOneGo(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		l, items := w.reviewed(3)
		if l.No != "2026H1-清单-01" || l.State != ListSubmitted {
			t.Fatalf("%+v", l)
		}
		det := w.detail(w.as("office"), l.ID)
		if det.Counts.Items != 3 || det.Counts.Waiting != 3 || !det.Counts.Pending || slices.Contains(det.Steps, StepDecide) {
			t.Errorf("the maker sees %+v %v", det.Counts, det.Steps)
		}
		hash := det.Editions[0].ContentHash
		for _, who := range []context.Context{w.as("office")} {
			_, err := w.DecideList(who, l.ID, ListDecision{Approve: true, Hash: hash, Version: l.Version})
			wantCode(t, err, "rectify.own_list")
		}
		_, err := w.IssueList(w.as("office"), l.ID, l.Version)
		wantCode(t, err, "rectify.list_state")
		l = w.decide(l, true)
		if l.State != ListApproved || l.Edition != 1 {
			t.Fatalf("%+v", l)
		}
		l = w.list(w.IssueList(w.as("office"), l.ID, l.Version))
		for _, i := range items {
			got, err := w.Get(w.as("office"), i.ID, "zh")
			if err != nil || got.State != Issued || len(got.Clocks) != 1 {
				t.Errorf("%v %v", got, err)
			}
		}
		det = w.detail(w.as("office"), l.ID)
		if det.State != ListIssued || det.Counts.Doing != 3 || det.Counts.Receipts != 2 || det.Counts.Signed != 0 {
			t.Errorf("%+v %+v", det.State, det.Counts)
		}
		for _, r := range det.Receipts {
			if r.Lines != 3 || len(r.Why) == 0 || r.Overdue {
				t.Errorf("%+v", r)
			}
		}
		_, err = w.IssueList(w.as("office"), l.ID, l.Version)
		wantCode(t, err, "rectify.nothing_to_issue")
	})
}

func TestList_RefusedGoesBackToTheMakerWithTheReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, items := w.reviewed(1)
	_, err := w.DecideList(leader("320106"), l.ID, ListDecision{Version: l.Version})
	wantCode(t, err, "rectify.bad_text")
	l = w.decide(l, false)
	det := w.detail(w.as("office"), l.ID)
	if l.State != ListDraft || det.Editions[0].State != EditionRefused || det.Editions[0].Answer != "补充地点" {
		t.Fatalf("%+v %+v", l, det.Editions)
	}
	l = w.list(w.AmendList(w.as("office"), l.ID, ListAmendment{Title: "楼道灯清单", Remove: []string{items[0].ID}, Version: l.Version}))
	_, err = w.SubmitList(w.as("office"), l.ID, "", l.Version)
	wantCode(t, err, "rectify.empty_list")
	l = w.list(w.AmendList(w.as("office"), l.ID, ListAmendment{Add: []string{items[0].ID}, Version: l.Version}))
	l = w.decide(w.list(w.SubmitList(w.as("office"), l.ID, "", l.Version)), true)
	if l.Edition != 1 || l.Title != "楼道灯清单" {
		t.Errorf("%+v", l)
	}
}

// What changed between submission and approval was not read by who approves.
func TestList_ApprovesOnlyWhatWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, items := w.reviewed(1)
	d := w.detail(leader("320106"), l.ID)
	_, err := w.DecideList(leader("320106"), l.ID, ListDecision{Approve: true, Hash: "else", Version: l.Version})
	wantCode(t, err, "rectify.list_content")
	i := items[0]
	w.ok(w.Amend(w.as("office"), i.ID, Plan{Title: "别的题目", Field: "04", AreaCode: i.AreaCode, LeadUnit: "u-housing"}, i.Version))
	_, err = w.DecideList(leader("320106"), l.ID, ListDecision{Approve: true, Hash: d.Editions[0].ContentHash, Version: l.Version})
	wantCode(t, err, "rectify.list_content")
	_, err = w.DecideList(leader("320106"), l.ID, ListDecision{Approve: true, Hash: d.Editions[0].ContentHash, Version: 99})
	wantCode(t, err, "rectify.list_changed")
}

func TestList_IssuesOnlyWhatWasApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp, lamp)
	l, items := w.approved(2)
	i := items[0]
	w.ok(w.Amend(w.as("office"), i.ID, Plan{Title: "别的题目", Field: "04", AreaCode: i.AreaCode, LeadUnit: "u-housing"}, i.Version))
	_, err := w.IssueList(w.as("office"), l.ID, l.Version)
	wantCode(t, err, "rectify.line_changed")
	if got, err := w.Get(w.as("office"), items[1].ID, "zh"); err != nil || got.State != Confirmed {
		t.Errorf("an item of a list that was not issued is %v, %v", got, err)
	}
}

func TestList_CorrectionsAreEditionsWithReasons(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp, lamp)
		l, items := w.approved(3)
		late := w.item(Confirmed, w.freeOne("c004"))
		_, err := w.CorrectList(w.as("office"), l.ID, Correction{Changes: []ListChange{{Kind: ChangeAdd, ItemID: late.ID}}, Version: l.Version})
		wantCode(t, err, "rectify.bad_text")
		l = w.list(w.CorrectList(w.as("office"), l.ID, Correction{Reason: "补充一项，剔除重复，地点写细", Version: l.Version, Changes: []ListChange{
			{Kind: ChangeAdd, ItemID: late.ID}, {Kind: ChangeStrike, ItemID: items[0].ID}, {Kind: ChangeWord, ItemID: items[1].ID, Title: "楼道灯三个月未修", Place: "12幢2单元"}}}))
		_, err = w.CorrectList(w.as("office"), l.ID, Correction{Reason: "再改", Changes: []ListChange{{Kind: ChangeStrike, ItemID: items[2].ID}}, Version: l.Version})
		wantCode(t, err, "rectify.edition_waits")
		l = w.decide(l, true)
		l = w.list(w.IssueList(w.as("office"), l.ID, l.Version))
		first, err := w.EditionLines(w.as("office"), l.ID, 1)
		if err != nil || len(first) != 3 || first[1].Title != "楼道灯两个月未修" {
			t.Errorf("the first edition is %+v, %v", first, err)
		}
		second, err := w.EditionLines(w.as("office"), l.ID, 2)
		if err != nil || len(second) != 3 || second[0].Title != "楼道灯三个月未修" || second[0].Place != "12幢2单元" {
			t.Errorf("the second edition is %+v, %v", second, err)
		}
		if got, err := w.Get(w.as("office"), items[0].ID, "zh"); err != nil || got.State != Confirmed {
			t.Errorf("what was struck off is %v, %v", got, err)
		}
		_, err = w.CorrectList(w.as("office"), l.ID, Correction{Reason: "剔除", Changes: []ListChange{{Kind: ChangeStrike, ItemID: items[2].ID}}, Version: l.Version})
		wantCode(t, err, "rectify.bad_change")
		l = w.list(w.CorrectList(w.as("office"), l.ID, Correction{Reason: "地点有误", Changes: []ListChange{{Kind: ChangeWord, ItemID: items[2].ID, Title: "楼道灯两个月未修", Place: "3幢"}}, Version: l.Version}))
		l = w.list(w.IssueList(w.as("office"), w.decide(l, true).ID, l.Version+1))
		det := w.detail(w.as("office"), l.ID)
		again := 0
		for _, r := range det.Receipts {
			if r.Edition == 3 {
				again++
				if r.Lines != 1 {
					t.Errorf("a unit signs again for %d items", r.Lines)
				}
			}
		}
		if det.IssuedEdition != 3 || again != 2 || len(det.Editions) != 3 {
			t.Errorf("%+v, %d receipts of the third edition", det.ReverseList, again)
		}
	})
}

// freeOne confirms one further comment.
func (w *world) freeOne(id string) string {
	w.t.Helper()
	if _, err := w.opinions.Confirm(w.as("office"), id, []string{"04"}, 1); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestList_AnItemStandsOnOneList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, items := w.reviewed(1)
	_, err := w.DraftList(w.as("office"), NewList{WaveID: "w1", Area: "320106", Items: []string{items[0].ID}})
	wantCode(t, err, "rectify.on_a_list")
	empty := w.list(w.DraftList(w.as("office"), NewList{WaveID: "w1", Area: "320106"}))
	if n := w.detail(w.as("office"), empty.ID).Counts.Items; n != 0 || empty.No == l.No {
		t.Errorf("a second list %s holds %d items", empty.No, n)
	}
	w.list(w.DropList(w.as("office"), empty.ID, empty.Version))
	_, err = w.DropList(w.as("office"), l.ID, l.Version)
	wantCode(t, err, "rectify.list_state")
}

func TestReceipt_IsSignedOnceByTheUnitOrOnPaper(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		l, _ := w.approved(1)
		l = w.list(w.IssueList(w.as("office"), l.ID, l.Version))
		own := w.detail(w.as("housing"), l.ID)
		if len(own.Receipts) != 1 || own.Receipts[0].Role != "lead" || !own.Receipts[0].CanSign || own.Counts.ToSign != 1 {
			t.Fatalf("the unit sees %+v", own.Receipts)
		}
		id := own.Receipts[0].ID
		_, err := w.Sign(w.as("urban"), l.ID, id, Signature{}, "zh")
		wantCode(t, err, "rectify.no_receipt")
		_, err = w.Sign(w.as("reader"), l.ID, id, Signature{OnBehalf: true, Note: "纸质"}, "zh")
		wantCode(t, err, "auth.no_permission")
		r, err := w.Sign(w.as("housing"), l.ID, id, Signature{Note: "已收"}, "zh")
		if err != nil || r.SignedName != "housing" || r.SignedAt == nil || r.CanSign {
			t.Fatalf("%+v, %v", r, err)
		}
		_, err = w.Sign(w.as("housing"), l.ID, id, Signature{}, "zh")
		wantCode(t, err, "rectify.signed_already")
		street := w.detail(w.as("street1"), l.ID).Receipts[0]
		_, err = w.Sign(w.as("office"), l.ID, street.ID, Signature{OnBehalf: true}, "zh")
		wantCode(t, err, "rectify.bad_text")
		if r, err = w.Sign(w.as("office"), l.ID, street.ID, Signature{OnBehalf: true, Note: "办公室王主任纸质签收"}, "zh"); err != nil || !r.OnBehalf {
			t.Errorf("%+v, %v", r, err)
		}
		_, err = w.Remind(w.as("office"), l.ID)
		wantCode(t, err, "rectify.nobody_to_remind")
	})
}

func TestReceipt_IsOverdueAfterOneWorkDay(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		l, _ := w.approved(1)
		l = w.list(w.IssueList(w.as("office"), l.ID, l.Version))
		c.Set(c.Now().Add(5 * 24 * time.Hour))
		det := w.detail(w.as("office"), l.ID)
		if det.Counts.Unsigned != 2 || !det.Receipts[0].Overdue {
			t.Errorf("%+v", det.Counts)
		}
		if n, err := w.Remind(w.as("office"), l.ID); err != nil || n != 2 {
			t.Errorf("%d reminded, %v", n, err)
		}
		if _, err := w.Sign(w.as("housing"), l.ID, w.detail(w.as("housing"), l.ID).Receipts[0].ID, Signature{}, "zh"); err != nil {
			t.Fatal(err)
		}
		if r := w.detail(w.as("housing"), l.ID).Receipts[0]; !r.Overdue || r.Reminded != 1 {
			t.Errorf("signed too late: %+v", r)
		}
	})
}

func TestList_IsSeenByThoseItConcerns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, _ := w.approved(1)
	for who, sees := range map[string]bool{"office": true, "reader": true, "housing": false, "street1": false, "code2": false} {
		_, err := w.ReverseList(w.as(who), l.ID, "zh")
		if (err == nil) != sees {
			t.Errorf("%s before issue: %v", who, err)
		}
	}
	w.list(w.IssueList(w.as("office"), l.ID, l.Version))
	for who, n := range map[string]int{"office": 1, "reader": 1, "housing": 1, "street1": 1, "urban": 0, "street2": 0, "code2": 0} {
		page, err := w.Lists(w.as(who), ListFilter{WaveID: "w1"}, httpx.PageIn{Limit: 10})
		if err != nil || page.Total != n {
			t.Errorf("%s sees %d lists, %v; want %d", who, page.Total, err, n)
		}
	}
	if page, err := w.Lists(w.as("housing"), ListFilter{Todo: true}, httpx.PageIn{Limit: 10}); err != nil || page.Total != 1 {
		t.Errorf("%d lists wait for the unit, %v", page.Total, err)
	}
	_, err := w.Lists(w.as("nobody"), ListFilter{}, httpx.PageIn{Limit: 10})
	wantCode(t, err, "auth.no_permission")
}

func TestList_DeniesEveryStepToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, items := w.reviewed(1)
	for name, try := range map[string]func(ctx context.Context) error{
		"draft": func(ctx context.Context) error {
			_, err := w.DraftList(ctx, NewList{WaveID: "w1", Area: "320106", Items: []string{items[0].ID}})
			return err
		},
		"amend": func(ctx context.Context) error {
			_, err := w.AmendList(ctx, l.ID, ListAmendment{Version: l.Version})
			return err
		},
		"submit": func(ctx context.Context) error { _, err := w.SubmitList(ctx, l.ID, "", l.Version); return err },
		"drop":   func(ctx context.Context) error { _, err := w.DropList(ctx, l.ID, l.Version); return err },
		"decide": func(ctx context.Context) error {
			_, err := w.DecideList(ctx, l.ID, ListDecision{Version: l.Version})
			return err
		},
		"correct": func(ctx context.Context) error {
			_, err := w.CorrectList(ctx, l.ID, Correction{Version: l.Version})
			return err
		},
		"issue":  func(ctx context.Context) error { _, err := w.IssueList(ctx, l.ID, l.Version); return err },
		"remind": func(ctx context.Context) error { _, err := w.Remind(ctx, l.ID); return err },
	} {
		for _, who := range []string{"housing", "street1", "check"} {
			if err := try(w.as(who)); errs.KindOf(err) != errs.KindForbidden {
				t.Errorf("%s as %s: %v", name, who, err)
			}
		}
		if name == "decide" {
			wantCode(t, try(leader("320106002")), "auth.outside_area")
			continue
		}
		if err := try(w.as("code2")); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("%s from another area: %v", name, err)
		}
	}
}
