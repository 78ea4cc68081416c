package app

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/calls"
	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/live"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// reactToCalls: a call changed or ended.
func (a *App) reactToCalls() {
	live.Carry(a.Live, calls.TopicChanged, func(e calls.Changed) live.Event {
		return live.Event{Name: "call", Area: e.AreaCode, May: func(p *auth.Principal) bool { return calls.Hears(p, e) }, Data: callOnStream{e.CallID, e.State, e.Version}}
	})
	outbox.On(a.Bus, calls.TopicEnded, "notice.missed-calls", a.tellOfMissedCall)
	outbox.On(a.Bus, calls.TopicEnded, "cases.call", a.noteCallOnCase)
	outbox.On(a.Bus, calls.TopicKept, "cases.call-recording", a.keepRecordingWithCase)
	outbox.On(a.Bus, calls.TopicDeleted, "cases.call-recording-gone", func(ctx context.Context, tx *db.Tx, e calls.Recorded) error {
		return a.Cases.DropRecordingTx(ctx, tx, e.RecordingID)
	})
}

// noteCallOnCase writes into the history of a case that people talked about it, or tried to.
func (a *App) noteCallOnCase(ctx context.Context, tx *db.Tx, e calls.Changed) error {
	if e.CaseID == "" {
		return nil
	}
	way, names := map[calls.Kind]string{calls.Video: "视频", calls.Voice: "语音"}[e.Kind], strings.Join(e.Names, "、")
	note := fmt.Sprintf("%s呼叫%s，%s", way, names, unanswered[e.Ending])
	if e.Seconds > 0 || unanswered[e.Ending] == "" {
		note = fmt.Sprintf("%s通话%s：%s", way, spoken(e.Seconds), names)
	}
	return a.Cases.SayOfCallTx(ctx, tx, e.CaseID, "call", note, map[string]any{"call": e.CallID})
}

// unanswered says in words why nobody talked.
var unanswered = map[calls.Ending]string{calls.Declined: "对方没接", calls.Busy: "对方正忙", calls.Missed: "无人接听", calls.Cancelled: "没有等到接听"}

// keepRecordingWithCase makes a recording evidence of the case that was talked about.
func (a *App) keepRecordingWithCase(ctx context.Context, tx *db.Tx, e calls.Recorded) error {
	if e.CaseID == "" {
		return nil
	}
	r := cases.Recording{ID: e.RecordingID, CaseID: e.CaseID, CallID: e.CallID, Name: e.Name, BegunAt: e.BegunAt, LengthMs: e.LengthMs, Bytes: e.Bytes, SHA256: e.SHA256, ExpiresAt: e.ExpiresAt}
	return a.Cases.AddRecordingTx(ctx, tx, r, fmt.Sprintf("%s的画面和声音，%s，看要写明理由", e.Name, spoken(e.LengthMs/1000)))
}

// spoken is a length of time as people say it.
func spoken(seconds int64) string {
	if seconds < 60 {
		return fmt.Sprintf("%d秒", seconds)
	}
	return fmt.Sprintf("%d分%d秒", seconds/60, seconds%60)
}

// tellOfMissedCall leaves a notice with everybody who did not answer: persons, or the desks of the area whose centre was called.
func (a *App) tellOfMissedCall(ctx context.Context, tx *db.Tx, e calls.Changed) error {
	title, link := "未接来电："+e.Caller, "/calls?call="+e.CallID
	for _, user := range e.Missed {
		if err := a.Identity.Notify(ctx, tx, identity.To{User: user}, "calls.missed", title, link); err != nil {
			return err
		}
	}
	if !e.Centre || e.Ending != calls.Missed && e.Ending != calls.Cancelled {
		return nil
	}
	tier := cases.Street
	if len(e.AreaCode) <= 6 {
		tier = cases.District
	}
	desk, err := a.Cases.Desk(ctx, tx, tier, e.AreaCode)
	if err != nil || desk.ID == "" {
		return err
	}
	return a.Identity.Notify(ctx, tx, identity.To{Unit: desk.ID, Needs: calls.PermDesk, Area: e.AreaCode}, "calls.missed", "指挥中心未接来电："+e.Caller, link)
}
