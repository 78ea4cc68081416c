package outbox_test

import (
	"context"
	"errors"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

// silent is a cluster that does not answer; it looks at the database when it is asked.
type silent struct{ asked func() }

func (s silent) Publish(context.Context, string, string, []byte) error {
	s.asked()
	return errors.New("no answer")
}

func TestDrain_AClusterThatDoesNotAnswerHoldsUpNoReaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		asked := 0
		b := outbox.New(d, silent{func() {
			asked++
			if done := notes(t, d); len(done) != 4 {
				t.Errorf("asked after %v", done)
			}
		}})
		outbox.On(b, "case.closed", "sound", func(ctx context.Context, tx *db.Tx, e closed) error { return note(ctx, tx, "sound "+e.ID) })
		emit(t, d, "1", "2", "3", "4")
		if err := b.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if asked != 2 {
			t.Errorf("asked %d times in one round", asked)
		}
	})
}
