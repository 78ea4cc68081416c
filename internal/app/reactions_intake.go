package app

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// learnCategories: what people decide about the category of a case makes the next proposals better.
func (a *App) learnCategories() {
	outbox.OnBatch(a.Bus, []string{cases.TopicMoved}, "intake.lessons", func(ctx context.Context, tx *db.Tx, events []cases.Moved) error {
		for i := range events {
			if err := a.Intake.LearnTx(ctx, tx, events[i]); err != nil {
				return err
			}
		}
		return nil
	})
}
