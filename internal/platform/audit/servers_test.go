package audit_test

import (
	"context"
	"sync"
	"testing"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestSeal_SeveralServersOfOneDatabaseAddToOneChain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		const servers, rounds = 6, 5
		trails := make([]*audit.Trail, servers)
		for i := range trails {
			trails[i] = audit.New(d, key)
		}
		for range rounds {
			for range 10 {
				logThree(t, d)
			}
			var all sync.WaitGroup
			for _, trail := range trails {
				all.Go(func() {
					if err := trail.Seal(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		if rep := verify(t, d); !rep.Intact || rep.Entries != rounds*30 {
			t.Errorf("got %+v", rep)
		}
	})
}
