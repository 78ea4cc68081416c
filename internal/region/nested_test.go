package region

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// Other modules name areas from inside their own transactions. When the tree is due for a check, all of them ask at
// once, and none may wait for a connection that another asker holds.
func TestGet_FromInsideEveryConnectionOfThePool(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := planted(t, d)
		c.Advance(2 * recheck)
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		n := d.Reader().Stats().MaxOpenConnections
		var inside, done sync.WaitGroup
		inside.Add(n)
		failures := make([]error, n)
		for i := range n {
			done.Go(func() {
				failures[i] = d.Read(ctx, func(*db.Tx) error {
					inside.Done()
					inside.Wait()
					_, err := s.Get(ctx, "320106001")
					return err
				})
			})
		}
		done.Wait()
		if err := errors.Join(failures...); err != nil {
			t.Fatal(err)
		}
	})
}
