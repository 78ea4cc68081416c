package patrol

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
)

func TestRestore_IsSeenWhenTheServerStartsAndKeepsNothingOutside(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		now := c.Now()
		on, off := clock.At(now.Add(-50*time.Hour)), clock.At(now.Add(-48*time.Hour))
		past := Past{Session: Session{OfficerID: "user-officer", OfficerName: "officer", AreaCode: "320106001001G001", OnAt: on, OffAt: &off, KeepDays: 90},
			Points: tracktest.Walk(1, 1000, 10_000, on.UnixMilli())} // 2 h 46 min, of which 2 h on duty
		running := Past{Session: Session{OfficerID: "user-other", OfficerName: "other", AreaCode: "320106002001G001", OnAt: clock.At(now.Add(-time.Hour))},
			Points: tracktest.Walk(2, 361, 10_000, now.Add(-time.Hour).UnixMilli())}
		s := New(Deps{DB: d})
		ctx := auth.System(context.Background(), "test")
		restore := func(ctx context.Context, s *Service) error {
			return d.Tx(ctx, func(tx *db.Tx) error { return s.RestoreTx(ctx, tx, []Past{past, running}) })
		}
		wantCode(t, restore(auth.With(context.Background(), &auth.Principal{UserID: "somebody"}), s), "auth.no_permission")
		if err := restore(ctx, s); err != nil {
			t.Fatal(err)
		}
		h := open(t, d, c)
		wantCode(t, restore(ctx, h.Service), "patrol.running")
		p, err := h.Positions(h.as("centre"), 0)
		if err != nil || len(p.Items) != 1 || p.Items[0].Name != "other" || p.Items[0].Age != 0 {
			t.Errorf("seen live: %+v, %v", p, err)
		}
		look := func(from, to time.Time) Look {
			return Look{From: clock.At(from), To: clock.At(to), Reason: "核对", Officer: "user-officer"}
		}
		got, err := h.Points(h.as("centre"), look(now.Add(-60*time.Hour), now))
		if err != nil || len(got) != 721 {
			t.Errorf("%d points of two hours, %v", len(got), err)
		}
		if n := h.count("SELECT points FROM duty_session WHERE officer_id = 'user-officer'"); n != 721 {
			t.Errorf("the session counts %d", n)
		}
		late := look(now.Add(-2*time.Hour), now.Add(time.Minute))
		late.Officer = "user-other"
		if got, err = h.Points(h.as("centre"), late); err != nil || len(got) != 361 || got[360].Flags.Has(track.Late) {
			t.Errorf("%d points of the running hour, %v", len(got), err)
		}
	})
}
