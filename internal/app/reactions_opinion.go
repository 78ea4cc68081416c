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
		office, err := a.unitID(ctx, tx, e.AreaCode[:min(9, len(e.AreaCode))], "street_office")
		if err != nil || office == "" {
			return err
		}
		text := "居民表扬了" + e.Target + "，请转达感谢"
		if e.Words != "" {
			text += "：" + e.Words
		}
		return a.Identity.Notify(ctx, tx, identity.To{Unit: office}, opinion.TopicThanked, text, "")
	})
}
