package intake_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/intake"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

const home = "203.0.113.7"

func newIntake(t *testing.T, d *db.DB) (*casetest.District, *intake.Service) {
	t.Helper()
	x := casetest.New(t, d)
	return x, intake.New(intake.Deps{DB: d, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, People: x.People, Files: x.Files, Box: x.Box})
}

func report(id string, options ...func(*intake.PublicReport)) intake.PublicReport {
	r := intake.PublicReport{SubmissionID: "0123456789abcdef" + id, Text: "小区门口路灯不亮", AreaCode: casetest.Grid, Address: "四平路18号"}
	for _, o := range options {
		o(&r)
	}
	return r
}

// picture draws a photo whose look follows from seed.
func picture(t testing.TB, seed int) io.Reader {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 180, 160))
	for y := range 160 {
		for x := range 180 {
			img.SetGray(x, y, color.Gray{Y: uint8((x/20*37 + y/20*seed*91 + x/20*y/20*seed) % 256)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return &b
}

// closed leads a case through its life to the end that is told.
func closed(t *testing.T, x *casetest.District, number string) *cases.Case {
	t.Helper()
	list, err := x.Cases.List(x.Ctx, cases.Filter{Query: number}, httpx.PageIn{Limit: 1})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%s: %v", number, err)
	}
	unit := casetest.Area + ".construction"
	c := x.Act(t, x.Desk(), &list.Items[0], "file", cases.Move{Category: casetest.Lamp})
	c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID, Note: "内部说明"})
	c = x.Act(t, x.Unit(unit), c, "handle", cases.Move{Result: cases.Explained, Outcome: "内部经过"})
	c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "内部核查"})
	return x.Act(t, x.Command(), c, "close", cases.Move{Reply: "路灯已修好"})
}

func TestReport_ReachesTheDeskAndIsFollowedByItsCode(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		ctx := context.Background()
		u, err := s.AddPhoto(ctx, home, picture(t, 1), cases.Shot{})
		if err != nil {
			t.Fatal(err)
		}
		in := report("1", func(r *intake.PublicReport) {
			r.Photos = []string{u.Ref}
			r.Name = "李小明"
			r.Phone = "138 1234 5678"
		})
		got, err := s.Report(ctx, home, in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Report(ctx, home, in)
		if err != nil || *again != *got && (again.Code != got.Code || again.Number != got.Number) {
			t.Fatalf("sent again: %+v %v, want %+v", again, err, got)
		}
		f, err := s.Follow(ctx, home, strings.ToLower(strings.ReplaceAll(got.Code, "-", " ")))
		if err != nil || f.Number != got.Number || f.State != cases.Reported || len(f.Before) != 1 || len(f.Steps) != 1 || f.ExpectedAt == nil {
			t.Fatalf("followed %+v: %v", f, err)
		}
		_, photo, err := s.OpenPhoto(ctx, strings.TrimPrefix(f.Before[0], "/api/v1/public/report-photos/"))
		if err != nil {
			t.Fatal(err)
		}
		_ = photo.Close()
		if _, _, err := s.OpenPhoto(ctx, strings.TrimPrefix(f.Before[0], "/api/v1/public/report-photos/")+"x"); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a forged address opened a photo: %v", err)
		}
		list, err := x.Cases.List(x.Desk(), cases.Filter{Todo: true}, httpx.PageIn{Limit: 50})
		if err != nil || list.Total != 1 || list.Items[0].Number != got.Number {
			t.Fatalf("the desk has %+v: %v", list, err)
		}
	})
}

func TestFollow_ShowsTheEndingAndTakesTheAnswer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		ctx := context.Background()
		got, err := s.Report(ctx, home, report("1"))
		if err != nil {
			t.Fatal(err)
		}
		c := closed(t, x, got.Number)
		f, err := s.Follow(ctx, home, got.Code)
		if err != nil || !f.Asks || !f.CanComplain || f.CanAppeal || f.Reply != "路灯已修好" || f.UnitName == "" {
			t.Fatalf("followed %+v: %v", f, err)
		}
		for _, step := range f.Steps {
			if strings.Contains(step.Note, "内部") {
				t.Errorf("a note of the administration is told: %+v", step)
			}
		}
		f, err = s.Answer(ctx, home, intake.Verdict{Code: got.Code, Solved: "no", Satisfaction: "dissatisfied", Words: "还是不亮"})
		if err != nil || f.State != cases.Rework {
			t.Fatalf("answered %+v: %v", f, err)
		}
		if now, err := x.Cases.Get(x.Ctx, c.ID); err != nil || now.Reopens != 1 {
			t.Fatalf("%+v %v", now, err)
		}
	})
}

func TestFollow_AsksWhatTheUnitWantsToKnowAndGoesOnWithTheAnswer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := newIntake(t, d)
		ctx := context.Background()
		got, err := s.Report(ctx, home, report("1"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := x.Cases.List(x.Ctx, cases.Filter{Query: got.Number}, httpx.PageIn{Limit: 1})
		if err != nil || len(list.Items) != 1 {
			t.Fatal(list, err)
		}
		unit := casetest.Area + ".construction"
		c := x.Act(t, x.Desk(), &list.Items[0], "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
		c = x.Act(t, x.Unit(unit), c, "sign", cases.Move{})
		x.Act(t, x.Unit(unit), c, "ask_reporter", cases.Move{Note: "是大门左边还是右边的灯？"})
		f, err := s.Follow(ctx, home, got.Code)
		if err != nil || f.Question == nil || f.Question.Text != "是大门左边还是右边的灯？" || f.Question.Until == nil || !f.CanComment || f.StateName != "等您补充情况" {
			t.Fatalf("followed %+v: %v", f, err)
		}
		f, err = s.Comment(ctx, home, intake.Words{Code: got.Code, Words: "左边第二盏"})
		if err != nil || f.State != cases.Handling || f.Question != nil || f.Paused {
			t.Fatalf("answered %+v: %v", f, err)
		}
		if last := f.Steps[len(f.Steps)-1]; last.Action != "supplement" {
			t.Errorf("last step %+v", last)
		}
	})
}
