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
