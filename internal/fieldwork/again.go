package fieldwork

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// askAgain adds what the wave asks once more to a questionnaire: of the respondent's community where that is known, else of every
// community, as the device shows those of the community that was chosen. So a phone has them without a network.
func (s *Service) askAgain(ctx context.Context, tx *db.Tx, q *Questionnaire, community string) (err error) {
	if q.Channel == survey.Targeted && q.Street != nil && community == "" {
		return nil // a drawn unit whose community is not known
	}
	q.Again, err = s.surveys.AgainTx(ctx, tx, q.Wave.ID, community)
	return err
}
