package app

import (
	"context"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/db"
)

// pastCases gives the responsibility list the cases on which a draft is tried out.
type pastCases struct{ cases *cases.Service }

func (p pastCases) DispatchedTx(ctx context.Context, tx *db.Tx, area string, since time.Time, limit int) ([]duty.PastCase, error) {
	rows, err := p.cases.DispatchedTx(ctx, tx, area, since, limit)
	out := make([]duty.PastCase, 0, len(rows))
	for i := range rows {
		c := &rows[i]
		out = append(out, duty.PastCase{ID: c.ID, Number: c.Number, Title: c.Title, Category: c.Category, Component: c.Component, Area: c.AreaCode, Source: string(c.Channel),
			At: c.FiledAt.Time, LeadUnit: c.LeadUnit, LeadName: c.LeadName, Dispatches: c.Dispatches, Returns: c.Returns})
	}
	return out, err
}
