package appraisal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/survey"
)

// Review records that a person checked the run of a scored wave. Needs PermPublish in the wave's area; Conflict in any other
// state or when the wave moved since version.
func (s *Service) Review(ctx context.Context, waveID string, version int, note string) (*survey.Wave, error) {
	return s.move(ctx, waveID, "review", version, note)
}

// Return sends a scored or reviewed wave back to closed, with a written reason. The runs stay. Needs PermPublish.
func (s *Service) Return(ctx context.Context, waveID string, version int, note string) (*survey.Wave, error) {
	return s.move(ctx, waveID, "return", version, note)
}

// Publish makes the reviewed result public: streets, rank sets and method, never communities or small cells. Needs PermPublish.
func (s *Service) Publish(ctx context.Context, waveID string, version int, note string) (*survey.Wave, error) {
	return s.move(ctx, waveID, "publish", version, note)
}

func (s *Service) move(ctx context.Context, waveID, action string, version int, note string) (w *survey.Wave, err error) {
	if action != "return" {
		if err := s.checkCurrent(ctx, waveID); err != nil {
			return nil, err
		}
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if w, err = s.surveys.WaveTx(ctx, tx, waveID); err != nil {
			return err
		}
		if w.Version != version {
			return errs.Conflict("survey.wave_changed", "Somebody changed this wave in the meantime.").With(w)
		}
		if w, err = s.surveys.MoveTx(ctx, tx, waveID, action, note); err != nil {
			return err
		}
		run, err := lastRun(ctx, tx, waveID)
		if err != nil {
			return err
		}
		err = audit.Log(ctx, tx, audit.Entry{Action: "appraisal." + action, Object: "wave", ObjectID: waveID, Area: w.Area,
			Detail: map[string]string{"run": run.ID, "result": run.ResultHash, "note": note}})
		if err != nil || w.State != survey.Published {
			return err
		}
		return outbox.Emit(ctx, tx, TopicPublished, waveID, Event{WaveID: waveID, RunID: run.ID})
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// checkCurrent returns Conflict when a special score was entered, or an answer set aside or admitted, after the last run: what is
// reviewed and published must be what is on record. The reverse part goes on changing after the wave and stays as it was scored.
func (s *Service) checkCurrent(ctx context.Context, waveID string) error {
	if w, err := s.surveys.Wave(ctx, waveID); err != nil || requireEither(ctx, w.Area, PermPublish) != nil {
		return err // the move itself says what is missing
	}
	run, err := s.lastOf(ctx, waveID)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil
	} else if err != nil {
		return err
	}
	in, err := s.gather(auth.System(ctx, "check"), waveID, nil)
	if err != nil {
		return err
	}
	in.names, in.parts.Reverse = run.Inputs.V.Names, run.Inputs.V.Parts.Reverse
	if run.CodeVersion == codeVersion && in.hash() != run.InputHash {
		return errs.Conflict("appraisal.run_outdated", "Special scores or decisions about answers changed after the last computation; compute the result again first.")
	}
	return nil
}

// Special is a street's score for its own special indicators, with the evidence it rests on.
type Special struct {
	Street string  `db:"street" json:"street"`
	Score  float64 `db:"score" json:"score" minimum:"0" maximum:"100"`
	Basis  string  `db:"basis" json:"basis" minLength:"1" maxLength:"500" doc:"the objective data the score rests on"`
}

// SetSpecial records special scores. Later ones replace earlier ones in the next run; earlier ones stay on record. Needs
// PermScore in the wave's area; Conflict once the wave is reviewed; Invalid for a street outside the wave.
func (s *Service) SetSpecial(ctx context.Context, waveID string, list []Special) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermScore, w.Area); err != nil {
			return err
		}
		if i := slices.Index(survey.States, w.State); i >= slices.Index(survey.States, survey.Reviewed) {
			return errs.Conflict("appraisal.reviewed", "The result was reviewed; return it before changing a part of it.").With(w)
		}
		streets := w.Plan.V.Streets()
		for i, sp := range list {
			if !slices.Contains(streets, sp.Street) || !(sp.Score >= 0 && sp.Score <= 100) || strings.TrimSpace(sp.Basis) == "" {
				return errs.Invalid("appraisal.bad_special", "A special score names a street of the wave, lies in 0…100 and has a basis.",
					errs.Field{Location: fmt.Sprintf("body.items[%d]", i), Message: "not acceptable", Value: sp})
			}
			_, err := tx.Exec(ctx, "INSERT INTO appraisal_special (id, wave_id, street, score, basis, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
				db.NewID(tx), waveID, sp.Street, sp.Score, strings.TrimSpace(sp.Basis), auth.From(ctx).UserID, tx.Time())
			if err != nil {
				return fmt.Errorf("store special score of %s: %w", sp.Street, err)
			}
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "appraisal.special", Object: "wave", ObjectID: waveID, Area: w.Area, Detail: list})
	})
}

// Specials returns the special scores that count, by street. Needs PermScore or PermPublish in the wave's area.
func (s *Service) Specials(ctx context.Context, waveID string) (list []Special, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.surveys.WaveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if err := requireEither(ctx, w.Area, PermScore, PermPublish); err != nil {
			return err
		}
		list, err = specials(ctx, tx, waveID)
		return err
	})
	return list, err
}

func specials(ctx context.Context, tx *db.Tx, waveID string) ([]Special, error) {
	return db.All[Special](ctx, tx, `SELECT street, score, basis FROM appraisal_special a
		WHERE wave_id = $1 AND id = (SELECT MAX(id) FROM appraisal_special b WHERE b.wave_id = a.wave_id AND b.street = a.street)
		ORDER BY street`, waveID)
}

// partsTx reads the two other parts of the total.
func (s *Service) partsTx(ctx context.Context, tx *db.Tx, w *survey.Wave) (p parts, err error) {
	p = parts{Reverse: map[string]ReversePart{}, Special: map[string]float64{}}
	if s.outcomes != nil {
		counts, err := s.outcomes.OutcomesTx(ctx, tx, w.ID)
		if err != nil {
			return p, fmt.Errorf("outcomes of the reverse evaluation: %w", err)
		}
		for street, c := range counts {
			if of, ok := c.part(); ok {
				p.Reverse[street] = of
			}
		}
	}
	list, err := specials(ctx, tx, w.ID)
	for _, sp := range list {
		p.Special[sp.Street] = sp.Score
	}
	return p, errors.Join(err)
}
