package app

import (
	"context"
	"strconv"

	"yiwang/internal/cases"
	"yiwang/internal/integration"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// tellPartners: webhooks hear of cases, without a word that anybody wrote. Sensitive cases are told to nobody.
func (a *App) tellPartners() {
	outbox.OnBatch(a.Bus, []string{cases.TopicRegistered, cases.TopicMoved}, "webhooks.moves", func(ctx context.Context, tx *db.Tx, events []cases.Moved) error {
		var out []integration.Event
		for i := range events {
			out = append(out, partnerEvents(&events[i])...)
		}
		return a.Partners.QueueTx(ctx, tx, out)
	})
	outbox.OnBatch(a.Bus, []string{cases.TopicWarned, cases.TopicOverdue}, "webhooks.lapses", func(ctx context.Context, tx *db.Tx, events []cases.Lapse) error {
		var out []integration.Event
		for _, e := range events {
			if e.Sensitive {
				continue
			}
			topic := "clock.warned"
			if e.Phase == "red" {
				topic = "clock.overdue"
			}
			out = append(out, integration.Event{Key: e.ClockID + "/" + e.Phase, Topic: topic, Subject: e.Number, Area: e.AreaCode, At: e.At,
				Data: map[string]any{"number": e.Number, "stage": e.Kind, "phase": e.Phase, "level": e.Level, "area_code": e.AreaCode, "due_at": e.DueAt}})
		}
		return a.Partners.QueueTx(ctx, tx, out)
	})
}

// partnerEvents is what webhooks hear of a move; closing is an event of its own beside it.
func partnerEvents(e *cases.Moved) []integration.Event {
	if e.Sensitive {
		return nil
	}
	data := map[string]any{"number": e.Number, "action": e.Action, "from": e.From, "to": e.To, "channel": e.Channel, "category": e.Category, "area_code": e.AreaCode,
		"level": e.Level, "urgent": e.Urgent, "reported_at": e.ReportedAt, "due_at": e.DueAt, "closed_at": e.ClosedAt, "result": e.Result, "version": e.Version}
	event := integration.Event{Key: e.CaseID + "/" + strconv.FormatInt(e.Version, 10) + "/" + e.Action + "/" + e.At.UTC().Format("20060102150405.000"), Topic: "case.moved", Subject: e.Number, Area: e.AreaCode, At: e.At, Data: data}
	if e.Action == "report" {
		event.Topic = "case.registered"
	}
	out := []integration.Event{event}
	if e.To != e.From && (e.Action == "close" || e.Action == "self_handle" || e.Action == "force_close") {
		event.Topic = "case.closed"
		out = append(out, event)
	}
	return out
}
