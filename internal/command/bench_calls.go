package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"yiwang/internal/calls/media"
	"yiwang/internal/calls/media/robot"
	"yiwang/internal/platform/clock"
)

type benchCallsCmd struct {
	Calls    int           `default:"20" help:"Calls of two parties at once."`
	Pictures int           `default:"20" help:"Pictures a second of each party."`
	Kilobits int           `default:"600" help:"Kilobits a second of each party's pictures."`
	For      time.Duration `default:"15s" help:"How long they talk."`
}

// Run lets robots call each other two by two through the forwarding unit on loopback: how long a connection takes, what arrives and
// what it costs, robots included.
func (c benchCallsCmd) Run(ctx context.Context, s *Streams) (err error) {
	m, err := media.Listen(media.Config{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Secret: []byte("bench"), Clock: clock.System})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	talking, stop := context.WithCancel(ctx)
	defer stop()
	size := c.Kilobits * 1000 / 8 / max(1, c.Pictures)
	robots := make([]*robot.Robot, 2*c.Calls)
	took := make([]time.Duration, len(robots))
	wrong := make([]error, len(robots))
	var wg sync.WaitGroup
	for i := range robots {
		wg.Go(func() {
			begun := clock.System.Now()
			robots[i], wrong[i] = callIn(ctx, m, fmt.Sprintf("call %d", i/2), i%2)
			took[i] = clock.System.Now().Sub(begun)
		})
	}
	wg.Wait()
	defer func() {
		for _, r := range robots {
			if r != nil {
				err = errors.Join(err, r.Close())
			}
		}
	}()
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for _, r := range robots {
		go r.Talk(talking, c.Pictures, size)
	}
	before, begun := processCPU(), clock.System.Now()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(c.For):
	}
	lasted, cost := clock.System.Now().Sub(begun), processCPU()-before
	var pictures, voices int64
	least := int64(1 << 60)
	for _, r := range robots {
		p, v := r.Counts(0)
		pictures, voices, least = pictures+p, voices+v, min(least, v)
	}
	slices.Sort(took)
	_, err = fmt.Fprintf(s.Out, "%d calls, %d parties: connected in %s (median), %s (slowest); %.0f packets of pictures and %.0f of voice a second arrived, the worst party heard %.1f%% of the voice; CPU %.2f cores, robots included, %.1f µs a packet\n",
		c.Calls, len(robots), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), float64(pictures)/lasted.Seconds(), float64(voices)/lasted.Seconds(),
		100*float64(least)/(50*lasted.Seconds()), cost.Seconds()/lasted.Seconds(), float64(cost.Microseconds())/float64(max(1, pictures+voices)))
	return err
}

// callIn connects a robot to a seat of a room.
func callIn(ctx context.Context, m *media.Server, room string, seat int) (*robot.Robot, error) {
	r, err := robot.New(robot.Options{Others: 1})
	if err != nil {
		return nil, err
	}
	offer, err := r.Offer(false)
	if err != nil {
		return r, err
	}
	answer, err := m.Join(media.Party{Room: room, User: fmt.Sprintf("user %d", seat), Seat: seat}, offer, true)
	if err != nil {
		return r, err
	}
	if err := r.Answer(answer); err != nil {
		return r, err
	}
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return r, r.Connected(waiting)
}

// processCPU is the processor time that this process has used.
func processCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
