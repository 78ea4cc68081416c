package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// row is a row of the register as people keep it in a workbook.
type row struct {
	Spec
	lat, lon float64
	heading  int
	placed   int  // how many of the two coordinates were given
	headed   bool // whether a direction was
	stated   bool // whether a state was
}

var (
	kindWords  = map[string]Kind{"半球": Dome, "dome": Dome, "云台": PTZ, "球机": PTZ, "ptz": PTZ, "枪机": Bullet, "bullet": Bullet, "其他": Other, "other": Other}
	kindNames  = map[Kind]string{Dome: "半球", PTZ: "云台", Bullet: "枪机", Other: "其他"}
	stateWords = map[string]State{"在用": InUse, "in_use": InUse, "停用": Retired, "retired": Retired}
	stateNames = map[State]string{InUse: "在用", Retired: "停用"}
)

var table = sheet.Columns[row]{
	{Name: "code", Title: "国标编号", Aliases: []string{"编号", "设备编号"}, Required: true, Example: "32010600001320000001", Help: "GB/T 28181的20位数字", Set: sheet.Text(func(r *row) *string { return &r.Code }, 20)},
	{Name: "name", Title: "名称", Aliases: []string{"设备名称"}, Required: true, Example: "公共路口1号", Set: sheet.Text(func(r *row) *string { return &r.Name }, 80)},
	{Name: "kind", Title: "类型", Required: true, Example: "枪机", Help: "半球、云台、枪机、其他", Set: sheet.OneOf(func(r *row) *Kind { return &r.Kind }, kindWords)},
	{Name: "lat", Title: "纬度", Example: "32.0701", Help: "WGS-84；有经纬度时自动落到网格", Set: func(r *row, text string) error {
		r.placed++
		return sheet.Float(func(r *row) *float64 { return &r.lat }, -90, 90)(r, text)
	}},
	{Name: "lon", Title: "经度", Example: "118.7702", Set: func(r *row, text string) error {
		r.placed++
		return sheet.Float(func(r *row) *float64 { return &r.lon }, -180, 180)(r, text)
	}},
	{Name: "area_code", Title: "区划编码", Help: "没有经纬度时必填", Set: sheet.Text(func(r *row) *string { return &r.AreaCode }, 20)},
	{Name: "heading", Title: "朝向", Example: "90", Help: "正北为0，顺时针的度数", Set: func(r *row, text string) error {
		r.headed = true
		return sheet.Int(func(r *row) *int { return &r.heading }, 0, 359)(r, text)
	}},
	{Name: "address", Title: "地址", Set: sheet.Text(func(r *row) *string { return &r.Address }, 200)},
	{Name: "whep_url", Title: "WHEP地址", Help: "媒体服务器须在--camera-host名单内；留空为不变", Set: sheet.Text(func(r *row) *string { return &r.WHEP }, 500)},
	{Name: "hls_url", Title: "HLS地址", Help: "留空为不变", Set: sheet.Text(func(r *row) *string { return &r.HLS }, 500)},
	{Name: "snapshot_url", Title: "抓图地址", Help: "留空为不变", Set: sheet.Text(func(r *row) *string { return &r.Snapshot }, 500)},
	{Name: "state", Title: "状态", Example: "在用", Help: "在用、停用；留空为不变", Set: func(r *row, text string) error {
		r.stated = true
		return sheet.OneOf(func(r *row) *State { return &r.State }, stateWords)(r, text)
	}},
}

// maxRows bounds a file of cameras.
const maxRows = 20_000

// ImportReport says what became of an uploaded register.
type ImportReport struct{ sheet.Stored }

// Import registers the cameras of a CSV or XLSX file, or changes those whose number is known, whose masks stay; good rows are taken
// although others are bad, 200 in one transaction. Where a failure of the program ends it, the report says at which row. Needs
// camera.manage where each camera is.
func (s *Service) Import(ctx context.Context, file io.Reader, dryRun bool) (*ImportReport, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	in, err := table.All(file, sheet.Options{Rows: maxRows + 20, CellChars: 600})
	if err != nil {
		return nil, err
	}
	out, err := table.Store(ctx, s.DB, in, dryRun, func(r row) string { return r.Code }, s.put)
	if err != nil {
		return nil, err
	}
	return &ImportReport{*out}, out.Note(ctx, s.DB, "camera")
}

// put adds the camera of a row or changes the one with its number.
func (s *Service) put(ctx context.Context, tx *db.Tx, r row) (changed bool, err error) {
	switch r.placed {
	case 1:
		return false, errs.Invalid("camera.bad_camera", "Correct the marked fields.", errs.Field{Location: "body.lat", Message: "latitude and longitude go together"})
	case 2:
		r.Lat, r.Lon = &r.lat, &r.lon
	}
	if r.headed {
		r.Heading = &r.heading
	}
	old, err := db.Get[Camera](ctx, tx, "SELECT "+columns+" FROM camera WHERE code = $1", r.Code)
	if errors.Is(err, db.ErrNoRows) {
		_, err = s.AddTx(ctx, tx, r.Spec)
		return false, err
	}
	if err != nil {
		return false, err
	}
	r.keep(&old)
	_, err = s.ChangeTx(ctx, tx, old.ID, r.Spec)
	return true, err
}

// keep takes from a camera what a file cannot say, and what it leaves open.
func (r *row) keep(old *Camera) {
	r.Version, r.Masks = old.Version, old.Masks.V
	for _, of := range []struct{ given, old *string }{{&r.WHEP, &old.WHEP}, {&r.HLS, &old.HLS}, {&r.Snapshot, &old.Snapshot}} {
		if *of.given == "" {
			*of.given = *of.old
		}
	}
	if !r.stated {
		r.State = old.State
	}
}

// Export writes the cameras of a filter in the columns of an import; the addresses only where the caller keeps the register.
// Needs camera.read.
func (s *Service) Export(ctx context.Context, f Filter, format sheet.Format) (*bytes.Buffer, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	var list []Camera
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		var args []any
		where := f.where(ctx, &args)
		list, err = db.All[Camera](ctx, tx, "SELECT "+columns+" FROM camera WHERE "+where+fmt.Sprintf(" ORDER BY code LIMIT %d", maxRows), args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	out, err := sheet.NewWriter(&file, format, "摄像机")
	if err != nil {
		return nil, err
	}
	var titles []any
	for _, c := range table {
		titles = append(titles, c.Title)
	}
	err = out.Row(append(titles, "所在网格")...)
	for i := 0; err == nil && i < len(list); i++ {
		c := &list[i]
		s.show(ctx, c)
		err = out.Row(c.Code, c.Name, kindNames[c.Kind], cell(c.Lat), cell(c.Lon), c.AreaCode, cell(c.Heading), c.Address, c.WHEP, c.HLS, c.Snapshot, stateNames[c.State], c.AreaName)
	}
	return &file, errors.Join(err, out.Close())
}

// cell is a value that may be absent.
func cell[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// Template writes an empty register. Needs camera.manage.
func (s *Service) Template(ctx context.Context, format sheet.Format) (*bytes.Buffer, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var file bytes.Buffer
	return &file, table.Template(&file, format, "摄像机")
}
