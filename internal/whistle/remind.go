package whistle

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// remind records that a clock came to a point and lets the program tell those concerned.
func remind(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, k *Clock, phase string) error {
	if phase == "red" {
		h := History{ID: db.NewID(tx), WhistleID: w.ID, CallID: c.ID, At: tx.Time(), Action: "overdue", ActorName: "系统", UnitName: c.UnitName, Note: k.Kind}
		if _, err := tx.Exec(ctx, "INSERT INTO whistle_history ("+historyColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			h.ID, h.WhistleID, h.CallID, h.At, h.ActorID, h.ActorName, h.ActorUnit, h.Action, h.UnitName, h.Note); err != nil {
			return err
		}
	}
	task := ""
	if p := c.promise(k.Promise); p != nil && k.Kind == "work" {
		task = p.Task
	}
	return outbox.Emit(ctx, tx, TopicReminded, w.ID, Reminded{Task: task, ClockID: k.ID, WhistleID: w.ID, Number: w.Number, Title: w.Title, WhistleOf: w.Kind, Street: w.Street,
		UnitID: w.UnitID, Kind: k.Kind, Phase: phase, CallID: c.ID, CallUnit: c.UnitID, CallName: c.UnitName, DueAt: k.DueAt, At: tx.Time()})
}
