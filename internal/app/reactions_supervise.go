package app

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/db"
)

// tellSupervisors tells those who supervise the case that the unit has answered.
func (t *telling) tellSupervisors(ctx context.Context) error {
	who, err := t.app.Cases.SupervisorsTx(ctx, t.tx, t.e.CaseID)
	for _, user := range who {
		t.add(messages.Note{Event: "supervision_answered", Audience: messages.ToSuperior, User: user, Link: caseLink(t.e.CaseID)})
	}
	return err
}

// unansweredNotes are the notes about a supervision that nobody answered in time to those who demanded it; n is that to the unit.
func (a *App) unansweredNotes(ctx context.Context, tx *db.Tx, e *cases.Lapse, n messages.Note) ([]messages.Note, error) {
	who, err := a.Cases.SupervisorsTx(ctx, tx, e.CaseID)
	notes := make([]messages.Note, 0, len(who))
	for _, user := range who {
		one := n
		one.Audience, one.Unit, one.User = messages.ToSuperior, "", user
		notes = append(notes, one)
	}
	return notes, err
}
