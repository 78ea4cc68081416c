package demo

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/region"
	"yiwang/internal/track"
)

// walkLabel names the trackers of those who walk by themselves in a demonstration that is being served.
const walkLabel = "演示行走"

// Bounds of the walk.
const (
	maxWalkers = 200
	walkLong   = 72 * time.Hour
	walkNear   = 250.0 // metres to the next place
)

// Walk makes officers of the demonstration walk on while it is served, so that the live map moves. It takes those who have
// a tracker named 演示行走, leaves alone whoever sends positions by a phone of their own or went off duty by hand, and ends
// three days after the server began.
type Walk struct {
	patrol  *patrol.Service
	regions *region.Service
	began   time.Time
	people  []*stroller
}

// stroller is an officer who walks.
type stroller struct {
	device patrol.Device
	until  clock.Time // of its session, as last seen
	sent   int64      // time of its last position
	walk   *walker
	home   string // grid in which it was met
	rests  bool
}

// NewWalk returns the walk; nothing happens before Step.
func NewWalk(p *patrol.Service, r *region.Service) *Walk { return &Walk{patrol: p, regions: r} }

// Step lets everybody go on until now. The program calls it every few seconds.
func (w *Walk) Step(ctx context.Context) error {
	now := w.patrol.DB.Clock().Now()
	if w.began.IsZero() {
		if err := w.gather(ctx, now); err != nil {
			return err
		}
	}
	if now.Sub(w.began) > walkLong {
		return nil
	}
	var all sync.WaitGroup
	errs := make(chan error, len(w.people))
	for _, s := range w.people {
		if p, ok := w.next(ctx, s, now); ok {
			all.Go(func() {
				errs <- w.patrol.TakeBy(ctx, &s.device, []track.Point{p})
			})
		}
	}
	all.Wait()
	close(errs)
	var first error
	for err := range errs {
		if first == nil {
			first = err
		}
	}
	return first
}

// gather finds who walks.
func (w *Walk) gather(ctx context.Context, now time.Time) error {
	devices, err := w.patrol.Devices(ctx, "")
	if err != nil {
		return err
	}
	for i, d := range devices {
		if d.Label != walkLabel || d.RevokedAt != nil || len(w.people) == maxWalkers {
			continue
		}
		s := &stroller{device: d}
		s.walk = &walker{r: rand.New(rand.NewPCG(uint64(i), 7)), battery: 90}
		s.walk.next = func() ([2]float64, bool) { return w.near(ctx, s) }
		w.people = append(w.people, s)
	}
	w.began = now
	return nil
}

// next is the position of somebody now; ok is false for who does not walk.
func (w *Walk) next(ctx context.Context, s *stroller, now time.Time) (p track.Point, ok bool) {
	if s.rests {
		return p, false
	}
	x, running := w.patrol.Running(s.device.OfficerID)
	if !running {
		if s.until.After(now) { // ended by hand
			s.rests = true
			return p, false
		}
		if x, ok = w.begin(ctx, s, now); !ok {
			return p, false
		}
	}
	s.until = x.UntilAt
	last, seen := w.patrol.Last(s.device.OfficerID)
	switch {
	case s.sent > 0 && seen && last.Point.At > s.sent: // somebody walks with a phone
		s.rests = true
		return p, false
	case s.sent == 0 && seen:
		s.walk.lat, s.walk.lon = last.Point.Degrees()
		s.walk.to = [2]float64{s.walk.lat, s.walk.lon}
	case s.sent == 0:
		a, err := w.regions.Get(ctx, s.device.AreaCode)
		if err != nil || a.Centroid == nil {
			s.rests = true
			return p, false
		}
		s.walk.lat, s.walk.lon = a.Centroid[1], a.Centroid[0]
		s.walk.to = [2]float64{s.walk.lat, s.walk.lon}
	}
	long := 5 * time.Second
	if s.sent > 0 {
		long = min(time.Minute, now.Sub(time.UnixMilli(s.sent)))
	}
	p = s.walk.step(now, long)
	s.sent = p.At
	return p, true
}

// begin puts somebody on duty whose time is over.
func (w *Walk) begin(ctx context.Context, s *stroller, now time.Time) (x patrol.Session, ok bool) {
	past, err := w.patrol.Sessions(ctx, s.device.OfficerID, clock.At(now.AddDate(0, 0, -60)), clock.At(now), httpx.PageIn{Limit: 1})
	if err != nil || len(past.Items) == 0 {
		return x, false
	}
	old := past.Items[0]
	me := &auth.Principal{UserID: old.OfficerID, Name: old.OfficerName, UnitID: old.UnitID, Areas: []string{old.AreaCode}, Permissions: map[string]bool{patrol.PermDuty: true}}
	begun, err := w.patrol.GoOnDuty(auth.With(ctx, me), 0)
	if err != nil {
		return x, false
	}
	return *begun, true
}

// near is a place not far away in the own grid: who leaves it would be reported by the usual fence. Who stands in another of
// several own grids stays there.
func (w *Walk) near(ctx context.Context, s *stroller) ([2]float64, bool) {
	here := [2]float64{s.walk.lat, s.walk.lon}
	if s.home == "" {
		s.home = w.grid(ctx, here)
	}
	for _, grid := range []string{s.device.AreaCode, s.home} {
		for range 200 {
			at := [2]float64{here[0] + (s.walk.r.Float64()*2-1)*walkNear/metresPerDegree, here[1] + (s.walk.r.Float64()*2-1)*walkNear/metresPerDegree}
			if in := w.grid(ctx, at); in != "" && strings.HasPrefix(in, grid) {
				return at, true
			}
		}
	}
	return here, false
}

// grid is the smallest area around a place; "" outside of all.
func (w *Walk) grid(ctx context.Context, at [2]float64) string {
	found, err := w.regions.Locate(ctx, at[1], at[0], w.patrol.DB.Clock().Now())
	if err != nil {
		return ""
	}
	return found.Smallest()
}
