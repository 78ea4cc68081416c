package app

import (
	"context"
	"log/slog"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/integration"
	"yiwang/internal/messages"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// forgetMost bounds what goes of a table in an hour: what gathers in one at full load goes in less.
const forgetMost = 200_000

// kept says how long rows stay that the program works with and nobody decides by; 0 days keep them for ever.
type kept struct {
	name string
	rows db.Outlived
	days int
}

func (a *App) kept() []kept {
	return []kept{
		{"events", outbox.Old, a.Config.KeepEvents},
		{"deliveries", integration.OldDeliveries, a.Config.KeepDeliveries},
		{"notices", identity.OldNotices, a.Config.KeepNotices},
		{"sign-ins", identity.OldSignIns, a.Config.KeepSignIns},
		{"messages", messages.OldMessages, a.Config.KeepMessages},
	}
}

// forgetOld deletes what is older than the settings keep it, at most a bounded number of each kind, and notes in the trail how many of
// which went. What fails is told and tried again in an hour; the others go on.
func (a *App) forgetOld(ctx context.Context) error {
	now, gone := a.DB.Clock().Now(), map[string]any{}
	var failed error
	for _, k := range a.kept() {
		if k.days <= 0 {
			continue
		}
		before := now.Add(-time.Duration(k.days) * 24 * time.Hour)
		n, err := a.DB.Forget(ctx, k.rows, before, forgetMost)
		if n > 0 {
			gone[k.name] = map[string]any{"rows": n, "before": clock.At(before)}
		}
		if err != nil {
			slog.WarnContext(ctx, "old rows stay", "kind", k.name, "error", err)
			failed = err
		}
	}
	if len(gone) == 0 {
		return failed
	}
	if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "system.forgotten", Object: "system", Detail: gone})
	}); err != nil {
		return err
	}
	return failed
}
