package rounds

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// Reading takes what came since the last time; a running session is read at most once a minute.
const (
	readEvery = time.Minute
	readBatch = 50 // sessions of one transaction
)

type seenKey struct{ day, point string }

// seen is what stands, or will stand, in round_seen for a place on a day.
type seen struct {
	grid        string
	first, last int64
	millis      int64
}

// mark is how far a session was read.
type mark struct {
	SessionID string     `db:"session_id"`
	Points    int        `db:"points"`
	Revision  int64      `db:"revision"`
	ReadAt    clock.Time `db:"read_at"`
}

// Read looks which sessions have grown, reads their positions anew and keeps what was seen: places, stays in grids, marks of tasks. What it keeps
// follows from the stored positions alone and only ever grows, so it may run again at any time and on several servers. The program calls it every
// half minute.
func (s *Service) Read(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	for {
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		for batch := range slices.Chunk(due, readBatch) {
			if err := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.readSessions(ctx, tx, batch) }); err != nil {
				return err
			}
		}
		if len(due) < 4*readBatch {
			return nil
		}
	}
}

// due lists the sessions that have grown since they were read, at most a few batches.
func (s *Service) due(ctx context.Context) (out []patrol.Progress, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.Patrol.ProgressTx(ctx, tx)
		if err != nil {
			return err
		}
		known := map[string]mark{}
		if err := db.Each(ctx, tx, "SELECT session_id, points, revision, read_at FROM round_read", nil, func(m *mark) error { known[m.SessionID] = *m; return nil }); err != nil {
			return err
		}
		for _, p := range all {
			m, read := known[p.ID]
			if p.Kept == 0 || p.Kind != patrol.OnDuty || read && p.Kept <= m.Points || read && p.OffAt == nil && tx.Now().Sub(m.ReadAt.Time) < readEvery {
				continue
			}
			if out = append(out, p); len(out) == 4*readBatch {
				return nil
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) readSessions(ctx context.Context, tx *db.Tx, batch []patrol.Progress) error {
	f, err := s.fieldTx(ctx, tx)
	if err != nil {
		return err
	}
	var marks [][]any
	touched := map[gridDay]bool{}
	for i := range batch {
		x := &batch[i]
		points, err := s.Patrol.PointsOf(ctx, tx, &x.Session)
		if err != nil {
			return err
		}
		if err := s.readOne(ctx, tx, f, &x.Session, points, touched); err != nil {
			return err
		}
		marks = append(marks, []any{x.ID, x.Kept, f.revision, tx.Time()})
	}
	if err := db.InsertMany(ctx, tx, "round_read", "session_id, points, revision, read_at",
		"ON CONFLICT (session_id) DO UPDATE SET points = excluded.points, revision = excluded.revision, read_at = excluded.read_at", marks); err != nil {
		return err
	}
	return s.sumUp(ctx, tx, slices.SortedFunc(maps.Keys(touched), gridDay.compare))
}

// readOne keeps what one session saw.
func (s *Service) readOne(ctx context.Context, tx *db.Tx, f *field, x *patrol.Session, points []track.Point, touched map[gridDay]bool) error {
	visits := f.cover(points)
	now := f.bySpot(visits)
	old := s.written[x.ID]
	var rows [][]any
	for key, v := range now {
		if old[key] == v {
			continue
		}
		rows = append(rows, []any{key.day, key.point, x.OfficerID, v.grid, v.first, v.last, v.millis / 1000})
		touched[gridDay{key.day, v.grid}] = true
	}
	slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(a[1].(string), b[1].(string)) })
	if err := db.InsertMany(ctx, tx, "round_seen", "day, point_id, officer_id, grid, first_at, last_at, seconds", `ON CONFLICT (day, point_id, officer_id) DO UPDATE SET
		first_at = CASE WHEN excluded.first_at < round_seen.first_at THEN excluded.first_at ELSE round_seen.first_at END,
		last_at = CASE WHEN excluded.last_at > round_seen.last_at THEN excluded.last_at ELSE round_seen.last_at END,
		seconds = CASE WHEN excluded.seconds > round_seen.seconds THEN excluded.seconds ELSE round_seen.seconds END`, rows); err != nil {
		return err
	}
	if err := s.keepStays(ctx, tx, x, points, touched); err != nil {
		return err
	}
	if err := s.markTasks(ctx, tx, f, x, visits); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		if x.OffAt != nil {
			delete(s.written, x.ID)
			return
		}
		s.written[x.ID] = now
	})
	return nil
}

// bySpot sums visits that lasted up by place and day.
func (f *field) bySpot(visits []visit) map[seenKey]seen {
	out := make(map[seenKey]seen, len(visits))
	for i := range visits {
		v := &visits[i]
		if !f.long(v) {
			continue
		}
		spot := &f.spots[v.spot]
		key := seenKey{dayOf(v.from), spot.id}
		sum, ok := out[key]
		if !ok {
			sum = seen{grid: spot.grid, first: v.from}
		}
		sum.last = max(sum.last, v.to)
		sum.millis += v.millis
		out[key] = sum
	}
	return out
}

// keepStays replaces the stays of a session.
func (s *Service) keepStays(ctx context.Context, tx *db.Tx, x *patrol.Session, points []track.Point, touched map[gridDay]bool) error {
	now := tx.Now()
	list, err := stays(points, func(p track.Point) (string, error) {
		lat, lon := p.Degrees()
		at, err := s.Regions.Locate(ctx, lon, lat, now)
		if errs.KindOf(err) == errs.KindNotFound {
			return "", nil
		}
		if at.Grid == nil {
			return "", err
		}
		return at.Grid.Code, err
	})
	if err != nil {
		return err
	}
	if err := tx.Queue(ctx, nil, "DELETE FROM round_stay WHERE session_id = $1", x.ID); err != nil {
		return err
	}
	rows := make([][]any, 0, len(list))
	for _, v := range list {
		day := dayOf(v.from)
		touched[gridDay{day, v.grid}] = true
		rows = append(rows, []any{x.ID, v.from, v.to, x.OfficerID, v.grid, day, (v.to - v.from) / 1000})
	}
	return db.InsertMany(ctx, tx, "round_stay", "session_id, in_at, out_at, officer_id, grid, day, seconds", "", rows)
}

type gridDay struct{ day, grid string }

func (g gridDay) compare(o gridDay) int {
	return cmp.Or(cmp.Compare(g.day, o.day), cmp.Compare(g.grid, o.grid))
}

type counted struct {
	Seen int         `db:"seen"`
	Last *clock.Time `db:"last"`
}

type attended struct {
	Seconds  int         `db:"seconds"`
	Officers int         `db:"officers"`
	Last     *clock.Time `db:"last"`
}

// sumUp writes what was seen of grids on days, without persons.
func (s *Service) sumUp(ctx context.Context, tx *db.Tx, touched []gridDay) error {
	rows := make([][]any, 0, len(touched))
	for _, g := range touched {
		c, err := db.Get[counted](ctx, tx, "SELECT COUNT(DISTINCT point_id) AS seen, MAX(last_at) AS last FROM round_seen WHERE day = $1 AND grid = $2", g.day, g.grid)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return err
		}
		a, err := db.Get[attended](ctx, tx, "SELECT COALESCE(SUM(seconds), 0) AS seconds, COUNT(DISTINCT officer_id) AS officers, MAX(out_at) AS last FROM round_stay WHERE day = $1 AND grid = $2", g.day, g.grid)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return err
		}
		last := int64(0)
		for _, t := range []*clock.Time{c.Last, a.Last} {
			if t != nil {
				last = max(last, t.UnixMilli())
			}
		}
		rows = append(rows, []any{g.day, g.grid, c.Seen, a.Seconds, a.Officers, last})
	}
	return db.InsertMany(ctx, tx, "round_day", "day, grid, seen, seconds, officers, last_at", `ON CONFLICT (day, grid) DO UPDATE SET seen = excluded.seen,
		seconds = excluded.seconds, officers = excluded.officers, last_at = excluded.last_at`, rows)
}

// Forget lets go of who saw what after tracks are kept no longer. The program calls it every day.
func (s *Service) Forget(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		before := tx.Now().Add(-keepPersons)
		day := before.In(clock.Nanjing).Format(time.DateOnly)
		for _, statement := range []string{"DELETE FROM round_seen WHERE day < $1", "DELETE FROM round_stay WHERE day < $1"} {
			if _, err := tx.Exec(ctx, statement, day); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "DELETE FROM round_read WHERE read_at < $1", clock.At(before))
		return err
	})
}

// keepPersons is how long it is kept who saw what: as long as tracks are shown.
const keepPersons = 30 * 24 * time.Hour
