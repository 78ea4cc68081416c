package cases_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestUnmerge_WhatWasOverdueGoesOnClimbing(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		kept := x.Register(t)
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp}) // to be dispatched within one work hour
		now.Advance(90 * time.Minute)
		lapse(t, x)
		c = &seen(t, x, c).Case
		if c.Level != cases.District {
			t.Fatalf("overdue, but with the %s", c.Level)
		}
		c = x.Act(t, x.Command(), c, "merge", cases.Move{Into: kept.ID, Note: "同一处"})
		now.Advance(time.Hour)
		c = x.Act(t, x.Command(), c, "unmerge", cases.Move{Note: "是另一处"})
		now.Advance(4 * 24 * time.Hour) // the district has one work day
		lapse(t, x)
		if c = &seen(t, x, c).Case; c.Level != cases.City {
			t.Errorf("nobody moved it for days, and it lies with the %s", c.Level)
		}
	})
}

func TestUnmerge_MovesWhatWasPromisedByTheTimeInBetween(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		kept, c := x.Register(t), signed(t, x)
		promised, due := *c.PromisedAt, *c.DueAt
		c = x.Act(t, x.Desk(), c, "merge", cases.Move{Into: kept.ID, Note: "同一处"})
		now.Advance(7 * 24 * time.Hour) // a whole week: as many work days whatever the day
		c = x.Act(t, x.Desk(), c, "unmerge", cases.Move{Note: "是另一处"})
		if moved := c.DueAt.Sub(due.Time); c.PromisedAt.Sub(promised.Time) != moved || moved != 7*24*time.Hour {
			t.Errorf("the clock moved by %v, the promise by %v", moved, c.PromisedAt.Sub(promised.Time))
		}
	})
}
