package rectify

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func findItem(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
	i, err := db.Get[Item](ctx, tx, "SELECT "+itemColumns+" FROM item WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("rectify.not_found", "There is no such item, or you may not see it.")
	}
	return &i, err
}

func insertItem(ctx context.Context, tx *db.Tx, i *Item) error {
	_, err := tx.Exec(ctx, `INSERT INTO item (id, no, wave_id, title, field, area_code, area_name, street, place, voices, state,
			lead_unit, lead_name, lead_area, co, recurs_of, version, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		i.ID, i.No, i.WaveID, i.Title, i.Field, i.AreaCode, i.AreaName, i.Street, i.Place, i.Voices, i.State,
		i.LeadUnit, i.LeadName, i.LeadArea, i.Co, i.RecursOf, i.Version, i.CreatedAt)
	return err
}

// saveItem writes the row if nobody wrote it since; otherwise Conflict carries the row as it is now.
func saveItem(ctx context.Context, tx *db.Tx, i *Item) error {
	n, err := tx.Exec(ctx, `UPDATE item SET
			title = $1, field = $2, area_code = $3, area_name = $4, street = $5, place = $6, voices = $7, state = $8, result = $9,
			lead_unit = $10, lead_name = $11, lead_area = $12, co = $13, measure = $14, promised_at = $15, outcome = $16, reply = $17,
			supervised = $18, reworks = $19, recurs_of = $20, issued_at = $21, due_at = $22, answered_at = $23, done_at = $24,
			verified_at = $25, told_at = $26, published_at = $27, supervision = $28, returns = $29, decided_unit = $30, wants = $31,
			phase = $32, extended = $33, suspended_at = $34, ground = $35, version = version + 1
		WHERE id = $36 AND version = $37`,
		i.Title, i.Field, i.AreaCode, i.AreaName, i.Street, i.Place, i.Voices, i.State, i.Result,
		i.LeadUnit, i.LeadName, i.LeadArea, i.Co, i.Measure, i.PromisedAt, i.Outcome, i.Reply,
		i.Supervised, i.Reworks, i.RecursOf, i.IssuedAt, i.DueAt, i.AnsweredAt, i.DoneAt,
		i.VerifiedAt, i.ToldAt, i.PublishedAt, i.Supervision, i.Returns, i.DecidedUnit, i.Wants,
		i.Phase, i.Extended, i.SuspendedAt, i.Ground, i.ID, i.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		current, err := findItem(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		return stale(current)
	}
	i.Version++
	return nil
}

func stale(current *Item) error {
	return errs.Conflict("rectify.changed", "Somebody changed the item in between; look at it again.").With(current)
}

// nextNo gives the item its number, such as 2026H2-凤凰-0001; numbers count up per wave and street.
func nextNo(ctx context.Context, tx *db.Tx, w opinion.Wave, street, streetName string) (string, error) {
	n, err := db.Get[int](ctx, tx, `INSERT INTO item_number (wave_id, street, last) VALUES ($1, $2, 1)
		ON CONFLICT (wave_id, street) DO UPDATE SET last = item_number.last + 1
		RETURNING last`, w.ID, street)
	return fmt.Sprintf("%s-%s-%04d", w.Code, streetName, n), err
}

func appendHistory(ctx context.Context, tx *db.Tx, i *Item, a Action, from State, ground, note string) error {
	h := History{ID: db.NewID(tx), ItemID: i.ID, At: tx.Time(), ForUnit: i.LeadUnit, Action: a, From: from, To: i.State, Ground: ground, Note: note}
	if p := auth.From(ctx); p != nil {
		h.ActorID, h.ActorName, h.ActorUnit = p.UserID, p.Name, p.UnitID
	}
	_, err := tx.Exec(ctx, `INSERT INTO item_history (id, item_id, at, actor_id, actor_name, actor_unit, for_unit, action, from_state,
			to_state, ground, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		h.ID, h.ItemID, h.At, h.ActorID, h.ActorName, h.ActorUnit, h.ForUnit, h.Action, h.From, h.To, h.Ground, h.Note)
	return err
}

func historyOf(ctx context.Context, tx *db.Tx, item string) ([]History, error) {
	return db.All[History](ctx, tx, `SELECT id, item_id, at, actor_id, actor_name, actor_unit, for_unit, action, from_state, to_state, ground, note
		FROM item_history WHERE item_id = $1 ORDER BY id`, item)
}

const evidenceColumns = "id, item_id, phase, ref, sha256, media_type, size, caption, public, by_id, by_name, by_unit, at"

func evidenceOf(ctx context.Context, tx *db.Tx, item string) ([]Evidence, error) {
	return db.All[Evidence](ctx, tx, "SELECT "+evidenceColumns+" FROM item_evidence WHERE item_id = $1 ORDER BY phase DESC, id", item)
}

func insertEvidence(ctx context.Context, tx *db.Tx, e *Evidence) error {
	_, err := tx.Exec(ctx, "INSERT INTO item_evidence ("+evidenceColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.ID, e.ItemID, e.Phase, e.Ref, e.SHA256, e.MediaType, e.Size, e.Caption, e.Public, e.ByID, e.ByName, e.ByUnit, e.At)
	return err
}
