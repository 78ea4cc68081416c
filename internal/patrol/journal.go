package patrol

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// entry is what one caller brings: the points of one officer, sorted by session.
type entry struct {
	parts []part
	bytes int
	done  chan error
}

// part is the points of one session, as they came.
type part struct {
	session Session
	points  []track.Point
	fresh   int // of them new, known after the flush
}

// journal gathers entries into flushes: a flush begins when enough callers wait or the first has waited long enough, and
// takes everybody who has come by then.
type journal struct {
	mu      sync.Mutex
	running bool
	opened  chan struct{} // closed when running begins
	waiting []*entry
	bytes   int
	wake    chan struct{} // holds a token when a flush is due at once
	first   chan struct{} // holds a token when somebody waits
}

func newJournal() *journal {
	return &journal{opened: make(chan struct{}), wake: make(chan struct{}, 1), first: make(chan struct{}, 1)}
}

var errClosed = errs.Unavailable("patrol.starting", "The server is starting or stopping; send the points again in a moment.")

// add queues an entry and waits until its flush is durable.
func (j *journal) add(ctx context.Context, e *entry) error {
	e.done = make(chan error, 1)
	j.mu.Lock()
	switch {
	case !j.running:
		j.mu.Unlock()
		return errClosed
	case len(j.waiting) >= maxWaiting:
		j.mu.Unlock()
		return errs.TooMany("patrol.too_many", "Too many points wait to be stored; send them again in a moment.")
	}
	j.waiting = append(j.waiting, e)
	j.bytes += e.bytes
	full := len(j.waiting) >= flushCalls || j.bytes >= flushBytes
	j.mu.Unlock()
	token(j.first)
	if full {
		token(j.wake)
	}
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		return ctx.Err() // it may still be stored; sent again it changes nothing
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run flushes until ctx ends, then once more what waits. A journal runs once.
func (j *journal) run(ctx context.Context, patience time.Duration, flush func(context.Context, []*entry) error) {
	j.mu.Lock()
	j.running = true
	close(j.opened)
	j.mu.Unlock()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-j.first:
			timer.Reset(patience)
			select {
			case <-j.wake:
			case <-timer.C:
			case <-ctx.Done():
			}
			j.flush(context.WithoutCancel(ctx), flush)
		}
	}
	j.mu.Lock()
	j.running = false
	j.mu.Unlock()
	j.flush(context.WithoutCancel(ctx), flush)
}

func (j *journal) flush(ctx context.Context, flush func(context.Context, []*entry) error) {
	j.mu.Lock()
	batch := j.waiting
	j.waiting, j.bytes = nil, 0
	j.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	err := flush(ctx, batch)
	for _, e := range batch {
		e.done <- err
	}
}

// flush writes one journal row with everything the entries hold and, once it is durable, makes the points part of the
// open chunks and of what is shown live.
func (s *Service) flush(ctx context.Context, batch []*entry) error {
	data := encodeEntries(batch)
	s.mu.Lock()
	s.seq++
	seq := s.seq
	s.mu.Unlock()
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		return tx.Queue(ctx, nil, "INSERT INTO track_journal (node, seq, data) VALUES ($1, $2, $3)", s.Node, seq, data) // goes with its commit
	})
	if err != nil {
		slog.ErrorContext(ctx, "the track journal cannot be written, phones send again", "error", err)
		return errs.Unavailable("patrol.not_stored", "The positions cannot be stored now, such as when a disk is full; send them again later.").Because(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range batch {
		for i := range e.parts {
			p := &e.parts[i]
			p.fresh = s.apply(&p.session, p.points, seq)
		}
	}
	s.applied = seq
	return nil
}

// buffer is the points of a session that are in no chunk yet.
type buffer struct {
	session Session
	points  []track.Point
	first   int64 // journal rows that hold them
	last    int64
}

// apply adds points of a journal row to the open chunk of their session and returns how many are new. The caller holds mu.
func (s *Service) apply(x *Session, points []track.Point, seq int64) (fresh int) {
	b := s.open[x.ID]
	if b == nil {
		b = &buffer{session: *x, first: seq}
		s.open[x.ID] = b
	}
	b.last = seq
	for _, p := range points {
		var isNew bool
		if b.points, isNew = track.Insert(b.points, p); isNew {
			fresh++
			s.latest.offer(x, p)
		}
	}
	return fresh
}

// encodeEntries writes, per session, whose it is, its id and a chunk of its points.
func encodeEntries(batch []*entry) []byte {
	var b []byte
	for _, e := range batch {
		for _, p := range e.parts {
			chunk := track.Encode(p.points)
			b = appendID(appendID(b, p.session.OfficerID), p.session.ID)
			b = binary.AppendUvarint(b, uint64(len(chunk)))
			b = append(b, chunk...)
		}
	}
	return b
}

// appendID writes an id with its length, and one of the usual form as a zero and its 16 bytes: most of a row is ids.
func appendID(b []byte, id string) []byte {
	if raw, ok := packID(id); ok {
		return append(append(b, 0), raw[:]...)
	}
	return append(binary.AppendUvarint(b, uint64(len(id))), id...)
}

// packID returns the bytes of an id such as db.NewID makes; ok is false for any other text.
func packID(id string) (raw [16]byte, ok bool) {
	digits := strings.ReplaceAll(id, "-", "")
	if len(id) != 36 || len(digits) != 32 {
		return raw, false
	}
	if _, err := hex.Decode(raw[:], []byte(digits)); err != nil {
		return raw, false
	}
	return raw, unpackID(raw[:]) == id
}

func unpackID(raw []byte) string {
	h := hex.EncodeToString(raw)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var errJournal = errors.New("a row of the track journal is damaged")

// eachEntry calls fn for every session in a journal row.
func eachEntry(b []byte, fn func(officer, session string, points []track.Point) error) error {
	next := func() ([]byte, bool) {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return nil, false
		}
		out := b[k : k+int(n)]
		b = b[k+int(n):]
		return out, true
	}
	id := func() (string, bool) {
		text, ok := next()
		if !ok || len(text) > 0 || len(b) < 16 {
			return string(text), ok && len(text) > 0
		}
		raw := b[:16]
		b = b[16:]
		return unpackID(raw), true
	}
	for len(b) > 0 {
		officer, ok1 := id()
		session, ok2 := id()
		chunk, ok3 := next()
		if !ok1 || !ok2 || !ok3 {
			return errJournal
		}
		points, err := track.Decode(chunk)
		if err != nil {
			return fmt.Errorf("%w: %w", errJournal, err)
		}
		if err := fn(officer, session, points); err != nil {
			return err
		}
	}
	return nil
}

// ready reports whether the journal takes points.
func (j *journal) ready() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.running
}
