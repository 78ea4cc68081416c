package rectify

import (
	"context"

	"yiwang/internal/platform/db"
)

// Contacts knows who left a number and what was sent to them. It never gives a number away.
type Contacts interface {
	// ReachableTx counts the people who left a number with one of the comments; the same number counts once.
	ReachableTx(ctx context.Context, tx *db.Tx, comments []string) (int, error)
	// SentTx counts the messages about an item by where they stand: queued, sending, sent, delivered, failed, suppressed.
	SentTx(ctx context.Context, tx *db.Tx, item string) (map[string]int, error)
	// PublicURLTx is the address of this server as residents know it, "" if it was not set.
	PublicURLTx(ctx context.Context, tx *db.Tx) (string, error)
}

// ToldCount says how many of those who spoke can be told, and what became of the messages to them.
type ToldCount struct {
	Voices    int `json:"voices" doc:"Comments in the item"`
	Reachable int `json:"reachable" doc:"People who left a number; the others find the answer on the public page"`
	Waiting   int `json:"waiting" doc:"Messages queued: quiet hours, or on their way"`
	Sent      int `json:"sent" doc:"Handed to the gateway, delivered ones included"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed" doc:"Not delivered, or held back by the daily bound"`
}

func (s *Service) toldOf(ctx context.Context, tx *db.Tx, i *Item) (c ToldCount, err error) {
	c.Voices = i.Voices
	if s.contacts == nil {
		return c, nil
	}
	comments, err := s.opinions.IDsOfItemTx(ctx, tx, i.ID)
	if err != nil {
		return c, err
	}
	if c.Reachable, err = s.contacts.ReachableTx(ctx, tx, comments); err != nil {
		return c, err
	}
	sent, err := s.contacts.SentTx(ctx, tx, i.ID)
	c.Waiting = sent["queued"] + sent["sending"]
	c.Sent, c.Delivered = sent["sent"]+sent["delivered"], sent["delivered"]
	c.Failed = sent["failed"] + sent["suppressed"]
	return c, err
}
