package app

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// reactToOpinions: thanks were passed on; the office of the street that was praised reads them.
func (a *App) reactToOpinions() {
	outbox.On(a.Bus, opinion.TopicThanked, "notice.praised", func(ctx context.Context, tx *db.Tx, e opinion.Thanked) error {
		if e.Unit == "" {
			return nil
		}
		text := "居民表扬了" + e.Target + "，请转达感谢"
		if e.Words != "" {
			text += "：" + e.Words
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: e.Unit}, opinion.TopicThanked, text, "")
	})
}
