package intake

import (
	"bytes"
	"cmp"
	"context"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// maxReplies bounds one file of replies.
const maxReplies = 20_000

var results = map[cases.Result]string{cases.Resolved: "已解决", cases.Partly: "部分解决", cases.Explained: "解释说明", cases.NotOurs: "非本级职责", cases.Cannot: "暂不能解决", cases.Withdrawn: "撤回"}

var satisfactions = map[string]string{"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意", "unreachable": "未联系上"}

// Replies writes what became of the tickets of a source that changed in a period, in the table hotlines read back: numbers,
// states and replies, no names. Needs intake.import and cases.read; the download is in the audit trail.
func (s *Service) Replies(ctx context.Context, source string, since, until time.Time, format sheet.Format) ([]byte, error) {
	if err := auth.Require(ctx, PermImport); err != nil {
		return nil, err
	}
	source = cmp.Or(source, Hotline)
	var b bytes.Buffer
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		b.Reset()
		w, err := sheet.NewWriter(&b, format, "办理结果")
		if err != nil {
			return err
		}
		if err := w.Row("工单编号", "事件编号", "状态", "事件分类", "属地", "受理时间", "承办单位", "承诺办结时间", "办结时间", "办理结果", "答复内容", "满意度", "合并办理"); err != nil {
			return err
		}
		n := 0
		err = s.Cases.OfSourceTx(ctx, tx, source, clock.At(since), clock.At(until), maxReplies+1, func(r *cases.OfSource) error {
			if n++; n > maxReplies {
				return errs.TooLarge("intake.too_many_replies", "More than 20,000 tickets changed in this period; choose a shorter one.")
			}
			return w.Row(r.SourceNumber, r.Number, r.StateName, r.CategoryName, r.AreaName, moment(r.AcceptedAt), r.LeadName, moment(r.PromisedAt), moment(r.ClosedAt),
				results[r.Result], r.Reply, satisfactions[r.Satisfaction], r.MergedNumber)
		})
		if err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "intake.replies", Object: "intake_import", Detail: map[string]any{"source": source, "tickets": n}})
	})
	return b.Bytes(), err
}

func moment(t *clock.Time) string {
	if t == nil {
		return ""
	}
	return t.In(clock.Nanjing).Format("2006-01-02 15:04")
}
