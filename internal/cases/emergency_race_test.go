package cases_test

import (
	"sync"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// While people accept cases, the district declares an emergency: whoever comes first, a case has one clock of the stage it
// stands in, and the row says when that one is due.
func TestDeclare_WhileStepsAreTakenLeavesOneClockForTheStageOfEachCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		var all []*cases.Case
		for range 40 {
			all = append(all, x.Register(t))
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for k := i; k < len(all); k += 4 {
					_, err := x.Cases.Act(x.Desk(), all[k].ID, "accept", cases.Move{Version: all[k].Version})
					if err != nil && errs.CodeOf(err) != "cases.changed" {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			e, err := x.Cases.Declare(x.Command(), cases.NewEmergency{Name: "暴雨", Reason: "气象台红色预警", Categories: []string{casetest.Lamp}, AreaCode: casetest.Area})
			if err == nil {
				_, err = x.Cases.EndEmergency(x.Command(), e.ID, e.Version, "预警解除")
			}
			if err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		for _, c := range all {
			got, n := detailOf(t, x, c.ID), 0
			for _, k := range got.Clocks {
				if k.StoppedAt != nil {
					continue
				}
				if n++; k.Kind != got.Stage || got.DueAt == nil || !k.DueAt.Equal(got.DueAt.Time) {
					t.Errorf("%s stands in %s until %v, a clock of %s runs until %v", got.Number, got.Stage, got.DueAt, k.Kind, k.DueAt)
				}
			}
			if n != 1 {
				t.Errorf("%s has %d running clocks", got.Number, n)
			}
		}
	})
}
