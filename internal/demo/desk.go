package demo

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/desk"
	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

var deskRights = []string{cases.PermRead, cases.PermAccept, cases.PermDispatch, desk.PermUse, desk.PermShare, desk.PermExport}

// furnishDesk leaves what a command centre in use has: ready words, shared views, exports decided and waiting.
func (l *loader) furnishDesk(ctx context.Context) error {
	command := l.deskOf(ctx, "command", append([]string{desk.PermApprove}, deskRights...))
	if command == nil {
		return nil // a district without a command centre
	}
	for _, t := range []desk.NewTemplate{
		{Name: "办结答复", Field: "reply", Body: "您好，您反映的{地址}{分类}问题（编号{编号}）已由{单位}办理，结果：{结果}。如仍未解决，30天内可以再次提出。"},
		{Name: "需要时间的答复", Field: "reply", Body: "您好，您反映的问题已转{单位}办理，预计{期限}前完成，进展会及时告知您。"},
		{Name: "路灯修复", Field: "reply", Category: "14", Body: "您好，{地址}的照明设施已修复并试亮。感谢您的反映。"},
		{Name: "催办", Field: "note", Body: "本件{期限}到期，请抓紧办理并及时反馈。"},
		{Name: "现场已恢复", Field: "outcome", Body: "{单位}人员已到{地址}现场处理，恢复正常，已拍照留存。"},
	} {
		t.Scope = desk.Area
		if _, err := l.Desk.SaveTemplate(command, t); err != nil {
			return err
		}
	}
	for _, v := range []desk.NewView{
		{Name: "退过单的", Filter: cases.Filter{Open: true, Returned: true, Sort: "due"}, Columns: []string{"number", "title", "due", "state", "returns", "holder", "area"}},
		{Name: "督办在办", Filter: cases.Filter{Open: true, Supervised: true, Sort: "due"}},
		{Name: "物联告警", Filter: cases.Filter{Open: true, Channels: []cases.Channel{cases.FromDevice}, Sort: "due"}},
	} {
		v.Scope = desk.Area
		if _, err := l.Desk.SaveView(command, v); err != nil {
			return err
		}
	}
	return l.askExports(ctx, command)
}

// askExports asks for two exports of the first street; the command centre has approved one.
func (l *loader) askExports(ctx, command context.Context) error {
	asker := l.deskOf(ctx, "desk01", deskRights)
	if asker == nil {
		return nil
	}
	var first *export.Request
	for _, purpose := range []string{"10月例会通报材料", "11月超期事件复盘"} {
		e, err := l.Desk.AskExport(asker, desk.NewExport{Purpose: purpose, Filter: cases.Filter{Open: true}, Columns: []string{"number", "title", "state", "due", "holder"}, Format: "xlsx"})
		if errs.CodeOf(err) == "desk.bad_amount" {
			return nil // nothing is open in that street
		}
		if err != nil {
			return err
		}
		if first == nil {
			first = e
		}
	}
	_, err := l.Desk.Exports.Decide(command, first.ID, first.Version, true, "同意，会后请删除")
	return err
}

// deskOf returns a context in which the account works at its desk, nil if there is no such account.
func (l *loader) deskOf(ctx context.Context, account string, rights []string) context.Context {
	p := l.actors[account]
	if p == nil {
		return nil
	}
	held := *p
	held.Permissions = map[string]bool{}
	for _, r := range rights {
		held.Permissions[r] = true
	}
	return auth.With(ctx, &held)
}
