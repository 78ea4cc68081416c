package patrol

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// Past is a time on duty as it was kept elsewhere, with its positions in the order of time.
type Past struct {
	Session Session // id, kind, length of keeping and version are set here where they are missing
	Points  []track.Point
}

// RestoreTx keeps times on duty with their positions that were recorded before this server was: from a former system, or
// the story of the demonstration. Positions outside their session are left out, as everywhere. What a running session has
// of its last quarter of an hour goes into the journal, so that the server shows it when it starts. No event is emitted. Only the
// program may, and only while the service does not run: Conflict otherwise.
func (s *Service) RestoreTx(ctx context.Context, tx *db.Tx, list []Past) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("auth.no_permission", "Only the program may restore times on duty.")
	}
	if s.journal.ready() {
		return errs.Conflict("patrol.running", "Stop the server before times on duty are restored.")
	}
	seq, err := s.lastRow(ctx, tx)
	if err != nil {
		return err
	}
	var sessions [][]any
	var open []*entry
	chunks := map[string][][]any{}
	for i := range list {
		x, points := &list[i].Session, list[i].Points
		s.complete(tx, x)
		points = inside(x, points)
		kept, late := points, []track.Point(nil)
		if n := len(points); x.OffAt == nil && n > 0 {
			kept, late = before(points, points[n-1].At-chunkLength.Milliseconds())
		}
		x.Points = len(kept)
		sessions = append(sessions, x.row())
		if len(late) > 0 {
			open = append(open, &entry{parts: []part{{session: *x, points: late}}})
		}
		if err := s.packTx(ctx, tx, x, kept, chunks); err != nil {
			return err
		}
	}
	if err := db.InsertMany(ctx, tx, "duty_session", sessionColumns, "", sessions); err != nil {
		return err
	}
	for week, rows := range chunks {
		if err := db.InsertMany(ctx, tx, week, chunkColumns, "", rows); err != nil {
			return err
		}
	}
	if len(open) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, "INSERT INTO track_journal (node, seq, data) VALUES ($1, $2, $3)", s.Node, seq+1, encodeEntries(open))
	return err
}

// lastRow is the last journal row of this node that was ever written.
func (s *Service) lastRow(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.Get[int64](ctx, tx, `SELECT COALESCE(MAX(seq), 0) FROM (SELECT seq FROM track_journal WHERE node = $1
		UNION ALL SELECT seq FROM track_sealed WHERE node = $1 UNION ALL SELECT seq FROM track_reader WHERE node = $1) AS rows`, s.Node)
}

// complete sets what a session from elsewhere need not say.
func (s *Service) complete(tx *db.Tx, x *Session) {
	if x.ID == "" {
		x.ID = db.NewID(tx)
	}
	if x.Kind == "" {
		x.Kind = OnDuty
	}
	if x.UntilAt.IsZero() {
		x.UntilAt = clock.At(x.OnAt.Add(usualSession))
	}
	if x.OffAt != nil && x.EndedBy == "" {
		x.EndedBy = ByOfficer
	}
	x.KeepDays, x.ChangedAt, x.Version = keptFor(x.KeepDays), tx.Time(), max(x.Version, 1)
}

// inside are the points of the session, each instant once.
func inside(x *Session, points []track.Point) []track.Point {
	out := make([]track.Point, 0, len(points))
	for _, p := range points {
		if x.holds(p.At) {
			out, _ = track.Insert(out, p)
		}
	}
	return out
}

// before splits points at an instant.
func before(points []track.Point, ms int64) (earlier, later []track.Point) {
	for i, p := range points {
		if p.At >= ms {
			return points[:i], points[i:]
		}
	}
	return points, nil
}

// packTx adds the chunks of a session to the rows of their weeks.
func (s *Service) packTx(ctx context.Context, tx *db.Tx, x *Session, points []track.Point, chunks map[string][][]any) error {
	for len(points) > 0 {
		var part []track.Point
		part, points = before(points, points[0].At+chunkLength.Milliseconds())
		week, err := s.weekTx(ctx, tx, part[0].At, x.KeepDays)
		if err != nil {
			return err
		}
		box := track.Bounds(part)
		chunks[week] = append(chunks[week], []any{x.OfficerID, x.ID, part[0].At, int64(0), part[len(part)-1].At, len(part),
			box.MinLat, box.MinLon, box.MaxLat, box.MaxLon, track.Encode(part)})
	}
	return nil
}

// RestoreSeenTx says when trackers were heard of elsewhere, by their id. The demonstration is made by it.
func (s *Service) RestoreSeenTx(ctx context.Context, tx *db.Tx, seen map[string]clock.Time) error {
	for device, at := range seen {
		if err := tx.Queue(ctx, nil, "UPDATE track_device SET last_seen_at = $1 WHERE id = $2", at, device); err != nil {
			return err
		}
	}
	return nil
}
