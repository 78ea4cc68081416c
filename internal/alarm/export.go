package alarm

import (
	"context"
	"io"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
)

// Words of a table: it is read by people.
var severityWords = map[Severity]string{Critical: "紧急", Major: "重要", Minor: "一般", Warning: "提醒", Info: "信息"}

var sourceWords = map[string]string{"fence": "围栏", "sensor": "传感器", "sos": "求助", "patrol": "在岗", "camera": "视频"}

func sourceWord(source string) string {
	if word, ok := sourceWords[source]; ok {
		return word
	}
	return source
}

// Export writes the alarms of a filter as a table, newest first, at most 10,000 and without positions, and notes that it was
// taken. Needs alarm.read.
func (s *Service) Export(ctx context.Context, f Filter, format sheet.Format, w io.Writer) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	file, err := sheet.NewWriter(w, format, "告警")
	if err != nil {
		return err
	}
	if err := file.Row("发生时间", "级别", "来源", "事项", "说明", "对象", "区域", "次数", "确认人", "确认时间", "解除时间", "解除人", "案件编号", "补报"); err != nil {
		return err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		if err := audit.Log(ctx, tx, audit.Entry{Action: "alarm.exported", Object: "alarm", Area: f.Area, Detail: f}); err != nil {
			return err
		}
		return db.Each(ctx, tx, "SELECT "+columns+" FROM alarm WHERE "+where+" ORDER BY id DESC LIMIT 10000", args, func(a *Alarm) error {
			return file.Row(local(&a.RaisedAt), severityWords[a.Severity], sourceWord(a.Source), a.Title, a.Detail, a.SubjectName, a.AreaCode, a.Times, a.AckedName, local(a.AckedAt), local(a.ClearedAt), a.ClearedBy, a.CaseNumber, a.Late)
		})
	})
	if err != nil {
		return err
	}
	return file.Close()
}

// local is a time as people here read it, empty for none.
func local(t *clock.Time) any {
	if t == nil {
		return ""
	}
	return t.In(clock.Nanjing)
}
