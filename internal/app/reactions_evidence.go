package app

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/spoof"
)

// reactToEvidence: something speaks against somebody's positions, or a person decided about it. Whom it is about is told.
func (a *App) reactToEvidence() {
	for topic, text := range map[string]string{
		spoof.TopicFound:   "您的一次上岗位置需要核对，可以说明情况",
		spoof.TopicDecided: "您的上岗位置已人工核定，请查看理由",
	} {
		outbox.On(a.Bus, topic, "notice.evidence", func(ctx context.Context, tx *db.Tx, e spoof.Finding) error {
			return a.Identity.Notify(ctx, tx, identity.To{User: e.OfficerID}, topic, text+"（"+e.OnAt.In(clock.Nanjing).Format("1月2日")+"）", "/m/evidence")
		})
	}
}
