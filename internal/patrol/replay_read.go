package patrol

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// Progress is how far a session has come.
type Progress struct {
	Session
	Kept int // positions in chunks and, of those that came to this server, outside of them
}

// ProgressTx lists the sessions that run or ended so lately that late points may still come, by id. Called by the program, which
// reads their points to tell what was covered; nobody is shown anything.
func (s *Service) ProgressTx(ctx context.Context, tx *db.Tx) ([]Progress, error) {
	since := clock.At(tx.Now().Add(-lateness))
	list, err := db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at IS NULL OR changed_at >= $1 ORDER BY id", since)
	if err != nil {
		return nil, err
	}
	out := make([]Progress, len(list))
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range list {
		out[i] = Progress{Session: list[i], Kept: list[i].Points}
		for _, held := range []map[string]*buffer{s.taken, s.open} {
			if b := held[list[i].ID]; b != nil {
				out[i].Kept += len(b.points)
			}
		}
	}
	return out, nil
}

// PointsOf returns the positions of one session in the order of time, each time once. Called by the program, which evaluates them
// and shows them to nobody: a person looks through Chunks and leaves a trace.
func (s *Service) PointsOf(ctx context.Context, tx *db.Tx, x *Session) ([]track.Point, error) {
	weeks, err := db.All[string](ctx, tx, "SELECT name FROM track_week WHERE until > $1 ORDER BY name", x.OnAt)
	if err != nil {
		return nil, err
	}
	var all []track.Point
	add := func(chunk []byte) error {
		points, err := track.Decode(chunk)
		all = track.Merge(all, points)
		return err
	}
	for _, w := range weeks {
		if !weekName(w) {
			continue
		}
		rows, err := db.All[[]byte](ctx, tx, "SELECT data FROM "+w+" WHERE officer_id = $1 AND t0 >= $2 AND t0 <= $3 AND session_id = $4 ORDER BY t0, n", x.OfficerID, x.OnAt, x.UntilAt, x.ID)
		for i := 0; err == nil && i < len(rows); i++ {
			err = add(rows[i])
		}
		if err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, held := range []map[string]*buffer{s.taken, s.open} {
		if b := held[x.ID]; b != nil {
			all = track.Merge(all, b.points)
		}
	}
	return all, nil
}
