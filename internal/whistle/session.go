package whistle

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// NewSession invites to a meeting on the spot.
type NewSession struct {
	At     clock.Time `json:"at"`
	Place  string     `json:"place" minLength:"1" maxLength:"400"`
	Agenda string     `json:"agenda,omitempty" maxLength:"4000"`
}

// Meet invites every called unit to a session; they are reminded the day before. Needs whistle.blow in the street.
func (s *Service) Meet(ctx context.Context, id string, n NewSession) (m *Session, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		m, err = s.MeetTx(ctx, tx, id, n)
		return err
	})
	return m, err
}

// MeetTx is Meet inside the caller's transaction.
func (s *Service) MeetTx(ctx context.Context, tx *db.Tx, id string, n NewSession) (*Session, error) {
	w, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := inStreet(ctx, PermBlow, w); err != nil {
		return nil, err
	}
	if w.State != Blown {
		return nil, errs.Conflict("whistle.bad_state", "The whistle is in a state that does not allow this.").With(w)
	}
	var fields []errs.Field
	n.Place, n.Agenda = tidy(n.Place, 100, "place", &fields), tidy(n.Agenda, maxText, "agenda", &fields)
	if n.Place == "" {
		fields = append(fields, errs.Field{Location: "body.place", Message: "required"})
	}
	if !n.At.After(tx.Now()) {
		fields = append(fields, errs.Field{Location: "body.at", Message: "in the past", Value: n.At})
	}
	if fields != nil {
		return nil, errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
	}
	m := &Session{ID: db.NewID(tx), WhistleID: id, At: clock.At(n.At.Time), Place: n.Place, Agenda: n.Agenda, CalledBy: nameOf(ctx), Version: 1}
	m.Attendance.V = []Attendance{}
	for _, c := range w.Calls {
		if c.State.open() {
			m.Attendance.V = append(m.Attendance.V, Attendance{UnitID: c.UnitID, UnitName: c.UnitName})
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO whistle_session ("+sessionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		m.ID, m.WhistleID, m.At, m.Place, m.Agenda, m.Minutes, m.Attendance, m.HeldAt, m.CalledBy, m.Version)
	if err != nil {
		return nil, err
	}
	if err := s.startAt(ctx, tx, w, "", Clock{Kind: "session", DueAt: m.At}); err != nil {
		return nil, err
	}
	return m, record(ctx, tx, w, nil, "meet", m.Place)
}

// Minutes is the record of a session.
type Minutes struct {
	Version    int64        `json:"version"`
	Minutes    string       `json:"minutes" minLength:"1" maxLength:"8000"`
	Attendance []Attendance `json:"attendance" maxItems:"8"`
}

// Record enters who came to a session and what was said. Needs whistle.blow in the street; the time must have come.
func (s *Service) Record(ctx context.Context, id, session string, in Minutes) (m *Session, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := inStreet(ctx, PermBlow, w); err != nil {
			return err
		}
		row, err := db.Get[Session](ctx, tx, "SELECT "+sessionColumns+" FROM whistle_session WHERE id = $1 AND whistle_id = $2", session, id)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("whistle.no_session", "The whistle has no such session.")
		}
		if err != nil {
			return err
		}
		m = &row
		if m.At.After(tx.Now()) {
			return errs.Conflict("whistle.session_ahead", "The session has not begun yet.").With(m)
		}
		var fields []errs.Field
		m.Minutes = tidy(in.Minutes, 2000, "minutes", &fields)
		if m.Minutes == "" {
			fields = append(fields, errs.Field{Location: "body.minutes", Message: "required"})
		}
		m.attend(w, in.Attendance, &fields)
		if fields != nil {
			return errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
		}
		now := tx.Time()
		m.HeldAt = &now
		n, err := tx.Exec(ctx, "UPDATE whistle_session SET minutes = $1, attendance = $2, held_at = $3, version = version + 1 WHERE id = $4 AND version = $5", m.Minutes, m.Attendance, now, session, in.Version)
		if err == nil && n == 0 {
			err = changed(m)
		}
		if err != nil {
			return err
		}
		m.Version = in.Version + 1
		return record(ctx, tx, w, nil, "minutes", m.Place)
	})
	return m, err
}

// attend takes over who came; a unit that is not named was not there.
func (m *Session) attend(w *Whistle, came []Attendance, fields *[]errs.Field) {
	m.Attendance.V = []Attendance{}
	for _, c := range w.Calls {
		if c.State == Cancelled {
			continue
		}
		a := Attendance{UnitID: c.UnitID, UnitName: c.UnitName}
		if i := slices.IndexFunc(came, func(x Attendance) bool { return x.UnitID == c.UnitID }); i >= 0 {
			a.Present, a.Who = came[i].Present, tidy(came[i].Who, 50, "attendance", fields)
		}
		m.Attendance.V = append(m.Attendance.V, a)
	}
}
