package ballast

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Overdue adds n cases that wait to be accepted, each with a clock that ran out an hour ago, a second apart.
func Overdue(ctx context.Context, d *db.DB, areas []string, n int) error {
	const portion = 2000
	for done := 0; done < n; done += portion {
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			version, err := workflowInForce(ctx, tx)
			if err != nil {
				return err
			}
			var files, clocks [][]any
			for i := done; i < min(done+portion, n); i++ {
				start := tx.Now().Add(-3*time.Hour - time.Duration(n-i)*time.Second)
				from, warn, orange, due := clock.At(start), clock.At(start.Add(time.Hour)), clock.At(start.Add(96*time.Minute)), clock.At(start.Add(2*time.Hour))
				id, area := db.NewID(tx), areas[i%len(areas)]
				files = append(files, []any{id, fmt.Sprintf("O%07d", i), version, "reported", "hotline", "路灯熄灭与照明不亮", "140101", area, "street", "accept", due, warn, from, from})
				clocks = append(clocks, []any{db.NewID(tx), id, "accept", "street", area, from, 2, "urgent_hour", "2026.11", due, warn, orange, due})
			}
			if err := db.InsertMany(ctx, tx, "case_file", "id, number, workflow, state, channel, title, category, area_code, level, stage, due_at, warn_at, reported_at, changed_at", "", files); err != nil {
				return err
			}
			return db.InsertMany(ctx, tx, "case_clock", "id, case_id, kind, level, area_code, started_at, limit_n, limit_unit, calendar, due_at, warn_at, orange_at, next_at", "", clocks)
		}); err != nil {
			return err
		}
	}
	return nil
}
