package demo

import (
	"context"
	"time"
)

// freezeReport freezes the report of a published wave the day after publication, when rectification of the wave is as the report tells it. The small
// district freezes its latest one only, as it must load fast.
func (l *loader) freezeReport(r *round) {
	if l.summary.Scale == "small" && r.code != "2026H1" {
		return
	}
	l.atWhole(r.published.Add(24*time.Hour), func(ctx context.Context) error {
		_, err := l.Reports.Freeze(l.as(ctx, "lead"), r.id, "公布后存档")
		return err
	})
}
