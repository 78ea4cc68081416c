package patrol

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// beside starts another server of the same database.
func (h *house) beside(node string) *house {
	h.t.Helper()
	other := &house{Service: New(Deps{DB: h.DB, Node: node, Patience: time.Millisecond}), t: h.t, clock: h.clock}
	other.start()
	return other
}

func (h *house) shown(officer string) (at int64) {
	h.t.Helper()
	if err := h.Refresh(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Follow(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.clock.Advance(nodesEvery)
	moved, _, _ := h.latest.since(0, func(string) bool { return true })
	for _, m := range moved {
		if m.Session.OfficerID == "user-"+officer {
			at = m.Point.At
		}
	}
	return at
}

func TestFollow_AMapShowsEverybodyWhereverThePhonesSend(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		second := h.beside("second")
		h.onDuty("officer")
		first := h.at(0)
		h.send("officer", first)
		if got := second.shown("officer"); got != first.At {
			t.Fatalf("the other server shows %d, not %d", got, first.At)
		}
		later := h.at(0)
		h.send("officer", later)
		if got := second.shown("officer"); got != later.At {
			t.Errorf("then %d, not %d", got, later.At)
		}
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		if got := second.shown("officer"); got != 0 {
			t.Error("shown off duty")
		}
		if second.shown("officer") != 0 {
			t.Error("comes back")
		}
		third := h.beside("third") // begins later and reads what the others hold
		if third.shown("officer") != 0 {
			t.Error("a server that begins shows somebody off duty")
		}
	})
}

// Two servers of one name would let go of each other's journal.
func TestRun_ASecondServerOfTheSameNameTakesNothingUntilTheFirstHasEnded(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		if d.Dialect() == db.SQLite {
			return
		}
		h := open(t, d, c)
		h.onDuty("officer")
		h.send("officer", h.at(0))
		second := &house{Service: New(Deps{DB: d, Patience: time.Millisecond}), t: t, clock: c}
		_, held, err := d.Hold(t.Context(), "track journal main")
		if err != nil || held {
			t.Fatalf("the name is free: %v", err)
		}
		h.stop()
		second.start()
		c.Advance(time.Minute)
		if got := second.day("officer"); len(got) != 1 {
			t.Errorf("the second holds %d positions of the first", len(got))
		}
	})
}

// The chunks of ten minutes are written by the server that took the positions; whoever looks at another server sees them before.
func TestPoints_ATrackIsWholeOnEveryServerBeforeAndAfterItIsSealed(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		second, third := h.beside("second"), h.beside("third")
		h.onDuty("officer")
		h.onDuty("other")
		h.clock.Advance(10 * time.Minute)
		for _, one := range []*house{second, third} {
			if err := one.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		h.send("officer", h.at(-300), h.at(-200))
		second.send("officer", h.at(-200), h.at(-100)) // one comes to both
		second.send("other", h.at(-50))
		check := func(when string, want int) {
			t.Helper()
			for name, one := range map[string]*house{"first": h, "second": second, "third": third} {
				if got := one.day("officer"); len(got) != want {
					t.Errorf("%s the %s server shows %d positions, not %d", when, name, len(got), want)
				}
			}
		}
		check("before it is sealed", 3)
		if err := h.SealAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("with one part sealed", 3)
		if err := second.SealAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("sealed", 3)
		if _, err := h.GoOffDuty(h.as("officer")); err != nil { // the second server hears of it in two seconds
			t.Fatal(err)
		}
		h.clock.Advance(time.Second)
		second.send("officer", h.at(0))
		if got := third.day("officer"); len(got) != 3 {
			t.Errorf("after duty %d positions are shown", len(got))
		}
	})
}
