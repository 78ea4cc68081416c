package tally_test

import (
	"bytes"
	"context"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/tally"
	"yiwang/internal/testkit"
)

// stage is a district with lives a month old, and who looks at their figures.
func stage(t *testing.T, d *db.DB, c *clock.Fake) (*casetest.District, *tally.Service, tally.Filter) {
	t.Helper()
	c.Set(monday)
	x := casetest.New(t, d)
	s := newTally(x)
	someLives(t, x, c, 10)
	drained(t, x, s)
	f := tally.Filter{Area: casetest.Area, Since: clock.At(monday.AddDate(0, 0, -1)), Until: clock.At(c.Now())}
	c.Set(monday.AddDate(0, 2, 0))
	return x, s, f
}

func reported(t *testing.T, ctx context.Context, s *tally.Service, f tally.Filter) int64 {
	t.Helper()
	table, err := s.Figures(ctx, []string{"reported"}, f, tally.ByNothing)
	if err != nil {
		t.Fatal(err)
	}
	return table.Total.Figures["reported"].Num
}

func TestFigures_StreetsSeeTheirAreaDepartmentsTheirUnitAndOthersNothing(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s, f := stage(t, d, c)
		all := reported(t, x.Ctx, s, f)
		first := reported(t, x.As("leader", casetest.Street+".street_office", casetest.Street, tally.PermRead), s, f)
		second := reported(t, x.As("leader2", "320106002.street_office", "320106002", tally.PermRead), s, f)
		if first == 0 || second == 0 || first+second != all {
			t.Errorf("streets see %d and %d of %d", first, second, all)
		}
		clerk := x.As("clerk", casetest.Area+".construction", casetest.Area, tally.PermRead, cases.PermHandle)
		mine, err := s.Figures(clerk, []string{"reported"}, f, tally.ByUnit)
		if err != nil || len(mine.Rows) != 1 || mine.Rows[0].Key != x.Units[casetest.Area+".construction"].ID {
			t.Errorf("a department sees %+v, %v", mine, err)
		}
		if _, err := s.Figures(x.As("nobody", "", casetest.Area), []string{"reported"}, f, tally.ByNothing); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
	})
}

func TestExclusion_IsDecidedByAnotherAndMovesTheRates(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s, f := stage(t, d, c)
		page, err := s.List(x.Ctx, "R1", tally.SideDen, f, httpx.PageIn{Limit: 50})
		if err != nil || len(page.Items) == 0 {
			t.Fatalf("hotline cases: %d, %v", len(page.Items), err)
		}
		item := page.Items[0]
		street := x.As("desk", casetest.Area+".district_command", casetest.Area, tally.PermRead, tally.PermBrief, tally.PermExclude, cases.PermRead)
		asked, err := s.Exclude(street, item.CaseID, "malicious", "同一人一日内重复来电三十次")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Exclude(street, item.CaseID, "malicious", "再次申请"); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("asked twice: %v", err)
		}
		if _, err := s.Decide(street, asked.ID, true, ""); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("decided by who asked: %v", err)
		}
		if _, err := s.Decide(x.As("other", "", "320106009", tally.PermExclude), asked.ID, true, ""); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("decided in another area: %v", err)
		}
		if _, err := s.Decide(x.As("command", casetest.Area+".district_command", casetest.Area, tally.PermExclude), asked.ID, true, "属实"); err != nil {
			t.Fatal(err)
		}
		after, err := s.List(x.Ctx, "R1", tally.SideDen, f, httpx.PageIn{Limit: 50})
		if err != nil || after.Total != page.Total-1 {
			t.Errorf("%d before, %d after, %v", page.Total, after.Total, err)
		}
	})
}

func TestBrief_IsIssuedOnceAndStays(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s, _ := stage(t, d, c)
		maker := x.As("maker", casetest.Street+".street_command", casetest.Street, tally.PermRead, tally.PermBrief)
		reader := x.As("reader", casetest.Street+".street_office", casetest.Street, tally.PermRead)
		want := tally.NewBrief{Kind: "monthly", Area: casetest.Street, Day: "2026-10", Remark: "电话 13812345678 反映较多"}
		if _, err := s.MakeBrief(reader, want); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("made without the permission: %v", err)
		}
		if _, err := s.MakeBrief(maker, tally.NewBrief{Kind: "daily", Area: casetest.Street, Day: "2099-01-01"}); errs.CodeOf(err) != "tally.not_over" {
			t.Errorf("of a day to come: %v", err)
		}
		b, err := s.MakeBrief(maker, want)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains([]byte(b.Remark), []byte("13812345678")) {
			t.Error("a telephone number stands in the brief")
		}
		if _, err := s.Brief(reader, b.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a draft is shown to readers: %v", err)
		}
		if b, err = s.MakeBrief(maker, want); err != nil || b.Version != 2 {
			t.Fatalf("made again: version %d, %v", b.Version, err)
		}
		if _, err := s.IssueBrief(maker, b.ID, 1); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("issued unseen: %v", err)
		}
		if b, err = s.IssueBrief(maker, b.ID, b.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := s.MakeBrief(maker, want); errs.CodeOf(err) != "tally.issued" {
			t.Errorf("made again after issue: %v", err)
		}
		for _, format := range []string{"docx", "xlsx", "html"} {
			var file bytes.Buffer
			_, write, err := s.BriefFile(reader, b.ID, format)
			if err == nil {
				err = write(&file)
			}
			if err != nil || file.Len() < 1000 {
				t.Errorf("%s: %d bytes, %v", format, file.Len(), err)
			}
		}
	})
}

func TestFreeze_AMonthStandsThoughItsCasesGoOn(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, s, _ := stage(t, d, c)
		maker := x.As("maker", casetest.Area+".district_command", casetest.Area, tally.PermRead, tally.PermBrief)
		p, err := s.Freeze(maker, casetest.Area, "2026-10")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Freeze(maker, casetest.Area, "2026-10"); errs.CodeOf(err) != "tally.frozen" {
			t.Errorf("frozen twice: %v", err)
		}
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "DELETE FROM tally_case")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		again, err := s.Frozen(maker, casetest.Area, "2026-10")
		if err != nil || again.Digest != p.Digest || again.Tables[tally.ByArea].Total.Figures["reported"].Num != p.Tables[tally.ByArea].Total.Figures["reported"].Num {
			t.Errorf("frozen figures moved: %v", err)
		}
	})
}

func TestList_ASensitiveCaseIsCountedButNotToldToThoseWhoMayNotOpenIt(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		leaf := ""
		for _, l := range x.Duties.Catalog().Leaves() {
			if l.Sensitive {
				leaf = l.Code
			}
		}
		secret := x.Register(t, func(r *cases.Report) { r.Category, r.Title = leaf, "某户家中的事" })
		x.Register(t)
		drained(t, x, s)
		if _, err := s.Exclude(x.Ctx, secret.ID, "malicious", "同一人反复来电"); err != nil {
			t.Fatal(err)
		}
		f := tally.Filter{Area: casetest.Area, Since: clock.At(monday.AddDate(0, 0, -1)), Until: clock.At(monday.AddDate(0, 0, 1))}
		look := func(ctx context.Context) (tally.Item, tally.Exclusion) {
			t.Helper()
			page, err := s.List(ctx, "reported", tally.SideNum, f, httpx.PageIn{Limit: 10})
			if n := reported(t, ctx, s, f); err != nil || int64(len(page.Items)) != n || n != 2 {
				t.Fatalf("%d listed, %d counted, %v", len(page.Items), n, err)
			}
			out, err := s.Exclusions(ctx, "", httpx.PageIn{Limit: 10})
			if err != nil || len(out.Items) != 1 {
				t.Fatalf("%d exclusions, %v", len(out.Items), err)
			}
			for _, i := range page.Items {
				if i.Sensitive {
					return i, out.Items[0]
				}
			}
			t.Fatal("the sensitive case is not listed")
			return tally.Item{}, tally.Exclusion{}
		}
		i, e := look(x.As("leader", casetest.Area+".staffing", casetest.Area, tally.PermRead, cases.PermRead))
		if i.Title != "敏感事件" || i.CaseID+i.Number+string(i.Channel)+i.Category+i.CategoryName+i.AreaName+i.UnitID+i.UnitName != "" {
			t.Errorf("told %+v", i)
		}
		if e.CaseID+e.Number+e.Note != "" || e.GroundName == "" {
			t.Errorf("of what is left out told %+v", e)
		}
		i, e = look(x.As("leader", casetest.Area+".staffing", casetest.Area, tally.PermRead, cases.PermRead, cases.PermSensitive))
		if i.Number != secret.Number || i.Category != leaf || e.Number != secret.Number {
			t.Errorf("with the right told %+v, %+v", i, e)
		}
		if i, _ = look(x.As("holder", "", casetest.Area, tally.PermRead)); i.Number != "" {
			t.Errorf("without a unit told %+v", i)
		}
	})
}
