package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/region"
)

// Deps is what the service works with.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
}

// Service follows the outbox while somebody listens. It is safe for concurrent use.
type Service struct {
	Deps
	mu        sync.Mutex
	carried   map[string]func(outbox.Message) (Event, error)
	listeners map[*listener]bool
	perUser   map[string]int
	stop      context.CancelFunc // of the follower, nil while nobody listens
	ended     bool
	reached   time.Time // up to when everything was handed out
}

// New returns the service; it carries nothing until Carry is called.
func New(d Deps) *Service {
	return &Service{Deps: d, carried: map[string]func(outbox.Message) (Event, error){}, listeners: map[*listener]bool{}, perUser: map[string]int{}}
}

// Event is what a listener gets.
type Event struct {
	ID   string                     // of the outbox message, for Last-Event-ID
	Name string                     // such as "case": pages listen by it
	Area string                     // where; "" everywhere
	Data any                        // becomes JSON
	May  func(*auth.Principal) bool // who may hear of it; nil nobody
}

// Carry lets the stream carry what is emitted under topic; fn says what of it goes out and to whom. Call it while the
// program is built.
func Carry[T any](s *Service, topic string, fn func(T) Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.carried[topic] = func(m outbox.Message) (Event, error) {
		var payload T
		if err := json.Unmarshal([]byte(m.Payload), &payload); err != nil {
			return Event{}, fmt.Errorf("%s: %w", m.Topic, err)
		}
		e := fn(payload)
		e.ID = m.ID
		return e, nil
	}
}

// translate makes the event of a message, false if the stream does not carry it.
func (s *Service) translate(ctx context.Context, m outbox.Message) (Event, bool) {
	s.mu.Lock()
	fn := s.carried[m.Topic]
	s.mu.Unlock()
	if fn == nil {
		return Event{}, false
	}
	e, err := fn(m)
	if err != nil {
		slog.WarnContext(ctx, "not streamed", "message", m.ID, "error", err)
		return Event{}, false
	}
	return e, true
}

// Bounds of streams.
const (
	maxListeners = 5000
	maxPerUser   = 8
	queueLength  = 128
)

// listener is one open stream.
type listener struct {
	who    *auth.Principal
	area   string
	events chan Event
	behind chan struct{} // the queue overflowed: reload
}

// listen opens a stream for the caller; TooMany beyond the bounds, Unavailable while the server stops.
func (s *Service) listen(ctx context.Context, area string) (*listener, error) {
	p := auth.From(ctx)
	if p == nil {
		return nil, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if len(p.Permissions) == 0 && !p.System {
		return nil, errs.Forbidden("live.nothing", "There is nothing you may follow.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return nil, errs.Unavailable("live.stopping", "The server is stopping; try again in a moment.")
	case len(s.listeners) >= maxListeners || s.perUser[p.UserID] >= maxPerUser:
		return nil, errs.TooMany("live.too_many", "Too many pages of yours are open; close some.")
	}
	l := &listener{who: p, area: area, events: make(chan Event, queueLength), behind: make(chan struct{}, 1)}
	s.listeners[l] = true
	s.perUser[p.UserID]++
	if s.stop == nil {
		following, stop := context.WithCancel(context.WithoutCancel(ctx))
		s.stop, s.reached = stop, s.DB.Clock().Now()
		go s.follow(following)
	}
	return l, nil
}

// leave closes a stream; the follower stops with the last one.
func (s *Service) leave(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.listeners[l] {
		return
	}
	delete(s.listeners, l)
	if s.perUser[l.who.UserID]--; s.perUser[l.who.UserID] <= 0 {
		delete(s.perUser, l.who.UserID)
	}
	if len(s.listeners) == 0 && s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// Stop ends every stream, so that the server need not wait for them.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for l := range s.listeners {
		close(l.events)
		delete(s.listeners, l)
	}
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// Listening returns how many streams are open.
func (s *Service) Listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}
