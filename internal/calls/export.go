package calls

import (
	"context"
	"io"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
)

// Words of a table: it is read by people.
var (
	kindWords   = map[Kind]string{Video: "视频", Voice: "语音"}
	endingWords = map[Ending]string{HungUp: "已通话", Declined: "对方没接", Busy: "对方正忙", Missed: "无人接听", Cancelled: "已取消", Lost: "断线结束", ByCentre: "由指挥中心结束"}
)

const (
	maxExported = 10_000
	exportStep  = 500 // calls whose parties are read at once
)

// Export writes the calls of a filter that the caller sees as a table, newest first, at most 10,000, without what was said in declining
// and without recordings, and notes that it was taken. Needs calls.record.
func (s *Service) Export(ctx context.Context, f Filter, format sheet.Format, w io.Writer) error {
	if err := auth.Require(ctx, PermRecord); err != nil {
		return err
	}
	file, err := sheet.NewWriter(w, format, "通话记录")
	if err != nil {
		return err
	}
	if err := file.Row("时间", "方式", "谁呼叫", "单位", "呼叫谁", "为什么", "事件编号", "结果", "接通时间", "结束时间", "时长（秒）", "录像（段）", "区域"); err != nil {
		return err
	}
	if err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "calls.exported", Object: "call", Detail: f})
	}); err != nil {
		return err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { // a long table holds up no writer
		where, args := f.where(ctx)
		args = append(args, maxExported)
		all, err := db.All[Call](ctx, tx, "SELECT "+callColumns+" FROM calls_call WHERE "+where+limited(len(args)), args...)
		if err != nil {
			return err
		}
		for len(all) > 0 {
			n := min(len(all), exportStep)
			if err := withParties(ctx, tx, all[:n]); err != nil {
				return err
			}
			for i := range all[:n] {
				if err := file.Row(all[i].row()...); err != nil {
					return err
				}
			}
			all = all[n:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return file.Close()
}

// row is a call as a line of the table.
func (c *Call) row() []any {
	caller := Party{}
	var called []string
	for i := range c.Parties {
		if p := &c.Parties[i]; p.UserID == c.CallerID {
			caller = *p
		} else {
			called = append(called, p.Name)
		}
	}
	if len(called) == 0 {
		called = []string{"指挥中心"}
	}
	seconds := any("")
	if c.AnsweredAt != nil && c.EndedAt != nil {
		seconds = int(c.EndedAt.Sub(c.AnsweredAt.Time).Seconds())
	}
	result := endingWords[c.Ending]
	if c.State != Ended {
		result = "通话中"
	}
	return []any{local(&c.CreatedAt), kindWords[c.Kind], caller.Name, caller.UnitName, strings.Join(called, "、"), c.Reason, c.CaseNumber, result, local(c.AnsweredAt), local(c.EndedAt), seconds, c.Files, c.AreaCode}
}

// local is a time as people here read it, empty for none.
func local(t *clock.Time) any {
	if t == nil {
		return ""
	}
	return t.In(clock.Nanjing)
}
