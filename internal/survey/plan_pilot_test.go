package survey_test

import (
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestPilot_TakesAnswersOnlyFromTheChosenStreets(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 2)
	plan := x.Plan(t)
	plan.Pilot = []string{surveytest.Street(2)}
	w := x.Wave(t, "2026H2", plan, survey.Piloting)
	report, err := x.Surveys.Import(x.Ctx, w.ID, strings.NewReader(header+goodRows), survey.ImportOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, e := range report.Errors {
		if strings.Contains(e.Reason, "试点只在") {
			refused++
		}
	}
	if refused == 0 || refused == report.Total {
		t.Errorf("%d of %d rows are refused: only those from street 1 should be", refused, report.Total)
	}
}

func TestPlan_NamesPilotStreetsThatAreNotItsOwn(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 2)
	plan := x.Plan(t)
	plan.Pilot = []string{surveytest.Street(1), "320102001", surveytest.Street(1)}
	plan.Integrity = &survey.IntegrityRules{Speed: 1.1}
	err := plan.Validate()
	var at []string
	for _, f := range errs.As(err).Fields {
		at = append(at, f.Location)
	}
	for _, want := range []string{"plan.pilot[1]", "plan.pilot[2]", "plan.integrity.speed"} {
		if !slices.Contains(at, want) {
			t.Errorf("%s is not named in %v", want, at)
		}
	}
}
