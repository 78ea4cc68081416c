package app

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// unitName names a unit; "" if there is none.
func (a *App) unitName(ctx context.Context, tx *db.Tx, id string) (string, error) {
	u, err := a.Identity.UnitTx(ctx, tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return "", nil
	}
	return u.Name, err
}
