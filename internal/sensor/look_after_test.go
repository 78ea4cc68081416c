package sensor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

func (h *house) lookAfter() {
	h.t.Helper()
	if err := h.LookAfter(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// A device whose clock is hours late reports every minute: it is offline once, not again with every reading.
func TestLookAfter_ADeviceWithALateClockDoesNotComeAndGo(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		late := func(i int) Event {
			e := h.reading(fmt.Sprint(i), "WL-1", `{"level":0.1}`)
			e.Time = e.Time.Add(-30 * time.Hour)
			return e
		}
		for i := range 5 {
			h.take(late(i))
			h.lookAfter()
			if now := h.now(x.ID); !now.Offline {
				t.Fatalf("reading %d of thirty hours ago: %+v", i, now)
			}
			h.forward(time.Minute)
		}
		if n := h.count("SELECT COUNT(*) FROM alarm"); n != 1 {
			t.Errorf("%d alarms of one silence", n)
		}
		h.take(h.reading("right", "WL-1", `{"level":0.1}`))
		if h.now(x.ID).Offline || h.alarms() != 0 {
			t.Error("its clock is right again, and it is offline")
		}
	})
}

// Hundreds that wait and cannot trip, such as those of rules that were switched off, keep nobody from an alarm.
func TestLookAfter_ComesToEveryRuleThatIsPending(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		first := h.add("WL-1", "water_level")
		second := h.add("WL-2", "water_level")
		n := flood
		n.Times = 1
		h.rule(n)
		h.take(h.reading("1", "WL-2", `{"level":1}`))
		if err := h.DB.Tx(context.Background(), func(tx *db.Tx) error {
			rows := make([][]any, portion+100)
			for i := range rows {
				rows[i] = []any{first.ID, fmt.Sprintf("off-%04d", i), clock.At(h.clock.Now().Add(-time.Hour)), 1, false, "", clock.At(h.clock.Now()), 1.0}
			}
			return db.InsertMany(context.Background(), tx, "sensor_watch", watchColumns, "", rows)
		}); err != nil {
			t.Fatal(err)
		}
		h.forward(3 * time.Minute)
		h.lookAfter()
		if h.now(second.ID).Active != 1 || h.trips() != 1 {
			t.Errorf("under water for three minutes: %d trips", h.trips())
		}
	})
}
