package app

import (
	"context"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// places lets files of opinions name streets and communities as people do.
type places struct{ regions *region.Service }

func (p places) PlacesTx(ctx context.Context, _ *db.Tx, district string) (out []opinion.Place, err error) {
	for _, level := range []region.Level{region.Subdistrict, region.Community} {
		list, _, err := p.regions.List(ctx, region.Filter{Within: district, Level: level})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			out = append(out, opinion.Place{Code: a.Code, Name: a.Name, Parent: a.ParentCode, Street: level == region.Subdistrict})
		}
	}
	return out, nil
}

// offices lets opinions note which office passes thanks on.
type offices struct{ app *App }

func (o offices) OfficeTx(ctx context.Context, tx *db.Tx, area string) (opinion.Office, error) {
	id, err := o.app.unitID(ctx, tx, area[:min(9, len(area))], "street_office")
	if err != nil || id == "" {
		return opinion.Office{}, err
	}
	u, err := o.app.Identity.UnitTx(ctx, tx, id)
	return opinion.Office{ID: u.ID, Name: u.Name}, err
}
