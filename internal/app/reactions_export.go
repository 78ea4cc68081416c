package app

import (
	"context"
	"fmt"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// reactToTrackExports: a track is wanted as a file. Those who may decide are told, never the officer it is about, and then who asked.
func (a *App) reactToTrackExports() {
	const page = "/patrol/exports"
	outbox.On(a.Bus, patrol.TopicExportAsked, "notice.approvers", func(ctx context.Context, tx *db.Tx, e patrol.ExportMoved) error {
		who, err := a.Identity.HoldersTx(ctx, tx, patrol.PermApprove, e.Area)
		for i := 0; err == nil && i < len(who) && i < 20; i++ {
			if who[i].ID != e.AskedBy && who[i].ID != e.OfficerID {
				err = a.Identity.Notify(ctx, tx, identity.To{User: who[i].ID}, patrol.TopicExportAsked, fmt.Sprintf("%s申请导出%s的轨迹，请审批", e.AskedName, e.OfficerName), page)
			}
		}
		return err
	})
	outbox.On(a.Bus, patrol.TopicExportDecided, "notice.asker", func(ctx context.Context, tx *db.Tx, e patrol.ExportMoved) error {
		word := "未同意"
		if e.State == patrol.ExportApproved {
			word = "已同意，7天内可下载5次"
		}
		return a.Identity.Notify(ctx, tx, identity.To{User: e.AskedBy}, patrol.TopicExportDecided, fmt.Sprintf("导出%s轨迹的申请%s", e.OfficerName, word), page)
	})
}
