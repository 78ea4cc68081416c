package fieldwork_test

import (
	"context"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/form"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func keyed(t *testing.T, x *fixture, ctx context.Context, number string) fieldwork.Keyed {
	t.Helper()
	q, err := x.field.OpenEntry(ctx, x.wave.ID, survey.Elder)
	must(t, err)
	return fieldwork.Keyed{Number: number, Token: q.Token, Group: survey.Elder, Street: surveytest.Street(1), Answers: form.Answers{"A1-1": "1", "A1-2": "2"}}
}

func TestKey_TwoPeopleWhoAgreeRecordASheetOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		first, second := surveytest.As(surveytest.Area, fieldwork.PermCollect), surveytest.As(surveytest.Street(1), fieldwork.PermCollect)
		in := keyed(t, x, first, "E-1")
		r, err := x.field.Key(first, in)
		if err != nil || r.Sheet.State != fieldwork.KeyedOnce || r.Receipt != "" {
			t.Fatalf("first keying: %+v, %v", r, err)
		}
		if _, err := x.field.Key(first, in); errs.CodeOf(err) != "fieldwork.same_person" {
			t.Errorf("the same person again: %v", err)
		}
		r, err = x.field.Key(second, in)
		if err != nil || r.Sheet.State != fieldwork.Recorded || r.Receipt == "" {
			t.Fatalf("second keying: %+v, %v", r, err)
		}
		if _, err := x.field.Key(second, in); errs.CodeOf(err) != "fieldwork.sheet_done" {
			t.Errorf("a third keying: %v", err)
		}
		if c := x.counts(t); c.Targeted != 1 {
			t.Errorf("counts: %+v", c)
		}
		must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			left, err := db.Get[string](x.Ctx, tx, "SELECT first_data || second_data FROM fieldwork_sheet")
			mode, err2 := db.Get[string](x.Ctx, tx, "SELECT mode || marks FROM response")
			if left != "" || mode != "paper12................" {
				t.Errorf("left on the sheet %q, stored %q", left, mode)
			}
			if err == nil {
				err = err2
			}
			return err
		}))
	})
}

func TestKey_ADifferenceWaitsForSomebodyToDecide(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := setUp(t, d, nil)
		first, second := surveytest.As(surveytest.Area, fieldwork.PermCollect), surveytest.As(surveytest.Street(1), fieldwork.PermCollect)
		in := keyed(t, x, first, "E-2")
		_, err := x.field.Key(first, in)
		must(t, err)
		in.Answers = form.Answers{"A1-1": "5", "A1-2": "2", "B1-1": "3"}
		r, err := x.field.Key(second, in)
		if err != nil || r.Sheet.State != fieldwork.Differs || len(r.Differ) != 2 || r.Differ[0].First != nil {
			t.Fatalf("second keying: %+v, %v", r, err)
		}
		v, err := x.field.Sheet(manager(), r.Sheet.ID)
		if err != nil || len(v.Differ) != 2 || v.Differ[0].First != "1" || v.Differ[0].Second != "5" {
			t.Fatalf("differences: %+v, %v", v, err)
		}
		if _, err := x.field.Sheet(first, r.Sheet.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("who keys sees the other keying: %v", err)
		}
		if _, err := x.field.Settle(manager(), r.Sheet.ID, []fieldwork.Choice{{Question: "A1-1", Right: 2}}); errs.CodeOf(err) != "fieldwork.not_settled" {
			t.Errorf("half settled: %v", err)
		}
		if r, err = x.field.Settle(manager(), r.Sheet.ID, []fieldwork.Choice{{Question: "A1-1", Right: 2}, {Question: "B1-1", Right: 0}}); err != nil || r.Receipt == "" {
			t.Fatalf("settled: %+v, %v", r, err)
		}
		must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			marks, err := db.Get[string](x.Ctx, tx, "SELECT marks FROM response")
			if marks != "52................" {
				t.Errorf("stored %q", marks)
			}
			return err
		}))
		list, err := x.field.Sheets(manager(), x.wave.ID)
		if err != nil || list.Recorded != 1 || list.Errors == nil || *list.Errors != 2.0/3 {
			t.Errorf("list: %+v, %v", list, err)
		}
	})
}
