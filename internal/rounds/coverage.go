package rounds

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// mostDays bounds the days of one question.
const mostDays = 31

// Row is what was seen of one area between two days.
type Row struct {
	Area      string      `json:"area"`
	Name      string      `json:"name"`
	Level     string      `json:"level" enum:"district,subdistrict,community,grid"`
	Grids     int         `json:"grids" doc:"Grids with places to be seen"`
	Unvisited int         `json:"unvisited" doc:"Of these, in which nobody on duty was"`
	Points    int         `json:"points" doc:"Places to be seen on the last day"`
	Seen      int         `json:"seen" doc:"Of these, seen at least once between the days"`
	Daily     float64     `json:"daily" doc:"Mean share of the places seen per day, 0 to 1"`
	Minutes   int         `json:"minutes" doc:"That officers on duty were inside the area"`
	LastAt    *clock.Time `json:"last_at,omitempty" doc:"When somebody was last there"`
}

// Coverage is what was seen of an area and of its parts.
type Coverage struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Whole Row    `json:"whole"`
	Parts []Row  `json:"parts" doc:"The areas one tier below, by code"`
	Grids []Cell `json:"grids" doc:"Every grid with places, for the map"`
}

// Cell is the share of a grid, for the map.
type Cell struct {
	Grid   string `json:"grid"`
	Points int    `json:"points"`
	Seen   int    `json:"seen"`
	Was    bool   `json:"was" doc:"Somebody on duty was there"`
}

// tally sums up a grid between the days.
type tally struct {
	daily   map[string]int // places seen, by day
	seen    int
	seconds int
	last    int64
}

// Coverage tells what was seen of an area between two days, both included and at most 31, and of each of its parts. Places seen several times count
// once. Needs rounds.read for the area; NotFound if there is no such area.
func (s *Service) Coverage(ctx context.Context, area, from, to string) (out *Coverage, err error) {
	first, after, err := bounds(from, to, mostDays)
	if err != nil {
		return nil, err
	}
	top, err := s.place(ctx, PermRead, area)
	if err != nil {
		return nil, err
	}
	children, err := s.Regions.Children(ctx, area)
	if err != nil {
		return nil, err
	}
	children = slices.DeleteFunc(children, func(a region.Area) bool { return a.Kind == region.Police })
	out = &Coverage{From: from, To: to, Parts: []Row{}, Grids: []Cell{}}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		f, err := s.fieldTx(ctx, tx)
		if err != nil {
			return err
		}
		sums, err := s.sums(ctx, tx, area, from, to)
		if err != nil {
			return err
		}
		days := int(after.Sub(first).Hours() / 24)
		if today := dayOf(tx.Now().UnixMilli()); to > today && from <= today { // days to come have no share
			days -= daysBetween(today, to)
		}
		counts := f.counts(area, after)
		for _, c := range children {
			out.Parts = append(out.Parts, rowOf(&c, counts, sums, days))
		}
		out.Whole = rowOf(top, counts, sums, days)
		for grid, n := range counts {
			cell := Cell{Grid: grid, Points: n}
			if t := sums[grid]; t != nil {
				cell.Seen, cell.Was = min(t.seen, n), t.seconds > 0
			}
			out.Grids = append(out.Grids, cell)
		}
		slices.SortFunc(out.Grids, func(a, b Cell) int { return strings.Compare(a.Grid, b.Grid) })
		return nil
	})
	return out, err
}

func daysBetween(a, b string) int {
	from, _ := time.Parse(time.DateOnly, a) // both are days already
	to, _ := time.Parse(time.DateOnly, b)
	return int(to.Sub(from).Hours() / 24)
}

// counts counts, by grid, the places of an area that were still to be seen at the end of a time.
func (f *field) counts(area string, after time.Time) map[string]int {
	out, end := map[string]int{}, after.UnixMilli()
	for grid, list := range f.byGrid {
		if !region.Inside(grid, area) {
			continue
		}
		for _, n := range list {
			if s := &f.spots[n]; s.since < end && (s.ended == 0 || s.ended >= end) {
				out[grid]++
			}
		}
	}
	return out
}

type dayRow struct {
	Day     string     `db:"day"`
	Grid    string     `db:"grid"`
	Seen    int        `db:"seen"`
	Seconds int        `db:"seconds"`
	Last    clock.Time `db:"last_at"`
}

// sums reads what was seen of the grids of an area.
func (s *Service) sums(ctx context.Context, tx *db.Tx, area, from, to string) (map[string]*tally, error) {
	args := []any{from, to}
	where := "day >= $1 AND day <= $2 AND " + auth.Within("grid", []string{area}, &args)
	out := map[string]*tally{}
	err := db.Each(ctx, tx, "SELECT day, grid, seen, seconds, last_at FROM round_day WHERE "+where, args, func(r *dayRow) error {
		t := out[r.Grid]
		if t == nil {
			t = &tally{daily: map[string]int{}}
			out[r.Grid] = t
		}
		t.daily[r.Day] = r.Seen
		t.seen = max(t.seen, r.Seen)
		t.seconds += r.Seconds
		t.last = max(t.last, r.Last.UnixMilli())
		return nil
	})
	if err != nil || from == to {
		return out, err
	}
	type distinct struct {
		Grid string `db:"grid"`
		N    int    `db:"n"`
	}
	err = db.Each(ctx, tx, "SELECT grid, COUNT(DISTINCT point_id) AS n FROM round_seen WHERE "+where+" GROUP BY grid", args, func(d *distinct) error {
		if t := out[d.Grid]; t != nil {
			t.seen = max(t.seen, d.N) // what is older than persons are kept has only its best day left
		}
		return nil
	})
	return out, err
}

// rowOf sums the grids of an area up.
func rowOf(a *region.Area, counts map[string]int, sums map[string]*tally, days int) Row {
	r := Row{Area: a.Code, Name: a.Name, Level: string(a.Level)}
	daily, last := 0, int64(0)
	for grid, n := range counts {
		if !region.Inside(grid, a.Code) {
			continue
		}
		r.Grids++
		r.Points += n
		t := sums[grid]
		if t == nil || t.seconds == 0 {
			r.Unvisited++
		}
		if t == nil {
			continue
		}
		r.Seen += min(t.seen, n)
		for _, seen := range t.daily {
			daily += min(seen, n)
		}
		r.Minutes += t.seconds / 60
		last = max(last, t.last)
	}
	if r.Points > 0 && days > 0 {
		r.Daily = float64(daily) / float64(r.Points*days)
	}
	if last > 0 {
		r.LastAt = clock.Ptr(time.UnixMilli(last))
	}
	return r
}

// SeenPoint is a place with when it was seen; by whom is not told here.
type SeenPoint struct {
	Point
	FirstAt *clock.Time `json:"first_at,omitempty"`
	LastAt  *clock.Time `json:"last_at,omitempty" doc:"Absent if nobody saw it"`
	Seconds int         `json:"seconds"`
}

// maxShown bounds the places of one picture.
const maxShown = 5000

// SeenPoints lists the places of an area with when they were seen between two days, those that nobody saw first. At most 5,000: Invalid above it. Needs
// rounds.read for the area.
func (s *Service) SeenPoints(ctx context.Context, area, from, to string) (list []SeenPoint, err error) {
	_, after, err := bounds(from, to, mostDays)
	if err != nil {
		return nil, err
	}
	if _, err := s.place(ctx, PermRead, area); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		f, err := s.fieldTx(ctx, tx)
		if err != nil {
			return err
		}
		at := map[string]*SeenPoint{}
		for i := range f.spots {
			p := &f.spots[i]
			if region.Inside(p.grid, area) && p.current(after.UnixMilli()-1) {
				at[p.id] = &SeenPoint{Point: Point{ID: p.id, Code: p.code, Grid: p.grid, Kind: p.kind, Name: p.name, Lat: float64(p.lat) / 1e6, Lon: float64(p.lon) / 1e6, Radius: int(p.radius), Dwell: int(p.dwell),
					Since: clock.At(time.UnixMilli(p.since))}}
			}
		}
		if len(at) > maxShown {
			return errs.Invalid("rounds.large_area", "The area has more than 5,000 places; choose a smaller one.", errs.Field{Location: "query.area", Message: "too large", Value: len(at)})
		}
		type span struct {
			Point   string     `db:"point_id"`
			First   clock.Time `db:"first_at"`
			Last    clock.Time `db:"last_at"`
			Seconds int        `db:"seconds"`
		}
		args := []any{from, to}
		query := "SELECT point_id, MIN(first_at) AS first_at, MAX(last_at) AS last_at, SUM(seconds) AS seconds FROM round_seen WHERE day >= $1 AND day <= $2 AND " + auth.Within("grid", []string{area}, &args) + " GROUP BY point_id"
		if err := db.Each(ctx, tx, query, args, func(v *span) error {
			if p := at[v.Point]; p != nil {
				p.FirstAt, p.LastAt, p.Seconds = &v.First, &v.Last, v.Seconds
			}
			return nil
		}); err != nil {
			return err
		}
		list = make([]SeenPoint, 0, len(at))
		for _, p := range at {
			p.GridName = s.nameOf(ctx, p.Grid)
			list = append(list, *p)
		}
		slices.SortFunc(list, func(a, b SeenPoint) int {
			if (a.LastAt == nil) != (b.LastAt == nil) {
				if a.LastAt == nil {
					return -1
				}
				return 1
			}
			return strings.Compare(a.Grid+a.ID, b.Grid+b.ID)
		})
		return nil
	})
	return list, err
}
