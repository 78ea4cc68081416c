package appraisal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// ResultHashTx returns the hash of a stored run's result, whoever asks: a report that names the run proves with it that the run is still the
// same. NotFound for a run that is not stored.
func (s *Service) ResultHashTx(ctx context.Context, tx *db.Tx, runID string) (string, error) {
	hash, err := db.Get[string](ctx, tx, "SELECT result_hash FROM score_run WHERE id = $1", runID)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.NotFound("appraisal.not_scored", "This wave has not been scored yet.")
	} else if err != nil {
		return "", fmt.Errorf("find run %s: %w", runID, err)
	}
	return hash, nil
}

// score returns the row of an area for all groups together, or nil.
func (r *Result) score(channel survey.Channel, area, code string) *Score {
	i := slices.IndexFunc(r.Scores, func(s Score) bool {
		return s.Channel == channel && s.AreaCode == area && s.Group == "" && s.Code == code
	})
	if i < 0 {
		return nil
	}
	return &r.Scores[i]
}
