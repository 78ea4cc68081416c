package app

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestEvenly_AClockThatLeaptWeeksAheadDropsNothingAndADayLaterItIsBelieved(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		now := clock.NewFake(testkit.Epoch)
		a, err := OpenAt(context.Background(), config.Config{DB: url, Data: t.TempDir(), Cipher: "aes"}, now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		ctx := auth.System(context.Background(), "test")
		week := func() {
			t.Helper()
			if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "CREATE TABLE track_chunk_2026_48 (t0 BIGINT NOT NULL)"); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "INSERT INTO track_week (name, until, keep_days) VALUES ('track_chunk_2026_48', $1, 30)", clock.At(testkit.Epoch.AddDate(0, 0, 6)))
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		week()
		hour := func(what string, want int) {
			t.Helper()
			for _, l := range a.loops() {
				if l.every == time.Hour {
					if err := l.run(ctx); err != nil {
						t.Fatalf("%s: %v", l.name, err)
					}
				}
			}
			var n int
			if err := a.DB.Look(ctx, func(tx *db.Tx) (err error) {
				n, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM track_week")
				return err
			}); err != nil || n != want {
				t.Errorf("%s: %d weeks of tracks are left, want %d, %v", what, n, want, err)
			}
		}
		hour("at the beginning", 1)
		for range 4 {
			now.Advance(12 * time.Hour)
			hour("days go by", 1)
		}
		right := now.Now()
		begun := func(what string, want int) {
			t.Helper()
			var n int
			if err := a.DB.Look(ctx, func(tx *db.Tx) (err error) {
				n, err = db.Get[int](ctx, tx, "SELECT (SELECT COUNT(*) FROM desk_draft) + (SELECT COUNT(*) FROM case_upload)")
				return err
			}); err != nil || n != want {
				t.Errorf("%s: %d drafts and unsent photos are left, want %d, %v", what, n, want, err)
			}
		}
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO desk_draft (user_id, case_id, action, content, version, saved_at) VALUES ('u', 'c', 'close', '{}', 1, $1)", clock.At(right)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO case_upload (ref, sha256, media_type, size, look, by_id, by_name, by_unit, at) VALUES ('r', 's', 'image/jpeg', 1, 0, '', '', '', $1)", clock.At(right))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		now.Set(right.AddDate(0, 0, 60))
		hour("60 days ahead", 1)
		now.Advance(23 * time.Hour)
		hour("nearly a day later", 1)
		begun("nearly a day later", 2)
		now.Set(right.Add(24 * time.Hour))
		hour("the clock is right again", 1)

		now.Set(right.AddDate(0, 0, 62))
		hour("ahead once more, with what was noted the last time", 0)
		begun("ahead once more", 0)
	})
}

func TestEvenly_WhereNobodyDoesAnythingWhatIsOldIsDroppedADayLate(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		now := clock.NewFake(testkit.Epoch)
		a, err := OpenAt(context.Background(), config.Config{DB: url, Data: t.TempDir(), Cipher: "aes"}, now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		ctx, ran := auth.System(context.Background(), "test"), 0
		drop := a.evenly(func(context.Context) error { ran++; return nil })
		for hour := range 24 * 10 {
			now.Advance(time.Hour)
			if err := drop(ctx); err != nil {
				t.Fatal(err)
			}
			if hour < 23 && ran > 0 {
				t.Fatalf("dropped after %d hours", hour+1)
			}
		}
		if ran < 24*6 { // of ten days a day each time after three in which nothing was noted
			t.Errorf("ran %d times in ten days", ran)
		}
	})
}
