package patrol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// Session is a time on duty of one officer.
type Session struct {
	ID          string      `db:"id" json:"id"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	UnitID      string      `db:"unit_id" json:"unit_id"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	OnAt        clock.Time  `db:"on_at" json:"on_at"`
	UntilAt     clock.Time  `db:"until_at" json:"until_at" doc:"It ends by itself then"`
	OffAt       *clock.Time `db:"off_at" json:"off_at,omitempty"`
	EndedBy     Ending      `db:"ended_by" json:"ended_by,omitempty"`
	Note        string      `db:"note" json:"note,omitempty"`
	Points      int         `db:"points" json:"points" doc:"Positions kept so far, without the last minutes"`
	Kind        Kind        `db:"kind" json:"kind" enum:"duty,sos" doc:"sos: a call for help off duty, which shares the position for half an hour"`
	KeepDays    int         `db:"keep_days" json:"keep_days" doc:"Days for which the track is kept"`
	ChangedAt   clock.Time  `db:"changed_at" json:"-"`
	Version     int64       `db:"version" json:"version"`

	elsewhere bool // another server ended it, so points may have come here meanwhile
}

const sessionColumns = "id, officer_id, officer_name, unit_id, area_code, on_at, until_at, off_at, ended_by, note, points, kind, keep_days, changed_at, version"

// Kind says what a session is for.
type Kind string

// The kinds.
const (
	OnDuty Kind = "duty"
	ForSOS Kind = "sos"
)

// Ending says who ended a session.
type Ending string

// The endings.
const (
	ByOfficer Ending = "officer"
	ByCentre  Ending = "centre"
	ByTime    Ending = "time"
)

// Lengths of a session. A shift is planned for eight hours; sixteen is the most anybody can ask for.
const (
	usualSession   = 8 * time.Hour
	longestSession = 16 * time.Hour
)

// GoOnDuty starts a session of the caller that ends by itself after so many minutes, 0 for eight hours. Conflict (with
// the session) if one is running. Needs patrol.duty.
func (s *Service) GoOnDuty(ctx context.Context, minutes int) (*Session, error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	length := time.Duration(minutes) * time.Minute
	if minutes == 0 {
		length = usualSession
	}
	if length <= 0 || length > longestSession {
		return nil, errs.Invalid("patrol.bad_length", "A session lasts from one minute to sixteen hours.", errs.Field{Location: "body.minutes", Message: "1 to 960", Value: minutes})
	}
	p := auth.From(ctx)
	if len(p.Areas) == 0 {
		return nil, errs.Forbidden("patrol.no_area", "Your post has no area to be on duty in.")
	}
	var out *Session
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		running, err := s.runningTx(ctx, tx, p.UserID)
		if err != nil {
			return err
		}
		switch {
		case running != nil && running.Kind == ForSOS: // who called for help off duty now goes on duty
			if err := s.endTx(ctx, tx, running, ByOfficer, ""); err != nil {
				return err
			}
		case running != nil:
			return errs.Conflict("patrol.on_duty", "You are on duty already.").With(running)
		}
		now := tx.Time()
		out, err = s.beginTx(ctx, tx, OnDuty, clock.At(now.Add(length)))
		return err
	})
	return out, err
}

// runningTx is the session somebody is on duty in, nil off duty. One whose time is up is ended first, so that nobody has to wait for
// Expire to go on duty again or to be seen while calling for help; Seal comes to its track.
func (s *Service) runningTx(ctx context.Context, tx *db.Tx, officer string) (*Session, error) {
	x, err := openSession(ctx, tx, officer)
	if err != nil || x == nil || tx.Time().Before(x.UntilAt.Time) {
		return x, err
	}
	return nil, s.endTx(ctx, tx, x, ByTime, "")
}

// moveEndTx lets a session end by itself at another time.
func (s *Service) moveEndTx(ctx context.Context, tx *db.Tx, x *Session, until clock.Time) error {
	n, err := tx.Exec(ctx, "UPDATE duty_session SET until_at = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4", until, tx.Time(), x.ID, x.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("patrol.changed", "The session was changed in between; look at it again.")
	}
	x.UntilAt, x.ChangedAt, x.Version = until, tx.Time(), x.Version+1
	moved := *x
	tx.AfterCommit(func() { s.gate.put(moved) })
	return err
}

// beginTx starts a session of the caller.
func (s *Service) beginTx(ctx context.Context, tx *db.Tx, kind Kind, until clock.Time) (*Session, error) {
	p, now := auth.From(ctx), tx.Time()
	x := &Session{ID: db.NewID(tx), OfficerID: p.UserID, OfficerName: p.Name, UnitID: p.UnitID, AreaCode: p.Areas[0], OnAt: now, UntilAt: until,
		Kind: kind, KeepDays: usualKeep, ChangedAt: now, Version: 1}
	if s.Terms != nil {
		days, err := s.Terms.KeepDays(ctx, tx, x.OfficerID)
		if err != nil {
			return nil, err
		}
		x.KeepDays = keptFor(days)
	}
	if err := db.InsertMany(ctx, tx, "duty_session", sessionColumns, "", [][]any{x.row()}); err != nil {
		return nil, err
	}
	begun := *x
	tx.AfterCommit(func() { s.gate.put(begun) })
	return x, s.note(ctx, tx, TopicOnDuty, x)
}

// row is the session in the order of sessionColumns.
func (x *Session) row() []any {
	return []any{x.ID, x.OfficerID, x.OfficerName, x.UnitID, x.AreaCode, x.OnAt, x.UntilAt, x.OffAt, x.EndedBy, x.Note, x.Points, x.Kind, x.KeepDays, x.ChangedAt, x.Version}
}

// GoOffDuty ends the caller's session. NotFound if none is running. From now on nothing of the caller is kept or shown.
// Needs patrol.duty.
func (s *Service) GoOffDuty(ctx context.Context) (*Session, error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	var out *Session
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if out, err = openSession(ctx, tx, auth.From(ctx).UserID); err != nil {
			return err
		}
		if out == nil {
			return errs.NotFound("patrol.off_duty", "You are not on duty.")
		}
		return s.endTx(ctx, tx, out, ByOfficer, "")
	})
	if err != nil {
		return nil, err
	}
	return out, s.sealSessions(ctx, []string{out.ID})
}

// End ends somebody's session, with a reason that the officer sees. Needs patrol.manage in its area; NotFound outside it,
// Conflict (with the session) if it has ended.
func (s *Service) End(ctx context.Context, id, reason string) (*Session, error) {
	if err := prose.Check("patrol.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	var out *Session
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if out, err = findSession(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, out.AreaCode); err != nil {
			return err
		}
		if out.OffAt != nil {
			return errs.Conflict("patrol.ended", "The session has ended.").With(out)
		}
		return s.endTx(ctx, tx, out, ByCentre, reason)
	})
	if err != nil {
		return nil, err
	}
	return out, s.sealSessions(ctx, []string{out.ID})
}

// EndOfTx ends the session of somebody who is not to be on duty any more, if one runs; the officer sees the note. While a call for help is open
// the position stays shown for as long as the call shares it, and the session ends then: help does not end with an account. Called by the program.
func (s *Service) EndOfTx(ctx context.Context, tx *db.Tx, officer, note string) error {
	x, err := openSession(ctx, tx, officer)
	if err != nil || x == nil {
		return err
	}
	call, err := openSOS(ctx, tx, officer)
	if err != nil {
		return err
	}
	if call != nil && call.ShareUntil.After(tx.Now()) {
		if call.ShareUntil.Before(x.UntilAt.Time) {
			return s.moveEndTx(ctx, tx, x, call.ShareUntil)
		}
		return nil
	}
	return s.endTx(ctx, tx, x, ByCentre, note)
}

// endTx ends a session, at the latest when it was to end by itself.
func (s *Service) endTx(ctx context.Context, tx *db.Tx, x *Session, by Ending, note string) error {
	end := tx.Time()
	if end.After(x.UntilAt.Time) {
		end = x.UntilAt
	}
	if end.Before(x.OnAt.Time) { // the clock of the server went back meanwhile
		end = x.OnAt
	}
	n, err := tx.Exec(ctx, "UPDATE duty_session SET off_at = $1, ended_by = $2, note = $3, changed_at = $4, version = version + 1 WHERE id = $5 AND version = $6",
		end, by, note, tx.Time(), x.ID, x.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Conflict("patrol.changed", "The session was changed in between; look at it again.")
	}
	x.OffAt, x.EndedBy, x.Note, x.ChangedAt, x.Version = &end, by, note, tx.Time(), x.Version+1
	ended := *x
	tx.AfterCommit(func() {
		s.gate.put(ended)
		s.latest.drop(ended.OfficerID)
	})
	return s.note(ctx, tx, TopicOffDuty, x)
}

// Expire ends the sessions whose time is up and seals their tracks, and sets right the end of those that ended in the future, since
// the clock of the server had leapt ahead. The program calls it every minute.
func (s *Service) Expire(ctx context.Context) error {
	var ended []string
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		ended = ended[:0]
		if err := s.mendEnds(ctx, tx); err != nil {
			return err
		}
		due, err := db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at IS NULL AND until_at <= $1 ORDER BY id LIMIT 500", tx.Time())
		for i := 0; err == nil && i < len(due); i++ {
			err = s.endTx(ctx, tx, &due[i], ByTime, "")
			ended = append(ended, due[i].ID)
		}
		return err
	})
	if err != nil || len(ended) == 0 {
		return err
	}
	return s.sealSessions(ctx, ended)
}

// mendEnds lets sessions that ended in the future end now, at most 500 at a time. Of one that began in the future nothing is left, and it
// is not looked at again.
func (s *Service) mendEnds(ctx context.Context, tx *db.Tx) error {
	list, err := db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at > $1 AND off_at > on_at ORDER BY id LIMIT 500", tx.Time())
	for i := 0; err == nil && i < len(list); i++ {
		x, now := list[i], tx.Time()
		if now.Before(x.OnAt.Time) {
			now = x.OnAt // it began in the future too: nothing is left of it
		}
		x.OffAt, x.ChangedAt, x.Version = &now, tx.Time(), x.Version+1
		if _, err = tx.Exec(ctx, "UPDATE duty_session SET off_at = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4", now, tx.Time(), x.ID, list[i].Version); err == nil {
			tx.AfterCommit(func() { s.gate.put(x) })
			err = audit.Log(ctx, tx, audit.Entry{Action: "patrol.end_mended", Object: "duty_session", ObjectID: x.ID, Area: x.AreaCode,
				Detail: map[string]any{"officer": x.OfficerID, "from": list[i].OffAt, "to": now}})
		}
	}
	return err
}

// note writes the audit entry of a session and emits its event.
func (s *Service) note(ctx context.Context, tx *db.Tx, topic string, x *Session) error {
	if err := audit.Log(ctx, tx, audit.Entry{Action: topic, Object: "duty_session", ObjectID: x.ID, Area: x.AreaCode,
		Detail: map[string]any{"officer": x.OfficerID, "ended_by": x.EndedBy}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, topic, x.ID, x)
}

// Mine returns the caller's running session, nil off duty, and the last ended ones, newest first. Needs patrol.duty.
func (s *Service) Mine(ctx context.Context) (running *Session, ended []Session, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		me := auth.From(ctx).UserID
		if running, err = openSession(ctx, tx, me); err != nil {
			return err
		}
		ended, err = db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE officer_id = $1 AND off_at IS NOT NULL ORDER BY on_at DESC LIMIT 30", me)
		return err
	})
	return running, ended, err
}

var newestSessions = httpx.Newest[Session]{Table: "duty_session", Columns: sessionColumns, ID: func(s *Session) string { return s.ID }}

// Sessions lists the sessions in the caller's areas that ran at some time between from and to, newest first. Needs patrol.live.
func (s *Service) Sessions(ctx context.Context, officer string, from, to clock.Time, page httpx.PageIn) (out httpx.Page[Session], err error) {
	if err := auth.Require(ctx, PermLive); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		args := []any{to, from}
		where := "on_at < $1 AND (off_at IS NULL OR off_at > $2) AND " + auth.Areas(ctx, "area_code", &args)
		if officer != "" {
			args = append(args, officer)
			where += fmt.Sprintf(" AND officer_id = $%d", len(args))
		}
		out, err = newestSessions.Page(ctx, tx, where, args, page)
		return err
	})
	return out, err
}

// SpansTx lists the times on duty in an area that touch a span, by their beginning, for the program's other modules; calls for
// help off duty are left out.
func (s *Service) SpansTx(ctx context.Context, tx *db.Tx, area string, from, to clock.Time) ([]Session, error) {
	args := []any{to, from}
	where := auth.Within("area_code", []string{area}, &args)
	return db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE kind = 'duty' AND on_at < $1 AND (off_at IS NULL OR off_at > $2) AND "+where+
		" ORDER BY on_at, id LIMIT 50000", args...)
}

// openSession returns the running session of an officer, nil if there is none.
func openSession(ctx context.Context, tx *db.Tx, officer string) (*Session, error) {
	x, err := db.Get[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE officer_id = $1 AND off_at IS NULL", officer)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	return &x, err
}

func findSession(ctx context.Context, tx *db.Tx, id string) (*Session, error) {
	x, err := db.Get[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("patrol.no_session", "There is no such session, or you may not see it.")
	}
	return &x, err
}
