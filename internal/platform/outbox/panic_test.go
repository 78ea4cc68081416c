package outbox_test

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

func TestDrain_PanicIsAFailureOfThatReactionAlone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := outbox.New(d, nil)
		outbox.On(b, "case.closed", "broken", func(context.Context, *db.Tx, closed) error { panic("oh") })
		outbox.On(b, "case.closed", "sound", func(ctx context.Context, tx *db.Tx, e closed) error { return note(ctx, tx, "sound "+e.ID) })
		emit(t, d, "1", "2")
		if err := b.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := notes(t, d); !slices.Equal(got, []string{"sound 1", "sound 2"}) {
			t.Fatalf("got %v", got)
		}
	})
}
