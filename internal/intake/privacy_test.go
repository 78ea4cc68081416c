package intake_test

import (
	"context"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/intake"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestSupport_ShowsNothingThatPassedBetweenSomebodyElseAndTheAdministration(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		ctx := context.Background()
		first, err := s.Report(ctx, home, report("1", func(r *intake.PublicReport) { r.Category = casetest.Lamp; r.Text = "我家窗前的路灯坏了" }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Comment(ctx, home, intake.Words{Code: first.Code, Words: "我每晚十点下班"}); err != nil {
			t.Fatal(err)
		}
		list, err := x.Cases.List(x.Ctx, cases.Filter{Query: first.Number}, httpx.PageIn{Limit: 1})
		if err != nil || len(list.Items) != 1 {
			t.Fatal(list, err)
		}
		x.Act(t, x.Desk(), &list.Items[0], "comment", cases.Move{Note: "您下班路上请走大门", Visibility: cases.ForReporter})
		joined, err := s.Support(ctx, home, intake.Support{Number: first.Number, SubmissionID: "fedcba9876543210"})
		if err != nil {
			t.Fatal(err)
		}
		said := func(code string) (n int) {
			f, err := s.Follow(ctx, home, code)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range f.Steps {
				if step.Action == "comment" {
					n++
				}
			}
			return n
		}
		if n := said(first.Code); n != 2 {
			t.Errorf("who wrote sees %d of its 2 letters", n)
		}
		if n := said(joined.Code); n != 0 {
			t.Errorf("who joined reads %d letters of another person", n)
		}
		if f, err := s.Follow(ctx, home, joined.Code); err != nil || f.Title != f.CategoryName {
			t.Errorf("title %+v: %v", f, err)
		}
	})
}

func TestSupport_IsOnlyForWhatResidentsAreShown(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		person := x.Register(t, func(r *cases.Report) { r.Category = ""; r.Text = "邻居家的事" })
		_, err := s.Support(context.Background(), home, intake.Support{Number: person.Number, SubmissionID: "fedcba9876543210"})
		if errs.CodeOf(err) != "cases.no_support" {
			t.Fatalf("joined a case by its number alone: %v", err)
		}
	})
}

func TestRaise_WritesIntoNoCaseOutsideTheAreaOfThePlatform(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		alarm := intake.Alarm{Source: "iot", Device: "MH-17", Alarm: "1", Kind: "manhole", Text: "井盖倾斜", AreaCode: casetest.Grid}
		if _, err := s.Raise(x.As("platform", "", casetest.Street, cases.PermRead, cases.PermReport, intake.PermDevice), alarm); err != nil {
			t.Fatal(err)
		}
		stranger := x.As("other", "", casetest.Area+"002", cases.PermRead, cases.PermReport, intake.PermDevice)
		for _, number := range []string{"1", "2"} {
			alarm.Alarm = number
			if j, err := s.Raise(stranger, alarm); errs.KindOf(err) != errs.KindForbidden {
				t.Errorf("alarm %s of another platform: %+v %v", number, j, err)
			}
		}
	})
}
