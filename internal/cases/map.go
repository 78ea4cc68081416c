package cases

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// square is the edge of the squares that the index of migration 0022 and case_square count by, in 1e-7 degrees: about
// 139 by 118 metres here.
const square = 12_500

// Limits of one picture.
const (
	maxPoints   = 400    // cases shown one by one
	maxLive     = 60_000 // cases grouped while the caller waits; more come from the squares counted before
	maxPlain    = 20_000 // beyond it squares answer at once what they can answer, without lamps
	pointZoom   = 16     // from here on single cases
	squaresLife = 10 * time.Minute
)

// View is the part of the map somebody looks at.
type View struct {
	West, South, East, North float64
	Zoom                     float64
}

// Picture is what the map shows: clusters from afar, single cases from near.
type Picture struct {
	Clusters []Cluster   `json:"clusters"`
	Points   []Point     `json:"points"`
	Shown    int         `json:"shown" doc:"Cases in this part of the map"`
	AsOf     *clock.Time `json:"as_of,omitempty" doc:"When the squares were counted; absent if counted just now"`
}

// Cluster is some cases near each other, at their centre.
type Cluster struct {
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	N       int     `json:"n"`
	Overdue int     `json:"overdue" doc:"0 where the squares were counted before"`
	Warned  int     `json:"warned"`
}

// Point is one case on the map.
type Point struct {
	ID      string  `json:"id"`
	Number  string  `json:"number"`
	Title   string  `json:"title"`
	State   State   `json:"state"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Overdue bool    `json:"overdue"`
	Warned  bool    `json:"warned"`
	Urgent  bool    `json:"urgent"`
}

// Map shows the cases of a filter in a part of the map, as far as the caller sees them. Up to 60,000 of them are
// counted exactly; beyond that a picture of all or all open cases of an area comes from squares counted about ten
// minutes ago, and any other filter is Invalid, as it is for a department: squares know areas, not units. Needs cases.read.
func (s *Service) Map(ctx context.Context, f Filter, v View) (p *Picture, err error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = s.picture(ctx, tx, f, v)
		return err
	})
	if !errors.Is(err, errNoSquares) {
		return p, err
	}
	if err = s.CountSquares(ctx); err == nil {
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			p, err = s.fromSquares(ctx, tx, f, v)
			return err
		})
	}
	return p, err
}

func (v View) check() error {
	ok := v.West < v.East && v.South < v.North && v.West >= -180 && v.East <= 180 && v.South >= -90 && v.North <= 90
	if !ok {
		return errs.Invalid("cases.bad_view", "Give the edges of the map as west, south, east and north.", errs.Field{Location: "query.west", Message: "edges do not fit"})
	}
	return nil
}

// errNoSquares says that the squares have never been counted.
var errNoSquares = errors.New("squares not counted")

func (s *Service) picture(ctx context.Context, tx *db.Tx, f Filter, v View) (*Picture, error) {
	counted := f.plain() && !byUnit(auth.From(ctx))
	if counted && !v.near() {
		p, err := s.fromSquares(ctx, tx, f, v)
		if err == nil && p.Shown > maxPlain {
			return p, nil
		}
		if err != nil && !errors.Is(err, errNoSquares) {
			return nil, err
		}
	}
	q := query{from: v.table(s.table(f, unlimited))}
	q.where, q.args = s.where(ctx, tx, f)
	var err error
	if q.where, q.args, err = s.narrowed(ctx, tx, f, q.where, q.args); err != nil {
		return nil, err
	}
	edges := v.edges()
	q.where += fmt.Sprintf(" AND lat >= %d AND lat < %d AND lon >= %d AND lon < %d", edges[0]*square, (edges[1]+1)*square, edges[2]*square, (edges[3]+1)*square)
	if v.Zoom >= pointZoom {
		return s.points(ctx, tx, q)
	}
	n, err := db.Get[int](ctx, tx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d) x", q.from, q.where, s.live+1), q.args...)
	switch {
	case err != nil:
		return nil, err
	case n <= maxPoints/4:
		return s.points(ctx, tx, q)
	case n <= s.live:
		return s.clusters(ctx, tx, q, v)
	case !counted:
		return nil, errs.Invalid("cases.map_too_many", "Too many cases match; choose an area or come nearer.")
	}
	return s.fromSquares(ctx, tx, f, v)
}

// query is what a picture reads.
type query struct {
	from, where string
	args        []any
}

// near reports a view of so few rows of squares that each is looked up by itself.
func (v View) near() bool {
	e := v.edges()
	return e[1]-e[0] < 40
}

// table is from, or for a near view the cases of its squares by their index.
func (v View) table(from string) string {
	if !v.near() {
		return from
	}
	e := v.edges()
	var rows []string
	for y := e[0]; y <= e[1]; y++ {
		rows = append(rows, strconv.FormatInt(y, 10))
	}
	return fmt.Sprintf("(SELECT * FROM case_file WHERE lat IS NOT NULL AND lat / %d IN (%s) AND lon / %d BETWEEN %d AND %d LIMIT %d) case_file",
		square, strings.Join(rows, ", "), square, e[2], e[3], unlimited)
}

// plain reports a filter that the squares can answer.
func (f Filter) plain() bool {
	f.Area, f.Open, f.Sort = "", false, ""
	return f.empty()
}

func (f Filter) empty() bool {
	return len(f.IDs)+len(f.States)+len(f.Channels) == 0 && f.Unit+f.Holder+f.Category+f.Theme+string(f.Level)+f.Query+f.Lamp == "" && f.Since == nil && f.Until == nil &&
		!f.Overdue && !f.Urgent && !f.Supervised && !f.Joint && !f.Returned && !f.Again && !f.Drawn && !f.Watched && !f.Mine && !f.Todo
}

// edges are the first and last row and column of squares in view.
func (v View) edges() [4]int64 {
	at := func(d float64) int64 { return int64(math.Floor(d * 1e7 / square)) }
	return [4]int64{at(v.South), at(v.North), at(v.West), at(v.East)}
}

// step is how many squares one cluster spans: about 64 pixels of the map at its zoom.
func (v View) step() int64 {
	degrees := 45 / math.Pow(2, v.Zoom)
	n := int64(1)
	for float64(n)*square/1e7 < degrees && n < 1<<14 {
		n *= 2
	}
	return n
}

func (s *Service) points(ctx context.Context, tx *db.Tx, q query) (*Picture, error) {
	rows, err := db.All[Case](ctx, tx, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s, id LIMIT %d", caseColumns, q.from, q.where, dueKey, maxPoints), q.args...)
	if err != nil {
		return nil, err
	}
	p := &Picture{Clusters: []Cluster{}, Points: make([]Point, len(rows)), Shown: len(rows)}
	for i := range rows {
		c := s.shown(&rows[i], tx)
		p.Points[i] = Point{c.ID, c.Number, c.Title, c.State, *c.Lat, *c.Lon, c.Overdue, c.Warned, c.Urgent}
	}
	return p, nil
}

type clusterRow struct {
	N       int     `db:"n"`
	Overdue int     `db:"overdue"`
	Warned  int     `db:"warned"`
	Lat     float64 `db:"lat"`
	Lon     float64 `db:"lon"`
}

func (s *Service) clusters(ctx context.Context, tx *db.Tx, q query, v View) (*Picture, error) {
	edge := v.step() * square
	args := append(q.args, tx.Time())
	n := len(args)
	rows, err := db.All[clusterRow](ctx, tx, fmt.Sprintf(`SELECT COUNT(*) AS n, AVG(lat) AS lat, AVG(lon) AS lon,
			SUM(CASE WHEN ended_at IS NULL AND due_at < $%d THEN 1 ELSE 0 END) AS overdue,
			SUM(CASE WHEN ended_at IS NULL AND due_at >= $%d AND warn_at <= $%d THEN 1 ELSE 0 END) AS warned
		FROM %s WHERE %s GROUP BY lat / %d, lon / %d`, n, n, n, q.from, q.where, edge, edge), args...)
	if err != nil {
		return nil, err
	}
	return pictureOf(rows), nil
}

func pictureOf(rows []clusterRow) *Picture {
	p := &Picture{Clusters: make([]Cluster, 0, len(rows)), Points: []Point{}}
	for _, r := range rows {
		if r.N == 0 {
			continue
		}
		p.Shown += r.N
		p.Clusters = append(p.Clusters, Cluster{Lat: r.Lat / 1e7, Lon: r.Lon / 1e7, N: r.N, Overdue: r.Overdue, Warned: r.Warned})
	}
	return p
}

// fromSquares adds up the squares counted before, inside the areas the caller sees. What a caller sees beyond its areas
// is too little to change such a picture.
func (s *Service) fromSquares(ctx context.Context, tx *db.Tx, f Filter, v View) (*Picture, error) {
	at, err := s.squaresAt(ctx, tx)
	if err != nil {
		return nil, err
	}
	edges, step := v.edges(), v.step()
	args := []any{}
	p := auth.From(ctx)
	parts := []string{fmt.Sprintf("y BETWEEN %d AND %d AND x BETWEEN %d AND %d", edges[0], edges[1], edges[2], edges[3])}
	if !p.System {
		parts = append(parts, auth.Within("area", areasOf(p), &args))
	}
	if f.Area != "" {
		parts = append(parts, auth.Within("area", []string{f.Area}, &args))
	}
	if !p.Has(PermSensitive) {
		parts = append(parts, "NOT hidden")
	}
	n := "open + ended"
	if f.Open {
		n = "open"
	}
	rows, err := db.All[clusterRow](ctx, tx, fmt.Sprintf(`SELECT SUM(%s) AS n, 0 AS overdue, 0 AS warned, SUM(lat * (open + ended)) / SUM(open + ended) AS lat, SUM(lon * (open + ended)) / SUM(open + ended) AS lon
		FROM case_square WHERE %s GROUP BY y / %d, x / %d`, n, strings.Join(parts, " AND "), step, step), args...)
	if err != nil {
		return nil, err
	}
	out := pictureOf(rows)
	out.AsOf = &at
	return out, nil
}
