package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/appraisal"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/report"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
)

// desk is an office with a district, an appraisal and reports.
type desk struct {
	*surveytest.District
	appraisals *appraisal.Service
	reports    *report.Service
	files      *blob.Dir
	folder     string
}

func open(t testing.TB, d *db.DB, streets int) *desk {
	t.Helper()
	x := &desk{District: surveytest.New(t, d, streets), folder: t.TempDir()}
	names := map[string]string{surveytest.Area: "鼓楼区"}
	for s := 1; s <= streets; s++ {
		names[surveytest.Street(s)] = fmt.Sprintf("第%d街道", s)
		for c := 1; c <= 3; c++ {
			names[surveytest.Community(s, c)] = fmt.Sprintf("第%d街道第%d社区", s, c)
		}
	}
	x.appraisals = appraisal.New(d, x.Surveys, func(context.Context, *db.Tx, string) (map[string]string, error) { return names, nil }, nil)
	var err error
	if x.files, err = blob.NewDir(x.folder); err != nil {
		t.Fatal(err)
	}
	x.reports = report.New(d, report.Sources{Surveys: x.Surveys, Scores: x.appraisals}, x.files)
	if _, err := x.appraisals.LoadSystem(x.Ctx, shipped.Indicators); err != nil {
		t.Fatal(err)
	}
	return x
}

// plan is a complete plan from the shipped indicator system.
func (x *desk) plan(t testing.TB) survey.Plan {
	t.Helper()
	systems, err := x.appraisals.Systems(x.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.appraisals.DraftPlan(x.Ctx, systems[0].Version)
	if err != nil {
		t.Fatal(err)
	}
	p.Strata, p.Target = x.Strata(), 600
	return p
}

// closed is a closed wave with so many answers; streets differ, the same seed gives the same answers.
func (x *desk) closed(t testing.TB, plan survey.Plan, targeted, online int) *survey.Wave {
	t.Helper()
	w := x.Wave(t, "2026H2", plan, survey.Fieldwork)
	var forms map[survey.Group]*survey.Form
	err := x.DB.Read(x.Ctx, func(tx *db.Tx) (err error) {
		forms, err = x.Surveys.FormsTx(x.Ctx, tx, w)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 2))
	rows := make([]survey.Response, targeted+online)
	for i := range rows {
		g := survey.Groups[[]int{0, 1, 1, 0, 1, 2}[r.IntN(6)]]
		s := 1 + i%x.Streets
		rows[i] = survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(s), Community: surveytest.Community(s, 1+r.IntN(3)), Group: g, RowKey: fmt.Sprint(i),
			Sex: []string{"m", "f", ""}[r.IntN(3)], AgeBand: map[survey.Group]string{survey.Elder: "60-69", survey.Adult: "30-39", survey.Unit: ""}[g], Seconds: 60 + r.IntN(400), Marks: marks(r, forms[g], s)}
		if i >= targeted {
			rows[i].Channel, rows[i].Mode = survey.Online, survey.ModeWeb
		}
	}
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) }); err != nil {
		t.Fatal(err)
	}
	if w, err = x.Surveys.Wave(x.Ctx, w.ID); err != nil {
		t.Fatal(err)
	}
	return x.Advance(t, w, "close")
}

func marks(r *rand.Rand, form *survey.Form, street int) string {
	questions := form.ScaleQuestions()
	out := make([]byte, len(questions))
	mood := r.IntN(3)
	for j, q := range questions {
		out[j] = "1112345"[min(r.IntN(3)+mood+street%2, 6)]
		if q.NA && r.IntN(25) == 0 {
			out[j] = survey.MarkNA
		}
	}
	return string(out)
}

// scored scores a closed wave and returns it.
func (x *desk) scored(t testing.TB, w *survey.Wave) *survey.Wave {
	t.Helper()
	if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
		t.Fatal(err)
	}
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// published reviews and publishes a scored wave.
func (x *desk) published(t testing.TB, w *survey.Wave) *survey.Wave {
	t.Helper()
	w, err := x.appraisals.Review(x.Ctx, w.ID, w.Version, "已核对")
	if err != nil {
		t.Fatal(err)
	}
	if w, err = x.appraisals.Publish(x.Ctx, w.ID, w.Version, "同意"); err != nil {
		t.Fatal(err)
	}
	return w
}
