package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/desk"
	"yiwang/internal/export"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func serve(t *testing.T, d *db.DB) (*casetest.District, *desk.Service) {
	t.Helper()
	x := casetest.New(t, d)
	return x, desk.New(desk.Deps{DB: d, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, People: x.People})
}

// dispatcher works at the desk of the first street.
func dispatcher(x *casetest.District, name string, more ...string) context.Context {
	return x.As(name, casetest.Street+".street_command", casetest.Street, append([]string{cases.PermRead, cases.PermReport, cases.PermAccept, cases.PermDispatch, cases.PermMerge,
		desk.PermUse, desk.PermShare, desk.PermExport}, more...)...)
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func find(list []desk.View, name string) *desk.View {
	for i := range list {
		if list[i].Name == name || list[i].ID == name {
			return &list[i]
		}
	}
	return nil
}

func TestViews_AreOnesOwnUntilSharedAndTakenOnlyByWhoWantsThem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		x.Register(t)
		me, colleague := dispatcher(x, "me"), dispatcher(x, "colleague")
		other := x.As("other", "320106002.street_command", "320106002", cases.PermRead, desk.PermUse)
		own := must(s.SaveView(me, desk.NewView{Name: "本周路灯", Scope: desk.Own, Filter: cases.Filter{Open: true, Category: casetest.Lamp}}))(t)
		must(s.SaveView(me, desk.NewView{Name: "大家的", Scope: desk.Unit, Filter: cases.Filter{Open: true}, Columns: []string{"number", "due"}}))(t)
		mine := must(s.Views(me))(t)
		if v := find(mine, "本周路灯"); v == nil || !v.Mine || v.Count == nil || *v.Count != 1 {
			t.Fatalf("own view %+v", v)
		}
		if v := find(mine, "todo"); v == nil || *v.Count != 1 {
			t.Fatalf("shipped view %+v", v)
		}
		theirs := must(s.Views(colleague))(t)
		if find(theirs, "本周路灯") != nil {
			t.Fatal("an own view is found by a colleague")
		}
		shared := find(theirs, "大家的")
		if shared == nil || shared.Subscribed || shared.Mine || shared.Count != nil {
			t.Fatalf("shared view before subscription %+v", shared)
		}
		if err := s.Subscribe(colleague, shared.ID, true); err != nil {
			t.Fatal(err)
		}
		if v := find(must(s.Views(colleague))(t), "大家的"); !v.Subscribed || *v.Count != 1 {
			t.Fatalf("after subscription %+v", v)
		}
		if find(must(s.Views(other))(t), "大家的") != nil {
			t.Fatal("another unit finds the view")
		}
		if err := s.Subscribe(other, shared.ID, true); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal(err)
		}
		if err := s.DropView(colleague, own.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal("a colleague deletes my view:", err)
		}
		if _, err := s.SaveView(other, desk.NewView{Name: "x", Scope: desk.Unit}); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal("shared without desk.share:", err)
		}
	})
}

func TestView_SomebodyElsesChangeIsNotOverwritten(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		me := dispatcher(x, "me")
		v := must(s.SaveView(me, desk.NewView{Name: "甲", Scope: desk.Own}))(t)
		must(s.ChangeView(me, v.ID, desk.NewView{Name: "乙", Scope: desk.Own, Version: v.Version}))(t)
		if _, err := s.ChangeView(me, v.ID, desk.NewView{Name: "丙", Scope: desk.Own, Version: v.Version}); errs.CodeOf(err) != "desk.changed" {
			t.Fatal(err)
		}
		for _, bad := range []desk.NewView{{Name: "", Scope: desk.Own}, {Name: "好", Scope: "all"}, {Name: "好", Scope: desk.Own, Columns: []string{"phone"}}, {Name: "好", Scope: desk.Unit, Filter: cases.Filter{Watched: true}}} {
			if _, err := s.SaveView(me, bad); errs.KindOf(err) != errs.KindInvalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func TestBulk_PreviewSaysWhatWouldHappenAndChangesNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		me := dispatcher(x, "me")
		a, b, c := x.Register(t), x.Register(t), x.Register(t)
		a = x.Act(t, x.Desk(), a, "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
		chosen := []desk.Chosen{{ID: a.ID, Version: a.Version}, {ID: b.ID, Version: b.Version}, {ID: c.ID, Version: c.Version - 1}, {ID: a.ID, Version: a.Version}, {ID: "none", Version: 1}}
		ask := desk.Bulk{Action: "dispatch", Cases: chosen, Move: cases.Move{LeadUnit: x.Units[casetest.Area+".construction"].ID}, DryRun: true}
		for _, dry := range []bool{true, true, false} {
			ask.DryRun = dry
			r := must(s.Act(me, ask))(t)
			if len(r.Items) != 4 || r.Done != 1 || r.Failed != 3 {
				t.Fatalf("dry %v: %+v", dry, r)
			}
			if o := r.Items[0]; !o.Done || o.To != cases.Dispatched || o.Holder != "建设局" {
				t.Errorf("%+v", o)
			}
			for i, code := range map[int]string{1: "cases.bad_transition", 2: "cases.changed", 3: "cases.not_found"} {
				if o := r.Items[i]; o.Done || o.Code != code || o.Message == "" {
					t.Errorf("%+v, want %s", o, code)
				}
			}
			now := must(x.Cases.Get(me, a.ID))(t)
			if moved := now.State == cases.Dispatched; moved == dry {
				t.Fatalf("dry %v: state %s", dry, now.State)
			}
		}
		if again := must(s.Act(me, ask))(t); again.Done != 0 || again.Items[0].Code != "cases.changed" {
			t.Fatalf("the same again: %+v", again)
		}
	})
}

func TestBulk_NeedsThePermissionOfTheActionForEachCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		c := x.Register(t)
		ask := desk.Bulk{Action: "supervise", Cases: []desk.Chosen{{ID: c.ID, Version: c.Version}}, Move: cases.Move{Note: "盯紧"}}
		if r := must(s.Act(dispatcher(x, "me"), ask))(t); r.Done != 0 || r.Items[0].Code != "auth.no_permission" {
			t.Fatalf("without cases.supervise: %+v", r.Items)
		}
		if _, err := s.Act(x.As("nobody", "", casetest.Area, cases.PermRead), ask); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
		stranger := x.As("stranger", "320106002.street_command", "320106002", cases.PermRead, cases.PermSupervise, desk.PermUse)
		if r := must(s.Act(stranger, ask))(t); r.Items[0].Code != "cases.not_found" || r.Items[0].Title != "" {
			t.Fatalf("a case one does not see shows nothing: %+v", r.Items)
		}
		ask.Action = "void"
		if _, err := s.Act(x.Command(), ask); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
		if _, err := s.Act(dispatcher(x, "me"), ask); errs.CodeOf(err) != "desk.not_in_bulk" {
			t.Fatal(err)
		}
	})
}

func TestPresence_LastsThirtySecondsAndOnlyWhoSeesTheCaseIsTold(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s := serve(t, d)
		one := x.Register(t)
		me, colleague := dispatcher(x, "me"), dispatcher(x, "colleague")
		if others := must(s.Beat(me, one.ID, false))(t); len(others) != 0 {
			t.Fatalf("alone with %+v", others)
		}
		others := must(s.Beat(colleague, one.ID, true))(t)
		if len(others) != 1 || others[0].Name != "me" || others[0].Editing || others[0].Unit == "" {
			t.Fatalf("%+v", others)
		}
		if others := must(s.Beat(me, one.ID, false))(t); len(others) != 1 || !others[0].Editing {
			t.Fatalf("%+v", others)
		}
		c.Advance(31 * time.Second)
		if others := must(s.Beat(me, one.ID, false))(t); len(others) != 0 {
			t.Fatalf("gone, but shown: %+v", others)
		}
		must(s.Beat(colleague, one.ID, true))(t)
		if err := s.Leave(colleague, one.ID); err != nil {
			t.Fatal(err)
		}
		if others := must(s.Beat(me, one.ID, false))(t); len(others) != 0 {
			t.Fatalf("left, but shown: %+v", others)
		}
		stranger := x.As("stranger", "320106002.street_command", "320106002", cases.PermRead, desk.PermUse)
		if _, err := s.Beat(stranger, one.ID, false); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal(err)
		}
	})
}

func TestDraft_IsReadByItsWriterAloneAndForgottenAfterTwoWeeks(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s := serve(t, d)
		one := x.Register(t)
		me, colleague := dispatcher(x, "me"), dispatcher(x, "colleague")
		keep := func(text string) {
			t.Helper()
			if err := s.KeepDraft(me, desk.Draft{CaseID: one.ID, Action: "close", Content: db.JSON[map[string]any]{V: map[string]any{"reply": text}}, Version: one.Version}); err != nil {
				t.Fatal(err)
			}
		}
		keep("路灯")
		keep("路灯已修好")
		if list := must(s.Drafts(me, one.ID))(t); len(list) != 1 || list[0].Content.V["reply"] != "路灯已修好" {
			t.Fatalf("%+v", list)
		}
		if list := must(s.Drafts(colleague, one.ID))(t); len(list) != 0 {
			t.Fatalf("a colleague reads %+v", list)
		}
		if err := s.KeepDraft(me, desk.Draft{CaseID: one.ID, Action: "close", Content: db.JSON[map[string]any]{V: map[string]any{"reply": strings.Repeat("长", 20_000)}}}); errs.KindOf(err) != errs.KindTooLarge {
			t.Fatal(err)
		}
		c.Advance(15 * 24 * time.Hour)
		if err := s.KeepDraft(colleague, desk.Draft{CaseID: one.ID, Action: "urge", Content: db.JSON[map[string]any]{V: map[string]any{}}}); err != nil {
			t.Fatal(err)
		}
		if list := must(s.Drafts(me, one.ID))(t); len(list) != 0 {
			t.Fatalf("kept for ever: %+v", list)
		}
		keep("再写")
		if err := s.DropDraft(me, one.ID, "close"); err != nil {
			t.Fatal(err)
		}
		if list := must(s.Drafts(me, one.ID))(t); len(list) != 0 {
			t.Fatalf("dropped, but %+v", list)
		}
	})
}

func TestTemplate_FillsItsPlacesFromTheCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		one := x.Register(t)
		me, colleague := dispatcher(x, "me"), dispatcher(x, "colleague")
		if _, err := s.SaveTemplate(me, desk.NewTemplate{Name: "坏", Scope: desk.Own, Field: "reply", Body: "您好{电话}"}); errs.CodeOf(err) != "desk.bad_place" {
			t.Fatal(err)
		}
		tpl := must(s.SaveTemplate(me, desk.NewTemplate{Name: "结案", Scope: desk.Unit, Field: "reply", Category: casetest.Lamp[:2], Body: "您反映的{地址}{分类}（{编号}）已由{单位}办理。"}))(t)
		text := must(s.Fill(colleague, tpl.ID, one.ID))(t)
		if text != "您反映的四平路18号"+one.CategoryName+"（"+one.Number+"）已由——办理。" {
			t.Fatal(text)
		}
		if list := must(s.Templates(colleague, "reply", casetest.Lamp))(t); len(list) != 1 || list[0].Used != 1 || list[0].Mine {
			t.Fatalf("%+v", list)
		}
		for _, none := range [][2]string{{"note", ""}, {"reply", "99"}} {
			if list := must(s.Templates(colleague, none[0], none[1]))(t); len(list) != 0 {
				t.Fatalf("%v: %+v", none, list)
			}
		}
		if _, err := s.ChangeTemplate(colleague, tpl.ID, desk.NewTemplate{Name: "改", Scope: desk.Own, Field: "reply", Body: "改", Version: 1}); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal(err)
		}
	})
}

func TestExport_IsApprovedByAnotherPersonMarkedLoggedAndExpires(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s := serve(t, d)
		x.Register(t, func(r *cases.Report) { r.Title = "=cmd()" })
		x.Register(t, func(r *cases.Report) { r.AreaCode = "320106002001G001" })
		me := dispatcher(x, "me", desk.PermApprove)
		if _, err := s.AskExport(me, desk.NewExport{Purpose: " ", Format: "csv"}); errs.KindOf(err) != errs.KindInvalid {
			t.Fatal("without a purpose:", err)
		}
		e := must(s.AskExport(me, desk.NewExport{Purpose: "例会", Format: "csv", Columns: []string{"number", "title"}}))(t)
		if e.Lines != 1 || e.Area != casetest.Street {
			t.Fatalf("%+v", e)
		}
		if _, err := s.Exports.Take(me, e.ID); errs.CodeOf(err) != "export.not_approved" {
			t.Fatal(err)
		}
		if _, err := s.Exports.Decide(me, e.ID, e.Version, true, ""); errs.CodeOf(err) != "export.own" {
			t.Fatal(err)
		}
		elsewhere := x.As("elsewhere", "320106002.street_command", "320106002", desk.PermApprove)
		if _, err := s.Exports.Decide(elsewhere, e.ID, e.Version, true, ""); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
		chief := x.As("chief", casetest.Area+".district_command", casetest.Area, desk.PermApprove)
		must(s.Exports.Decide(chief, e.ID, e.Version, true, ""))(t)
		if _, err := s.Exports.Decide(chief, e.ID, e.Version, false, "改主意"); errs.CodeOf(err) != "export.decided" {
			t.Fatal(err)
		}
		if _, err := s.Exports.Take(dispatcher(x, "colleague"), e.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal("somebody else takes it:", err)
		}
		f := must(s.Exports.Take(me, e.ID))(t)
		for _, want := range []string{"me ", "用途：例会", "chief 批准", "'=cmd()"} {
			if !bytes.Contains(f.Content, []byte(want)) {
				t.Errorf("%q is missing in\n%s", want, f.Content)
			}
		}
		if f.Lines != 1 {
			t.Fatalf("%d lines: what one does not see is in the file", f.Lines)
		}
		list := must(s.Exports.List(chief))(t).Items
		if len(list) != 1 || len(list[0].Taken) != 1 || list[0].Taken[0].Lines != 1 || !strings.Contains(string(f.Content), fmt.Sprint("下载编号 ", list[0].Taken[0].Mark)) {
			t.Fatalf("the log leads from the mark to the download: %+v", list)
		}
		c.Advance(8 * 24 * time.Hour)
		if _, err := s.Exports.Take(me, e.ID); errs.CodeOf(err) != "export.expired" {
			t.Fatal(err)
		}
		if list := must(s.Exports.List(me))(t).Items; list[0].State != export.Expired {
			t.Fatal(list[0].State)
		}
	})
}

func TestExport_CanBeRefusedWithAReasonAndWithdrawn(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := serve(t, d)
		x.Register(t)
		me := dispatcher(x, "me")
		chief := x.As("chief", casetest.Area+".district_command", casetest.Area, desk.PermApprove)
		e := must(s.AskExport(me, desk.NewExport{Purpose: "例会", Format: "xlsx"}))(t)
		if _, err := s.Exports.Decide(chief, e.ID, e.Version, false, ""); errs.KindOf(err) != errs.KindInvalid {
			t.Fatal("refused without a reason:", err)
		}
		if got := must(s.Exports.Decide(chief, e.ID, e.Version, false, "用途不明"))(t); got.State != export.Refused {
			t.Fatal(got.State)
		}
		other := must(s.AskExport(me, desk.NewExport{Purpose: "例会", Format: "xlsx"}))(t)
		must(s.Exports.Decide(chief, other.ID, other.Version, true, ""))(t)
		if f := must(s.Exports.Take(me, other.ID))(t); !bytes.HasPrefix(f.Content, []byte("PK")) {
			t.Fatal("no workbook")
		}
		must(s.Exports.Withdraw(me, other.ID))(t)
		if _, err := s.Exports.Take(me, other.ID); errs.CodeOf(err) != "export.not_approved" {
			t.Fatal(err)
		}
		if _, err := s.AskExport(x.As("clerk", "", casetest.Area, cases.PermRead), desk.NewExport{Purpose: "x", Format: "csv"}); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
	})
}
