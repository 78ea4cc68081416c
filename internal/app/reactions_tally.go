package app

import (
	"yiwang/internal/cases"
	"yiwang/internal/platform/outbox"
)

// countCases keeps the figures in step with the cases: what happened is counted in batches, as it gathers.
func (a *App) countCases() {
	outbox.OnBatch(a.Bus, []string{cases.TopicRegistered, cases.TopicMoved}, "tally.count", a.Tally.Moved)
}
