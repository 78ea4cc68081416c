package rounds

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/prose"
)

// Kinds are the sorts of places.
var Kinds = []string{"building", "shop", "rental", "fire", "facility", "water", "site", "school", "other"}

// Point is a place that ought to be seen.
type Point struct {
	ID       string      `json:"id"`
	Code     string      `json:"code"`
	Grid     string      `json:"grid" doc:"Code of the grid it lies in"`
	Kind     string      `json:"kind" enum:"building,shop,rental,fire,facility,water,site,school,other"`
	Name     string      `json:"name"`
	Lat      float64     `json:"lat"`
	Lon      float64     `json:"lon"`
	Radius   int         `json:"radius" doc:"Metres within which it counts as reached"`
	Dwell    int         `json:"dwell" doc:"Seconds that somebody has to stay; 0 for passing by"`
	Since    clock.Time  `json:"since"`
	EndedAt  *clock.Time `json:"ended_at,omitempty" doc:"When it was given up"`
	Version  int64       `json:"version"`
	GridName string      `json:"grid_name,omitempty"`
}

// stored is a row of round_point.
type stored struct {
	ID      string      `db:"id"`
	Code    string      `db:"code"`
	Grid    string      `db:"grid"`
	Kind    string      `db:"kind"`
	Name    string      `db:"name"`
	Lat     int32       `db:"lat"`
	Lon     int32       `db:"lon"`
	Radius  int         `db:"radius"`
	Dwell   int         `db:"dwell"`
	Since   clock.Time  `db:"since"`
	EndedAt *clock.Time `db:"ended_at"`
	Changed clock.Time  `db:"changed_at"`
	Version int64       `db:"version"`
}

const pointColumns = "id, code, grid, kind, name, lat, lon, radius, dwell, since, ended_at, changed_at, version"

func (p *stored) spot() spot {
	out := spot{lat: p.Lat, lon: p.Lon, radius: uint16(p.Radius), dwell: uint16(p.Dwell), since: p.Since.UnixMilli(), id: p.ID, grid: p.Grid, kind: p.Kind, name: p.Name, code: p.Code}
	if p.EndedAt != nil {
		out.ended = p.EndedAt.UnixMilli()
	}
	return out
}

func (p *stored) point() Point {
	return Point{ID: p.ID, Code: p.Code, Grid: p.Grid, Kind: p.Kind, Name: p.Name, Lat: float64(p.Lat) / 1e6, Lon: float64(p.Lon) / 1e6, Radius: p.Radius, Dwell: p.Dwell,
		Since: p.Since, EndedAt: p.EndedAt, Version: p.Version}
}

func (p *stored) row() []any {
	return []any{p.ID, p.Code, p.Grid, p.Kind, p.Name, p.Lat, p.Lon, p.Radius, p.Dwell, p.Since, p.EndedAt, p.Changed, p.Version}
}

// NewPoint is a place as people give it.
type NewPoint struct {
	Code   string  `json:"code,omitempty" maxLength:"40" doc:"Unique; made up if absent"`
	Kind   string  `json:"kind" enum:"building,shop,rental,fire,facility,water,site,school,other"`
	Name   string  `json:"name" maxLength:"200"`
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
	Radius int     `json:"radius,omitempty" minimum:"0" maximum:"100" doc:"Metres; 0 for 25"`
	Dwell  *int    `json:"dwell,omitempty" minimum:"0" maximum:"3600" doc:"Seconds; 10 if absent"`
}

// fit checks a place and finds its grid; the caller needs rounds.plan there.
func (s *Service) fit(ctx context.Context, n *NewPoint) (p *stored, err error) {
	if err := prose.Check("rounds.bad_text", prose.Needed("name", &n.Name, 60), prose.Optional("code", &n.Code, 40)); err != nil {
		return nil, err
	}
	if !slices.Contains(Kinds, n.Kind) {
		return nil, errs.Invalid("rounds.bad_kind", "There is no such kind of place.", errs.Field{Location: "body.kind", Message: "unknown", Value: n.Kind})
	}
	p = &stored{Code: n.Code, Kind: n.Kind, Name: n.Name, Lat: int32(math.Round(n.Lat * 1e6)), Lon: int32(math.Round(n.Lon * 1e6)), Radius: n.Radius, Dwell: usualDwell, Version: 1}
	if p.Radius == 0 {
		p.Radius = usualRadius
	}
	if n.Dwell != nil {
		p.Dwell = *n.Dwell
	}
	if p.Radius < 5 || p.Radius > maxRadius || p.Dwell < 0 || p.Dwell > 3600 {
		return nil, errs.Invalid("rounds.bad_measure", "A radius is 5 to 100 metres, a stay at most an hour.", errs.Field{Location: "body.radius", Message: "5 to 100", Value: p.Radius})
	}
	at, err := s.Regions.Locate(ctx, n.Lon, n.Lat, s.DB.Clock().Now())
	if err != nil && errs.KindOf(err) != errs.KindNotFound {
		return nil, err
	}
	if at.Grid == nil {
		return nil, errs.Invalid("rounds.no_grid", "The place lies in no grid; check longitude and latitude.", errs.Field{Location: "body.lat", Message: "outside every grid", Value: fmt.Sprintf("%.6f,%.6f", n.Lat, n.Lon)})
	}
	p.Grid = at.Grid.Code
	return p, auth.RequireArea(ctx, PermPlan, p.Grid)
}

// AddPoint keeps a place. Invalid outside every grid, Conflict if the code is taken. Needs rounds.plan there.
func (s *Service) AddPoint(ctx context.Context, n NewPoint) (out Point, err error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return out, err
	}
	p, err := s.fit(ctx, &n)
	if err != nil {
		return out, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		p.ID, p.Since, p.Changed = db.NewID(tx), tx.Time(), tx.Time()
		if p.Code == "" {
			p.Code = p.ID
		}
		if err := db.InsertMany(ctx, tx, "round_point", pointColumns, "", [][]any{p.row()}); err != nil {
			return err
		}
		if err := turnPage(ctx, tx); err != nil {
			return taken(err)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rounds.add_point", Object: "round_point", ObjectID: p.ID, Area: p.Grid, Detail: map[string]any{"code": p.Code, "kind": p.Kind}})
	})
	return p.point(), taken(err)
}

func taken(err error) error {
	if db.IsUnique(err) {
		return errs.Conflict("rounds.code_taken", "Another place has this code.")
	}
	return err
}

// ChangePoint replaces what is known of a place. Conflict if it was changed meanwhile or given up. Needs rounds.plan where it lies and will lie.
func (s *Service) ChangePoint(ctx context.Context, id string, version int64, n NewPoint) (out Point, err error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return out, err
	}
	p, err := s.fit(ctx, &n)
	if err != nil {
		return out, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		old, err := s.ownPoint(ctx, tx, id, version)
		if err != nil {
			return err
		}
		p.ID, p.Since, p.Version = old.ID, old.Since, version+1
		if p.Code == "" {
			p.Code = old.Code
		}
		if _, err := tx.Exec(ctx, "UPDATE round_point SET code = $1, grid = $2, kind = $3, name = $4, lat = $5, lon = $6, radius = $7, dwell = $8, changed_at = $9, version = $10 WHERE id = $11",
			p.Code, p.Grid, p.Kind, p.Name, p.Lat, p.Lon, p.Radius, p.Dwell, tx.Time(), p.Version, id); err != nil {
			return taken(err)
		}
		if err := turnPage(ctx, tx); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rounds.change_point", Object: "round_point", ObjectID: id, Area: p.Grid, Detail: map[string]any{"from": old.Grid, "code": p.Code}})
	})
	return p.point(), taken(err)
}

// DropPoint gives a place up from now on; what was seen before still counts. Needs rounds.plan there.
func (s *Service) DropPoint(ctx context.Context, id string, version int64) error {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		old, err := s.ownPoint(ctx, tx, id, version)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE round_point SET ended_at = $1, changed_at = $1, version = version + 1 WHERE id = $2", tx.Time(), id); err != nil {
			return err
		}
		if err := turnPage(ctx, tx); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rounds.drop_point", Object: "round_point", ObjectID: id, Area: old.Grid, Detail: map[string]any{"code": old.Code}})
	})
}

// ownPoint finds a place that the caller may change.
func (s *Service) ownPoint(ctx context.Context, tx *db.Tx, id string, version int64) (stored, error) {
	p, err := db.Get[stored](ctx, tx, "SELECT "+pointColumns+" FROM round_point WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(p.Grid) {
		return p, errs.NotFound("rounds.no_point", "There is no such place.")
	}
	if err == nil && (p.Version != version || p.EndedAt != nil) {
		return p, errs.Conflict("rounds.changed", "It was changed meanwhile; look at it again.").With(p.point())
	}
	return p, err
}

// PointFilter selects places.
type PointFilter struct {
	Area, Kind, Words string
	Ended             bool // also those given up
}

func (f *PointFilter) where(ctx context.Context, args *[]any) string {
	cond := auth.Areas(ctx, "grid", args)
	if f.Area != "" {
		cond += " AND " + auth.Within("grid", []string{f.Area}, args)
	}
	if f.Kind != "" {
		*args = append(*args, f.Kind)
		cond += fmt.Sprintf(" AND kind = $%d", len(*args))
	}
	if f.Words != "" {
		*args = append(*args, "%"+db.EscapeLike(f.Words)+"%", f.Words)
		cond += fmt.Sprintf(` AND (name LIKE $%d ESCAPE '\' OR code = $%d)`, len(*args)-1, len(*args))
	}
	if !f.Ended {
		cond += " AND ended_at IS NULL"
	}
	return cond
}

// Points lists places in the caller's areas, by grid. Needs rounds.read.
func (s *Service) Points(ctx context.Context, f PointFilter, page httpx.PageIn) (out httpx.Page[Point], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM round_point WHERE "+where, args...)
		if err != nil {
			return err
		}
		if page.Cursor != "" {
			after, err := httpx.DecodeCursor(page.Cursor, 2)
			if err != nil {
				return err
			}
			args = append(args, after[0], after[1])
			where += fmt.Sprintf(" AND (grid > $%d OR grid = $%d AND id > $%d)", len(args)-1, len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[stored](ctx, tx, "SELECT "+pointColumns+" FROM round_point WHERE "+where+fmt.Sprintf(" ORDER BY grid, id LIMIT $%d", len(args)), args...)
		if err != nil {
			return err
		}
		list := make([]Point, len(rows))
		for i := range rows {
			list[i] = rows[i].point()
			list[i].GridName = s.nameOf(ctx, list[i].Grid)
		}
		out = httpx.Cut(list, page.Limit, total, func(p *Point) string { return httpx.EncodeCursor(p.Grid, p.ID) })
		return nil
	})
	return out, err
}

// nameOf names an area as people call it.
func (s *Service) nameOf(ctx context.Context, code string) string { return s.Regions.Called(ctx, code) }
