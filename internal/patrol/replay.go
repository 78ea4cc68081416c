package patrol

import (
	"context"
	"errors"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/track"
)

// Look asks for the track of an officer between two instants, at most a week.
type Look struct {
	Officer  string
	From, To clock.Time
	Reason   string // needed for anybody's track but one's own
}

const longestLook = 7 * 24 * time.Hour

// Chunks returns the stored chunks of a track as they lie, oldest first, then what this and other servers hold outside of chunks: a
// day of one officer is about 20 kB, which the reader unpacks. Chunks may reach beyond the time asked and overlap where
// points came late. Anybody may see the own track; another's needs patrol.track in the area of the officer's sessions and
// a reason, which is kept with who looked. NotFound if the officer had no session there in that time.
func (s *Service) Chunks(ctx context.Context, l Look) (chunks [][]byte, err error) {
	if err := s.MayLook(ctx, &l); err != nil {
		return nil, err
	}
	return s.chunksOf(ctx, l)
}

func (s *Service) chunksOf(ctx context.Context, l Look) (chunks [][]byte, err error) {
	open := s.unsealed(l) // before the chunks: what is sealed meanwhile comes twice and not never
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		elsewhere, err := s.elsewhereTx(ctx, tx, l)
		if err != nil {
			return err
		}
		open = append(open, elsewhere...)
		weeks, err := db.All[week](ctx, tx, "SELECT name, until, keep_days FROM track_week WHERE until > $1 ORDER BY until, name", l.From)
		if err != nil {
			return err
		}
		for i := range weeks {
			w := &weeks[i]
			if !weekName(w.Name) {
				continue
			}
			from := l.From
			if oldest := w.shownFrom(tx.Now()); from.Before(oldest.Time) {
				from = oldest
			}
			rows, err := db.All[[]byte](ctx, tx, "SELECT data FROM "+w.Name+" WHERE officer_id = $1 AND t0 < $2 AND t1 >= $3 ORDER BY t0, n", l.Officer, l.To, from)
			if err != nil {
				return err
			}
			chunks = append(chunks, rows...)
		}
		return nil
	})
	return append(chunks, open...), err
}

// MayLook checks that the caller may look at the track, see Chunks, and keeps that it did before anything is shown. The same look again within a
// quarter of an hour, as a page makes it that loads its parts, is kept once.
func (s *Service) MayLook(ctx context.Context, l *Look) error {
	if err := s.span(l); err != nil {
		return err
	}
	p := auth.From(ctx)
	if p == nil {
		return errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if own := p.UserID == l.Officer && p.Has(PermDuty); own {
		return nil
	}
	return s.noteLook(ctx, l)
}

func (s *Service) span(l *Look) error {
	if !l.To.After(l.From.Time) || l.To.Sub(l.From.Time) > longestLook {
		return errs.Invalid("patrol.bad_span", "Choose a time of at most seven days.", errs.Field{Location: "query.to", Message: "after from, at most seven days later"})
	}
	return nil
}

// sameLook is how long the same question counts as one look.
const sameLook = 15 * time.Minute

// Points is Chunks unpacked: the points between the instants in the order of time, each time once.
func (s *Service) Points(ctx context.Context, l Look) ([]track.Point, error) {
	if err := s.MayLook(ctx, &l); err != nil {
		return nil, err
	}
	return s.pointsOf(ctx, l)
}

func (s *Service) pointsOf(ctx context.Context, l Look) ([]track.Point, error) {
	chunks, err := s.chunksOf(ctx, l)
	if err != nil {
		return nil, err
	}
	var all []track.Point
	for _, c := range chunks {
		points, err := track.Decode(c)
		if err != nil {
			return nil, err
		}
		all = track.Merge(all, points)
	}
	out := all[:0]
	for _, p := range all {
		if p.At >= l.From.UnixMilli() && p.At < l.To.UnixMilli() {
			out = append(out, p)
		}
	}
	return out, nil
}

// unsealed packs what this server holds of the track outside chunks.
func (s *Service) unsealed(l Look) (chunks [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, from := range []map[string]*buffer{s.taken, s.open} {
		for _, b := range from {
			if b.session.OfficerID == l.Officer && reaches(b.points, l) {
				chunks = append(chunks, track.Encode(b.points))
			}
		}
	}
	return chunks
}

// noteLook checks that the caller may look and keeps that it did, before anything is shown.
func (s *Service) noteLook(ctx context.Context, l *Look) error {
	if err := auth.Require(ctx, PermTrack); err != nil {
		return err
	}
	if err := prose.Check("patrol.bad_text", prose.Needed("reason", &l.Reason, 200)); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		args := []any{l.Officer, l.To, l.From}
		area, err := db.Get[string](ctx, tx, "SELECT area_code FROM duty_session WHERE officer_id = $1 AND on_at < $2 AND (off_at IS NULL OR off_at > $3) AND "+
			auth.Areas(ctx, "area_code", &args)+" ORDER BY on_at LIMIT 1", args...)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("patrol.no_track", "There is no track of this officer in your area at that time.")
		}
		if err != nil {
			return err
		}
		p := auth.From(ctx)
		again, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM track_look WHERE officer_id = $1 AND id >= $2 AND by_id = $3 AND from_at = $4 AND to_at = $5 AND reason = $6 AND what = 'track'",
			l.Officer, db.FirstID(tx.Now().Add(-sameLook)), p.UserID, l.From, l.To, l.Reason)
		if err != nil || again > 0 {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO track_look (id, officer_id, by_id, by_name, by_unit, at, from_at, to_at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			db.NewID(tx), l.Officer, p.UserID, p.Name, p.UnitID, tx.Time(), l.From, l.To, l.Reason); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.looked", Object: "track", ObjectID: l.Officer, Area: area,
			Detail: map[string]any{"from": l.From, "to": l.To, "reason": l.Reason}})
	})
}

// Looked is one look at a track or the telephone number, as the officer sees it.
type Looked struct {
	At     clock.Time `db:"at" json:"at"`
	ByName string     `db:"by_name" json:"by_name"`
	ByUnit string     `db:"by_unit" json:"by_unit"`
	From   clock.Time `db:"from_at" json:"from"`
	To     clock.Time `db:"to_at" json:"to"`
	Reason string     `db:"reason" json:"reason"`
	What   string     `db:"what" json:"what" enum:"track,phone" doc:"What was looked at"`
}

// WhoLooked lists who looked at the caller's own track, newest first, with what was turned away of its points by day.
// Needs patrol.duty.
func (s *Service) WhoLooked(ctx context.Context) (looks []Looked, refused []Refused, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, nil, err
	}
	me := auth.From(ctx).UserID
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if looks, err = db.All[Looked](ctx, tx, "SELECT at, by_name, by_unit, from_at, to_at, reason, what FROM track_look WHERE officer_id = $1 ORDER BY id DESC LIMIT 200", me); err != nil {
			return err
		}
		refused, err = db.All[Refused](ctx, tx, "SELECT day, off_duty, bad FROM track_refused WHERE officer_id = $1 ORDER BY day DESC LIMIT 30", me)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return looks, s.refused.with(me, refused), nil
}
