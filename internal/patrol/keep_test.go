package patrol

import (
	"context"
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

func TestForget_DropsWholeWeeksAfterThirtyDays(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Hour)
		h.send("officer", h.at(0))
		if err := h.SealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		name, _ := weekOf(h.clock.Now(), usualKeep)
		h.clock.Advance(29 * 24 * time.Hour)
		if err := h.Forget(context.Background()); err != nil || h.count("SELECT COUNT(*) FROM "+name) != 1 {
			t.Errorf("dropped after 29 days: %v", err)
		}
		from := clock.At(h.clock.Now().Add(-30 * 24 * time.Hour))
		look := Look{Officer: "user-officer", From: from, To: clock.At(from.Add(6 * 24 * time.Hour))}
		if got, err := h.Points(h.as("officer"), look); err != nil || len(got) != 1 {
			t.Errorf("after 29 days %d points, %v", len(got), err)
		}
		h.clock.Advance(2 * 24 * time.Hour)
		if got, err := h.Points(h.as("officer"), look); err != nil || len(got) != 0 {
			t.Errorf("after 31 days %d points, %v", len(got), err)
		}
		h.clock.Advance(7 * 24 * time.Hour)
		if err := h.Forget(context.Background()); err != nil || h.count("SELECT COUNT(*) FROM track_week") != 0 {
			t.Errorf("kept after 38 days: %v", err)
		}
	})
}

func TestForget_KeepsTracksOfFullTimeOfficersForNinetyDaysAndTheirLooksForAYear(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.Terms = fullTime{"user-officer"}
		h.onDuty("officer")
		h.onDuty("other")
		h.clock.Advance(time.Hour)
		h.send("officer", h.at(0))
		h.send("other", h.at(0))
		now := h.clock.Now()
		look := Look{Officer: "user-officer", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour)), Reason: "核实"}
		if _, err := h.Chunks(h.as("centre"), look); err != nil {
			t.Fatal(err)
		}
		if err := h.SealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		forget := func(days int, tables, looks int) {
			t.Helper()
			h.clock.Set(now.AddDate(0, 0, days))
			if err := h.Forget(context.Background()); err != nil {
				t.Fatal(err)
			}
			if n := h.count("SELECT COUNT(*) FROM track_week"); n != tables {
				t.Errorf("after %d days %d tables are left, want %d", days, n, tables)
			}
			if n := h.count("SELECT COUNT(*) FROM track_look"); n != looks {
				t.Errorf("after %d days %d looks are left, want %d", days, n, looks)
			}
		}
		forget(29, 2, 1)
		forget(38, 1, 1) // the week of the 30 days is over
		if got, err := h.Points(h.as("officer"), look); err != nil || len(got) != 1 {
			t.Errorf("after 38 days %d points, %v", len(got), err)
		}
		h.clock.Set(now.AddDate(0, 0, 91))
		if got, err := h.Points(h.as("officer"), look); err != nil || len(got) != 0 {
			t.Errorf("after 91 days %d points are shown, %v", len(got), err)
		}
		forget(98, 0, 1)
		forget(366, 0, 0)
	})
}

// fullTime names who works full time.
type fullTime []string

func (f fullTime) KeepDays(_ context.Context, _ *db.Tx, officer string) (int, error) {
	if slices.Contains(f, officer) {
		return 90, nil
	}
	return 30, nil
}
