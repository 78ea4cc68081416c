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
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
	"yiwang/internal/track"
)

// SOS is a call for help of an officer. Calling is an explicit act that shares the position for half an hour, off duty too.
type SOS struct {
	ID          string      `db:"id" json:"id"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	UnitID      string      `db:"unit_id" json:"unit_id"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	SessionID   string      `db:"session_id" json:"-"`
	At          clock.Time  `db:"at" json:"at"`
	ShareUntil  clock.Time  `db:"share_until" json:"share_until" doc:"Until then the position is shared, if it was off duty"`
	ShiftUntil  *clock.Time `db:"shift_until" json:"-"` // of the session that lasts longer for this call
	Lat         *float64    `db:"lat" json:"lat,omitempty" doc:"Where it was called from"`
	Lon         *float64    `db:"lon" json:"lon,omitempty"`
	Accuracy    *int        `db:"accuracy" json:"accuracy,omitempty" doc:"Metres"`
	State       SOSState    `db:"state" json:"state" enum:"open,acknowledged,resolved"`
	AckedBy     string      `db:"acked_by" json:"acked_by,omitempty" doc:"Name of who answered"`
	AckedAt     *clock.Time `db:"acked_at" json:"acked_at,omitempty"`
	EndedBy     string      `db:"ended_by" json:"ended_by,omitempty" doc:"Name of who ended it"`
	EndedAt     *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	Note        string      `db:"note" json:"note,omitempty" doc:"How it ended"`
	ChangedAt   clock.Time  `db:"changed_at" json:"-"`
	Version     int64       `db:"version" json:"version"`
}

const sosColumns = "id, officer_id, officer_name, unit_id, area_code, session_id, at, share_until, shift_until, lat, lon, accuracy, state, acked_by, acked_at, ended_by, ended_at, note, changed_at, version"

// SOSState says how far a call for help is.
type SOSState string

// The states.
const (
	SOSOpen         SOSState = "open"
	SOSAcknowledged SOSState = "acknowledged"
	SOSResolved     SOSState = "resolved"
)

// shareFor is how long a call off duty shares the position.
const shareFor = 30 * time.Minute

// CallForHelp raises the caller's call for help, with its position if the phone has one. Off duty a session of half an hour
// begins, so that the position may be kept; it ends with the call. On duty the session lasts as long at least, or until the call is
// over: somebody who needs help in the last minutes of a shift stays on the map. A second call while one is open returns the first. Needs
// patrol.duty; Forbidden without an area.
func (s *Service) CallForHelp(ctx context.Context, at *track.Point) (out *SOS, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	if len(p.Areas) == 0 {
		return nil, errs.Forbidden("patrol.no_area", "Your post has no area to be on duty in.")
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = openSOS(ctx, tx, p.UserID); err != nil || out != nil {
			return err
		}
		until := clock.At(tx.Now().Add(shareFor))
		x, shift, err := s.shareTx(ctx, tx, p.UserID, until)
		if err != nil {
			return err
		}
		out = &SOS{ID: db.NewID(tx), OfficerID: p.UserID, OfficerName: p.Name, UnitID: p.UnitID, AreaCode: x.AreaCode, SessionID: x.ID, At: tx.Time(), ShareUntil: until, ShiftUntil: shift,
			State: SOSOpen, ChangedAt: tx.Time(), Version: 1}
		if at != nil {
			lat, lon := at.Degrees()
			out.Lat, out.Lon, out.Accuracy = &lat, &lon, known(int(at.Accuracy), track.NoAccuracy)
		}
		if err := db.InsertMany(ctx, tx, "sos_call", sosColumns, "", [][]any{{out.ID, out.OfficerID, out.OfficerName, out.UnitID, out.AreaCode, out.SessionID, out.At,
			out.ShareUntil, out.ShiftUntil, out.Lat, out.Lon, out.Accuracy, out.State, out.AckedBy, out.AckedAt, out.EndedBy, out.EndedAt, out.Note, out.ChangedAt, out.Version}}); err != nil {
			return err
		}
		return s.noteSOS(ctx, tx, "patrol.sos_called", out)
	})
	if err != nil {
		return nil, err
	}
	if at != nil { // so that the maps show it at once; the call stands whether or not this is kept
		at.Flags |= track.SOS
		_, _ = s.Take(ctx, p.UserID, []track.Point{*at}, 0)
	}
	return out, nil
}

// shareTx makes a session last until then, a new one off duty; shift is when it would have ended, if that is sooner.
func (s *Service) shareTx(ctx context.Context, tx *db.Tx, officer string, until clock.Time) (x *Session, shift *clock.Time, err error) {
	if x, err = s.runningTx(ctx, tx, officer); err != nil {
		return nil, nil, err
	}
	if x == nil {
		x, err = s.beginTx(ctx, tx, ForSOS, until)
		return x, nil, err
	}
	if !x.UntilAt.Before(until.Time) {
		return x, nil, nil
	}
	end := x.UntilAt
	return x, &end, s.moveEndTx(ctx, tx, x, until)
}

// AcknowledgeSOS says that somebody takes care of a call. Needs patrol.manage in its area; NotFound outside it, Conflict
// (with the call) if it was changed or has ended.
func (s *Service) AcknowledgeSOS(ctx context.Context, id string, version int64) (*SOS, error) {
	return s.changeSOS(ctx, id, version, "patrol.sos_acknowledged", func(tx *db.Tx, x *SOS) error {
		now := tx.Time()
		x.State, x.AckedBy, x.AckedAt = SOSAcknowledged, auth.From(ctx).Name, &now
		return nil
	})
}

// ResolveSOS ends a call with a note on how it ended. Needs patrol.manage in its area; errors as AcknowledgeSOS.
func (s *Service) ResolveSOS(ctx context.Context, id string, version int64, note string) (*SOS, error) {
	if err := prose.Check("patrol.bad_text", prose.Needed("note", &note, 200)); err != nil {
		return nil, err
	}
	return s.changeSOS(ctx, id, version, "patrol.sos_resolved", func(tx *db.Tx, x *SOS) error { return s.endSOSTx(ctx, tx, x, note) })
}

// EndMySOS ends the caller's own call: safe, or pressed by mistake. NotFound without an open one. Needs patrol.duty.
func (s *Service) EndMySOS(ctx context.Context, note string) (out *SOS, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	if err := prose.Check("patrol.bad_text", prose.Optional("note", &note, 200)); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = openSOS(ctx, tx, auth.From(ctx).UserID); err != nil {
			return err
		}
		if out == nil {
			return errs.NotFound("patrol.no_sos", "There is no open call for help.")
		}
		if err := s.endSOSTx(ctx, tx, out, note); err != nil {
			return err
		}
		return s.saveSOS(ctx, tx, out, "patrol.sos_ended")
	})
	return out, err
}

// endSOSTx ends a call and with it the session that was begun for it; a shift that lasted longer for it ends when it would have.
func (s *Service) endSOSTx(ctx context.Context, tx *db.Tx, x *SOS, note string) error {
	now := tx.Time()
	x.State, x.EndedBy, x.EndedAt, x.Note = SOSResolved, auth.From(ctx).Name, &now, note
	running, err := openSession(ctx, tx, x.OfficerID)
	longer := running != nil && x.ShiftUntil != nil && running.ID == x.SessionID && running.UntilAt.Equal(x.ShareUntil.Time)
	if err != nil || running == nil || running.Kind != ForSOS && !longer {
		return err
	}
	if longer && now.Before(x.ShiftUntil.Time) {
		return s.moveEndTx(ctx, tx, running, *x.ShiftUntil)
	}
	by := ByCentre
	if auth.From(ctx).UserID == x.OfficerID {
		by = ByOfficer
	}
	return s.endTx(ctx, tx, running, by, "")
}

func (s *Service) changeSOS(ctx context.Context, id string, version int64, action string, fn func(tx *db.Tx, x *SOS) error) (*SOS, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var out *SOS
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := db.Get[SOS](ctx, tx, "SELECT "+sosColumns+" FROM sos_call WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
			return errs.NotFound("patrol.no_sos", "There is no such call for help, or you may not see it.")
		}
		if err != nil {
			return err
		}
		if x.State == SOSResolved || x.Version != version {
			return errs.Conflict("patrol.sos_changed", "The call for help was changed in between; look at it again.").With(&x)
		}
		if err := fn(tx, &x); err != nil {
			return err
		}
		out = &x
		return s.saveSOS(ctx, tx, out, action)
	})
	return out, err
}

// saveSOS stores what was changed.
func (s *Service) saveSOS(ctx context.Context, tx *db.Tx, x *SOS, action string) error {
	n, err := tx.Exec(ctx, `UPDATE sos_call SET state = $1, acked_by = $2, acked_at = $3, ended_by = $4, ended_at = $5, note = $6, changed_at = $7, version = version + 1
		WHERE id = $8 AND version = $9`, x.State, x.AckedBy, x.AckedAt, x.EndedBy, x.EndedAt, x.Note, tx.Time(), x.ID, x.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Conflict("patrol.sos_changed", "The call for help was changed in between; look at it again.")
	}
	x.ChangedAt, x.Version = tx.Time(), x.Version+1
	return s.noteSOS(ctx, tx, action, x)
}

// noteSOS writes the audit entry of a call and emits its event; the entry names no place.
func (s *Service) noteSOS(ctx context.Context, tx *db.Tx, action string, x *SOS) error {
	changed := *x
	tx.AfterCommit(func() { s.gate.putSOS(&changed) })
	if err := audit.Log(ctx, tx, audit.Entry{Action: action, Object: "sos_call", ObjectID: x.ID, Area: x.AreaCode,
		Detail: map[string]any{"officer": x.OfficerID, "state": x.State}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicSOS, x.ID, x)
}

// openSOS returns the call of an officer that has not ended, nil if there is none.
func openSOS(ctx context.Context, tx *db.Tx, officer string) (*SOS, error) {
	x, err := db.Get[SOS](ctx, tx, "SELECT "+sosColumns+" FROM sos_call WHERE officer_id = $1 AND state <> 'resolved'", officer)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	return &x, err
}

// SOSCalls lists the calls for help of the caller's areas, those that have not ended first, then the newest. Needs patrol.live.
func (s *Service) SOSCalls(ctx context.Context) (out []SOS, err error) {
	if err := auth.Require(ctx, PermLive); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		var args []any
		out, err = db.All[SOS](ctx, tx, "SELECT "+sosColumns+" FROM sos_call WHERE "+auth.Areas(ctx, "area_code", &args)+
			" ORDER BY CASE WHEN state = 'resolved' THEN 1 ELSE 0 END, at DESC LIMIT 100", args...)
		return err
	})
	return out, err
}

// MySOS returns the caller's open call, nil without one. Needs patrol.duty.
func (s *Service) MySOS(ctx context.Context) (out *SOS, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = openSOS(ctx, tx, auth.From(ctx).UserID)
		return err
	})
	return out, err
}

// SOSTx returns a call for help as it is now, to the program's reactions.
func (s *Service) SOSTx(ctx context.Context, tx *db.Tx, id string) (SOS, error) {
	return db.Get[SOS](ctx, tx, "SELECT "+sosColumns+" FROM sos_call WHERE id = $1", id)
}

// callByTracker raises the call for help of an officer whose tracker sent one in its last minutes.
func (s *Service) callByTracker(ctx context.Context, d *Device, points []track.Point) error {
	if s.gate.calling(d.OfficerID) {
		return nil
	}
	soonest := s.DB.Clock().Now().Add(-lateAfter).UnixMilli()
	for i := range points {
		if p := &points[i]; p.Flags.Has(track.SOS) && p.At >= soonest {
			me := &auth.Principal{UserID: d.OfficerID, Name: d.OfficerName, Areas: []string{d.AreaCode}, Permissions: map[string]bool{PermDuty: true}}
			_, err := s.CallForHelp(auth.With(ctx, me), p)
			return err
		}
	}
	return nil
}
