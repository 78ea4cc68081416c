package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestForget_DropsWhatIsOldWithItsKinPageByPageUpToABound(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		ctx := context.Background()
		write := func(rows int, done bool) {
			t.Helper()
			state := map[bool]string{true: "done", false: "failed"}[done]
			if err := d.Tx(ctx, func(tx *db.Tx) error {
				var messages, marks [][]any
				for range rows {
					id := db.NewID(tx)
					messages = append(messages, []any{id, "t", "s", "{}", "", state, tx.Time(), tx.Time()})
					marks = append(marks, []any{id, "reaction", tx.Time()})
				}
				if err := db.InsertMany(ctx, tx, "outbox", "id, topic, subject, payload, actor, state, due_at, created_at", "", messages); err != nil {
					return err
				}
				return db.InsertMany(ctx, tx, "outbox_done", "message_id, reaction, done_at", "", marks)
			}); err != nil {
				t.Fatal(err)
			}
		}
		left := func(want string) {
			t.Helper()
			if err := d.Read(ctx, func(tx *db.Tx) error {
				messages, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM outbox")
				if err != nil {
					return err
				}
				marks, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM outbox_done")
				if got := fmt.Sprint(messages, " ", marks); got != want {
					t.Errorf("left are %s, want %s", got, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		forget := func(most, want int) {
			t.Helper()
			before := c.Now().Add(-24 * time.Hour)
			if n, err := d.Forget(ctx, db.Outlived{Table: "outbox", Where: "state = 'done'", Kin: "outbox_done.message_id"}, before, most); err != nil || n != want {
				t.Errorf("%d went, want %d: %v", n, want, err)
			}
		}
		write(300, true)
		write(3, false)
		write(150, true)
		c.Advance(36 * time.Hour)
		write(20, true)
		forget(50, 50)
		left("423 423")
		forget(1000, 400)
		left("23 23")
		forget(1000, 0)
		if _, err := d.Forget(ctx, db.Outlived{Table: "outbox", Kin: "outbox_done"}, c.Now(), 1); err == nil {
			t.Error("kin without a column")
		}
		left("23 23")
	})
}
