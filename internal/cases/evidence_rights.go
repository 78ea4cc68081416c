package cases

import (
	"context"
	"errors"
	"io"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// phases of evidence.
var phases = []string{PhaseReport, PhaseBefore, PhaseAfter, PhaseCheck, PhaseOther}

// forEvidence returns the case if the caller may add such a photo now.
func (s *Service) forEvidence(ctx context.Context, tx *db.Tx, id string, n NewEvidence) (*Case, error) {
	if !slices.Contains(phases, n.Phase) {
		return nil, errs.Invalid("cases.bad_phase", "Say what the photo shows: the report, before, after, the check, or something else.",
			errs.Field{Location: "form.phase", Message: "not in the list", Value: n.Phase})
	}
	if len([]rune(n.Caption)) > maxAddress {
		return nil, errs.Invalid("cases.incomplete", "Fill in what this step needs.", errs.Field{Location: "form.caption", Message: "too long"})
	}
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if c.EndedAt != nil && c.State != Closed {
		return nil, errs.Conflict("cases.ended", "The case has ended; photos are added while it is open.").With(s.shown(c, tx))
	}
	return c, s.mayShoot(ctx, tx, c, n)
}

// mayShoot judges the caller by the phase.
func (s *Service) mayShoot(ctx context.Context, tx *db.Tx, c *Case, n NewEvidence) error {
	p := auth.From(ctx)
	if p.System {
		return nil
	}
	here := inside(c.AreaCode, p.Areas)
	part := false
	if p.UnitID != "" && p.Has(PermHandle) {
		mine, err := db.All[string](ctx, tx, "SELECT id FROM case_part WHERE case_id = $1 AND unit_id = $2", c.ID, p.UnitID)
		if err != nil {
			return err
		}
		part = len(mine) > 0
		if n.PartID != "" && !slices.Contains(mine, n.PartID) {
			return errs.NotFound("cases.no_part", "The case has no such part.")
		}
	} else if n.PartID != "" {
		return errs.NotFound("cases.no_part", "The case has no such part.")
	}
	handles := p.Has(PermHandle) && (actsFor(p, c) || part)
	var allowed bool
	switch n.Phase {
	case PhaseBefore, PhaseAfter:
		allowed = handles || here && p.Has(PermSelfHandle)
	case PhaseCheck:
		allowed = here && p.Has(PermCheck)
	default:
		allowed = handles || here && (p.Has(PermReport) || p.Has(PermAccept) || p.Has(PermCheck))
	}
	if !allowed {
		return errs.Forbidden("cases.not_your_photo", "Photos of this phase are added by who handles or verifies the case.")
	}
	return nil
}

// OpenEvidence opens a photo of a case the caller sees, or of one merged into it. The caller closes it.
func (s *Service) OpenEvidence(ctx context.Context, id, photo string) (e *Evidence, file io.ReadCloser, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err = s.evidenceTx(ctx, tx, id, photo)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	file, err = s.Files.Open(ctx, e.Ref)
	return e, file, err
}

func (s *Service) evidenceTx(ctx context.Context, tx *db.Tx, id, photo string) (*Evidence, error) {
	if _, err := s.load(ctx, tx, id); err != nil {
		return nil, err
	}
	e, err := db.Get[Evidence](ctx, tx, "SELECT "+evidenceColumns+` FROM case_evidence
		WHERE id = $1 AND (case_id = $2 OR case_id IN (SELECT id FROM case_file WHERE merged_into = $2 AND merged_into <> ''))`, photo, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("cases.no_photo", "There is no such photo, or you may not see it.")
	}
	return &e, err
}

// ShowEvidence says whether a photo may be shown to those who reported and with a published result. Needs cases.close in
// the area.
func (s *Service) ShowEvidence(ctx context.Context, id, photo string, public bool) (e *Evidence, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if e, err = s.evidenceTx(ctx, tx, id, photo); err != nil {
			return err
		}
		c, err := find(ctx, tx, e.CaseID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermClose, c.AreaCode); err != nil {
			return err
		}
		e.Public = public
		if _, err := tx.Exec(ctx, "UPDATE case_evidence SET public = $1 WHERE id = $2", public, e.ID); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "cases.show_photo", Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"photo": e.ID, "public": public}})
	})
	return e, err
}

// Taken is what a picture told about its making. It can lead to somebody's home.
type Taken struct {
	At       *clock.Time `json:"at,omitempty"`
	Lat      *float64    `json:"lat,omitempty"`
	Lon      *float64    `json:"lon,omitempty"`
	Distance *int        `json:"distance,omitempty" doc:"Metres from the case"`
}

// RevealTaken returns when and where a photo was taken. Needs cases.contact in the area and a reason; every look is in the
// history of the case and in the audit trail.
func (s *Service) RevealTaken(ctx context.Context, id, photo, reason string) (out *Taken, err error) {
	reason = clean(reason)
	if reason == "" {
		return nil, noReason()
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		e, err := s.evidenceTx(ctx, tx, id, photo)
		if err != nil {
			return err
		}
		c, err := find(ctx, tx, e.CaseID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermContact, c.AreaCode); err != nil {
			return err
		}
		out = &Taken{At: e.TakenAt, Distance: e.Distance}
		if e.TakenLat != nil && e.TakenLon != nil {
			lat, lon := float64(*e.TakenLat)/1e7, float64(*e.TakenLon)/1e7
			out.Lat, out.Lon = &lat, &lon
		}
		return s.noteOnCase(ctx, tx, c, "reveal_photo", Internal, map[string]any{"photo": e.ID, "reason": reason})
	})
	return out, err
}

func noReason() error {
	return errs.Invalid("cases.reason_required", "Say why you need to see this.", errs.Field{Location: "body.reason", Message: "required"})
}

// PhotoIsPublicTx reports whether a photo may be shown to anybody.
func (s *Service) PhotoIsPublicTx(ctx context.Context, tx *db.Tx, photo string) (bool, error) {
	public, err := db.Get[bool](ctx, tx, "SELECT public FROM case_evidence WHERE id = $1", photo)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	return public, err
}
