package app

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// How often the clocks of cases are looked at. The shortest limit is ten minutes.
const (
	lapseEvery   = 5 * time.Second
	reviewEvery  = time.Minute
	dormantEvery = time.Hour
)

// startClocks lets the clocks of cases run: every few seconds what has come to a point, every minute suspensions whose
// review is due and supervisions nobody answered, every hour cases on which nothing happens and follow-ups nobody answers. Every server does it; each point is taken once.
func (a *App) startClocks(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		lapse, review, dormant := time.NewTicker(lapseEvery), time.NewTicker(reviewEvery), time.NewTicker(dormantEvery)
		defer lapse.Stop()
		defer review.Stop()
		defer dormant.Stop()
		for {
			var err error
			select {
			case <-ctx.Done():
				return
			case <-lapse.C:
				_, err = a.Cases.Lapse(ctx)
			case <-review.C:
				_, err = a.Cases.Reviews(ctx)
				_, unanswered := a.Cases.Unanswered(ctx)
				err = errors.Join(err, unanswered)
			case <-dormant.C:
				_, err = a.Cases.Dormant(ctx)
				_, unanswered := a.Cases.ArchiveUnanswered(ctx)
				err = errors.Join(err, unanswered)
			}
			if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
				slog.WarnContext(ctx, "clocks of cases could not be taken, they will be tried again", "error", err)
			}
		}
	}()
	return done
}
