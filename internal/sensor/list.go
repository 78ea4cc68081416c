package sensor

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	Kind   string `query:"kind" maxLength:"30"`
	Area   string `query:"area" maxLength:"20"`
	Source string `query:"source" maxLength:"60"`
	Shows  string `query:"shows" enum:"alarm,offline,weak,well,paused,retired" doc:"How they stand; without it all that are not retired"`
	Words  string `query:"words" maxLength:"60" doc:"Part of code, name or address"`
	httpx.ViewIn
}

// conditions are the ways a sensor can stand, as they are counted and listed.
var conditions = map[string]string{
	"alarm":   "s.state = 'in_use' AND t.active > 0",
	"offline": "s.state = 'in_use' AND t.offline",
	"weak":    "s.state = 'in_use' AND t.weak",
	"well":    "s.state = 'in_use' AND t.active = 0 AND NOT t.offline AND t.seen_at IS NOT NULL",
	"paused":  "s.state = 'paused'",
	"retired": "s.state = 'retired'",
}

func (f *Filter) where(ctx context.Context, args *[]any) string {
	parts := []string{auth.Areas(ctx, "s.area_code", args)}
	add := func(form string, value any) {
		*args = append(*args, value)
		parts = append(parts, fmt.Sprintf(form, len(*args)))
	}
	if f.Kind != "" {
		add("s.kind = $%d", f.Kind)
	}
	if f.Source != "" {
		add("s.source_id = $%d", f.Source)
	}
	if f.Area != "" {
		parts = append(parts, auth.Within("s.area_code", []string{f.Area}, args))
	}
	if words := strings.TrimSpace(f.Words); words != "" {
		add(`LOWER(s.code || ' ' || s.name || ' ' || s.address || ' ' || s.vendor_code) LIKE $%d ESCAPE '\'`, "%"+db.EscapeLike(strings.ToLower(words))+"%")
	}
	if view := f.Where("s.lat", "s.lon", args); view != "" {
		parts = append(parts, view)
	}
	if c := conditions[f.Shows]; c != "" {
		parts = append(parts, c)
	} else {
		parts = append(parts, "s.state <> 'retired'")
	}
	return strings.Join(parts, " AND ")
}

// List returns sensors of the caller's areas, those in alarm first, then the silent. Needs sensor.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Sensor], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 2)
	if err != nil {
		return out, err
	}
	const rank = "(CASE WHEN t.active > 0 THEN '0' WHEN t.offline THEN '1' WHEN t.weak THEN '2' ELSE '3' END)"
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM sensor s JOIN sensor_state t ON t.sensor_id = s.id WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[0] != "" {
			args = append(args, after[0], after[1])
			where += fmt.Sprintf(" AND (%s > $%d OR %s = $%d AND s.id > $%d)", rank, len(args)-1, rank, len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Sensor](ctx, tx, whole+" WHERE "+where+fmt.Sprintf(" ORDER BY %s, s.id LIMIT $%d", rank, len(args)), args...)
		for i := range rows {
			rows[i].AreaName = s.Regions.Called(ctx, rows[i].AreaCode)
		}
		out = httpx.Cut(rows, page.Limit, total, func(x *Sensor) string { return httpx.EncodeCursor(x.rank(), x.ID) })
		return err
	})
	return out, err
}

// rank is the place of a sensor in the list, as the statement computes it.
func (x *Sensor) rank() string {
	switch {
	case x.Active > 0:
		return "0"
	case x.Offline:
		return "1"
	case x.Weak:
		return "2"
	}
	return "3"
}

// Counts is how many sensors stand how, in the caller's areas.
type Counts struct {
	All     int `json:"all" db:"all_n"`
	Alarm   int `json:"alarm" db:"alarm_n"`
	Offline int `json:"offline" db:"offline_n"`
	Weak    int `json:"weak" db:"weak_n"`
	Never   int `json:"never" db:"never_n" doc:"Registered, and never heard of"`
}

// Count counts the sensors of a filter that are in use. Needs sensor.read.
func (s *Service) Count(ctx context.Context, f Filter) (out Counts, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	f.Shows = ""
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		sum := func(condition, name string) string {
			return "COALESCE(SUM(CASE WHEN " + condition + " THEN 1 ELSE 0 END), 0) AS " + name
		}
		out, err = db.Get[Counts](ctx, tx, "SELECT COUNT(*) AS all_n, "+strings.Join([]string{sum(conditions["alarm"], "alarm_n"), sum(conditions["offline"], "offline_n"), sum(conditions["weak"], "weak_n"),
			sum("t.seen_at IS NULL", "never_n")}, ", ")+" FROM sensor s JOIN sensor_state t ON t.sensor_id = s.id WHERE s.state = 'in_use' AND "+where, args...)
		return err
	})
	return out, err
}

// Dot is a sensor on a map.
type Dot struct {
	ID    string  `db:"id" json:"id"`
	Name  string  `db:"name" json:"name"`
	Kind  string  `db:"kind" json:"kind"`
	Lat   float64 `db:"lat" json:"lat"`
	Lon   float64 `db:"lon" json:"lon"`
	Shows string  `db:"shows" json:"shows" enum:"alarm,offline,weak,well,never"`
}

// maxDots bounds a map; beyond it the filter must be narrower.
const maxDots = 20_000

// Dots returns the sensors of a filter that have a position, for a layer of a map. Needs sensor.read.
func (s *Service) Dots(ctx context.Context, f Filter) (out []Dot, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	if f.Turned() {
		return nil, errs.Invalid("sensor.bad_box", "West must lie left of east, south below north.", errs.Field{Location: "query.west", Message: "left of east"})
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		out, err = db.All[Dot](ctx, tx, `SELECT s.id, s.name, s.kind, s.lat, s.lon, CASE WHEN t.active > 0 THEN 'alarm' WHEN t.offline THEN 'offline' WHEN t.weak THEN 'weak'
			WHEN t.seen_at IS NULL THEN 'never' ELSE 'well' END AS shows FROM sensor s JOIN sensor_state t ON t.sensor_id = s.id WHERE s.lat IS NOT NULL AND s.state = 'in_use' AND `+where+
			fmt.Sprintf(" ORDER BY s.id LIMIT %d", maxDots), args...)
		return err
	})
	return out, err
}
