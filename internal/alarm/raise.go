package alarm

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// RaiseTx notes an alarm in the caller's transaction. fresh says that none was active for its source, subject and kind;
// otherwise the active one is counted up, gets the newest words and place, and rings again only if it has become more severe.
// The module that calls it has judged who may; an incomplete Raise is an internal error.
func (s *Service) RaiseTx(ctx context.Context, tx *db.Tx, in Raise) (a Alarm, fresh bool, err error) {
	if in.Source == "" || in.Subject == "" || in.Kind == "" || in.AreaCode == "" || in.Title == "" || in.Severity.rank() == 0 {
		return a, false, fmt.Errorf("alarm: incomplete: %s/%s/%s in %q", in.Source, in.Subject, in.Kind, in.AreaCode)
	}
	n := in.alarm(tx)
	// One statement, so that two at the same moment make one alarm; its severity stays to be compared.
	a, err = db.Get[Alarm](ctx, tx, "INSERT INTO alarm ("+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		ON CONFLICT (source, subject, kind) WHERE cleared_at IS NULL DO UPDATE SET times = alarm.times + 1, last_at = excluded.last_at, title = excluded.title, detail = excluded.detail,
		lat = excluded.lat, lon = excluded.lon, version = alarm.version + 1 RETURNING `+columns,
		n.ID, n.Source, n.Subject, n.Kind, n.Severity, n.AreaCode, n.SubjectName, n.Title, n.Detail, n.Link, n.Lat, n.Lon, n.Personal, n.Late, n.Times, n.RaisedAt, n.LastAt,
		n.ClearedAt, n.ClearedBy, n.AckedAt, n.AckedBy, n.AckedName, n.CaseID, n.CaseNumber, n.Place, n.Version)
	switch {
	case err != nil:
		return a, false, err
	case a.ID == n.ID:
		return a, true, s.note(ctx, tx, &a, Raised, TopicRaised, "")
	case n.Severity.rank() < a.Severity.rank():
		return a, false, s.escalate(ctx, tx, &a, n.Severity)
	}
	return a, false, nil
}

// escalate makes an active alarm more severe: whoever acknowledged the lesser one has not seen this.
func (s *Service) escalate(ctx context.Context, tx *db.Tx, a *Alarm, to Severity) error {
	a.Severity, a.AckedAt, a.AckedBy, a.AckedName = to, nil, "", ""
	a.Place = a.placed()
	if _, err := tx.Exec(ctx, "UPDATE alarm SET severity = $1, acked_at = NULL, acked_by = '', acked_name = '', place = $2 WHERE id = $3", a.Severity, a.Place, a.ID); err != nil {
		return err
	}
	return s.note(ctx, tx, a, Escalated, TopicRaised, "")
}

// ClearTx ends the active alarm of a source, subject and kind in the caller's transaction; nil if there is none.
func (s *Service) ClearTx(ctx context.Context, tx *db.Tx, source, subject, kind string) (*Alarm, error) {
	a, err := db.Get[Alarm](ctx, tx, "SELECT "+columns+" FROM alarm WHERE source = $1 AND subject = $2 AND kind = $3 AND cleared_at IS NULL", source, subject, kind)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	if err != nil {
		return nil, err
	}
	return &a, s.clearTx(ctx, tx, &a, "", "")
}

// ClearSubjectTx ends every active alarm of a source about a subject, such as when an officer goes off duty.
func (s *Service) ClearSubjectTx(ctx context.Context, tx *db.Tx, source, subject, note string) error {
	list, err := db.All[Alarm](ctx, tx, "SELECT "+columns+" FROM alarm WHERE source = $1 AND subject = $2 AND cleared_at IS NULL ORDER BY id LIMIT 200", source, subject)
	for i := 0; err == nil && i < len(list); i++ {
		err = s.clearTx(ctx, tx, &list[i], "", note)
	}
	return err
}

// ActiveTx lists the active alarms of a source about a subject, "" for all subjects, by id.
func (s *Service) ActiveTx(ctx context.Context, tx *db.Tx, source, subject string) ([]Alarm, error) {
	return db.All[Alarm](ctx, tx, "SELECT "+columns+" FROM alarm WHERE source = $1 AND ($2 = '' OR subject = $2) AND cleared_at IS NULL ORDER BY id", source, subject)
}

func (s *Service) clearTx(ctx context.Context, tx *db.Tx, a *Alarm, by, note string) error {
	now := tx.Time()
	a.ClearedAt, a.ClearedBy, a.Version = &now, by, a.Version+1
	n, err := tx.Exec(ctx, "UPDATE alarm SET cleared_at = $1, cleared_by = $2, version = $3 WHERE id = $4 AND cleared_at IS NULL", a.ClearedAt, a.ClearedBy, a.Version, a.ID)
	if err != nil || n == 0 {
		return err
	}
	return s.note(ctx, tx, a, Cleared, TopicCleared, note)
}

// note appends a step, with its audit entry and event; topic is "" for none.
func (s *Service) note(ctx context.Context, tx *db.Tx, a *Alarm, action Action, topic, note string) error {
	by := auth.Principal{UserID: "system"}
	if p := auth.From(ctx); p != nil && !p.System {
		by = *p
	}
	if _, err := tx.Exec(ctx, "INSERT INTO alarm_step (id, alarm_id, action, by_id, by_name, at, note) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		db.NewID(tx), a.ID, action, by.UserID, by.Name, tx.Time(), note); err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "alarm." + string(action), Object: "alarm", ObjectID: a.ID, Area: a.AreaCode,
		Detail: map[string]any{"source": a.Source, "subject": a.Subject, "kind": a.Kind, "severity": a.Severity}}); err != nil || topic == "" {
		return err
	}
	return outbox.Emit(ctx, tx, topic, a.ID, a)
}
