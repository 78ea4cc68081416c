package survey

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const waveColumns = `id, area, code, name, period, state, starts_at, ends_at, published_at, plan, plan_hash,
	(SELECT COALESCE(SUM(n), 0) FROM wave_tally t WHERE t.wave_id = wave.id AND channel = 'targeted' AND NOT pilot) AS "counts.targeted",
	(SELECT COALESCE(SUM(n), 0) FROM wave_tally t WHERE t.wave_id = wave.id AND channel = 'online' AND NOT pilot) AS "counts.online",
	(SELECT COALESCE(SUM(n), 0) FROM wave_tally t WHERE t.wave_id = wave.id AND pilot) AS "counts.pilot", n_comments AS "counts.comments",
	version, created_at, updated_at`

func (w *Wave) complete() *Wave {
	w.Counts.Target = w.Plan.V.Target
	w.Actions = w.State.actions()
	return w
}

func findWave(ctx context.Context, tx *db.Tx, id string) (*Wave, error) {
	w, err := db.Get[Wave](ctx, tx, "SELECT "+waveColumns+" FROM wave WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("survey.wave_not_found", "There is no such wave.")
	} else if err != nil {
		return nil, fmt.Errorf("find wave %s: %w", id, err)
	}
	return w.complete(), nil
}

func insertWave(ctx context.Context, tx *db.Tx, w *Wave) error {
	_, err := tx.Exec(ctx, `INSERT INTO wave (id, area, code, name, period, state, starts_at, ends_at, published_at, plan, plan_hash,
			n_comments, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14)`,
		w.ID, w.Area, w.Code, w.Name, w.Period, w.State, w.StartsAt, w.EndsAt, w.PublishedAt, w.Plan, w.PlanHash,
		w.Version, w.CreatedAt, w.UpdatedAt)
	if db.IsUnique(err) {
		return errs.Conflict("survey.wave_exists", "This district already has a wave with the code "+w.Code+".")
	}
	return err
}

// updateWave stores state, plan and dates and raises the version; Conflict when somebody else was faster.
func updateWave(ctx context.Context, tx *db.Tx, w *Wave) error {
	n, err := tx.Exec(ctx, `UPDATE wave
		SET name = $1, period = $2, state = $3, starts_at = $4, ends_at = $5, published_at = $6, plan = $7, plan_hash = $8,
			version = version + 1, updated_at = $9
		WHERE id = $10 AND version = $11`,
		w.Name, w.Period, w.State, w.StartsAt, w.EndsAt, w.PublishedAt, w.Plan, w.PlanHash, tx.Time(), w.ID, w.Version)
	if err != nil {
		return fmt.Errorf("store wave %s: %w", w.ID, err)
	}
	if n == 0 {
		return versionConflict(w)
	}
	w.Version++
	w.UpdatedAt = tx.Time()
	w.complete()
	return nil
}

func versionConflict(current *Wave) error {
	return errs.Conflict("survey.wave_changed", "Somebody changed this wave in the meantime.").With(current)
}

func insertWaveEvent(ctx context.Context, tx *db.Tx, w *Wave, from State, action, actor, note string) error {
	_, err := tx.Exec(ctx, `INSERT INTO wave_event (id, wave_id, from_state, to_state, action, actor, note, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, db.NewID(tx), w.ID, from, w.State, action, actor, note, tx.Time())
	return err
}

// raiseComments keeps the wave's counter of comments; it is no part of its version. Answers are counted in wave_tally.
func raiseComments(ctx context.Context, tx *db.Tx, waveID string, add int) error {
	_, err := tx.Exec(ctx, "UPDATE wave SET n_comments = n_comments + $1 WHERE id = $2", add, waveID)
	return err
}
