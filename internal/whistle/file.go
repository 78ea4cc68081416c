package whistle

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// maxExported bounds a file; a district blows a few thousand whistles in ten years.
const maxExported = 10_000

// fileColumns are the headings of the file: one row for every called unit. Beside title and task, which are masked when
// written, no words of people and no names stand in it, so that nobody has to approve it.
var fileColumns = []any{"编号", "哨种", "事项", "事件编号", "分类", "街道", "哨单状态", "起草时间", "吹哨时间", "销哨时间", "部门", "任务", "应哨状态", "签收", "联系", "报到", "承诺", "承诺事项", "已办结", "办结", "验收", "退回次数", "裁定应哨", "超时环节", "水印"}

var (
	kindWords  = map[Kind]string{Push: "推进哨", Hard: "攻坚哨", Urgent: "应急哨"}
	stateWords = map[State]string{Draft: "草稿", Checked: "待领导同意", Approved: "可以吹哨", Blown: "应哨中", Done: "待销哨", Closed: "已销哨", Withdrawn: "已撤回"}
	callWords  = map[CallState]string{Called: "待签收", Signed: "已签收", Contacted: "已联系", Reported: "已报到", Committed: "办理中", Finished: "待街道验收", Accepted: "已验收",
		Refused: "退哨待裁定", Released: "裁定免应哨", Cancelled: "已取消"}
	clockWords = map[string]string{"sign": "签收", "contact": "联系", "report": "报到", "commit": "承诺", "work": "办结", "accept": "验收", "arbitrate": "裁定"}
)

// Export writes the whistles of a filter that the caller sees, newest first, one row for every called unit. Needs whistle.read;
// TooLarge beyond 10,000 whistles.
func (s *Service) Export(ctx context.Context, f Filter, format sheet.Format, w io.Writer) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	var rows []Whistle
	var mark string
	late := map[string][]string{}
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		var args []any
		where := strings.Join(append([]string{visible(ctx, &args)}, f.where(ctx, &args)...), " AND ")
		if rows, err = db.All[Whistle](ctx, tx, fmt.Sprintf("SELECT %s FROM whistle_file WHERE %s ORDER BY id DESC LIMIT %d", whistleColumns, where, maxExported+1), args...); err != nil {
			return err
		}
		if len(rows) > maxExported {
			return errs.TooLarge("whistle.too_many", "Narrow the list: a file holds up to 10,000 whistles.")
		}
		for from := 0; from < len(rows); from += batch {
			part := rows[from:min(from+batch, len(rows))]
			if err := s.around(ctx, tx, part); err != nil {
				return err
			}
			if err := lateOf(ctx, tx, part, late); err != nil {
				return err
			}
		}
		now := tx.Time()
		mark = fmt.Sprintf("%s %s 导出", nameOf(ctx), minute(&now))
		return audit.Log(ctx, tx, audit.Entry{Action: "whistle.export", Object: "whistle_file", Detail: map[string]any{"whistles": len(rows)}})
	})
	if err != nil {
		return err
	}
	out, err := sheet.NewWriter(w, format, "吹哨报到")
	if err != nil {
		return err
	}
	err = out.Row(fileColumns...)
	for i := 0; err == nil && i < len(rows); i++ {
		err = rows[i].write(out, late, mark)
	}
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}

// write puts a whistle into the file; one without calls has a row of its own.
func (w *Whistle) write(out sheet.Writer, late map[string][]string, mark string) error {
	head := []any{w.Number, kindWords[w.Kind], w.Title, w.CaseNumber, w.CategoryName, w.StreetName, stateWords[w.State], minute(&w.DraftedAt), minute(w.BlownAt), minute(w.ClosedAt)}
	if len(w.Calls) == 0 {
		return out.Row(append(append(head, make([]any, len(fileColumns)-len(head)-1)...), mark)...)
	}
	for i := range w.Calls {
		c := &w.Calls[i]
		bound := ""
		if c.Bound {
			bound = "是"
		}
		row := append(head[:len(head):len(head)], c.UnitName, c.Task, callWords[c.State], minute(c.SignedAt), minute(c.ContactedAt), minute(c.ReportedAt), minute(c.CommittedAt),
			len(c.Commitments.V), len(c.Commitments.V)-c.pending(), minute(c.DoneAt), minute(c.EndedAt), c.Returns, bound, strings.Join(late[c.ID], "、"), mark)
		if err := out.Row(row...); err != nil {
			return err
		}
	}
	return nil
}

// lateOf notes by call which clocks were or are over.
func lateOf(ctx context.Context, tx *db.Tx, rows []Whistle, late map[string][]string) error {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	where, args := db.Listed(ids)
	args = append(args, tx.Time())
	return db.Each(ctx, tx, fmt.Sprintf("SELECT %s FROM whistle_clock WHERE whistle_id IN %s AND kind <> 'session' AND (outcome = 'late' OR stopped_at IS NULL AND due_at < $%d) ORDER BY id", clockColumns, where, len(args)), args,
		func(k *Clock) error {
			if word := clockWords[k.Kind]; !slices.Contains(late[k.CallID], word) {
				late[k.CallID] = append(late[k.CallID], word)
			}
			return nil
		})
}

// minute words a time for a sheet.
func minute(t *clock.Time) string {
	if t == nil {
		return ""
	}
	return t.In(clock.Nanjing).Format("2006-01-02 15:04")
}
