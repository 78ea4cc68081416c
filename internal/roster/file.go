package roster

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
	"yiwang/internal/platform/sheet"
)

// shiftRow is a row of a plan as people keep it in a workbook.
type shiftRow struct {
	officer, area, name string
	day                 time.Time
	from, to            int // minutes after midnight
}

var shiftSheet = sheet.Columns[shiftRow]{
	{Name: "day", Title: "日期", Required: true, Example: "2026-11-24", Set: sheet.Time(func(r *shiftRow) *time.Time { return &r.day }, clock.Nanjing)},
	{Name: "officer", Title: "姓名", Required: true, Example: "冯明霞", Help: "同一区域内重名时，请写网格编码区分", Set: sheet.Text(func(r *shiftRow) *string { return &r.officer }, 40)},
	{Name: "area", Title: "网格编码", Required: true, Example: "320106007005G001", Set: sheet.Text(func(r *shiftRow) *string { return &r.area }, 20)},
	{Name: "name", Title: "班次", Required: true, Example: "早班", Set: sheet.Text(func(r *shiftRow) *string { return &r.name }, 20)},
	{Name: "from", Title: "开始", Required: true, Example: "08:30", Set: hour(func(r *shiftRow) *int { return &r.from })},
	{Name: "to", Title: "结束", Required: true, Example: "11:30", Help: "早于开始即为次日", Set: hour(func(r *shiftRow) *int { return &r.to })},
}

var hourPattern = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

// hour reads a time of day such as 8:30, also as the part of a day that workbooks keep.
func hour(field func(*shiftRow) *int) func(*shiftRow, string) error {
	return func(r *shiftRow, text string) error {
		if m := hourPattern.FindStringSubmatch(text); m != nil {
			h, _ := strconv.Atoi(m[1])
			minute, _ := strconv.Atoi(m[2])
			*field(r) = h*60 + minute
			return nil
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil && f >= 0 && f < 1 {
			*field(r) = int(f*24*60 + 0.5)
			return nil
		}
		return sheet.Bad("roster.bad_hour", "应为时刻，例如08:30")
	}
}

const maxRows = 20_000

// ImportReport says what became of an uploaded plan.
type ImportReport struct {
	sheet.Report
	DryRun bool `json:"dry_run"`
	Added  int  `json:"added"`
}

var errDry = errors.New("dry run")

// Import plans the shifts of a CSV or XLSX file; good rows are taken although others are bad. Needs roster.plan in the area
// of each row.
func (s *Service) Import(ctx context.Context, file io.Reader, dryRun bool) (*ImportReport, error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return nil, err
	}
	in, err := shiftSheet.All(file, sheet.Options{Rows: maxRows + 20, CellChars: 200})
	if err != nil {
		return nil, err
	}
	var out *ImportReport
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out = &ImportReport{Report: *in.Report(), DryRun: dryRun}
		plan := s.planTx(tx, span(in.Rows, time.Time.Before), span(in.Rows, time.Time.After))
		for i := range in.Rows {
			err := plan.row(ctx, &in.Rows[i])
			e := errs.As(err)
			switch {
			case err == nil:
				out.Added++
			case e == nil || e.Kind == errs.KindInternal:
				return err
			default:
				out.Reject(sheet.RowError{Row: in.Numbers[i], Code: e.Code, Reason: i18n.Error("zh", e.Code, e.Message) + which(e)})
			}
		}
		if dryRun {
			return errDry
		}
		if err := plan.store(ctx); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "roster.imported", Object: "roster_week", Detail: map[string]any{"added": out.Added, "refused": out.Rejected}})
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return out, err
}

// span is the first or the last day of a file.
func span(rows []shiftRow, goes func(a, b time.Time) bool) clock.Time {
	var out time.Time
	for i := range rows {
		if out.IsZero() || goes(rows[i].day, out) {
			out = rows[i].day
		}
	}
	return clock.At(out)
}

// which names the shift that stands in the way of a row.
func which(e *errs.Error) string {
	x, ok := e.Details.(*Shift)
	if !ok {
		return ""
	}
	return "（" + x.Day + " " + x.Name + " " + x.From.In(clock.Nanjing).Format("15:04") + "–" + x.To.In(clock.Nanjing).Format("15:04") + "）"
}

// row plans a row of a file.
func (p *plan) row(ctx context.Context, r *shiftRow) error {
	if err := auth.RequireArea(ctx, PermPlan, r.area); err != nil {
		return err
	}
	o, err := p.named(ctx, r.area, r.officer)
	if err != nil {
		return err
	}
	minutes := r.to - r.from
	if minutes <= 0 {
		minutes += 24 * 60
	}
	return p.put(ctx, NewShift{AreaCode: r.area, Day: r.day.Format(time.DateOnly), Name: r.name, FromMin: r.from, Minutes: minutes}, &o)
}

var outcomeWords = map[Outcome]string{Ahead: "未开始", Present: "到岗", Late: "迟到", Missing: "应到未到", Absent: "缺岗"}

// Export writes the plan of a week with how it came out, in the columns that Import takes and two more. Needs roster.read in
// the area.
func (s *Service) Export(ctx context.Context, area, day string, format sheet.Format, w io.Writer) error {
	week, err := s.WeekOf(ctx, area, day)
	if err != nil {
		return err
	}
	out, err := sheet.NewWriter(w, format, "排班")
	if err != nil {
		return err
	}
	if err := out.Row("日期", "姓名", "网格编码", "班次", "开始", "结束", "实际", "上岗时间"); err != nil {
		return err
	}
	for i := range week.Shifts {
		x := &week.Shifts[i]
		came := ""
		if x.CameAt != nil {
			came = x.CameAt.In(clock.Nanjing).Format("15:04")
		}
		if err := out.Row(x.Day, x.OfficerName, x.AreaCode, x.Name, x.From.In(clock.Nanjing).Format("15:04"), x.To.In(clock.Nanjing).Format("15:04"), outcomeWords[x.Outcome], came); err != nil {
			return err
		}
	}
	return out.Close()
}
