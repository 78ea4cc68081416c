package demo

import (
	"context"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/integration"
	"yiwang/internal/messages"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// tellResidents leaves the text messages of the last cases that residents reported, written to files like those of an
// installation without a gateway, and a partner system, so that the pages of an administrator are not empty.
func (l *loader) tellResidents(ctx context.Context) error {
	list, err := l.Cases.List(ctx, cases.Filter{Channels: []cases.Channel{cases.FromResident, cases.FromHotline}}, httpx.PageIn{Limit: 40})
	if err != nil {
		return err
	}
	err = l.DB.Tx(ctx, func(tx *db.Tx) error {
		var notes []messages.Note
		for i := range list.Items {
			more, err := l.notesOf(ctx, tx, &list.Items[i])
			if err != nil {
				return err
			}
			notes = append(notes, more...)
		}
		return l.Messages.SendTx(ctx, tx, notes)
	})
	if err != nil {
		return err
	}
	if err := l.Messages.Deliver(ctx); err != nil {
		return err
	}
	_, err = l.Partners.AddPartner(ctx, integration.Partner{Code: "hotline-12345", Name: "12345 热线平台（演示）", Channel: cases.FromHotline, AreaCode: gulou, MayWrite: true})
	return err
}

// notesOf is what those who reported a case were told last.
func (l *loader) notesOf(ctx context.Context, tx *db.Tx, c *cases.Case) ([]messages.Note, error) {
	event := "registered"
	switch {
	case c.State == cases.Rejected:
		event = "rejected"
	case c.ClosedAt != nil:
		event = "closed"
	case c.AcceptedAt != nil:
		event = "accepted"
	}
	people, err := l.Cases.ContactsTx(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	due := func(at *clock.Time) string {
		if at == nil {
			return tx.Now().Add(2 * time.Hour).In(clock.Nanjing).Format("1月2日15:04")
		}
		return at.In(clock.Nanjing).Format("1月2日15:04")
	}
	var out []messages.Note
	for _, k := range people {
		if k.Phone == "" {
			continue
		}
		out = append(out, messages.Note{Event: event, Audience: messages.ToReporter, Key: "demo/" + c.ID + "/" + k.ReporterID, Phone: k.Phone, SubjectID: c.ID, Number: c.Number, AreaCode: c.AreaCode,
			Link: "/p/follow#" + k.Code, Values: map[string]string{"number": c.Number, "title": c.Title, "due": due(c.PromisedAt), "reply": c.Reply}})
	}
	return out, nil
}
