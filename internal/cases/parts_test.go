package cases_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// waits reports whether the case is among what waits for the unit.
func waits(t *testing.T, x *casetest.District, unit, id string) bool {
	t.Helper()
	page, err := x.Cases.List(x.Unit(unit), cases.Filter{Todo: true}, httpx.PageIn{Limit: 50})
	must(t, err)
	for i := range page.Items {
		if page.Items[i].ID == id {
			return true
		}
	}
	return false
}

func TestPart_WaitsForItsUnitUntilItIsEnded(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		if waits(t, x, water, c.ID) {
			t.Error("waits for a unit that has nothing to do with it")
		}
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID, CoUnits: []cases.CoUnit{{Unit: x.Units[water].ID, Task: "核定水位", Required: true}}})
		if !waits(t, x, water, c.ID) || !waits(t, x, builders, c.ID) {
			t.Error("does not wait for the lead and the assisting unit")
		}
		part := want[*cases.Detail](t)(x.Cases.Get(x.Unit(water), c.ID)).Parts[0]
		_, err := x.Cases.ActOnPart(x.Unit(water), c.ID, part.ID, "done", cases.PartMove{Version: part.Version, Result: cases.Resolved, Outcome: "已核定"})
		must(t, err)
		if waits(t, x, water, c.ID) {
			t.Error("still waits for a unit whose part is done")
		}
	})
}

func TestRecall_TakesBackThePartsOfTheDispatchWithTheirClocks(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID, CoUnits: []cases.CoUnit{{Unit: x.Units[water].ID, Task: "核定水位", Required: true}}})
		must(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := x.Cases.AddPartTx(x.Ctx, tx, c, cases.Part{UnitID: x.Units[casetest.Area+".urban_mgmt"].ID, UnitName: "城管局", Origin: "whistle", Required: true})
			return err
		}))
		c = x.Act(t, x.Desk(), c, "recall", cases.Move{Note: "派错了"})
		now.Advance(60 * 24 * time.Hour)
		_, err := x.Cases.Lapse(x.Ctx)
		must(t, err)
		after := want[*cases.Detail](t)(x.Cases.Get(x.Command(), c.ID))
		if after.Parts[0].State != cases.PartCancelled || after.Parts[1].State != cases.PartOpen {
			t.Errorf("%+v", after.Parts)
		}
		for _, k := range after.Clocks {
			if k.PartID == after.Parts[0].ID && (k.StoppedAt == nil || k.Phase == cases.Red || k.Outcome != cases.Gone) {
				t.Errorf("the clock of a part that was taken back: %+v", k)
			}
		}
	})
}
