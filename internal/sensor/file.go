package sensor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// deviceRow is a row of the register as people keep it in a workbook.
type deviceRow struct {
	Device
	lat, lon float64
	placed   int // how many of the two coordinates were given
	source   string
}

var kindWords = func() map[string]string {
	out := map[string]string{}
	for _, k := range kinds {
		out[k.Code], out[k.Name] = k.Code, k.Code
	}
	return out
}()

var deviceSheet = sheet.Columns[deviceRow]{
	{Name: "code", Title: "编号", Aliases: []string{"设备编号"}, Required: true, Example: "WL-0001", Help: "本平台内唯一：字母、数字、- _ .", Set: sheet.Text(func(r *deviceRow) *string { return &r.Code }, 60)},
	{Name: "name", Title: "名称", Aliases: []string{"设备名称"}, Required: true, Example: "模范马路下穿通道积水点", Set: sheet.Text(func(r *deviceRow) *string { return &r.Name }, 80)},
	{Name: "kind", Title: "类型", Required: true, Example: "积水与水位", Help: "积水与水位、可燃气体、空气质量、扬尘、井盖、烟感、噪声、垃圾桶满溢、倾斜", Set: sheet.OneOf(func(r *deviceRow) *string { return &r.Kind }, kindWords)},
	{Name: "lat", Title: "纬度", Example: "32.0701", Help: "WGS-84；有经纬度时自动落到网格", Set: func(r *deviceRow, text string) error {
		r.placed++
		return sheet.Float(func(r *deviceRow) *float64 { return &r.lat }, -90, 90)(r, text)
	}},
	{Name: "lon", Title: "经度", Example: "118.7702", Set: func(r *deviceRow, text string) error {
		r.placed++
		return sheet.Float(func(r *deviceRow) *float64 { return &r.lon }, -180, 180)(r, text)
	}},
	{Name: "area_code", Title: "区划编码", Help: "没有经纬度时必填", Set: sheet.Text(func(r *deviceRow) *string { return &r.AreaCode }, 20)},
	{Name: "address", Title: "地址", Set: sheet.Text(func(r *deviceRow) *string { return &r.Address }, 200)},
	{Name: "source", Title: "平台代码", Help: "由哪个平台上报", Set: sheet.Text(func(r *deviceRow) *string { return &r.source }, 40)},
	{Name: "vendor_code", Title: "厂家编号", Set: sheet.Text(func(r *deviceRow) *string { return &r.VendorCode }, 80)},
	{Name: "gb_code", Title: "国标编号", Help: "GB/T 28181的20位数字", Set: sheet.Text(func(r *deviceRow) *string { return &r.GBCode }, 20)},
	{Name: "silent_after", Title: "离线时限", Example: "1440", Help: "多少分钟没有上报算离线；留空为一天", Set: sheet.Int(func(r *deviceRow) *int { return &r.SilentAfter }, 1, 43200)},
}

// maxRows bounds a file of sensors.
const maxRows = 20_000

// ImportReport says what became of an uploaded register.
type ImportReport struct{ sheet.Stored }

// Import registers the sensors of a CSV or XLSX file, or changes those whose code is known; good rows are taken although others
// are bad, 200 in one transaction. Where a failure of the program ends it, the report says at which row. Needs sensor.manage where
// each sensor is.
func (s *Service) Import(ctx context.Context, file io.Reader, dryRun bool) (*ImportReport, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	in, err := deviceSheet.All(file, sheet.Options{Rows: maxRows + 20, CellChars: 500})
	if err != nil {
		return nil, err
	}
	out, err := deviceSheet.Store(ctx, s.DB, in, dryRun, func(r deviceRow) string { return r.Code }, s.putRow)
	if err != nil {
		return nil, err
	}
	return &ImportReport{*out}, out.Note(ctx, s.DB, "sensor")
}

// putRow adds the sensor of a row or changes the one with its code.
func (s *Service) putRow(ctx context.Context, tx *db.Tx, r deviceRow) (changed bool, err error) {
	switch r.placed {
	case 1:
		return false, errs.Invalid("sensor.bad_device", "Correct the marked fields.", errs.Field{Location: "body.lat", Message: "latitude and longitude go together"})
	case 2:
		r.Lat, r.Lon = &r.lat, &r.lon
	}
	if r.source != "" {
		x, err := db.Get[Source](ctx, tx, "SELECT "+sourceColumns+" FROM sensor_source WHERE code = $1", r.source)
		if errors.Is(err, db.ErrNoRows) {
			return false, errs.NotFound("sensor.no_source", "There is no such platform, or you may not see it.")
		} else if err != nil {
			return false, err
		}
		r.SourceID = x.ID
	}
	old, err := db.Get[Sensor](ctx, tx, whole+" WHERE s.code = $1", r.Code)
	if errors.Is(err, db.ErrNoRows) {
		_, err = s.AddTx(ctx, tx, r.Device)
		return false, err
	}
	if err != nil {
		return false, err
	}
	r.Version, r.UnitID, r.State = old.Version, old.UnitID, old.State
	_, err = s.ChangeTx(ctx, tx, old.ID, r.Device)
	return true, err
}

// Export writes the sensors of a filter in the columns of an import, with how they stand. Needs sensor.read.
func (s *Service) Export(ctx context.Context, f Filter, format sheet.Format) (*bytes.Buffer, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	var list []Sensor
	codes := map[string]string{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := f.where(ctx, &args)
		if err := db.Each(ctx, tx, "SELECT "+sourceColumns+" FROM sensor_source", nil, func(x *Source) error {
			codes[x.ID] = x.Code
			return nil
		}); err != nil {
			return err
		}
		var err error
		list, err = db.All[Sensor](ctx, tx, whole+" WHERE "+where+fmt.Sprintf(" ORDER BY s.code LIMIT %d", maxRows), args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	out, err := sheet.NewWriter(&file, format, "感知设备")
	if err != nil {
		return nil, err
	}
	var titles []any
	for _, c := range deviceSheet {
		titles = append(titles, c.Title)
	}
	err = out.Row(append(titles, "状态", "最后上报")...)
	for i := 0; err == nil && i < len(list); i++ {
		x := &list[i]
		err = out.Row(x.Code, x.Name, kindName(x.Kind), coordinate(x.Lat), coordinate(x.Lon), x.AreaCode, x.Address, codes[x.SourceID], x.VendorCode, x.GBCode, x.SilentAfter, x.word(), when(x.SeenAt))
	}
	return &file, errors.Join(err, out.Close())
}

// Template writes an empty register. Needs sensor.manage.
func (s *Service) Template(ctx context.Context, format sheet.Format) (*bytes.Buffer, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var file bytes.Buffer
	return &file, deviceSheet.Template(&file, format, "感知设备")
}

func coordinate(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func when(t *clock.Time) any {
	if t == nil {
		return nil
	}
	return t.In(clock.Nanjing)
}

// word says in Chinese how a sensor stands.
func (x *Sensor) word() string {
	switch {
	case x.State == Paused:
		return "暂停"
	case x.State == Retired:
		return "停用"
	case x.Active > 0:
		return "告警"
	case x.Offline:
		return "离线"
	case x.SeenAt == nil:
		return "未上报"
	case x.Weak:
		return "电量不足"
	}
	return "正常"
}
