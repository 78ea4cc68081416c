package cases

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// addReporter seals who brought the case up. A case of the administration's own has the person who typed it in.
func (s *Service) addReporter(ctx context.Context, tx *db.Tx, c *Case, n *Report) error {
	r := Reporter{ID: db.NewID(tx), CaseID: c.ID, Channel: c.Channel, SourceNumber: n.SourceNumber, Words: mask.Text(n.Text), At: c.ReportedAt}
	if p := auth.From(ctx); p != nil && n.Reporter == nil {
		r.UserID = p.UserID
	}
	if n.Reporter != nil {
		r.Anonymous, r.WantsReply, r.Token = n.Reporter.Anonymous, n.Reporter.WantsReply, n.Reporter.Token
		if n.Reporter.Name != "" {
			r.Name = s.Box.Seal([]byte(clean(n.Reporter.Name)), "case_reporter.name")
		}
		if n.Reporter.Phone != "" {
			r.Phone = s.Box.Seal([]byte(clean(n.Reporter.Phone)), "case_reporter.phone")
			r.PhoneIndex = s.Box.BlindIndex("case_reporter.phone", n.Reporter.Phone)
		}
	}
	return insertReporter(ctx, tx, &r)
}

func insertReporter(ctx context.Context, tx *db.Tx, r *Reporter) error {
	_, err := tx.Exec(ctx, "INSERT INTO case_reporter ("+reporterColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		r.ID, r.CaseID, r.Channel, r.SourceNumber, r.Anonymous, r.Name, r.Phone, r.PhoneIndex, r.Words, r.Token, r.WantsReply, r.UserID, r.At)
	return err
}
