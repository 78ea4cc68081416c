package app

import (
	"context"
	"fmt"

	"yiwang/internal/export"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// reactToExports: a file is wanted that needs approval. Those who may decide are told, never the officer a track is about, and then who asked.
func (a *App) reactToExports() {
	const page = "/exports"
	outbox.On(a.Bus, export.TopicAsked, "notice.approvers", func(ctx context.Context, tx *db.Tx, e export.Moved) error {
		who, err := a.Identity.HoldersTx(ctx, tx, a.Exports.Approve(e.Kind), e.Area)
		told := 0
		for i := 0; err == nil && i < len(who) && told < 20; i++ {
			if who[i].ID != e.AskedBy && who[i].ID != e.SubjectID {
				err = a.Identity.Notify(ctx, tx, identity.To{User: who[i].ID}, export.TopicAsked, fmt.Sprintf("%s申请导出%s，请审批", e.AskedName, wanted(&e)), page)
				told++
			}
		}
		return err
	})
	outbox.On(a.Bus, export.TopicDecided, "notice.asker", func(ctx context.Context, tx *db.Tx, e export.Moved) error {
		word := "未同意"
		if e.State == export.Approved {
			word = "已同意，7天内可下载5次"
		}
		return a.Identity.Notify(ctx, tx, identity.To{User: e.AskedBy}, export.TopicDecided, fmt.Sprintf("导出%s的申请%s", wanted(&e), word), page)
	})
}

// wanted names what is asked for.
func wanted(e *export.Moved) string {
	switch e.Kind {
	case "track":
		return e.SubjectName + "的轨迹"
	case "case":
		return fmt.Sprintf("%d件事件（%s）", e.Lines, e.Purpose)
	}
	return "含居民原话的《" + e.SubjectName + "》"
}
