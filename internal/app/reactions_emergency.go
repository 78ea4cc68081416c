package app

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/messages"
	"yiwang/internal/platform/db"
)

// emergencyLink is the page of emergencies.
const emergencyLink = "/cases/emergency"

// tellOfEmergency tells the command centres of the district and of the streets inside that limits count around the clock
// from now on, or in work time again. It goes out at night too.
func (a *App) tellOfEmergency(ctx context.Context, tx *db.Tx, e cases.Emergency) error {
	event := "emergency"
	if e.EndedAt != nil {
		event = "emergency_over"
	}
	streets := []string{e.AreaCode}
	if len(e.AreaCode) == 6 {
		inside, err := a.Region.Children(ctx, e.AreaCode)
		if err != nil {
			return err
		}
		for i := range inside {
			streets = append(streets, inside[i].Code)
		}
	}
	var notes []messages.Note
	seen := map[string]bool{}
	for _, area := range streets {
		for _, tier := range []cases.Level{cases.District, cases.Street} {
			desk, err := a.Cases.Desk(ctx, tx, tier, area)
			if err != nil {
				return err
			}
			if desk.ID == "" || seen[desk.ID] {
				continue
			}
			seen[desk.ID] = true
			notes = append(notes, messages.Note{Event: event, Audience: messages.ToDesk, Unit: desk.ID, Needs: cases.PermRead, Key: e.ID + "/" + event, SubjectID: e.ID, AreaCode: e.AreaCode, Urgent: true,
				Link: emergencyLink, Values: map[string]string{"title": e.Name, "note": e.Reason}})
		}
	}
	return a.Messages.SendTx(ctx, tx, notes)
}
