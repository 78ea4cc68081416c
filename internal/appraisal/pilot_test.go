package appraisal_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// answer stores pilot answers of adults: marks repeats through the questions, a share without contact to the first of them.
func answer(t *testing.T, x *surveytest.District, w *survey.Wave, round, n, unknown int, marks string, seconds int) {
	t.Helper()
	q, err := x.Surveys.Questionnaire(x.Ctx, w.Plan.V.Questionnaires[survey.Adult])
	if err != nil {
		t.Fatal(err)
	}
	k := len(q.Form.V.ScaleQuestions())
	var rows []survey.Response
	for i := range n {
		row := survey.Response{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(1), Group: survey.Adult, Seconds: seconds + i,
			RowKey: fmt.Sprint(round, "-", i), RowHash: fmt.Sprint(i)}
		row.Marks = strings.Repeat(string(marks[i%len(marks)]), k)
		if i < unknown {
			row.Marks = "N" + row.Marks[1:]
		}
		rows = append(rows, row)
	}
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) }); err != nil {
		t.Fatal(err)
	}
}

func TestPilot_ComparesTheDraftWithTheRevision(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := library(t, d)
		plan := x.Plan(t)
		plan.Pilot = []string{surveytest.Street(1)}
		w := x.Wave(t, "2026H2", plan, survey.Piloting)
		lead := surveytest.As(surveytest.Area, survey.PermManage, survey.PermRead)
		if _, err := s.KeepRound(lead, w.ID, ""); errs.CodeOf(err) != "appraisal.no_pilot_answers" {
			t.Errorf("nothing to keep: %v", err)
		}
		answer(t, x, w, 1, 40, 10, "2344", 300)
		round, err := s.KeepRound(lead, w.ID, "第一题太绕")
		if err != nil || round.Seq != 1 || round.Result.V.Answers != 40 {
			t.Fatalf("kept: %+v, %v", round, err)
		}
		w = x.Advance(t, w, "revise")
		w = x.Advance(t, w, "pilot")
		answer(t, x, w, 2, 60, 0, "1112", 200)
		p, err := s.Pilot(lead, w.ID, 0, 0)
		if err != nil || len(p.Rounds) != 2 || p.Rounds[1].ID != "" || p.Streets[0] != surveytest.Street(1) || p.Comparison == nil {
			t.Fatalf("pilot: %+v, %v", p, err)
		}
		adults := p.Comparison.Groups[1]
		if adults.Group != survey.Adult || adults.Before != 40 || adults.After != 60 || adults.SecondsBefore != 319.5 || adults.SecondsAfter != 229.5 {
			t.Errorf("adults: %+v", adults)
		}
		one, two := adults.Items[0], adults.Items[1]
		if one.Before.NA != 0.25 || one.After.NA != 0 || one.NAChange != -0.25 {
			t.Errorf("without contact: %+v", one)
		}
		// Round one: marks 2, 3, 4, 4 score 80, 60, 30, 30; round two: 1, 1, 1, 2 score 100, 100, 100, 80.
		if math.Abs(two.Before.Mean-50) > 1e-9 || math.Abs(two.After.Mean-95) > 1e-9 || math.Abs(two.Change-45) > 1e-9 || two.P > 1e-6 || math.Abs(two.Ceiling-0.75) > 1e-9 {
			t.Errorf("second question: %+v %+v %+v", two, two.Before, two.After)
		}
		sd := math.Sqrt((900.0 + 100 + 400 + 400) / 4 * 40 / 39)
		if math.Abs(two.Before.SE-sd/math.Sqrt(40)) > 1e-9 || math.Abs(two.SE-math.Hypot(two.Before.SE, two.After.SE)) > 1e-12 {
			t.Errorf("standard errors: %g %g, want %g", two.Before.SE, two.SE, sd/math.Sqrt(40))
		}
		if _, err := s.Pilot(lead, w.ID, 1, 1); errs.CodeOf(err) != "appraisal.no_such_round" {
			t.Errorf("a round with itself: %v", err)
		}
	})
}

func TestPilot_PermissionMatrix(t *testing.T) {
	t.Parallel()
	x, s := library(t, testkit.SQLite(t))
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Piloting)
	answer(t, x, w, 1, 10, 0, "2", 200)
	for name, c := range map[string]struct {
		ctx  context.Context
		look bool
	}{
		"scorer":    {surveytest.As(surveytest.Area, appraisal.PermScore, survey.PermRead), true},
		"street":    {surveytest.As(surveytest.Street(1), survey.PermRead, survey.PermManage), false},
		"elsewhere": {surveytest.As("320102", survey.PermRead, survey.PermManage), false},
		"reader":    {surveytest.As(surveytest.Area, survey.PermRead), false},
		"nobody":    {context.Background(), false},
	} {
		if _, err := s.Pilot(c.ctx, w.ID, 0, 0); (err == nil) != c.look {
			t.Errorf("%s looks: %v", name, err)
		}
		if _, err := s.KeepRound(c.ctx, w.ID, ""); err == nil {
			t.Errorf("%s keeps a round", name)
		}
	}
}
