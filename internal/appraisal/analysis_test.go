package appraisal_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestAnalyses_OfAPublishedWaveOnBothEngines(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 3, nil)
		w := x.closed(t, 900, 300)
		costs := []appraisal.Cost{{Street: surveytest.Street(1), Amount: 4e6, Staff: 60, Residents: 40_000, Basis: "决算"}}
		if err := x.appraisals.SetCosts(x.Ctx, w.ID, costs); err != nil {
			t.Fatal(err)
		}
		w = x.publish(t, w)
		table, err := x.appraisals.Scores(x.Ctx, w.ID, appraisal.ScoreFilter{})
		if err != nil {
			t.Fatal(err)
		}
		slice, err := x.appraisals.Slice(x.Ctx, w.ID, appraisal.SliceFilter{})
		if err != nil || slice.Provisional || len(slice.Items) != 3 {
			t.Fatalf("slice: %+v, %v", slice, err)
		}
		for i, row := range slice.Items {
			if *row.Score.Score != *table.Items[i].Score || *row.SE != *table.Items[i].SE {
				t.Errorf("%s from moments: %v ± %v, from the run %v ± %v", row.Key, *row.Score.Score, *row.SE, *table.Items[i].Score, *table.Items[i].SE)
			}
		}
		drivers, err := x.appraisals.Drivers(x.Ctx, w.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, it := range drivers.Items {
			sum += it.Importance
		}
		if math.Abs(sum-1) > 1e-6 || drivers.Stale || drivers.N < 100 {
			t.Errorf("drivers add up to %v: %+v", sum, drivers)
		}
		if r, err := x.appraisals.Reliability(x.Ctx, w.ID); err != nil || len(r.Scales) != 5 || *r.Scales[0].Alpha < 0.5 {
			t.Errorf("reliability: %+v, %v", r, err)
		}
		if c, err := x.appraisals.Communities(x.Ctx, w.ID, "", surveytest.Street(2)); err != nil || len(c.Items) != 3 || c.Items[0].Street != surveytest.Street(2) {
			t.Errorf("communities: %+v, %v", c, err)
		}
		if c, err := x.appraisals.Costs(x.Ctx, w.ID); err != nil || len(c.Items) != 1 || math.Abs(*c.Items[0].Index-(*table.Items[0].Score-60)) > 1e-6 {
			t.Errorf("costs of 100 yuan a head: %+v, %v", c, err)
		}
		if _, err := x.appraisals.Progress(x.Ctx, w.ID, "", ""); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("progress of a first wave: %v", err)
		}
		if list, err := x.appraisals.Recommendations(x.Ctx, w.ID); err != nil || len(list) != 0 {
			t.Errorf("recommendations nobody asked for: %v, %v", list, err)
		}
		samples, err := x.appraisals.Weighted(x.Ctx, w.ID)
		if err != nil || len(samples) != 2 || len(samples[0].Answers) != 900 {
			t.Errorf("weighted samples: %d, %v", len(samples), err)
		}
	})
}

func TestProgress_ComparesWithTheWaveBefore(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 3, nil)
	first := x.Wave(t, "2026H1", x.plan(t), survey.Fieldwork)
	x.answer(t, first, 600, 0)
	first = x.publish(t, x.Advance(t, x.again(t, first), "close"))
	second := x.publish(t, x.closed(t, 600, 0))
	p, err := x.appraisals.Progress(x.Ctx, second.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if p.Against.ID != first.ID || len(p.Streets) != 3 || p.District == nil {
		t.Fatalf("progress: %+v", p)
	}
	for _, c := range p.Streets { // the same answers twice
		if *c.Difference != 0 || c.Verdict != appraisal.Alike || *c.Holm != 1 {
			t.Errorf("%+v", c)
		}
	}
	if _, err := x.appraisals.Progress(x.Ctx, second.ID, second.ID, ""); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("a wave against itself: %v", err)
	}
	plan := x.plan(t)
	plan.Scale = slices.Clone(plan.Scale)
	middle := *plan.Scale[2].Score - 5
	plan.Scale[2].Score = &middle
	third := x.Wave(t, "2027H1", plan, survey.Fieldwork)
	x.answer(t, third, 600, 0)
	third = x.publish(t, x.Advance(t, x.again(t, third), "close"))
	if _, err := x.appraisals.Progress(x.Ctx, third.ID, "", ""); errs.CodeOf(err) != "appraisal.other_scale" {
		t.Errorf("waves whose marks are worth different scores: %v", err)
	}
	if _, err := x.appraisals.Progress(x.Ctx, second.ID, "", "Z9"); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("an unknown place in the tree: %v", err)
	}
}

func (x *desk) again(t *testing.T, w *survey.Wave) *survey.Wave {
	t.Helper()
	w, err := x.Surveys.Wave(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestPublish_AResultThatIsOutdatedIsNotPublished(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2, nil)
		w := x.closed(t, 300, 0)
		if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		special := []appraisal.Special{{Street: surveytest.Street(1), Score: 90, Basis: "台账"}}
		if err := x.appraisals.SetSpecial(x.Ctx, w.ID, special); err != nil {
			t.Fatal(err)
		}
		w = x.again(t, w)
		if _, err := x.appraisals.Review(x.Ctx, w.ID, w.Version, "已复核"); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("reviewed although a special score came after the run: %v", err)
		}
		if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		w = x.again(t, w)
		if w, err := x.appraisals.Review(x.Ctx, w.ID, w.Version, "已复核"); err != nil || w.State != survey.Reviewed {
			t.Errorf("review after the new run: %v", err)
		}
	})
}

func TestSensitivity_ShowsWhatSettingAsideChanges(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2, nil)
		w := x.closed(t, 400, 0)
		err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(x.Ctx, "UPDATE response SET flags = 4 WHERE row_key IN ('0', '2', '4', '6')"); err != nil {
				return err
			}
			_, err := tx.Exec(x.Ctx, "UPDATE response SET excluded = TRUE WHERE row_key IN ('0', '2')")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := x.appraisals.Sensitivity(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		street := s.Items[1].Scores
		if s.Flagged != 4 || s.Aside != 2 || len(s.Items) != 3 || street[0].N != 198 || street[1].N != 200 || street[2].N != 196 {
			t.Errorf("%+v", s)
		}
		if street[0].Shift == nil || *street[0].Shift != 0 || *street[1].Shift != math.Round((*street[1].Score-*street[0].Score)*1e9)/1e9 {
			t.Errorf("shifts: %+v", street)
		}
		run, err := x.appraisals.Score(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n := run.Result.V.Method.Answers[survey.Targeted]; n != 398 {
			t.Errorf("%d answers are scored, want the two set aside left out", n)
		}
	})
}

func TestSlice_WhileAnswersComeInOnlyForThoseWhoScore(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 2, nil)
	w := x.Wave(t, "2026H2", x.plan(t), survey.Fieldwork)
	x.answer(t, w, 300, 0)
	lead := surveytest.As(surveytest.Area, appraisal.PermRead, appraisal.PermScore)
	street := surveytest.As(surveytest.Street(1), appraisal.PermRead)
	for name, f := range map[string]appraisal.SliceFilter{"street": {}, "sex": {By: "sex"}, "community": {By: "community", Street: surveytest.Street(1)}} {
		s, err := x.appraisals.Slice(lead, w.ID, f)
		if err != nil || !s.Provisional || len(s.Items) == 0 || s.Answers != 300 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		if _, err := x.appraisals.Slice(street, w.ID, f); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("%s for a street: %v", name, err)
		}
	}
	if _, err := x.appraisals.Slice(lead, w.ID, appraisal.SliceFilter{By: "income"}); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("an unknown trait: %v", err)
	}
	x.answer2(t, w)
	if s, err := x.appraisals.Slice(lead, w.ID, appraisal.SliceFilter{}); err != nil || s.Answers != 301 {
		t.Errorf("a new answer is not seen: %+v, %v", s, err)
	}
}

// answer2 adds one answer more.
func (x *desk) answer2(t *testing.T, w *survey.Wave) {
	t.Helper()
	err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, []survey.Response{{Channel: survey.Targeted, Mode: survey.ModeVisit, Street: surveytest.Street(1),
			Community: surveytest.Community(1, 1), Group: survey.Elder, RowKey: "one more", Marks: "111111111111111111"}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnalyses_AreClosedToOthers(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 2, nil)
	w := x.closed(t, 400, 0)
	if _, err := x.appraisals.Score(x.Ctx, w.ID); err != nil {
		t.Fatal(err)
	}
	street := surveytest.As(surveytest.Street(1), appraisal.PermRead)
	lead := surveytest.As(surveytest.Area, appraisal.PermRead, appraisal.PermScore, appraisal.PermPublish)
	other := surveytest.As("320102", appraisal.PermRead, appraisal.PermScore, appraisal.PermPublish)
	cost := []appraisal.Cost{{Street: surveytest.Street(1), Amount: 1, Staff: 1, Residents: 1, Basis: "决算"}}
	for verb, call := range map[string]func(ctx context.Context) error{
		"drivers":     func(ctx context.Context) error { _, err := x.appraisals.Drivers(ctx, w.ID, ""); return err },
		"reliability": func(ctx context.Context) error { _, err := x.appraisals.Reliability(ctx, w.ID); return err },
		"communities": func(ctx context.Context) error { _, err := x.appraisals.Communities(ctx, w.ID, "", ""); return err },
		"sensitivity": func(ctx context.Context) error { _, err := x.appraisals.Sensitivity(ctx, w.ID); return err },
		"costs":       func(ctx context.Context) error { _, err := x.appraisals.Costs(ctx, w.ID); return err },
		"weighted":    func(ctx context.Context) error { _, err := x.appraisals.Weighted(ctx, w.ID); return err },
		"set costs":   func(ctx context.Context) error { return x.appraisals.SetCosts(ctx, w.ID, cost) },
		"recommend":   func(ctx context.Context) error { _, err := x.appraisals.Recommendations(ctx, w.ID); return err },
	} {
		if err := call(lead); err != nil {
			t.Errorf("lead may not %s: %v", verb, err)
		}
		if err := call(street); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("street may %s before publication: %v", verb, err)
		}
		if err := call(other); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another district may %s: %v", verb, err)
		}
	}
}
