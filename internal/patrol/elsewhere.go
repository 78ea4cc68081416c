package patrol

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// elsewhere is what this server has read of the journals of others, so that a map shows everybody wherever the phones send.
type elsewhere struct {
	mu     sync.Mutex
	nodes  []string
	asked  time.Time
	upTo   map[string]int64
	before bool // the servers were asked for once
}

// Servers that begin are found within this time.
const nodesEvery = 5 * time.Second

// Follow shows where those are whose phones send to other servers of the same database. The program calls it twice a second; on one
// server it does nothing but ask, every few seconds, whether there is another.
func (s *Service) Follow(ctx context.Context) error {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	return s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if past := tx.Now().Sub(e.asked); !e.before || past >= nodesEvery || past < 0 {
			if e.nodes, err = s.othersTx(ctx, tx); err != nil {
				return err
			}
			e.before, e.asked = true, tx.Now()
		}
		for _, node := range e.nodes {
			rows, err := db.All[journalRow](ctx, tx, "SELECT seq, data FROM track_journal WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3", node, e.upTo[node], recoverPage)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := s.offerRow(ctx, tx, r); err != nil {
					return err
				}
				e.upTo[node] = r.Seq
			}
		}
		return nil
	})
}

// othersTx lists the other servers whose journals hold anything; each is one step in the index, since a row may be long.
func (s *Service) othersTx(ctx context.Context, tx *db.Tx) (nodes []string, err error) {
	for after := ""; ; {
		next, err := db.Get[*string](ctx, tx, "SELECT MIN(node) FROM track_journal WHERE node > $1", after)
		if err != nil || next == nil {
			return nodes, err
		}
		if after = *next; after != s.Node && !strings.HasSuffix(after, damaged) {
			nodes = append(nodes, after)
		}
	}
}

// damaged stands behind the name of a server whose journal row cannot be read.
const damaged = " damaged"

// elsewhereTx packs what other servers hold of a track outside chunks: a chunk and the end of its journal rows are one commit, so who reads this
// before the chunks misses nothing. What was taken after the session had ended is left out, as when it is sealed.
func (s *Service) elsewhereTx(ctx context.Context, tx *db.Tx, l Look) (chunks [][]byte, err error) {
	nodes, err := s.othersTx(ctx, tx)
	held := map[string][]track.Point{}
	for i := 0; err == nil && i < len(nodes); i++ {
		err = db.Each(ctx, tx, "SELECT seq, data FROM track_journal WHERE node = $1 ORDER BY seq", []any{nodes[i]}, func(r *journalRow) error {
			err := eachEntry(r.Data, func(officer, session string, points []track.Point) error {
				if officer == l.Officer {
					held[session] = track.Merge(held[session], points)
				}
				return nil
			})
			if errors.Is(err, errJournal) { // its own server sets it aside
				return nil
			}
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	for id, points := range held {
		x, err := findSession(ctx, tx, id)
		if errs.KindOf(err) == errs.KindNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if points = x.inside(points); reaches(points, l) {
			chunks = append(chunks, track.Encode(points))
		}
	}
	return chunks, nil
}

// inside returns the points up to the end of a session.
func (x *Session) inside(points []track.Point) []track.Point {
	if x.OffAt == nil {
		return points
	}
	end := x.OffAt.UnixMilli()
	for n, p := range points {
		if p.At > end {
			return points[:n]
		}
	}
	return points
}

// reaches reports whether any of the points may lie in the time asked for.
func reaches(points []track.Point, l Look) bool {
	return len(points) > 0 && points[0].At < l.To.UnixMilli() && points[len(points)-1].At >= l.From.UnixMilli()
}

// offerRow offers the newest position of each session in a row of another server's journal.
func (s *Service) offerRow(ctx context.Context, tx *db.Tx, r journalRow) error {
	err := eachEntry(r.Data, func(officer, session string, points []track.Point) error {
		x, ok := s.gate.session(officer, session)
		if !ok {
			found, err := findSession(ctx, tx, session)
			if errs.KindOf(err) == errs.KindNotFound {
				return nil
			}
			if err != nil {
				return err
			}
			x = *found
			s.gate.put(x)
		}
		if len(points) > 0 && s.gate.onDuty(&x, tx.Now()) {
			s.latest.offer(&x, points[len(points)-1])
		}
		return nil
	})
	if errors.Is(err, errJournal) { // its own server sets it aside
		slog.WarnContext(ctx, "a row of another server's track journal cannot be read", "seq", r.Seq, "error", err)
		return nil
	}
	return err
}

// nameWait is how long a server waits for its name: one that ended without a word lets go of it within half a minute.
const nameWait = 45 * time.Second

// claim makes sure that no other server of the database writes a journal under the same name: each would let go of what the other
// has not made safe yet.
func (s *Service) claim(ctx context.Context) (release func(), err error) {
	late := time.NewTimer(nameWait)
	defer late.Stop()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		release, held, err := s.DB.Hold(ctx, "track journal "+s.Node)
		if err != nil || held {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late.C:
			return nil, errs.Unavailable("patrol.name_taken", "Another server of this database is called "+s.Node+"; give each a name of its own with --node.")
		case <-again.C:
		}
	}
}
