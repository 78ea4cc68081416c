package patrol

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// Batch is what came of one session in one journal row.
type Batch struct {
	Node      string
	Seq       int64
	OfficerID string
	SessionID string
	Points    []track.Point // in the order of time; some may have come before
}

// mostUnread bounds how far a reader may fall behind before the journal lets go of what it has not read: some hours.
const mostUnread = 20_000

// JournalTx returns what the journals of all servers hold after the given row of each, in the order in which it came, at most
// limit rows per server, and the rows reached. A program that evaluates positions reads here after their commit, marks how
// far it came (MarkReadTx) and so misses nothing, also after a crash. Called by the program, which shows positions to nobody.
func (s *Service) JournalTx(ctx context.Context, tx *db.Tx, after map[string]int64, limit int) (out []Batch, upTo map[string]int64, err error) {
	nodes, err := db.All[string](ctx, tx, "SELECT DISTINCT node FROM track_journal WHERE node NOT LIKE '% damaged' ORDER BY node")
	if err != nil {
		return nil, nil, err
	}
	upTo = map[string]int64{}
	for _, node := range nodes {
		rows, err := db.All[journalRow](ctx, tx, "SELECT seq, data FROM track_journal WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3", node, after[node], limit)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			upTo[node] = r.Seq
			_ = eachEntry(r.Data, func(officer, session string, points []track.Point) error { // what is damaged is set aside at the next start
				out = append(out, Batch{node, r.Seq, officer, session, points})
				return nil
			})
		}
	}
	return out, upTo, nil
}

// ReadUpTo returns how far a reader came in the journal of each server.
func (s *Service) ReadUpTo(ctx context.Context, tx *db.Tx, reader string) (map[string]int64, error) {
	type mark struct {
		Node string `db:"node"`
		Seq  int64  `db:"seq"`
	}
	out := map[string]int64{}
	err := db.Each(ctx, tx, "SELECT node, seq FROM track_reader WHERE name = $1", []any{reader}, func(m *mark) error {
		out[m.Node] = m.Seq
		return nil
	})
	return out, err
}

// MarkReadTx notes how far a reader came; the journal may let go of what every reader has read.
func (s *Service) MarkReadTx(ctx context.Context, tx *db.Tx, reader string, upTo map[string]int64) error {
	for node, seq := range upTo {
		if _, err := tx.Exec(ctx, `INSERT INTO track_reader (name, node, seq) VALUES ($1, $2, $3)
			ON CONFLICT (name, node) DO UPDATE SET seq = excluded.seq`, reader, node, seq); err != nil {
			return err
		}
	}
	return nil
}

// unreadTx returns the first journal row of this server that must stay for a reader, or next if none must.
func (s *Service) unreadTx(ctx context.Context, tx *db.Tx, next int64) (int64, error) {
	read, err := db.Get[*int64](ctx, tx, "SELECT MIN(seq) FROM track_reader WHERE node = $1", s.Node)
	if err != nil || read == nil {
		return next, err
	}
	return min(next, max(*read+1, next-mostUnread)), nil
}

// SessionTx returns a session. Called by the program. NotFound if there is none.
func (s *Service) SessionTx(ctx context.Context, tx *db.Tx, id string) (*Session, error) {
	return findSession(ctx, tx, id)
}

// RunningTx lists the sessions that run at the time of the transaction, by id. Called by the program.
func (s *Service) RunningTx(ctx context.Context, tx *db.Tx) ([]Session, error) {
	return db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at IS NULL AND until_at > $1 ORDER BY id", tx.Time())
}

// EndedTx lists the sessions that ended between two instants, by id. Called by the program.
func (s *Service) EndedTx(ctx context.Context, tx *db.Tx, from, to clock.Time) ([]Session, error) {
	return db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at >= $1 AND off_at < $2 ORDER BY id", from, to)
}
