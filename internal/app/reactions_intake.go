package app

import (
	"yiwang/internal/cases"
	"yiwang/internal/platform/outbox"
)

// learnCategories: what people decide about the category of a case makes the next proposals better.
func (a *App) learnCategories() {
	outbox.OnBatch(a.Bus, []string{cases.TopicMoved}, "intake.lessons", a.Intake.LearnTx)
}
