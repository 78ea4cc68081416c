package camera

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/picture"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	Area  string `query:"area" maxLength:"20"`
	Words string `query:"words" maxLength:"60" doc:"Part of number, name or address"`
	State State  `query:"state" enum:"in_use,retired" doc:"In use without it; those taken out of use only for who keeps the register"`
}

func (f *Filter) where(ctx context.Context, args *[]any) string {
	state := InUse
	if f.State == Retired && auth.From(ctx).Has(PermManage) {
		state = Retired
	}
	*args = append(*args, state)
	out := fmt.Sprintf("state = $%d AND ", len(*args)) + auth.Areas(ctx, "area_code", args)
	if f.Area != "" {
		out += " AND " + auth.Within("area_code", []string{f.Area}, args)
	}
	if words := strings.ToLower(strings.TrimSpace(f.Words)); words != "" {
		*args = append(*args, "%"+db.EscapeLike(words)+"%")
		out += fmt.Sprintf(` AND LOWER(code || ' ' || name || ' ' || address) LIKE $%d ESCAPE '\'`, len(*args))
	}
	return out
}

// List returns cameras of the caller's areas. Needs camera.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Camera], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM camera WHERE "+where, args...)
		if err != nil {
			return err
		}
		args = append(args, after[0], page.Limit+1)
		rows, err := db.All[Camera](ctx, tx, "SELECT "+columns+" FROM camera WHERE "+where+fmt.Sprintf(" AND id > $%d ORDER BY id LIMIT $%d", len(args)-1, len(args)), args...)
		for i := range rows {
			s.show(ctx, &rows[i])
		}
		out = httpx.Cut(rows, page.Limit, total, func(c *Camera) string { return httpx.EncodeCursor(c.ID) })
		return err
	})
	return out, err
}

// show completes a camera for the caller, and hides the addresses from who does not keep the register.
func (s *Service) show(ctx context.Context, c *Camera) {
	c.AreaName, c.Ways = s.Regions.Called(ctx, c.AreaCode), []Way{}
	for _, w := range []struct {
		way     Way
		address string
	}{{ByWHEP, c.WHEP}, {ByHLS, c.HLS}, {ByPicture, c.Snapshot}} {
		if w.address != "" {
			c.Ways = append(c.Ways, w.way)
		}
	}
	if p := auth.From(ctx); !p.Has(PermManage) || !p.Covers(c.AreaCode) {
		c.WHEP, c.HLS, c.Snapshot = "", "", ""
	}
	if c.Masks.V == nil {
		c.Masks.V = []picture.Area{}
	}
}

// Dot is a camera on a map.
type Dot struct {
	ID      string  `db:"id" json:"id"`
	Name    string  `db:"name" json:"name"`
	Kind    Kind    `db:"kind" json:"kind" enum:"dome,ptz,bullet,other"`
	Lat     float64 `db:"lat" json:"lat"`
	Lon     float64 `db:"lon" json:"lon"`
	Heading *int    `db:"heading" json:"heading,omitempty" doc:"Degrees from north"`
	Seen    bool    `db:"seen" json:"seen" doc:"It has a picture that can be shown"`
}

// maxDots bounds a map; beyond it the box must be smaller.
const maxDots = 20_000

// Dots returns the cameras in use that have a position, for a layer of a map. Needs camera.read.
func (s *Service) Dots(ctx context.Context, f Filter, v httpx.ViewIn) (out []Dot, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if v.Turned() {
		return nil, errs.Invalid("camera.bad_box", "West must lie left of east, south below north.", errs.Field{Location: "query.west", Message: "left of east"})
	}
	f.State = InUse
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := "lat IS NOT NULL AND " + f.where(ctx, &args)
		if view := v.Where("lat", "lon", &args); view != "" {
			where += " AND " + view
		}
		out, err = db.All[Dot](ctx, tx, "SELECT id, name, kind, lat, lon, heading, (whep_url <> '' OR hls_url <> '' OR snapshot_url <> '') AS seen FROM camera WHERE "+where+
			fmt.Sprintf(" ORDER BY id LIMIT %d", maxDots), args...)
		return err
	})
	return out, err
}
