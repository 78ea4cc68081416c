package spoof

import (
	"context"
	"errors"
	"slices"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/track"
)

// TopicFound says that a session is suspicious; the payload is Finding.
const TopicFound = "spoof.found"

// When sessions are examined, and how long what is compared with is kept.
const (
	settled     = time.Hour // after the end: late points have mostly come
	lookBack    = 3 * 24 * time.Hour
	firstHour   = 1 // of the night in Nanjing
	lastHour    = 5
	keepShape   = 30 * 24 * time.Hour
	keepFinding = 365 * 24 * time.Hour
	mostShapes  = 300
	longestSpan = 7 * 24 * time.Hour
)

// Nightly examines the sessions that ended in the last days and were not examined. The program calls it every ten minutes; it does
// something at night only.
func (s *Service) Nightly(ctx context.Context) error {
	now := s.DB.Clock().Now()
	if hour := now.In(clock.Nanjing).Hour(); hour < firstHour || hour >= lastHour {
		return nil
	}
	_, err := s.examineEnded(ctx, now.Add(-lookBack), now.Add(-settled), false)
	return err
}

// Forget drops findings after a year, and after thirty days the shapes of walks by which copies are known. The program calls it every hour.
func (s *Service) Forget(ctx context.Context) error {
	now := s.DB.Clock().Now()
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM spoof_shape WHERE on_at < $1", clock.At(now.Add(-keepShape))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM spoof_finding WHERE on_at < $1", clock.At(now.Add(-keepFinding)))
		return err
	})
}

// Examined says what an examination found.
type Examined struct {
	Sessions   int `json:"sessions"`
	Suspicious int `json:"suspicious"`
}

// Examine looks at once at the sessions of the caller's areas that ended between two instants, at most a week, also those
// examined before. Needs spoof.review.
func (s *Service) Examine(ctx context.Context, from, to time.Time) (out Examined, err error) {
	if err := auth.Require(ctx, PermReview); err != nil {
		return out, err
	}
	if !to.After(from) || to.Sub(from) > longestSpan {
		return out, errs.Invalid("spoof.bad_span", "Choose a time of at most seven days.", errs.Field{Location: "body.to", Message: "after from, at most seven days later"})
	}
	if out, err = s.examineEnded(ctx, from, to, true); err != nil {
		return out, err
	}
	return out, s.DB.Tx(ctx, func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "spoof.examined", Object: "spoof_finding", Detail: map[string]any{"from": clock.At(from), "to": clock.At(to), "sessions": out.Sessions}})
	})
}

func (s *Service) examineEnded(ctx context.Context, from, to time.Time, again bool) (out Examined, err error) {
	var list []patrol.Session
	known := map[string]bool{}
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if list, err = s.Patrol.EndedTx(ctx, tx, clock.At(from), clock.At(to)); err != nil || again {
			return err
		}
		ids, err := db.All[string](ctx, tx, "SELECT session_id FROM spoof_shape WHERE on_at >= $1", clock.At(from.Add(-24*time.Hour)))
		for _, id := range ids {
			known[id] = true
		}
		return err
	}); err != nil {
		return out, err
	}
	list = slices.DeleteFunc(list, func(x patrol.Session) bool {
		return known[x.ID] || x.Kind == patrol.ForSOS || !auth.From(ctx).Covers(x.AreaCode)
	})
	slices.SortFunc(list, func(a, b patrol.Session) int { return a.OnAt.Compare(b.OnAt.Time) }) // a copy is found by the later one
	for i := range list {
		suspicious := false
		if err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
			suspicious, err = s.examineTx(ctx, tx, &list[i])
			return err
		}); err != nil {
			return out, err
		}
		out.Sessions++
		if suspicious {
			out.Suspicious++
		}
	}
	return out, nil
}

type shapeRow struct {
	Session string `db:"session_id"`
	Data    []byte `db:"data"`
}

// examineTx scores one session, keeps its shape, and what was found if it is suspicious. What a person has decided stays.
func (s *Service) examineTx(ctx context.Context, tx *db.Tx, x *patrol.Session) (suspicious bool, err error) {
	points, err := s.Patrol.PointsOf(ctx, tx, x)
	if err != nil {
		return false, err
	}
	shape := ShapeOf(points)
	box := track.Bounds(shape)
	rows, err := db.All[shapeRow](ctx, tx, `SELECT session_id, data FROM spoof_shape WHERE on_at < $1 AND on_at >= $2 AND min_lat <= $3 AND max_lat >= $4 AND min_lon <= $5 AND max_lon >= $6
		AND session_id <> $7 ORDER BY on_at DESC LIMIT $8`, x.OnAt, clock.At(x.OnAt.Add(-keepShape)), box.MaxLat, box.MinLat, box.MaxLon, box.MinLon, x.ID, mostShapes)
	if err != nil {
		return false, err
	}
	earlier := make([]Shape, 0, len(rows))
	for _, r := range rows {
		if p, err := track.Decode(r.Data); err == nil { // a damaged one says nothing
			earlier = append(earlier, Shape{r.Session, p})
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO spoof_shape (session_id, officer_id, on_at, min_lat, min_lon, max_lat, max_lon, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (session_id) DO UPDATE SET min_lat = excluded.min_lat, min_lon = excluded.min_lon, max_lat = excluded.max_lat, max_lon = excluded.max_lon, data = excluded.data`,
		x.ID, x.OfficerID, x.OnAt, box.MinLat, box.MinLon, box.MaxLat, box.MaxLon, track.Encode(shape)); err != nil {
		return false, err
	}
	score, reasons := Score(points, earlier)
	if score < Suspicious {
		return false, nil
	}
	return true, s.find(ctx, tx, &Finding{ID: db.NewID(tx), SessionID: x.ID, OfficerID: x.OfficerID, OfficerName: x.OfficerName, AreaCode: x.AreaCode, OnAt: x.OnAt, Points: len(points), Score: score,
		Reasons: db.JSON[[]Reason]{V: reasons}, Method: Method, State: Open, FoundAt: tx.Time(), Version: 1})
}

// find keeps a finding, or brings the open one of the session up to date.
func (s *Service) find(ctx context.Context, tx *db.Tx, f *Finding) error {
	old, err := db.Get[Finding](ctx, tx, "SELECT "+columns+" FROM spoof_finding WHERE session_id = $1", f.SessionID)
	switch {
	case err == nil && old.State != Open:
		return nil
	case err == nil:
		_, err = tx.Exec(ctx, "UPDATE spoof_finding SET points = $1, score = $2, reasons = $3, method = $4, version = version + 1 WHERE id = $5", f.Points, f.Score, f.Reasons, f.Method, old.ID)
		return err
	case !errors.Is(err, db.ErrNoRows):
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO spoof_finding ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
		f.ID, f.SessionID, f.OfficerID, f.OfficerName, f.AreaCode, f.OnAt, f.Points, f.Score, f.Reasons, f.Method, f.State, f.DecidedBy, f.DecidedName, f.DecidedAt, f.Decision, f.Comment, f.CommentedAt,
		f.FoundAt, f.Version); err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "spoof.found", Object: "spoof_finding", ObjectID: f.ID, Area: f.AreaCode, Detail: map[string]any{"officer": f.OfficerID, "score": f.Score}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicFound, f.ID, f)
}
