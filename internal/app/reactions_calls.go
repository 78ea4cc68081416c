package app

import (
	"context"

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
}

// tellOfMissedCall leaves a notice with everybody who did not answer: persons, or the desks of the area whose centre was called.
func (a *App) tellOfMissedCall(ctx context.Context, tx *db.Tx, e calls.Changed) error {
	title, link := "未接来电："+e.Caller, "/calls?call="+e.CallID
	for _, user := range e.Missed {
		if err := a.Identity.Notify(ctx, tx, identity.To{User: user}, "calls.missed", title, link); err != nil {
			return err
		}
	}
	if !e.Centre || e.Ending != calls.Missed {
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
	return a.Identity.Notify(ctx, tx, identity.To{Unit: desk.ID}, "calls.missed", "指挥中心未接来电："+e.Caller, link)
}
