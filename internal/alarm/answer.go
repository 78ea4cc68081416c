package alarm

import (
	"context"
	"errors"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Limits of texts, in characters.
const longestNote = 300

// Acknowledge says that the caller has seen an alarm and takes care; note may be empty. Conflict (with the alarm) if it was
// changed since version, acknowledged or cleared. Needs alarm.answer in its area; NotFound outside it.
func (s *Service) Acknowledge(ctx context.Context, id string, version int64, note string) (*Alarm, error) {
	if err := prose.Check("alarm.bad_text", prose.Optional("note", &note, longestNote)); err != nil {
		return nil, err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, a *Alarm) error {
		if a.AckedAt != nil {
			return errs.Conflict("alarm.acknowledged", "Somebody has acknowledged this alarm already.").With(a)
		}
		now, me := tx.Time(), auth.From(ctx)
		a.AckedAt, a.AckedBy, a.AckedName, a.Version = &now, me.UserID, me.Name, a.Version+1
		a.Place = a.placed()
		if _, err := tx.Exec(ctx, "UPDATE alarm SET acked_at = $1, acked_by = $2, acked_name = $3, place = $4, version = $5 WHERE id = $6",
			a.AckedAt, a.AckedBy, a.AckedName, a.Place, a.Version, a.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, a, Acknowledged, TopicAcknowledged, note)
	})
}

// Note adds a sentence to an alarm, active or cleared. Needs alarm.answer in its area; NotFound outside it.
func (s *Service) Note(ctx context.Context, id, note string) (*Alarm, error) {
	if err := prose.Check("alarm.bad_text", prose.Needed("note", &note, longestNote)); err != nil {
		return nil, err
	}
	return s.change(ctx, id, 0, func(tx *db.Tx, a *Alarm) error { return s.note(ctx, tx, a, Noted, "", note) })
}

// Clear ends an alarm by hand, with a reason: its source has not said so. If the matter goes on, the source raises another.
// Conflict (with the alarm) if it was changed since version or cleared. Needs alarm.answer in its area; NotFound outside it.
func (s *Service) Clear(ctx context.Context, id string, version int64, reason string) (*Alarm, error) {
	if err := prose.Check("alarm.bad_text", prose.Needed("reason", &reason, longestNote)); err != nil {
		return nil, err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, a *Alarm) error {
		if !a.Active() {
			return errs.Conflict("alarm.cleared", "This alarm has been cleared already.").With(a)
		}
		return s.clearTx(ctx, tx, a, auth.From(ctx).Name, reason)
	})
}

// MakeCase registers a case of an alarm and links the two; text is what the case says, category may be empty. Conflict
// (with the alarm) if it has one. Needs alarm.answer in its area and what registering a case needs; NotFound outside it.
func (s *Service) MakeCase(ctx context.Context, id string, version int64, text, category string) (*Alarm, error) {
	if err := prose.Check("alarm.bad_text", prose.Needed("text", &text, 2000)); err != nil {
		return nil, err
	}
	if s.Cases == nil {
		return nil, errs.Unavailable("alarm.no_cases", "Cases cannot be registered here.")
	}
	return s.change(ctx, id, version, func(tx *db.Tx, a *Alarm) error {
		if a.CaseID != "" {
			return errs.Conflict("alarm.has_case", "This alarm has a case already.").With(a)
		}
		caseID, number, err := s.Cases.OpenTx(ctx, tx, a, text, category)
		if err != nil {
			return err
		}
		return s.linkTx(ctx, tx, a, caseID, number)
	})
}

// LinkCaseTx says which case an alarm has become, for rules that open one by themselves.
func (s *Service) LinkCaseTx(ctx context.Context, tx *db.Tx, id, caseID, number string) error {
	a, err := find(ctx, tx, id)
	if err != nil || a.CaseID == caseID {
		return err
	}
	return s.linkTx(ctx, tx, a, caseID, number)
}

func (s *Service) linkTx(ctx context.Context, tx *db.Tx, a *Alarm, caseID, number string) error {
	a.CaseID, a.CaseNumber, a.Version = caseID, number, a.Version+1
	if _, err := tx.Exec(ctx, "UPDATE alarm SET case_id = $1, case_number = $2, version = $3 WHERE id = $4", a.CaseID, a.CaseNumber, a.Version, a.ID); err != nil {
		return err
	}
	return s.note(ctx, tx, a, MadeCase, "", number)
}

// change runs fn on an alarm that the caller may answer; version 0 stands for any.
func (s *Service) change(ctx context.Context, id string, version int64, fn func(tx *db.Tx, a *Alarm) error) (out *Alarm, err error) {
	if err := auth.Require(ctx, PermAnswer); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = visible(ctx, tx, id); err != nil {
			return err
		}
		if version != 0 && out.Version != version {
			return errs.Conflict("alarm.changed", "The alarm was changed in between; look at it again.").With(out)
		}
		return fn(tx, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func find(ctx context.Context, tx *db.Tx, id string) (*Alarm, error) {
	a, err := db.Get[Alarm](ctx, tx, "SELECT "+columns+" FROM alarm WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("alarm.not_found", "There is no such alarm, or you may not see it.")
	}
	return &a, err
}

// visible is find for a caller: what lies outside the areas is not found.
func visible(ctx context.Context, tx *db.Tx, id string) (*Alarm, error) {
	a, err := find(ctx, tx, id)
	if err == nil && !auth.From(ctx).Covers(a.AreaCode) {
		return nil, errs.NotFound("alarm.not_found", "There is no such alarm, or you may not see it.")
	}
	return a, err
}
