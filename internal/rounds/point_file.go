package rounds

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
	"yiwang/internal/platform/sheet"
)

// maxImport bounds the places of a file.
const maxImport = 100_000

// line is a place as it stands in a file.
type line struct {
	NewPoint
	dwell int
}

var kindTitles = map[string]string{"building": "楼栋", "shop": "沿街门店", "rental": "出租房屋", "fire": "消防设施", "facility": "公共设施", "water": "河道水体", "site": "工地", "school": "学校周边", "other": "其他"}

// kindsInFiles are the words a file may use.
var kindsInFiles = func() map[string]string {
	out := map[string]string{}
	for code, title := range kindTitles {
		out[code], out[title] = code, code
	}
	return out
}()

var pointSheet = sheet.Columns[line]{
	{Name: "code", Title: "编号", Required: true, Example: "LD-0001", Help: "全区唯一；已有的编号更新，没有的新增", Set: sheet.Text(func(l *line) *string { return &l.Code }, 40)},
	{Name: "kind", Title: "类别", Required: true, Example: "楼栋", Help: "楼栋、沿街门店、出租房屋、消防设施、公共设施、河道水体、工地、学校周边、其他", Set: sheet.OneOf(func(l *line) *string { return &l.Kind }, kindsInFiles)},
	{Name: "name", Title: "名称", Required: true, Example: "3幢", Set: sheet.Text(func(l *line) *string { return &l.Name }, 60)},
	{Name: "lon", Title: "经度", Required: true, Example: "118.7701", Set: sheet.Float(func(l *line) *float64 { return &l.Lon }, -180, 180)},
	{Name: "lat", Title: "纬度", Required: true, Example: "32.0603", Set: sheet.Float(func(l *line) *float64 { return &l.Lat }, -90, 90)},
	{Name: "radius", Title: "到达半径", Example: "25", Help: "米，5到100；留空为25", Set: sheet.Int(func(l *line) *int { return &l.Radius }, 5, maxRadius)},
	{Name: "dwell", Title: "停留秒数", Example: "10", Help: "0为经过即可；留空为10", Set: sheet.Int(func(l *line) *int { l.Dwell = &l.dwell; return &l.dwell }, 0, 3600)},
}

// PointImport says what became of an uploaded file of places.
type PointImport struct {
	sheet.Report
	Created   int  `json:"created"`
	Updated   int  `json:"updated"`
	Unchanged int  `json:"unchanged"`
	DryRun    bool `json:"dry_run"`
	Stored    bool `json:"stored" doc:"False on a dry run and when a bad row kept all out"`
}

// ImportPoints takes the places of a CSV, XLSX or GeoJSON file with positions of the datum. A place with a known code is changed, others are new; a
// file once more changes nothing. One bad row keeps all out; the report names it. Needs rounds.plan where the places lie.
func (s *Service) ImportPoints(ctx context.Context, file io.Reader, datum geo.Datum, dryRun bool) (out *PointImport, err error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return nil, err
	}
	in := bufio.NewReader(file)
	head, _ := in.Peek(64) // an empty file is told by the reader of tables
	var all []*stored
	out = &PointImport{DryRun: dryRun}
	take := func(row int, l *line) error {
		l.Lon, l.Lat = datum.ToWGS84(l.Lon, l.Lat)
		p, err := s.fit(ctx, &l.NewPoint)
		if e := errs.As(err); e != nil {
			out.Reject(sheet.RowError{Row: row, Code: e.Code, Reason: rowReason(e)})
			return nil
		}
		all = append(all, p)
		return err
	}
	if isJSON(head) {
		err = readFeatures(in, out, take)
	} else {
		err = readSheet(in, out, take)
	}
	if err != nil {
		return nil, err
	}
	if out.Errors == nil {
		out.Errors = []sheet.RowError{}
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error { return s.store(ctx, tx, all, out) })
	return out, err
}

func rowReason(e *errs.Error) string {
	switch e.Code {
	case "rounds.no_grid":
		return "不在任何网格内，请核对经纬度和坐标系"
	case "auth.outside_area":
		return "不在您负责的区域内"
	}
	return e.Message
}

func isJSON(head []byte) bool {
	for _, b := range head {
		switch b {
		case ' ', '\t', '\r', '\n', 0xEF, 0xBB, 0xBF:
		default:
			return b == '{'
		}
	}
	return false
}

func readSheet(in io.Reader, out *PointImport, take func(int, *line) error) error {
	src, err := sheet.Open(in, sheet.Options{Rows: maxImport + 20, CellChars: 500})
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only temporary files are at stake
	reader, err := pointSheet.Read(src)
	if err != nil {
		return err
	}
	var rejected []sheet.RowError
	held := *out
	for row, l := range reader.Rows() {
		probe := PointImport{}
		*out = probe
		if err := take(row, l); err != nil {
			return err
		}
		rejected = append(rejected, out.Errors...)
	}
	*out = held
	if err := reader.Err(); err != nil {
		return err
	}
	out.Report = *reader.Report()
	for _, e := range rejected {
		out.Reject(e)
	}
	return nil
}

func readFeatures(in io.Reader, out *PointImport, take func(int, *line) error) error {
	err := geo.EachFeature(in, func(n int, f *geo.Feature) error {
		if n > maxImport {
			return errs.TooLarge("rounds.too_many", "A file holds at most 100,000 places; split it.")
		}
		out.Total++
		out.Accepted++
		lon, lat, ok := pointOf(f.Geometry)
		if !ok {
			out.Reject(sheet.RowError{Row: n, Column: "geometry", Code: "rounds.no_position", Reason: "不是一个点：需要 Point 和经纬度"})
			return nil
		}
		l := &line{NewPoint: NewPoint{Code: f.Text("code"), Name: f.Text("name"), Kind: kindsInFiles[f.Text("kind")], Lon: lon, Lat: lat}}
		l.Radius, _ = strconv.Atoi(f.Text("radius")) // absent: the usual one
		if n, err := strconv.Atoi(f.Text("dwell")); err == nil {
			l.Dwell = &n
		}
		if l.Code == "" || l.Kind == "" {
			out.Reject(sheet.RowError{Row: n, Column: "properties", Code: "rounds.no_code", Reason: "缺少编号 code 或类别 kind"})
			return nil
		}
		return take(n, l)
	})
	if err != nil && errs.As(err) == nil {
		return errs.Invalid("rounds.bad_geojson", "The file is no GeoJSON: "+err.Error()+".")
	}
	return err
}

// pointOf reads a geometry that is one point.
func pointOf(geometry []byte) (lon, lat float64, ok bool) {
	var point struct {
		Type        string    `json:"type"`
		Coordinates []float64 `json:"coordinates"`
	}
	if json.Unmarshal(geometry, &point) != nil || point.Type != "Point" || len(point.Coordinates) < 2 {
		return 0, 0, false
	}
	return point.Coordinates[0], point.Coordinates[1], true
}

// store keeps what differs from what is known.
func (s *Service) store(ctx context.Context, tx *db.Tx, all []*stored, out *PointImport) error {
	known := map[string]stored{}
	if err := db.Each(ctx, tx, "SELECT "+pointColumns+" FROM round_point", nil, func(p *stored) error { known[p.Code] = *p; return nil }); err != nil {
		return err
	}
	var fresh, changed [][]any
	inFile := map[string]bool{}
	for i, p := range all {
		old, ok := known[p.Code]
		switch {
		case inFile[p.Code]:
			out.Reject(sheet.RowError{Row: i + 1, Column: "编号", Value: p.Code, Code: "rounds.code_taken", Reason: "编号重复"})
		case !ok:
			p.ID, p.Since, p.Changed = db.NewID(tx), tx.Time(), tx.Time()
			fresh = append(fresh, p.row())
		case !auth.From(ctx).Covers(old.Grid):
			out.Reject(sheet.RowError{Row: i + 1, Column: "编号", Value: p.Code, Code: "rounds.code_taken", Reason: "编号已被其他区域使用"})
		case old.Grid == p.Grid && old.Kind == p.Kind && old.Name == p.Name && old.Lat == p.Lat && old.Lon == p.Lon && old.Radius == p.Radius && old.Dwell == p.Dwell && old.EndedAt == nil:
			out.Unchanged++
		default:
			p.ID, p.Since, p.Changed, p.Version = old.ID, old.Since, tx.Time(), old.Version+1
			changed = append(changed, p.row())
		}
		inFile[p.Code] = true
	}
	out.Created, out.Updated = len(fresh), len(changed)
	if out.DryRun || out.Rejected > 0 || len(fresh)+len(changed) == 0 {
		out.Stored = !out.DryRun && out.Rejected == 0
		return nil
	}
	out.Stored = true
	if err := db.InsertMany(ctx, tx, "round_point", pointColumns, "", fresh); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, tx, "round_point", pointColumns, `ON CONFLICT (id) DO UPDATE SET grid = excluded.grid, kind = excluded.kind, name = excluded.name, lat = excluded.lat, lon = excluded.lon,
		radius = excluded.radius, dwell = excluded.dwell, ended_at = excluded.ended_at, changed_at = excluded.changed_at, version = excluded.version`, changed); err != nil {
		return err
	}
	if err := turnPage(ctx, tx); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "rounds.import_points", Object: "round_point", Detail: map[string]any{"created": out.Created, "updated": out.Updated}})
}

// ExportPoints writes the places of a filter as "csv", "xlsx" or "geojson"; ImportPoints reads the file back without loss. Needs rounds.read.
func (s *Service) ExportPoints(ctx context.Context, f PointFilter, format string, w io.Writer) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	var args []any
	query := "SELECT " + pointColumns + " FROM round_point WHERE " + f.where(ctx, &args) + fmt.Sprintf(" ORDER BY grid, id LIMIT %d", maxImport)
	return s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if format == "geojson" {
			return writeFeatures(ctx, tx, query, args, w)
		}
		out, err := sheet.NewWriter(w, sheet.Format(format), "巡查点位")
		if err != nil {
			return err
		}
		titles := make([]any, 0, len(pointSheet)+1)
		for _, c := range pointSheet {
			titles = append(titles, c.Title)
		}
		if err := out.Row(append(titles, "网格")...); err != nil {
			return err
		}
		err = db.Each(ctx, tx, query, args, func(p *stored) error {
			return out.Row(p.Code, kindTitles[p.Kind], p.Name, float64(p.Lon)/1e6, float64(p.Lat)/1e6, p.Radius, p.Dwell, p.Grid)
		})
		return errors.Join(err, out.Close())
	})
}

func writeFeatures(ctx context.Context, tx *db.Tx, query string, args []any, w io.Writer) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(`{"type":"FeatureCollection","features":[`) // Flush tells of a failure
	first := true
	err := db.Each(ctx, tx, query, args, func(p *stored) error {
		b, err := json.Marshal(map[string]any{"type": "Feature", "geometry": map[string]any{"type": "Point", "coordinates": []float64{float64(p.Lon) / 1e6, float64(p.Lat) / 1e6}},
			"properties": map[string]any{"code": p.Code, "kind": p.Kind, "name": p.Name, "radius": p.Radius, "dwell": p.Dwell, "grid": p.Grid}})
		if !first {
			_ = out.WriteByte(',')
		}
		first = false
		_, _ = out.Write(b)
		return err
	})
	_, _ = out.WriteString("]}\n")
	return errors.Join(err, out.Flush())
}
