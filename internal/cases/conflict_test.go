package cases_test

import (
	"errors"
	"sync"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func TestAct_OfAHundredClientsOneWinsAndTheOthersAreToldWhatChanged(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		const clients = 100
		failed := make([]error, clients)
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				<-start
				_, failed[i] = x.Cases.Act(x.Desk(), c.ID, "dispatch", cases.Move{Version: c.Version, LeadUnit: x.Units[builders].ID})
			})
		}
		close(start)
		all.Wait()
		won := 0
		for _, err := range failed {
			if err == nil {
				won++
				continue
			}
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind != errs.KindConflict || e.Code != "cases.changed" {
				t.Fatalf("got %v, want a conflict", err)
			}
			told, ok := e.Details.(cases.Change)
			if !ok || told.Case.Version != c.Version+1 || len(told.Since) == 0 || told.Since[0].Action != "dispatch" {
				t.Fatalf("the conflict tells %+v", e.Details)
			}
		}
		after, err := x.Cases.Get(x.Ctx, c.ID)
		must(t, err)
		if won != 1 || after.Version != c.Version+1 || after.Dispatches != 1 || len(after.History) != 3 {
			t.Errorf("%d won; version %d, %d dispatches, %d steps", won, after.Version, after.Dispatches, len(after.History))
		}
	})
}

func TestAct_AConflictShowsTheStepThatChangedTheCaseNotWhatStandsBesideIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		opened := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		x.Act(t, x.Command(), opened, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
		for seed := range 3 {
			shoot(t, x, x.Unit(builders), opened, cases.PhaseBefore, 3+2*seed)
		}
		_, err := x.Cases.Act(x.Desk(), opened.ID, "correct", cases.Move{Version: opened.Version, Title: "另一个标题"})
		var e *errs.Error
		if !errors.As(err, &e) || e.Code != "cases.changed" {
			t.Fatalf("got %v, want a conflict", err)
		}
		if told := e.Details.(cases.Change); len(told.Since) != 1 || told.Since[0].Action != "dispatch" || told.Since[0].ActorName != "command" {
			t.Errorf("told %+v", told.Since)
		}
	})
}
