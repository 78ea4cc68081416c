package roster

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

func TestPlan_SeesTheShiftInTheWayHoweverManyThereAre(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := h.as("planner")
		first := time.Date(2026, 12, 1, 0, 0, 0, 0, clock.Nanjing)
		days := mostKnown + 100
		rows := make([][]any, days)
		for i := range rows {
			from := first.AddDate(0, 0, i).Add(8 * time.Hour)
			x := Shift{ID: fmt.Sprint("x", i), OfficerID: "a", AreaCode: grid1, Day: from.Format(time.DateOnly), Name: "早班", From: clock.At(from), To: clock.At(from.Add(time.Hour)), Version: 1}
			rows[i] = x.row()
		}
		last := first.AddDate(0, 0, days-1).Format(time.DateOnly)
		if err := h.DB.Tx(context.Background(), func(tx *db.Tx) error {
			if err := db.InsertMany(ctx, tx, "roster_shift", shiftColumns, "", rows); err != nil {
				return err
			}
			plan := h.planTx(tx, clock.At(first), clock.At(first.AddDate(0, 0, days)))
			put := func(officer string, from int) error {
				return plan.put(ctx, NewShift{AreaCode: grid1, Day: last, Name: "晚班", FromMin: from, Minutes: 60}, &Officer{ID: officer})
			}
			wantCode(t, put("a", 8*60+30), "roster.taken")
			if err := put("a", 20*60); err != nil {
				t.Errorf("at a free time: %v", err)
			}
			wantCode(t, put("a", 20*60+30), "roster.taken")
			if err := put("b", 8*60+30); err != nil {
				t.Errorf("of somebody else: %v", err)
			}
			return plan.store(ctx)
		}); err != nil {
			t.Fatal(err)
		}
	})
}
