package patrol

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// sealBatch bounds the chunks of one transaction, so that a seal holds up nobody.
const sealBatch = 400

// Seal turns open points that are old enough into chunks. The program calls it every few seconds. Sessions are spread
// over the quarter of an hour by their id, so that those who began together are not sealed together.
func (s *Service) Seal(ctx context.Context) error {
	now := s.DB.Clock().Now()
	s.mu.Lock()
	var due []string
	for id, b := range s.open {
		if len(b.points) == 0 {
			continue
		}
		// A buffer that begins in the future was begun before the clock of the server went back.
		if age := now.UnixMilli() - b.points[0].At; age >= (chunkLength+spread(id)).Milliseconds() || age < -lateAfter.Milliseconds() {
			due = append(due, id)
		}
	}
	s.mu.Unlock()
	return s.sealSessions(ctx, due)
}

// spread is between zero and two minutes, the same for a session whenever asked.
func spread(id string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails to write
	return time.Duration(h.Sum32()%120) * time.Second
}

// SealAll turns all open points into chunks, before the server stops.
func (s *Service) SealAll(ctx context.Context) error {
	s.mu.Lock()
	all := make([]string, 0, len(s.open))
	for id := range s.open {
		all = append(all, id)
	}
	s.mu.Unlock()
	return s.sealSessions(ctx, all)
}

func (s *Service) sealSessions(ctx context.Context, ids []string) error {
	slices.Sort(ids)
	for batch := range slices.Chunk(ids, sealBatch) {
		if err := s.sealBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// sealBatch takes the open points of some sessions out, writes them as chunks and lets go of their journal rows in one
// commit. If that fails they are open again, and the journal still holds them.
func (s *Service) sealBatch(ctx context.Context, ids []string) error {
	s.sealing.Lock()
	defer s.sealing.Unlock()
	taken, keep := s.takeOpen(ids)
	if len(taken) == 0 {
		return nil
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.writeChunks(ctx, tx, taken, keep) })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range taken {
		delete(s.taken, b.session.ID)
		if err == nil {
			continue
		}
		if now := s.open[b.session.ID]; now != nil {
			now.points, now.first = track.Merge(b.points, now.points), b.first
		} else {
			s.open[b.session.ID] = b
		}
	}
	return err
}

// takeOpen removes the buffers of these sessions and returns them with the oldest journal row that others need.
func (s *Service) takeOpen(ids []string) (taken []*buffer, keep int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if b := s.open[id]; b != nil {
			taken = append(taken, b)
			s.taken[id] = b
			delete(s.open, id)
		}
	}
	keep = s.applied + 1 // what is being flushed is open in a moment
	for _, b := range s.open {
		keep = min(keep, b.first)
	}
	return taken, keep
}

const chunkColumns = "officer_id, session_id, t0, n, t1, points, min_lat, min_lon, max_lat, max_lon, data"

func (s *Service) writeChunks(ctx context.Context, tx *db.Tx, taken []*buffer, keep int64) error {
	byWeek := map[string][][]any{}
	var counts, sealed [][]any
	for _, b := range taken {
		sealed = append(sealed, []any{s.Node, b.session.ID, b.last})
		points := s.withinSession(b)
		if len(points) == 0 {
			continue
		}
		counts = append(counts, []any{b.session.ID, strconv.Itoa(len(points))})
		box := track.Bounds(points)
		week, err := s.weekTx(ctx, tx, points[0].At, b.session.KeepDays)
		if err != nil {
			return err
		}
		byWeek[week] = append(byWeek[week], []any{b.session.OfficerID, b.session.ID, points[0].At, b.last, points[len(points)-1].At, len(points),
			box.MinLat, box.MinLon, box.MaxLat, box.MaxLon, track.Encode(points)})
	}
	for week, rows := range byWeek {
		if err := db.InsertMany(ctx, tx, week, chunkColumns, "", rows); err != nil {
			return err
		}
	}
	if _, err := db.UpdateMany(ctx, tx, "UPDATE duty_session SET points = points + CAST(v.column2 AS INTEGER)", "id = v.column1", counts); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, tx, "track_sealed", "node, session_id, seq",
		"ON CONFLICT (node, session_id) DO UPDATE SET seq = excluded.seq", sealed); err != nil {
		return err
	}
	keep, err := s.unreadTx(ctx, tx, keep)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM track_journal WHERE node = $1 AND seq < $2", s.Node, keep)
	return err
}

// withinSession drops what was taken after the session had ended on another server, of which this one hears within two
// seconds. Where the session ended here the gate has kept such points out already.
func (s *Service) withinSession(b *buffer) []track.Point {
	x, ok := s.gate.session(b.session.OfficerID, b.session.ID)
	if !ok || !x.elsewhere {
		return b.points
	}
	end := x.OffAt.UnixMilli()
	for n, p := range b.points {
		if p.At > end {
			return b.points[:n]
		}
	}
	return b.points
}
