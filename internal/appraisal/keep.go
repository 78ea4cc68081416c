package appraisal

import (
	"context"
	"encoding/base64"
	"fmt"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// keepBooks stores the moments of a run beside it.
func keepBooks(ctx context.Context, tx *db.Tx, runID string, books map[survey.Channel]*book) error {
	for _, ch := range survey.Channels {
		b := books[ch]
		if b == nil {
			continue
		}
		body, err := b.store.MarshalBinary()
		if err != nil {
			return fmt.Errorf("write moments of run %s: %w", runID, err)
		}
		_, err = tx.Exec(ctx, "INSERT INTO score_moments (run_id, channel, clusters, body) VALUES ($1, $2, $3, $4)", runID, ch, b.clusters,
			base64.StdEncoding.EncodeToString(body))
		if err != nil {
			return fmt.Errorf("store moments of run %s: %w", runID, err)
		}
	}
	return nil
}

// booksOf reads the moments of a run; a channel without answers, and runs of earlier versions of the program, have none.
func booksOf(ctx context.Context, tx *db.Tx, runID string) (map[survey.Channel]*book, error) {
	type row struct {
		Channel  survey.Channel `db:"channel"`
		Clusters bool           `db:"clusters"`
		Body     string         `db:"body"`
	}
	rows, err := db.All[row](ctx, tx, "SELECT channel, clusters, body FROM score_moments WHERE run_id = $1 ORDER BY channel", runID)
	if err != nil {
		return nil, fmt.Errorf("read moments of run %s: %w", runID, err)
	}
	books := map[survey.Channel]*book{}
	for _, r := range rows {
		data, err := base64.StdEncoding.DecodeString(r.Body)
		if err == nil {
			books[r.Channel], err = reopen(r.Channel, r.Clusters, data)
		}
		if err != nil {
			return nil, fmt.Errorf("moments of run %s: %w", runID, err)
		}
	}
	return books, nil
}

// reopened is a computation whose books are those kept with a run; nil when the run is of a program that kept none.
func (s *Service) reopened(ctx context.Context, w *survey.Wave, run *Run) (c *computation, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		books, err := booksOf(ctx, tx, run.ID)
		if err != nil || len(books) == 0 {
			return err
		}
		stored, err := s.SystemTx(ctx, tx, w.Plan.V.IndicatorSystem)
		if err != nil {
			return err
		}
		in := input{wave: w, system: &stored.Body.V, names: run.Inputs.V.Names, parts: run.Inputs.V.Parts}
		if in.forms, err = s.surveys.FormsTx(ctx, tx, w); err != nil {
			return err
		}
		if c, err = newComputation(in, fine{}); err != nil {
			return err
		}
		c.books = books
		return nil
	})
	return c, err
}
