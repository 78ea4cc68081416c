package cases_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestExtension_IsGivenOnceBeforeTheTimeIsOverAndNotLongerThanTheLimit(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		k := last(t, x, c, "handle")
		lead := x.Unit(builders)
		_, err := x.Cases.Act(lead, c.ID, "ask_extension", cases.Move{Version: c.Version, Note: "缺材料", Amount: k.LimitN + 1})
		if errs.CodeOf(err) != "cases.extension_long" {
			t.Fatalf("longer than the limit: %v", err)
		}
		c = x.Act(t, lead, c, "ask_extension", cases.Move{Note: "缺材料", Amount: k.LimitN})
		request := openRequest(t, x, c)
		own := x.As("chief", builders, casetest.Area, cases.PermRead, cases.PermSuspend)
		if _, err = x.Cases.Act(own, c.ID, "extend", cases.Move{Version: c.Version, Request: request}); errs.CodeOf(err) != "cases.own_request" {
			t.Fatalf("by the unit that asked: %v", err)
		}
		due, promised := *c.DueAt, *c.PromisedAt
		c = x.Act(t, x.Desk(), c, "extend", cases.Move{Request: request, Note: "同意", Amount: 1})
		k2 := last(t, x, c, "handle")
		if k2.ID != k.ID || k2.LimitN != k.LimitN+1 || !k2.DueAt.After(due.Time) || !c.DueAt.Equal(k2.DueAt.Time) || !c.PromisedAt.After(promised.Time) {
			t.Fatalf("extended: %+v, promised %s", k2, c.PromisedAt)
		}
		h := seen(t, x, c).History
		if e := h[len(h)-1]; e.Visibility != cases.ForReporter || e.Note == "" || e.Note == "同意" {
			t.Fatalf("who reported reads %+v", e)
		}
		if _, err = x.Cases.Act(lead, c.ID, "ask_extension", cases.Move{Version: c.Version, Note: "再延", Amount: 1}); errs.CodeOf(err) != "cases.extended_once" {
			t.Fatalf("twice: %v", err)
		}
		late := signed(t, x)
		now.Advance(60 * 24 * time.Hour)
		if _, err = x.Cases.Act(lead, late.ID, "ask_extension", cases.Move{Version: late.Version, Note: "缺材料", Amount: 1}); errs.CodeOf(err) != "cases.too_late" {
			t.Fatalf("after the due time: %v", err)
		}
	})
}

func TestSuspension_NeedsOneOfFiveGroundsAndEndsAfterTwoMissedReviews(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		if _, err := x.Cases.Act(x.Unit(builders), c.ID, "ask_suspension", cases.Move{Version: c.Version, Ground: "busy", Note: "忙"}); errs.CodeOf(err) != "cases.no_ground" {
			t.Fatalf("another ground: %v", err)
		}
		c = suspended(t, x, c)
		now.Advance(14 * 24 * time.Hour)
		c = x.Act(t, x.Desk(), c, "review", cases.Move{Note: "资金仍未落实"})
		now.Advance(15*24*time.Hour + time.Minute)
		if n := want[int](t)(x.Cases.Reviews(x.Ctx)); n != 1 {
			t.Fatalf("%d reviews missed", n)
		}
		if e := lapses(t, x, cases.TopicReview); len(e) != 1 || e[0].CaseID != c.ID {
			t.Fatalf("told %+v", e)
		}
		if got := seen(t, x, c); got.State != cases.Suspended || got.Requests[0].Missed != 1 {
			t.Fatalf("%s %+v", got.State, got.Requests[0])
		}
		now.Advance(15*24*time.Hour + time.Minute)
		want[int](t)(x.Cases.Reviews(x.Ctx))
		got := seen(t, x, c)
		if got.State != cases.Handling || got.Requests[0].State != cases.RequestEnded || got.DueAt == nil {
			t.Fatalf("%s %+v", got.State, got.Requests[0])
		}
		now.Advance(60 * 24 * time.Hour)
		if n := want[int](t)(x.Cases.Reviews(x.Ctx)); n != 0 {
			t.Fatalf("%d more", n)
		}
	})
}

func TestRequests_AreListedForWhoSeesTheCase(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := suspended(t, x, signed(t, x))
		other := signed(t, x)
		other = x.Act(t, x.Unit(builders), other, "ask_extension", cases.Move{Note: "缺材料", Amount: 1})
		page := httpx.PageIn{Limit: 50}
		open := want[httpx.Page[cases.Asked]](t)(x.Cases.Requests(x.Desk(), cases.RequestFilter{States: []string{"open"}}, page))
		if open.Total != 1 || open.Items[0].Case.Number != other.Number || open.Items[0].Original == "" {
			t.Fatalf("open %+v", open)
		}
		now.Advance(49 * time.Hour)
		register := want[httpx.Page[cases.Asked]](t)(x.Cases.Requests(x.Desk(), cases.RequestFilter{Kind: cases.Suspension, States: []string{"approved"}}, page))
		if register.Total != 1 || register.Items[0].Case.ID != c.ID || register.Items[0].Days != 2 {
			t.Fatalf("register %+v", register)
		}
		elsewhere := x.As("desk 2", casetest.Area+"002.street_command", casetest.Area+"002", cases.PermRead)
		if p := want[httpx.Page[cases.Asked]](t)(x.Cases.Requests(elsewhere, cases.RequestFilter{}, page)); p.Total != 0 || len(p.Items) != 0 {
			t.Fatalf("another street sees %d", p.Total)
		}
		if _, err := x.Cases.Requests(x.As("x", "", casetest.Area), cases.RequestFilter{}, page); errs.KindOf(err) != errs.KindForbidden {
			t.Fatalf("without permission: %v", err)
		}
		public := want[[]cases.OnHold](t)(x.Cases.PublicSuspensions(t.Context()))
		if len(public) != 1 || public[0].Number != c.Number || public[0].Ground != "funds" || public[0].AreaName == "" {
			t.Fatalf("public %+v", public)
		}
		done := x.Act(t, x.Unit(builders), other, "handle", cases.Move{Result: cases.Explained, Outcome: "已更换"})
		if r := seen(t, x, done).Requests[0]; r.State != cases.RequestWithdrawn {
			t.Fatalf("nobody decides on it any more: %+v", r)
		}
	})
}

func TestLimits_AreSetByTheDistrictAndHoldForClocksFromThenOn(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		before := x.Register(t)
		rules := append([]cases.LimitRule{}, cases.DefaultLimits().Rules...)
		rules[0].Limit = "1 work_hour"
		set := want[*cases.Limits](t)(x.Cases.SetLimits(x.Command(), 1, rules, "提速"))
		if set.Version != 2 {
			t.Fatalf("version %d", set.Version)
		}
		after := x.Register(t)
		if !before.DueAt.Equal(at("2026-11-24 12:00")) || !after.DueAt.Equal(at("2026-11-24 11:00")) {
			t.Fatalf("before %s, after %s", before.DueAt, after.DueAt)
		}
		if _, err := x.Cases.SetLimits(x.Command(), 1, rules, "又一次"); errs.CodeOf(err) != "cases.limits_changed" {
			t.Fatalf("over somebody else's: %v", err)
		}
		if _, err := x.Cases.SetLimits(x.Desk(), 2, rules, "街道"); errs.KindOf(err) != errs.KindForbidden {
			t.Fatalf("by a street: %v", err)
		}
		street := x.As("deputy", casetest.Street+".street_command", casetest.Street, cases.PermClocks)
		if _, err := x.Cases.SetLimits(street, 2, rules, "街道"); errs.CodeOf(err) != "cases.too_low" {
			t.Fatalf("by a street with the permission: %v", err)
		}
		for name, bad := range map[string][]cases.LimitRule{
			"two of the same reach":  append(append([]cases.LimitRule{}, rules...), rules[0]),
			"none for every one":     rules[1:],
			"unknown unit":           append(append([]cases.LimitRule{}, rules...), cases.LimitRule{Stage: "handle", Category: "14", Limit: "2 weeks", Basis: "x"}),
			"unknown category":       append(append([]cases.LimitRule{}, rules...), cases.LimitRule{Stage: "handle", Category: "99", Limit: "2 work_day", Basis: "x"}),
			"without saying why":     append(append([]cases.LimitRule{}, rules...), cases.LimitRule{Stage: "handle", Category: "14", Limit: "2 work_day"}),
			"of no stage":            append(append([]cases.LimitRule{}, rules...), cases.LimitRule{Stage: "lunch", Limit: "2 work_day", Basis: "x"}),
			"of a tier nobody knows": append(append([]cases.LimitRule{}, rules...), cases.LimitRule{Stage: "sign", Level: "moon", Limit: "2 work_day", Basis: "x"}),
		} {
			if _, err := x.Cases.SetLimits(x.Command(), 2, bad, "错误"); errs.CodeOf(err) != "cases.bad_limits" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if all := want[[]cases.Limits](t)(x.Cases.LimitVersions(x.Desk())); len(all) != 2 || all[0].Version != 2 || all[1].Version != 1 {
			t.Fatalf("versions %+v", all)
		}
	})
}

func TestEmergency_SwitchesRunningClocksAndBack(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x) // lamp: 3 work days or so
		k := last(t, x, c, "handle")
		other := x.Register(t, func(r *cases.Report) { r.Category = petty })
		now.Advance(time.Hour)
		n := cases.NewEmergency{Name: "防汛Ⅳ级", Reason: "市防指第3号令", Categories: []string{"14"}, AreaCode: casetest.Area}
		if got := want[int](t)(x.Cases.WouldSwitch(x.Command(), n)); got != 1 {
			t.Fatalf("would switch %d", got)
		}
		e := want[*cases.Emergency](t)(x.Cases.Declare(x.Command(), n))
		if e.Switched != 1 {
			t.Fatalf("switched %d", e.Switched)
		}
		fast := last(t, x, c, "handle")
		if fast.ID == k.ID || fast.LimitUnit != "urgent_minute" || !fast.DueAt.Before(k.DueAt.Time) {
			t.Fatalf("around the clock: %+v, before %+v", fast, k)
		}
		if got := seen(t, x, c); !got.DueAt.Equal(fast.DueAt.Time) || got.Version != c.Version+1 {
			t.Fatalf("the case is due %s", got.DueAt)
		}
		if got := seen(t, x, other); got.Version != other.Version {
			t.Fatal("another category was touched")
		}
		fresh := x.Register(t)
		if f := last(t, x, fresh, "accept"); !f.DueAt.Equal(at("2026-11-24 11:15")) {
			t.Fatalf("a new case has the urgent limit: due %s", f.DueAt)
		}
		want[*cases.Emergency](t)(x.Cases.EndEmergency(x.Command(), e.ID, e.Version, "响应终止"))
		back := last(t, x, c, "handle")
		if back.LimitUnit != "work_minute" || back.DueAt.Sub(k.DueAt.Time).Abs() > 2*time.Minute {
			t.Fatalf("what was left is left: due %s, at first %s", back.DueAt, k.DueAt)
		}
		if _, err := x.Cases.EndEmergency(x.Command(), e.ID, e.Version, "再次"); errs.CodeOf(err) != "cases.emergency_changed" {
			t.Fatalf("twice: %v", err)
		}
	})
}

func TestEmergency_IsDeclaredByTheDistrictOnly(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		x := casetest.New(t, d)
		n := cases.NewEmergency{Name: "防汛", Reason: "暴雨", Categories: []string{"14"}, AreaCode: casetest.Street}
		if _, err := x.Cases.Declare(x.Desk(), n); errs.KindOf(err) != errs.KindForbidden {
			t.Fatalf("without the permission: %v", err)
		}
		if _, err := x.Cases.Declare(x.As("deputy", "", casetest.Street, cases.PermClocks), n); errs.CodeOf(err) != "cases.too_low" {
			t.Fatalf("by a street: %v", err)
		}
		elsewhere := auth.With(t.Context(), &auth.Principal{UserID: "far", Areas: []string{"320102"}, Permissions: map[string]bool{cases.PermClocks: true}})
		if _, err := x.Cases.Declare(elsewhere, n); errs.KindOf(err) != errs.KindForbidden {
			t.Fatalf("by another district: %v", err)
		}
		for _, bad := range []cases.NewEmergency{{}, {Name: "防汛", Reason: "暴雨", AreaCode: casetest.Area, Categories: []string{"99"}}, {Name: "防汛", Reason: "暴雨", AreaCode: "32", Categories: []string{"14"}}} {
			if _, err := x.Cases.Declare(x.Command(), bad); errs.CodeOf(err) != "cases.bad_emergency" {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}
