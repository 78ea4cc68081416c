package app

import (
	"context"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/survey"
)

// reactToEffect: a wave tells whether what was done after the one before helped.
func (a *App) reactToEffect() {
	// A wave goes into the field: what was published since the last one is asked again, unless somebody chose already.
	outbox.On(a.Bus, survey.TopicAdvanced, "rectify.ask-again", func(ctx context.Context, tx *db.Tx, e survey.Advanced) error {
		if e.To != survey.Fieldwork {
			return nil
		}
		topics, err := a.Survey.AgainTx(ctx, tx, e.WaveID, "")
		if err != nil || len(topics) > 0 {
			return err
		}
		_, err = a.Rectify.ChooseAgainTx(auth.System(ctx, "effect"), tx, e.WaveID, nil)
		if errs.KindOf(err) == errs.KindConflict { // closed in the meantime
			return nil
		}
		return err
	})

	// A wave is closed: what residents said of those matters counts, and what most of them call unsolved is proposed for reopening.
	outbox.On(a.Bus, survey.TopicAdvanced, "rectify.settle-again", func(ctx context.Context, tx *db.Tx, e survey.Advanced) error {
		if e.To != survey.Closed {
			return nil
		}
		_, err := a.Rectify.SettleAgainTx(ctx, tx, e.WaveID)
		return err
	})

	// Scores are out: the same questions at the same places are compared with the wave before.
	outbox.On(a.Bus, appraisal.TopicPublished, "rectify.measure-effect", func(ctx context.Context, tx *db.Tx, e appraisal.Event) error {
		_, err := a.Rectify.MeasureEffectTx(auth.System(ctx, "effect"), tx, e.WaveID)
		return err
	})
}
