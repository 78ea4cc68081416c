package app

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/db"
)

// people tells patrol who somebody on duty is.
type people struct{ app *App }

func (p people) OfficersTx(ctx context.Context, tx *db.Tx, ids []string) ([]patrol.Person, error) {
	cards, err := p.app.Identity.CardsTx(ctx, tx, "grid_officer", ids)
	if err != nil {
		return nil, err
	}
	return p.reached(ctx, tx, cards)
}

func (p people) PoliceTx(ctx context.Context, tx *db.Tx, ids []string) ([]patrol.Person, error) {
	cards, err := p.app.Identity.CardsTx(ctx, tx, "community_police", ids)
	if err != nil {
		return nil, err
	}
	return p.reached(ctx, tx, cards)
}

func (p people) AllPoliceTx(ctx context.Context, tx *db.Tx) ([]patrol.Person, error) {
	cards, err := p.app.Identity.HoldingTx(ctx, tx, "community_police")
	if err != nil {
		return nil, err
	}
	return p.reached(ctx, tx, cards)
}

// reached adds the telephone numbers, masked.
func (p people) reached(ctx context.Context, tx *db.Tx, cards []identity.Card) ([]patrol.Person, error) {
	ids := make([]string, len(cards))
	for i := range cards {
		ids[i] = cards[i].ID
	}
	phones, err := p.app.Messages.PhonesTx(ctx, tx, ids)
	out := make([]patrol.Person, len(cards))
	for i, c := range cards {
		out[i] = patrol.Person{ID: c.ID, Name: c.Name, Unit: c.UnitName, Post: c.Title, Phone: phones[c.ID], Areas: c.Areas.V}
		if c.Portrait != "" {
			out[i].Portrait = c.Portrait[:12]
		}
	}
	return out, err
}

func (p people) PhoneTx(ctx context.Context, tx *db.Tx, id string) (string, error) {
	return p.app.Messages.PhoneTx(ctx, tx, id)
}

func (p people) Portrait(ctx context.Context, id string) (identity.Photo, error) {
	return p.app.Identity.OpenPortrait(ctx, id)
}
