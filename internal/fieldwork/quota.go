package fieldwork

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// queueAtQuotas makes transactions that fill the same quota wait for each other, in the order of the plan so that none waits in a ring.
// SQLite has one writer anyway and needs no row; PostgreSQL locks it.
func queueAtQuotas(ctx context.Context, tx *db.Tx, w *survey.Wave, cell survey.Cell) error {
	if tx.Dialect() == db.SQLite {
		return nil
	}
	for i, q := range w.Plan.V.Quotas {
		if !q.Covers(cell) {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO fieldwork_quota (wave_id, place, turn) VALUES ($1, $2, 1)
			ON CONFLICT (wave_id, place) DO UPDATE SET turn = 1 - fieldwork_quota.turn`, w.ID, i)
		if err != nil {
			return err
		}
	}
	return nil
}

// holdQuotas returns Conflict when the answer just stored is one more than a quota takes. The caller undoes it.
func (s *Service) holdQuotas(ctx context.Context, tx *db.Tx, w *survey.Wave, cell survey.Cell) error {
	if w.State == survey.Piloting {
		return nil
	}
	for _, q := range w.Plan.V.Quotas {
		if !q.Covers(cell) {
			continue
		}
		n, err := s.surveys.CountTx(ctx, tx, w.ID, q)
		if err != nil {
			return err
		}
		if n > q.Most {
			return errs.Conflict("fieldwork.quota_full", "Enough answers of this kind have come in; thank you for your readiness.")
		}
	}
	return nil
}
