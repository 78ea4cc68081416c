package sampling_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"sync"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// mailed draws a sample and returns the codes that a printing house gets, in the order of the list.
func (x *house) mailed(t testing.TB, sizes map[survey.Group]int) (w *survey.Wave, codes []string) {
	t.Helper()
	w, _ = x.drawn(t, "2026H2", design(x.frame(t, sampling.Households, x.blocks(100)), nil, sizes), seed)
	var file bytes.Buffer
	_, err := x.samples.Letters(x.Ctx, w.ID, sampling.LetterOrder{Wording: sampling.Wording{Office: "考评办"}, Base: "https://x", Format: sampling.LettersTable}, &file)
	check(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
	check(t, err)
	for _, r := range rows[1:] {
		codes = append(codes, r[6])
	}
	return w, codes
}

func (x *house) redeem(t testing.TB, code string) (inv *sampling.Invitation, err error) {
	t.Helper()
	err = x.DB.Read(nobody(), func(tx *db.Tx) error {
		inv, err = x.samples.RedeemTx(nobody(), tx, code)
		return err
	})
	return inv, err
}

func TestSpend_OfManyAtOnceOneSucceeds(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		_, codes := x.mailed(t, map[survey.Group]int{survey.Adult: 10})
		inv, err := x.redeem(t, strings.ToLower(codes[3]))
		check(t, err)
		if inv.State != sampling.Open || inv.Place != 4 || inv.Weight < 29 || inv.Weight > 31 {
			t.Errorf("%+v", inv)
		}
		var wait sync.WaitGroup
		results := make(chan error, 50)
		for range 50 {
			wait.Add(1)
			go func() {
				defer wait.Done()
				results <- d.Tx(nobody(), func(tx *db.Tx) error { return x.samples.SpendTx(nobody(), tx, inv.ID) })
			}()
		}
		wait.Wait()
		close(results)
		good := 0
		for err := range results {
			if err == nil {
				good++
			} else if errs.CodeOf(err) != "sampling.code_spent" {
				t.Error(err)
			}
		}
		if good != 1 {
			t.Errorf("%d of 50 were the first", good)
		}
		after, err := x.redeem(t, codes[3])
		check(t, err)
		if after.State != sampling.Spent {
			t.Errorf("after the answer: %+v", after)
		}
		if _, err := x.redeem(t, "AAAA-AAAA-AAAA"); errs.CodeOf(err) != "sampling.code_unknown" {
			t.Errorf("a code that nobody has: %v", err)
		}
		check(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			n, err := db.Get[int](x.Ctx, tx, "SELECT COUNT(*) FROM audit_entry WHERE object_id = $1", inv.ID)
			if n != 0 {
				t.Error("the audit trail would join a code to an answer")
			}
			return err
		}))
	})
}

func TestSpend_WhatIsRolledBackStaysOpen(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 1)
		_, codes := x.mailed(t, map[survey.Group]int{survey.Adult: 10})
		inv, err := x.redeem(t, codes[0])
		check(t, err)
		failure := errs.Invalid("x.y", "z")
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			if err := x.samples.SpendTx(x.Ctx, tx, inv.ID); err != nil {
				return err
			}
			return failure
		}); errs.CodeOf(err) != "x.y" {
			t.Fatal(err)
		}
		if inv, err = x.redeem(t, codes[0]); err != nil || inv.State != sampling.Open {
			t.Errorf("%+v, %v", inv, err)
		}
	})
}

func TestReserve_ComesFromTheSameStratumInTheOrderOfTheDraw(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newHouse(t, d, 2)
		w, codes := x.mailed(t, map[survey.Group]int{survey.Elder: 8, survey.Adult: 12})
		first, err := x.redeem(t, codes[0])
		check(t, err)
		reserves := x.list(t, sampling.Filter{WaveID: w.ID, Street: first.Street, Group: first.Group, State: sampling.Reserve})
		for i := range reserves {
			current := first
			if i > 0 {
				current = &x.list(t, sampling.Filter{WaveID: w.ID, Street: first.Street, Group: first.Group, State: sampling.Open})[0]
			}
			next, err := x.samples.ReleaseReserve(lead(), current.ID, "多次上门无人")
			check(t, err)
			if next.Street != first.Street || next.Group != first.Group || next.Weight != current.Weight || next.State != sampling.Open {
				t.Errorf("%+v stands for %+v", next, current)
			}
		}
		if inv, err := x.redeem(t, codes[0]); err != nil || inv.State != sampling.Replaced {
			t.Errorf("the code of a replaced household: %+v, %v", inv, err)
		}
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error { return x.samples.SpendTx(x.Ctx, tx, first.ID) }); errs.CodeOf(err) != "sampling.code_closed" {
			t.Errorf("a replaced household answers: %v", err)
		}
		last := x.list(t, sampling.Filter{WaveID: w.ID, Street: first.Street, Group: first.Group, State: sampling.Open})[0]
		if _, err := x.samples.ReleaseReserve(lead(), last.ID, "无人"); errs.CodeOf(err) != "sampling.no_reserve" {
			t.Errorf("beyond the reserve list: %v", err)
		}
		if inv := x.list(t, sampling.Filter{WaveID: w.ID, IDs: []string{last.ID}})[0]; inv.State != sampling.Open {
			t.Error("a release that failed closed the household all the same")
		}
		if _, err := x.samples.ReleaseReserve(lead(), last.ID, " "); errs.CodeOf(err) != "sampling.reason_required" {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := x.samples.ReleaseReserve(surveytest.As(surveytest.Area, sampling.PermRead), last.ID, "x"); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a reader: %v", err)
		}
		if _, err := x.samples.ReleaseReserve(surveytest.As(surveytest.Street(2), sampling.PermManage), last.ID, "x"); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("from another street: %v", err)
		}
		v, err := x.samples.Verify(x.Ctx, w.ID)
		check(t, err)
		if !v.Good {
			t.Errorf("releasing reserves spoils the proof: %+v", v)
		}
	})
}
