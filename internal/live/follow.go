package live

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// How the outbox is followed: soon after a commit of this process, every second for those of other nodes, at most five
// times a second. The last moment is read again, because transactions do not end in the order of their times.
const (
	pollEvery = time.Second
	pause     = 200 * time.Millisecond
	again     = 2 * time.Second
	maxRead   = 5000
)

// follow hands out what is emitted until ctx ends.
func (s *Service) follow(ctx context.Context) {
	woken, stop := outbox.Woken()
	defer stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	f := &follower{s: s, from: s.DB.Clock().Now(), seen: map[string]bool{}}
	for {
		if err := f.read(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "the stream cannot read the outbox, it tries again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-tick.C:
		}
	}
}

// follower remembers how far the outbox has been handed out.
type follower struct {
	s    *Service
	from time.Time
	seen map[string]bool // ids handed out since from
}

func (f *follower) read(ctx context.Context) error {
	now := f.s.DB.Clock().Now()
	if f.from.Sub(now) > again { // the clock was set back: what comes now lies before what was read
		f.from = now.Add(-again)
		defer f.s.tellAllToReload()
	}
	var batch []outbox.Message
	err := f.s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		batch, err = outbox.Since(ctx, tx, f.from, maxRead)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range batch {
		if f.seen[m.ID] {
			continue
		}
		f.seen[m.ID] = true
		if e, ok := f.s.translate(ctx, m); ok {
			f.s.spread(e)
		}
	}
	f.s.reach(now)
	if len(batch) == maxRead { // more than anybody can follow
		f.s.tellAllToReload()
		f.from, f.seen = now, map[string]bool{}
		return nil
	}
	f.forget(now.Add(-again))
	return nil
}

// forget moves the beginning forward and drops the ids before it.
func (f *follower) forget(from time.Time) {
	if !from.After(f.from) {
		return
	}
	f.from = from
	for id := range f.seen {
		if at, ok := outbox.EmittedAt(id); !ok || at.Before(from) {
			delete(f.seen, id)
		}
	}
}

// spread puts an event into the queue of everybody who may hear of it; a full queue becomes one call to reload.
func (s *Service) spread(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		if !l.hears(e) {
			continue
		}
		select {
		case l.events <- e:
		default:
			l.fallBehind()
		}
	}
}

func (s *Service) tellAllToReload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.fallBehind()
	}
}

func (l *listener) fallBehind() {
	select {
	case l.behind <- struct{}{}:
	default:
	}
}

// hears reports whether the event is for the listener.
func (l *listener) hears(e Event) bool {
	return e.May != nil && e.May(l.who) && (l.area == "" || strings.HasPrefix(e.Area, l.area))
}

// memory is how long after it left a listener can get what it missed; maxMissed how much of it.
const (
	memory    = 2 * time.Minute
	maxMissed = 500
)

// reach notes up to when everybody has been handed what was emitted.
func (s *Service) reach(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reached = at
}

// place is where a listener stands of which nothing waits, as the id of an event that never was: who has heard of nothing comes back
// with it. "" if something waits.
func (s *Service) place(l *listener) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(l.events) > 0 || len(l.behind) > 0 || s.reached.IsZero() {
		return ""
	}
	return outbox.FirstAt(s.reached)
}

// missed returns what the listener may not have heard since the event with the id, also what took longer to commit than that; false
// if that is too long ago or too much. What it has heard within the last moment comes again.
func (s *Service) missed(ctx context.Context, l *listener, lastID string) ([]Event, bool) {
	at, ok := outbox.EmittedAt(lastID)
	if !ok || s.DB.Clock().Now().Sub(at) > memory {
		return nil, false
	}
	var batch []outbox.Message
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		batch, err = outbox.Since(ctx, tx, at.Add(-again), maxRead)
		return err
	}); err != nil || len(batch) == maxRead {
		return nil, false
	}
	var out []Event
	for _, m := range batch {
		if m.ID == lastID {
			continue
		}
		if e, ok := s.translate(ctx, m); ok && l.hears(e) {
			out = append(out, e)
		}
	}
	return out, len(out) <= maxMissed
}

// To returns a rule that admits who holds the permission over the area.
func To(permission, area string) func(*auth.Principal) bool {
	return func(p *auth.Principal) bool { return p.Has(permission) && p.Covers(area) }
}
