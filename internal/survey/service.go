package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// FormsTx returns the forms of a wave by group, NotFound when the plan names none.
func (s *Service) FormsTx(ctx context.Context, tx *db.Tx, w *Wave) (map[Group]*Form, error) {
	forms := map[Group]*Form{}
	for _, g := range Groups {
		q, err := findQuestionnaire(ctx, tx, w.Plan.V.Questionnaires[g])
		if err != nil {
			return nil, err
		}
		forms[g] = &q.Form.V
	}
	return forms, nil
}

// NewWave is what CreateWave needs. The plan may be incomplete until Freeze.
type NewWave struct {
	Area     string      `json:"area" minLength:"6" doc:"district code"`
	Code     string      `json:"code" minLength:"1" maxLength:"32" pattern:"^[0-9A-Za-z_-]+$"`
	Name     string      `json:"name" minLength:"1" maxLength:"100"`
	Period   string      `json:"period" minLength:"1" maxLength:"32"`
	StartsAt *clock.Time `json:"starts_at,omitempty"`
	EndsAt   *clock.Time `json:"ends_at,omitempty"`
	Plan     *Plan       `json:"plan,omitempty"`
}

// CreateWave opens a wave as draft. Needs PermManage in the area; Conflict when the district has the code already.
func (s *Service) CreateWave(ctx context.Context, in NewWave) (w *Wave, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		w, err = s.CreateWaveTx(ctx, tx, in)
		return err
	})
	return w, err
}

// CreateWaveTx is CreateWave inside the caller's transaction.
func (s *Service) CreateWaveTx(ctx context.Context, tx *db.Tx, in NewWave) (*Wave, error) {
	if err := auth.RequireArea(ctx, PermManage, in.Area); err != nil {
		return nil, err
	}
	w := &Wave{ID: db.NewID(tx), Area: in.Area, Code: in.Code, Name: strings.TrimSpace(in.Name), Period: in.Period, State: Draft,
		StartsAt: in.StartsAt, EndsAt: in.EndsAt, Version: 1, CreatedAt: tx.Time(), UpdatedAt: tx.Time()}
	if w.Area == "" || w.Code == "" || w.Name == "" || w.Period == "" {
		return nil, errs.Invalid("survey.bad_wave", "A wave needs area, code, name and period.")
	}
	if w.StartsAt != nil && w.EndsAt != nil && !w.EndsAt.After(w.StartsAt.Time) {
		return nil, errs.Invalid("survey.bad_wave", "The wave ends before it starts.", errs.Field{Location: "body.ends_at", Message: "after starts_at"})
	}
	if in.Plan != nil {
		w.Plan.V = *in.Plan
	}
	if err := insertWave(ctx, tx, w); err != nil {
		return nil, err
	}
	return w.complete(), s.record(ctx, tx, w, "", "create", "")
}

// SetPlan replaces the plan of a wave that is draft or piloting. Needs PermManage; Conflict once the wave is frozen.
func (s *Service) SetPlan(ctx context.Context, id string, version int, plan Plan) (w *Wave, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		w, err = s.SetPlanTx(ctx, tx, id, version, plan)
		return err
	})
	return w, err
}

// SetPlanTx is SetPlan inside the caller's transaction.
func (s *Service) SetPlanTx(ctx context.Context, tx *db.Tx, id string, version int, plan Plan) (*Wave, error) {
	w, err := findWave(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, w.Area); err != nil {
		return nil, err
	}
	if w.State != Draft && w.State != Piloting {
		return nil, errs.Conflict("survey.plan_frozen", "The plan was frozen before the wave; it cannot change any more.").With(w)
	}
	if w.Version != version {
		return nil, versionConflict(w)
	}
	if w.State == Piloting {
		if err := s.issued(ctx, tx, &plan); err != nil {
			return nil, err
		}
	}
	w.Plan.V = plan
	if err := updateWave(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, audit.Log(ctx, tx, audit.Entry{Action: "survey.plan_set", Object: "wave", ObjectID: w.ID, Area: w.Area,
		Detail: map[string]string{"hash": plan.Hash()}})
}

// Advance moves a wave by one of the actions of this module (pilot, revise, freeze, open, close, reopen, archive).
// Needs the permission of the edge in the wave's area; Conflict when the state does not allow it or the version is old;
// Invalid when the plan is not complete (freeze) or a reason is missing.
func (s *Service) Advance(ctx context.Context, id, action string, version int, note string) (w *Wave, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if w, err = findWave(ctx, tx, id); err != nil {
			return err
		}
		if err := mayMove(ctx, w, action); err != nil {
			return err
		}
		if w.Version != version {
			return versionConflict(w)
		}
		return s.move(ctx, tx, w, action, note, false)
	})
	return w, err
}

// MoveTx makes a move that belongs to the appraisal module (score, review, return, publish) inside its transaction.
// Permission and state are checked as in Advance.
func (s *Service) MoveTx(ctx context.Context, tx *db.Tx, id, action, note string) (*Wave, error) {
	w, err := findWave(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return w, s.move(ctx, tx, w, action, note, true)
}

func (s *Service) move(ctx context.Context, tx *db.Tx, w *Wave, action, note string, foreign bool) error {
	if err := mayMove(ctx, w, action); err != nil {
		return err
	}
	e, err := w.edge(action, note)
	if err != nil {
		return err
	}
	if e.foreign != foreign {
		return errs.Conflict("survey.bad_transition", "This step is taken by scoring, reviewing or publishing the results.").With(w.State.actions())
	}
	if e.to == Piloting || e.to == Frozen {
		if err := s.issued(ctx, tx, &w.Plan.V); err != nil {
			return err
		}
	}
	if e.to == Frozen {
		if err := s.freeze(ctx, tx, w); err != nil {
			return err
		}
	}
	from := w.State
	w.State = e.to
	if e.to == Published {
		w.PublishedAt = clock.Ptr(tx.Now())
	}
	if err := updateWave(ctx, tx, w); err != nil {
		return err
	}
	if e.to == Closed && from == Fieldwork { // no answer comes any more for the last comments to hide among
		if _, err := s.ReleaseCommentsTx(ctx, tx, w.ID); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, w, from, action, note)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, w *Wave, from State, action, note string) error {
	actor := "nobody"
	if p := auth.From(ctx); p != nil {
		actor = p.UserID
	}
	return errors.Join(
		insertWaveEvent(ctx, tx, w, from, action, actor, note),
		audit.Log(ctx, tx, audit.Entry{Action: "survey." + action, Object: "wave", ObjectID: w.ID, Area: w.Area,
			Detail: map[string]string{"from": string(from), "to": string(w.State), "plan_hash": w.PlanHash}}),
		outbox.Emit(ctx, tx, TopicAdvanced, w.ID, Advanced{WaveID: w.ID, From: from, To: w.State}))
}

// freeze checks that nothing is open and seals the plan.
func (s *Service) freeze(ctx context.Context, tx *db.Tx, w *Wave) error {
	plan := &w.Plan.V
	if err := plan.Validate(); err != nil {
		return err
	}
	for _, st := range plan.Strata {
		if !strings.HasPrefix(st.Street, w.Area) {
			return errs.Invalid("survey.plan_incomplete", "A street of the plan lies outside the district.", errs.Field{Location: "plan.strata", Message: "outside " + w.Area, Value: st.Street})
		}
	}
	forms, err := s.FormsTx(ctx, tx, w)
	if err != nil {
		return err
	}
	for g, form := range forms {
		for _, q := range form.ScaleQuestions() {
			if q.Indicator != "" && plan.Weights[q.Indicator] == 0 {
				return errs.Invalid("survey.plan_incomplete", fmt.Sprintf("Question %s of the %s questionnaire feeds an indicator without a weight.", q.Code, g))
			}
		}
	}
	w.PlanHash = plan.Hash()
	return nil
}
