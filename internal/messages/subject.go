package messages

import (
	"context"

	"yiwang/internal/platform/db"
)

// CountTx counts the messages to residents about one subject by where they stand, whoever asks: the caller decides who sees
// the counts.
func (s *Service) CountTx(ctx context.Context, tx *db.Tx, subject string) (map[string]int, error) {
	type row struct {
		State string `db:"state"`
		N     int    `db:"n"`
	}
	out := map[string]int{}
	err := db.Each(ctx, tx, "SELECT state, COUNT(*) AS n FROM message WHERE subject_id = $1 AND audience = 'reporter' GROUP BY state", []any{subject}, func(r *row) error {
		out[r.State] = r.N
		return nil
	})
	return out, err
}

// PublicURLTx returns the address of this server as residents know it, "" if it was not set.
func (s *Service) PublicURLTx(ctx context.Context, tx *db.Tx) (string, error) {
	r, err := s.rules(ctx, tx)
	return r.PublicURL, err
}
