package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yiwang/internal/demo"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
)

// loop is work that is looked for again and again: it does what is due and returns. Every node runs it; its claims keep
// the nodes apart.
type loop struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// loops are those of the modules.
func (a *App) loops() []loop {
	loops := []loop{
		{"text messages", time.Second, func(ctx context.Context) error { return a.Messages.DeliverBy(ctx, messages.SMS) }},
		{"mail", time.Second, func(ctx context.Context) error { return a.Messages.DeliverBy(ctx, messages.Email) }},
		{"webhooks", time.Second, a.Partners.Deliver},
		{"whistles", 20 * time.Second, a.Whistles.RemindAll},
		{"rectify clocks", 20 * time.Second, a.Rectify.LapseAll},
		{"words", time.Second, a.Cases.FillWords},
		{"sealed cases", 20 * time.Second, a.Cases.SealCases},
		{"squares", time.Minute, a.Cases.KeepSquares},
		{"duty elsewhere", 2 * time.Second, a.Patrol.Refresh},
		{"positions elsewhere", 500 * time.Millisecond, a.Patrol.Follow},
		{"chunks", 5 * time.Second, a.Patrol.Seal},
		{"duty ends", 30 * time.Second, a.Patrol.Expire},
		{"shifts", time.Minute, a.Roster.Remind},
		{"refused points", time.Minute, a.Patrol.Settle},
		{"old tracks", time.Hour, a.evenly(a.Patrol.Forget)},
		{"places seen", 20 * time.Second, a.Rounds.Read},
		{"patrol tasks", time.Minute, a.Rounds.Turn},
		{"old places seen", time.Hour, a.evenly(a.Rounds.Forget)},
		{"sensors", 15 * time.Second, a.Sensors.LookAfter},
		{"old readings", time.Hour, a.evenly(a.Sensors.Thin)},
		{"old alarms", time.Hour, a.evenly(a.Alarms.Forget)},
		{"fences", time.Second, a.Fences.Follow},
		{"late positions", 15 * time.Second, a.Fences.Reconsider},
		{"old fence events", time.Hour, a.evenly(a.Fences.Forget)},
		{"evidence", 10 * time.Minute, a.Spoofs.Nightly},
		{"old evidence", time.Hour, a.evenly(a.Spoofs.Forget)},
		{"calls", time.Second, a.Calls.Expire},
		{"old recordings", time.Hour, a.evenly(a.Calls.Forget)},
		{"old rows", time.Hour, a.evenly(a.forgetOld)},
		{"old uploads", time.Hour, a.evenly(a.Cases.ForgetUploads)},
		{"old drafts", time.Hour, a.evenly(a.Desk.ForgetDrafts)},
		{"old keys", time.Hour, a.evenly(func(ctx context.Context) error { return httpx.ForgetKeys(ctx, a.DB) })},
		{"refusals", 10 * time.Second, a.refusals.Note},
	}
	if a.Config.Demo {
		loops = append(loops, loop{"demonstration walks", 5 * time.Second, demo.NewWalk(a.Patrol, a.Region).Step}, loop{"demonstration sensors", 5 * time.Minute, demo.NewPulse(a.Sensors).Step})
	}
	return loops
}

// startLoops runs every loop until ctx ends; the channel closes when all have stopped. One that waits for another machine
// holds up no other.
func (a *App) startLoops(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, l := range a.loops() {
		wg.Go(func() {
			tick := time.NewTicker(l.every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				if err := l.run(auth.System(ctx, l.name)); err != nil && ctx.Err() == nil {
					slog.WarnContext(ctx, "a loop failed, it goes on", "loop", l.name, "error", err)
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	return done
}
