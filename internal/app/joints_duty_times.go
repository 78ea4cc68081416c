package app

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/roster"
)

// dutyTimes tells the roster who was on duty; calls for help off duty are none.
type dutyTimes struct{ patrol *patrol.Service }

func (d dutyTimes) OnDutyTx(ctx context.Context, tx *db.Tx, area string, from, to clock.Time) ([]roster.OnDuty, error) {
	list, err := d.patrol.SpansTx(ctx, tx, area, from, to)
	out := make([]roster.OnDuty, 0, len(list))
	for i := range list {
		t := roster.OnDuty{OfficerID: list[i].OfficerID, From: list[i].OnAt}
		if list[i].OffAt != nil {
			t.To = *list[i].OffAt
		}
		out = append(out, t)
	}
	return out, err
}

// reminders leave officers a notice.
type reminders struct{ people *identity.Service }

func (r reminders) RemindTx(ctx context.Context, tx *db.Tx, officer, text, link string) error {
	return r.people.Notify(ctx, tx, identity.To{User: officer}, "roster.remind", text, link)
}
