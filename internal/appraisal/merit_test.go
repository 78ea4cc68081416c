package appraisal_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestMerits_WeighTheSamplesAndLeaveTheOfficialScoreAlone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 3, nil)
		w := x.publish(t, x.closed(t, 900, 600))
		m, err := x.appraisals.Merits(x.Ctx, w.ID, appraisal.MeritFilter{})
		if err != nil || len(m.Items) != 3 || m.District == nil || m.Left != 0 {
			t.Fatalf("%+v, %v", m, err)
		}
		table, err := x.appraisals.Scores(x.Ctx, w.ID, appraisal.ScoreFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for i, it := range m.Items {
			vp, vo := it.SE*it.SE, it.OnlineSE*it.OnlineSE
			b := math.Max(0, it.Bias*it.Bias-vp-vo)
			weight := (vo + b) / (vo + b + vp)
			if math.Abs(weight-it.Weight) > 1e-8 || math.Abs(weight*it.Targeted+(1-weight)*it.Online-it.Combined) > 1e-8 || it.RMSE > it.SE+1e-9 {
				t.Errorf("weight %v of %+v", weight, it)
			}
			if *table.Items[i].Score != it.Targeted {
				t.Errorf("the official score of %s is %v, here %v", it.AreaCode, *table.Items[i].Score, it.Targeted)
			}
		}
		street, err := x.appraisals.Merits(x.Ctx, w.ID, appraisal.MeritFilter{Street: surveytest.Street(2)})
		if err != nil || len(street.Items)+street.Left != 17 || street.District != nil || len(street.Items) == 0 {
			t.Errorf("indicators of a street: %+v, %v", street, err)
		}
		if _, err := x.appraisals.Merits(x.Ctx, w.ID, appraisal.MeritFilter{Code: "Z9"}); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("an unknown place: %v", err)
		}
	})
}

// people adds answers with sex and age. Women are satisfied and men are not; online seven of ten are women, in the sample every other one.
func (x *desk) people(t *testing.T, w *survey.Wave, channel survey.Channel, n, women int) {
	t.Helper()
	rows := make([]survey.Response, n)
	for i := range rows {
		g := []survey.Group{survey.Elder, survey.Adult, survey.Adult, survey.Unit}[i/10%4]
		r := survey.Response{Channel: channel, Mode: survey.ModeVisit, Group: g, Street: surveytest.Street(1 + i/40%2), Community: surveytest.Community(1+i/40%2, 1+i/80%3),
			RowKey: fmt.Sprint(channel, i)}
		if channel == survey.Online {
			r.Mode = survey.ModeWeb
		}
		mark := byte('2')
		if g != survey.Unit {
			r.Sex, mark = "m", '3'
			if i%10 < women {
				r.Sex, mark = "f", '1'
			}
			r.AgeBand = map[survey.Group][]string{survey.Elder: {"60-69", "70-79"}, survey.Adult: {"18-29", "30-39"}}[g][i/7%2]
		}
		marks := make([]byte, map[survey.Group]int{survey.Elder: 18, survey.Adult: 18, survey.Unit: 13}[g])
		for j := range marks {
			marks[j] = mark
			if (i+j)%5 == 0 {
				marks[j]++
			}
		}
		r.Marks = string(marks)
		rows[i] = r
	}
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.Surveys.InsertResponsesTx(x.Ctx, tx, w.ID, rows) }); err != nil {
		t.Fatal(err)
	}
}

func TestOnlineAdjustment_TakesOutWhoAnswered(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2, nil)
		w := x.Wave(t, "2026H2", x.plan(t), survey.Fieldwork)
		x.people(t, w, survey.Targeted, 1200, 5)
		x.people(t, w, survey.Online, 1600, 7)
		w = x.publish(t, x.Advance(t, x.again(t, w), "close"))
		o, err := x.appraisals.OnlineAdjustment(x.Ctx, w.ID)
		if err != nil || o.Fault != "" || len(o.Estimates) != 6 || o.Deff == nil || *o.Deff < 1 {
			t.Fatalf("%+v, %v", o, err)
		}
		by := map[string]appraisal.OnlineEstimate{}
		for _, e := range o.Estimates {
			by[e.Method] = e
			if e.SE == nil || !(*e.SE > 0) || !(*e.Low < *e.Score && *e.Score < *e.High) {
				t.Errorf("%s without an honest interval: %+v", e.Method, e)
			}
		}
		if gap := *by["naive"].Score - *by["targeted"].Score; gap < 3 {
			t.Fatalf("the bias to take out is only %v", gap)
		}
		for _, method := range []string{"raked", "ipw", "mi", "dr"} {
			if gap := *by[method].Score - *by["targeted"].Score; math.Abs(gap) > 0.5 {
				t.Errorf("%s is still off by %v", method, gap)
			}
		}
		levels := 0
		for _, row := range o.Balance {
			if math.Abs(row.Raked-row.Targeted) > 1e-4 {
				t.Errorf("not calibrated: %+v", row)
			}
			if row.Trait == "sex" && row.Level == "f" && (math.Abs(row.Before-70) > 1 || math.Abs(row.Targeted-50) > 1 || math.Abs(row.IPW-50) > 2) {
				t.Errorf("women: %+v", row)
			}
			levels++
		}
		if levels != 3+2+4+2 {
			t.Errorf("%d levels: %+v", levels, o.Balance)
		}
	})
}

func TestOnlineAdjustment_SaysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 2, nil)
	w := x.publish(t, x.closed(t, 300, 40))
	if o, err := x.appraisals.OnlineAdjustment(x.Ctx, w.ID); err != nil || o.Fault != "too_few" || len(o.Estimates) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	other := surveytest.As("320102", appraisal.PermRead, appraisal.PermScore)
	nobody := surveytest.As(surveytest.Area)
	for who, call := range map[string]func(ctx context.Context) error{
		"merits": func(ctx context.Context) error {
			_, err := x.appraisals.Merits(ctx, w.ID, appraisal.MeritFilter{})
			return err
		},
		"adjustment": func(ctx context.Context) error { _, err := x.appraisals.OnlineAdjustment(ctx, w.ID); return err },
	} {
		if err := call(nobody); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("%s without a permission: %v", who, err)
		}
		if err := call(other); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("%s from another district: %v", who, err)
		}
	}
}

func TestCosts_EfficienciesHaveIntervals(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 10, nil)
	w := x.closed(t, 2000, 0)
	var costs []appraisal.Cost
	for i := range 10 {
		costs = append(costs, appraisal.Cost{Street: surveytest.Street(i + 1), Amount: 4e6 + 3e5*float64(i*i%7), Staff: 50 + float64(i*3%11), Residents: 40_000, Basis: "决算"})
	}
	if err := x.appraisals.SetCosts(x.Ctx, w.ID, costs); err != nil {
		t.Fatal(err)
	}
	w = x.publish(t, w)
	c, err := x.appraisals.Costs(x.Ctx, w.ID)
	if err != nil || !c.FewUnits || c.Replicates == 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, it := range c.Items {
		if it.EfficiencyLow == nil || !(*it.EfficiencyLow <= *it.EfficiencyHigh) || !(*it.EfficiencyCorrected <= *it.Efficiency) {
			t.Errorf("%s: %v in %v … %v, corrected %v", it.Street, *it.Efficiency, it.EfficiencyLow, it.EfficiencyHigh, it.EfficiencyCorrected)
		}
	}
	if again, err := x.appraisals.Costs(x.Ctx, w.ID); err != nil || *again.Items[3].EfficiencyLow != *c.Items[3].EfficiencyLow {
		t.Errorf("the interval came out differently the second time: %v", err)
	}
}
