package appraisal

import (
	"bytes"
	"math"
	"strings"
	"testing"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

func shippedSystem(t testing.TB) (*System, map[survey.Group]*survey.Form) {
	t.Helper()
	system, err := ParseSystem(shipped.Indicators)
	if err != nil {
		t.Fatal(err)
	}
	_, forms, err := survey.ParseQuestionnaires(shipped.Questionnaires)
	if err != nil {
		t.Fatal(err)
	}
	return system, forms
}

func TestParseSystem_ShippedFileHasTheStructureOfTheAppraisal(t *testing.T) {
	t.Parallel()
	system, forms := shippedSystem(t)
	keyPoints := 0
	for _, d := range system.Dimensions {
		keyPoints += len(d.KeyPoints)
	}
	if len(system.Dimensions) != 4 || keyPoints != 10 || len(system.Indicators()) != 17 {
		t.Errorf("got %d dimensions, %d key points, %d indicators; want 4, 10, 17", len(system.Dimensions), keyPoints, len(system.Indicators()))
	}
	if err := system.CheckForms(forms); err != nil {
		t.Errorf("questionnaires disagree: %v %+v", err, errs.As(err).Fields)
	}
	for _, i := range system.Indicators() {
		for _, r := range i.Reverse {
			if len(r) != 2 || r < "01" || r > "14" {
				t.Errorf("indicator %s names reverse field %q", i.Code, r)
			}
		}
	}
}

func TestParseSystem_NamesEveryContradiction(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"dimensions": {"    weight: 20\n    key_points:", "    weight: 21\n    key_points:"},
		"used twice": {"- code: A1-2", "- code: A1-1"},
		"key_point":  {"key_point: B3", "key_point: B2"},
		"no questi":  {"questionnaires: [elder, adult]", "questionnaires: []"},
		"unknown qu": {"questionnaires: [elder, adult]", "questionnaires: [elder, child]"},
		"respondent": {"elder: 40", "elder: 45"},
		"score lies": {"score: 80}", "score: 180}"},
	} {
		src := bytes.Replace(shipped.Indicators, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(src, shipped.Indicators) {
			t.Fatalf("%s: the change does not apply", name)
		}
		_, err := ParseSystem(src)
		if errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
			continue
		}
		told := ""
		for _, f := range errs.As(err).Fields {
			told += f.Location + " " + f.Message + "\n"
		}
		if !strings.Contains(told, name) {
			t.Errorf("%s: not told in\n%s", name, told)
		}
	}
	if _, err := ParseSystem([]byte("meta: [")); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("broken YAML: got %v, want Invalid", err)
	}
}

func TestCheckForms_TellsMissingAndUnknownQuestions(t *testing.T) {
	t.Parallel()
	system, forms := shippedSystem(t)
	form := *forms[survey.Unit]
	form.Questions = append([]survey.Question(nil), form.Questions...)
	form.Questions[0].Indicator = "Z9"
	forms[survey.Unit] = &form
	err := system.CheckForms(forms)
	if errs.KindOf(err) != errs.KindInvalid || len(errs.As(err).Fields) != 2 {
		t.Errorf("got %v, want Invalid with two fields", err)
	}
}

func TestPlanScale_ScoresFacesWithTheMeanOfTheirLevels(t *testing.T) {
	t.Parallel()
	system, _ := shippedSystem(t)
	want := map[string]float64{"1": 100, "2": 80, "3": 60, "4": 30, "5": 0, "a": 90, "b": 60, "c": 15}
	scale := system.PlanScale()
	if len(scale) != len(want) {
		t.Fatalf("got %d steps, want %d", len(scale), len(want))
	}
	for _, step := range scale {
		if *step.Score != want[step.Mark] {
			t.Errorf("mark %s scores %v, want %v", step.Mark, *step.Score, want[step.Mark])
		}
	}
}

func TestNode_SharesAreNormalisedOverTheQuestionsAsked(t *testing.T) {
	t.Parallel()
	system, forms := shippedSystem(t)
	plan := survey.Plan{Scale: system.PlanScale(), Weights: system.Weights()}
	l, err := newLayout(&plan, forms, system.Indicators())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range system.Nodes() {
		c := newNode(n, l, plan.Weights)
		for g, m := range c.mixes {
			sum := 0.0
			for _, s := range m.shares {
				sum += s
			}
			if len(m.items) > 0 && math.Abs(sum-1) > 1e-12 {
				t.Errorf("%s for %s: shares add up to %v", n.Code, g, sum)
			}
		}
		if asked := len(c.mixes[survey.Unit].items); (n.Code == "B2" && asked != 0) || (n.Code == NodeTotal && asked != 12) {
			t.Errorf("%s: units are asked %d items", n.Code, asked)
		}
	}
}
