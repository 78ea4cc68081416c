package calls

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"yiwang/internal/calls/media"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// wire holds the media server while it runs.
type wire struct {
	mu     sync.RWMutex
	server *media.Server
}

func (w *wire) get() *media.Server {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.server
}

func (w *wire) set(m *media.Server) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.server = m
}

// Carry lets media carry calls until ctx ends, and closes it. Whoever was in a call when the server ended has the grace to connect
// again; recordings that were cut off are kept as far as they go.
func (s *Service) Carry(ctx context.Context, m *media.Server) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return errors.Join(err, m.Close())
	}
	if err := s.resume(ctx); err != nil {
		return errors.Join(err, m.Close())
	}
	s.wire.set(m)
	defer s.wire.set(nil)
	again := time.NewTicker(againEvery)
	defer again.Stop()
	seen := map[string]int64{}
	for {
		select {
		case <-ctx.Done():
			rest := context.WithoutCancel(ctx)
			s.wire.set(nil)
			return errors.Join(m.Close(), s.adopt(rest))
		case id := <-s.changed:
			s.complain(ctx, s.arrange(ctx, m, id))
		case x := <-s.signals:
			s.complain(ctx, s.notice(ctx, m, x))
		case <-again.C:
			s.complain(ctx, s.again(ctx, m, seen))
		}
	}
}

// againEvery is how long a change may stay unknown that another server made, or that came when too many did.
const againEvery = 2 * time.Second

// again arranges the calls that are not as they were when they were last looked at; seen holds their versions.
func (s *Service) again(ctx context.Context, m *media.Server, seen map[string]int64) error {
	rooms := m.Rooms()
	for id := range seen {
		if !slices.Contains(rooms, id) {
			delete(seen, id)
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	type version struct {
		ID      string `db:"id"`
		Version int64  `db:"version"`
	}
	var now []version
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		among, args := db.Listed(rooms)
		now, err = db.All[version](ctx, tx, "SELECT id, version FROM calls_call WHERE id IN "+among, args...)
		return err
	}); err != nil {
		return err
	}
	var wrong error
	for _, c := range now {
		if seen[c.ID] != c.Version {
			seen[c.ID] = c.Version
			wrong = errors.Join(wrong, s.arrange(ctx, m, c.ID))
		}
	}
	return wrong
}

func (s *Service) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "calls: the media do not follow", "error", err)
	}
}

// follow lets the media follow a changed call soon. Where nobody carries calls, nothing waits for it.
func (s *Service) follow(call string) {
	if s.media() == nil {
		return
	}
	select {
	case s.changed <- call:
	default: // too many at once: the next change, or the end of the connection, arranges it
	}
}

// resume starts the grace of everybody who was connected to a server that is gone.
func (s *Service) resume(ctx context.Context) error {
	if err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE calls_party SET lost_at = $1 WHERE state = 'joined' AND lost_at IS NULL", tx.Time())
		return err
	}); err != nil {
		return err
	}
	return s.adopt(ctx)
}

// Connect answers the offer of a page that carries the caller's part of a call; fresh makes a new connection, otherwise the network path of the one that
// stands is renewed. Conflict (calls.no_connection) where none stands: offer a fresh one. Needs calls.call and a place in the call.
func (s *Service) Connect(ctx context.Context, id, device, offer string, fresh bool) (answer string, err error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return "", err
	}
	m := s.media()
	if m == nil {
		return "", noMedia()
	}
	user := auth.From(ctx).UserID
	var c *Call
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = find(ctx, tx, id)
		return err
	}); err != nil {
		return "", err
	}
	me := c.Party(user)
	switch {
	case me == nil:
		return "", noCall()
	case c.State == Ended:
		return "", c.over()
	case me.State != PartyJoined:
		return "", errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	case me.Device != device:
		return "", errs.Conflict("calls.elsewhere", "Another page of yours carries this call; move it here first.").With(c)
	}
	answer, err = m.Join(media.Party{Room: id, User: user, Seat: me.Seat, Up: func(up bool) {
		select {
		case s.signals <- signal{id, user, up}:
		default:
		}
	}}, offer, fresh)
	if errors.Is(err, media.ErrGone) {
		return "", errs.Conflict("calls.no_connection", "There is no connection to renew; make a fresh one.")
	}
	if err != nil {
		return "", errs.Invalid("calls.bad_offer", "The offer cannot be answered; use a current browser.", errs.Field{Location: "body.offer", Message: "not understood"}).Because(err)
	}
	return answer, nil
}

// Try answers the offer of a page that tries its network: what it sends comes back for 40 seconds. Needs calls.call.
func (s *Service) Try(ctx context.Context, offer string) (string, error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return "", err
	}
	m := s.media()
	if m == nil {
		return "", noMedia()
	}
	answer, err := m.Echo(offer)
	if errors.Is(err, media.ErrGone) {
		return "", errs.TooMany("calls.trials_full", "Too many try at once; come back in a minute.")
	}
	if err != nil {
		return "", errs.Invalid("calls.bad_offer", "The offer cannot be answered; use a current browser.", errs.Field{Location: "body.offer", Message: "not understood"}).Because(err)
	}
	return answer, nil
}

func noMedia() error {
	return errs.Unavailable("calls.no_media", "This server carries no pictures and voices; ask the administrator for the setting --media.")
}

// notice keeps what the media noticed of a connection.
func (s *Service) notice(ctx context.Context, m *media.Server, x signal) error {
	stray := false
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err := find(ctx, tx, x.call)
		if err != nil {
			return err
		}
		p := c.Party(x.user)
		if stray = p == nil || p.State != PartyJoined; stray || !c.connected(x.user, x.up, tx.Time()) {
			return nil
		}
		return s.save(ctx, tx, c, "", nil)
	})
	if stray { // the place was gone already; what was recorded until then stays
		if done := m.Leave(x.call, x.user); done != nil {
			err = errors.Join(err, s.keep(ctx, done.Path, done))
		}
	}
	if errs.CodeOf(err) == "calls.changed" { // somebody acted at the same instant
		return s.notice(ctx, m, x)
	}
	return err
}

// arrange makes the media what the rows of a call say: who is connected, who is on hold, who is recorded.
func (s *Service) arrange(ctx context.Context, m *media.Server, id string) error {
	var c *Call
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = find(ctx, tx, id)
		return err
	}); err != nil {
		return err
	}
	var wrong error
	for i := range c.Parties {
		p := &c.Parties[i]
		var done *media.Recorded
		switch {
		case c.recording(p) && p.MediaAt != nil:
			wrong = errors.Join(wrong, s.recordParty(ctx, m, c, p))
		case p.State == PartyJoined:
			done = m.StopRecording(id, p.UserID)
		}
		if p.State == PartyJoined {
			m.Hold(id, p.UserID, p.Held)
		} else {
			done = m.Leave(id, p.UserID)
		}
		if done != nil {
			wrong = errors.Join(wrong, s.keep(ctx, done.Path, done))
		}
	}
	return wrong
}
