package opinion

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/sheet"
)

// maxOpinions bounds one file.
const maxOpinions = 5000

// row is one line of a file.
type row struct {
	Collected
	Street, Community, Field, SourceName string
}

// opinions is the table that is imported. Names and telephone numbers have no column: they are not taken over.
var opinions = sheet.Columns[row]{
	{Name: "text", Title: "意见内容", Aliases: []string{"内容", "诉求内容", "反映内容", "问题描述"}, Required: true, Help: "原话即可；姓名、电话等自动隐去", Example: "3幢楼道灯坏了两个月没人修", Set: sheet.Text(func(r *row) *string { return &r.Text }, maxOpinion)},
	{Name: "day", Title: "日期", Aliases: []string{"反映日期", "会议日期", "来信日期", "来访日期", "时间"}, Required: true, Help: "如2026-11-03", Example: "2026-11-03", Set: sheet.Time(func(r *row) *time.Time { return &r.Day }, clock.Nanjing)},
	{Name: "street", Title: "街道", Aliases: []string{"所属街道"}, Help: "名称或编码；不填则用导入时选择的区域", Example: "", Set: sheet.Text(func(r *row) *string { return &r.Street }, 60)},
	{Name: "community", Title: "社区", Aliases: []string{"所属社区"}, Help: "名称或编码", Set: sheet.Text(func(r *row) *string { return &r.Community }, 60)},
	{Name: "source", Title: "来源", Aliases: []string{"渠道", "来源渠道"}, Help: "会议、热线、信箱、信访走访；不填则用导入时选择的来源", Example: "会议", Set: sheet.Text(func(r *row) *string { return &r.SourceName }, 20)},
	{Name: "occasion", Title: "场合", Aliases: []string{"会议名称", "信箱", "名称"}, Help: "哪一次会议、哪个信箱", Example: "十一月网格生活会", Set: sheet.Text(func(r *row) *string { return &r.Occasion }, maxOccasion)},
	{Name: "number", Title: "编号", Aliases: []string{"工单编号", "工单号", "信件编号"}, Help: "原系统或登记簿的编号；同一编号只取一次", Set: sheet.Text(func(r *row) *string { return &r.Number }, 60)},
	{Name: "persons", Title: "反映人数", Aliases: []string{"人数", "附议人数"}, Help: "几个人这样说，不填为1", Example: "3", Set: sheet.Int(func(r *row) *int { return &r.Persons }, 1, 9999)},
	{Name: "field", Title: "领域", Aliases: []string{"类别", "分类"}, Help: "14个领域的名称或编码，可不填，由考评办确认", Set: sheet.Text(func(r *row) *string { return &r.Field }, 30)},
}

// sourceWords are the sources as files name them.
var sourceWords = map[string]string{"会议": FromMeeting, "网格生活会": FromMeeting, "座谈会": FromMeeting, "热线": FromHotline, "12345": FromHotline, "信箱": FromLetter, "来信": FromLetter,
	"信访": FromPetition, "走访": FromPetition, "信访走访": FromPetition, "来访": FromPetition}

// ImportOptions belong to one file.
type ImportOptions struct {
	WaveID   string
	Source   string // where a row names none
	Area     string // where a row names no place
	FileName string
	DryRun   bool // check and count, store nothing
}

// Import is a file and what became of its rows: Total = Added + Known + Refused.
type Import struct {
	ID       string              `db:"id" json:"id"`
	WaveID   string              `db:"wave_id" json:"wave_id"`
	Source   string              `db:"source" json:"source"`
	AreaCode string              `db:"area_code" json:"area_code"`
	FileName string              `db:"file_name" json:"file_name"`
	SHA256   string              `db:"sha256" json:"sha256"`
	DryRun   bool                `db:"dry_run" json:"dry_run"`
	Total    int                 `db:"total" json:"total"`
	Added    int                 `db:"added" json:"added"`
	Known    int                 `db:"known" json:"known" doc:"Taken before; left as they are"`
	Refused  int                 `db:"refused" json:"refused"`
	Report   db.JSON[ImportRows] `db:"report" json:"report"`
	ByID     string              `db:"by_id" json:"-"`
	ByName   string              `db:"by_name" json:"by_name"`
	At       clock.Time          `db:"at" json:"at"`
}

// ImportRows says why rows were refused.
type ImportRows struct {
	Encoding string           `json:"encoding,omitempty"`
	Ignored  []string         `json:"ignored_columns" doc:"Columns of the file that are not read"`
	Errors   []sheet.RowError `json:"errors" doc:"At most a thousand"`
}

const importColumns = "id, wave_id, source, area_code, file_name, sha256, dry_run, total, added, known, refused, report, by_id, by_name, at"

// errDry ends the transaction of an import that must leave nothing.
var errDry = errors.New("dry run")

// Import takes opinions from a CSV or XLSX file into the list of a wave. Good rows are taken although others are bad; a row is never
// taken twice, so that a file can be sent again. Needs opinion.import in the area; rows outside the caller's areas are bad rows.
// Errors: those of package sheet for a file that is no table.
func (s *Service) Import(ctx context.Context, r io.Reader, o ImportOptions) (*Import, error) {
	if err := s.mayImport(ctx, &o); err != nil {
		return nil, err
	}
	h := sha256.New()
	in, err := opinions.All(io.TeeReader(r, h), sheet.Options{Rows: maxOpinions + 20, CellChars: 4000, Bytes: 10 << 20})
	if err != nil {
		return nil, err
	}
	if len(in.Rows) > maxOpinions {
		return nil, errs.TooLarge("opinion.too_many_rows", "The file has more than 5,000 rows; divide it.")
	}
	im := &Import{WaveID: o.WaveID, Source: o.Source, AreaCode: o.Area, FileName: o.FileName, DryRun: o.DryRun, SHA256: hex.EncodeToString(h.Sum(nil))}
	if name := []rune(im.FileName); len(name) > 200 {
		im.FileName = string(name[:200])
	}
	var report *sheet.Report
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		im.ID, im.Added, im.Known = db.NewID(tx), 0, 0
		report = in.Report()
		if err := s.takeRows(ctx, tx, im, in.Rows, in.Numbers, report); err != nil {
			return err
		}
		if o.DryRun {
			return errDry
		}
		return s.keepImport(ctx, tx, im, report)
	})
	if errors.Is(err, errDry) {
		err = s.db.Tx(ctx, func(tx *db.Tx) error { return s.keepImport(ctx, tx, im, report) })
	}
	return im, err
}

// mayImport checks the right and fills in the caller's own area and the source.
func (s *Service) mayImport(ctx context.Context, o *ImportOptions) error {
	if err := auth.Require(ctx, PermImport); err != nil {
		return err
	}
	p := auth.From(ctx)
	if o.Area == "" && len(p.Areas) > 0 {
		o.Area = p.Areas[0]
	}
	if o.Source = cmp.Or(o.Source, FromMeeting); !slices.Contains(Sources, o.Source) {
		return errs.Invalid("opinion.bad_origin", "Say where, when and how the opinion was given.", errs.Field{Location: "body.source", Message: "not in the list", Value: o.Source})
	}
	if err := s.db.Read(ctx, func(tx *db.Tx) error { _, err := s.source.Wave(ctx, tx, o.WaveID); return err }); err != nil {
		return err
	}
	return auth.RequireArea(ctx, PermImport, o.Area)
}

// takeRows takes the rows one by one; a refusal is a row error, any other failure ends the import.
func (s *Service) takeRows(ctx context.Context, tx *db.Tx, im *Import, rows []row, numbers []int, report *sheet.Report) error {
	places, err := s.placeNames(ctx, tx, im.AreaCode)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for n := range rows {
		known, err := s.takeRow(ctx, tx, im, places, &rows[n], names)
		switch e := errs.As(err); {
		case err == nil && known:
			im.Known++
		case err == nil:
			im.Added++
		case e == nil || errs.KindOf(err) == errs.KindInternal:
			return err
		default:
			report.Reject(sheet.RowError{Row: numbers[n], Column: columnOf(e), Value: rows[n].Text, Code: e.Code, Reason: i18n.Error("zh", e.Code, e.Message)})
		}
	}
	return nil
}

func (s *Service) takeRow(ctx context.Context, tx *db.Tx, im *Import, places *placeNames, r *row, names map[string]string) (known bool, err error) {
	if r.Area, err = places.find(r.Street, r.Community, im.AreaCode); err != nil {
		return false, err
	}
	if err := auth.RequireArea(ctx, PermImport, r.Area); err != nil {
		return false, err
	}
	r.Source = im.Source
	if r.SourceName != "" {
		if r.Source = sourceWords[strings.TrimSpace(r.SourceName)]; r.Source == "" {
			return false, errs.Invalid("opinion.unknown_source", "Sources are 会议, 热线, 信箱, 信访走访.", errs.Field{Location: "body.source", Message: "unknown", Value: r.SourceName})
		}
	}
	if r.Field != "" {
		code := s.fieldCode(r.Field)
		if code == "" {
			return false, errs.Invalid("opinion.unknown_field", "There is no such field; leave the cell empty.", errs.Field{Location: "body.field", Message: "unknown", Value: r.Field})
		}
		r.Fields = []string{code}
	}
	_, known, err = s.take(ctx, tx, im.WaveID, im.ID, &r.Collected, names)
	return known, err
}

// fieldCode reads the code or the name of a field, "" if it is neither.
func (s *Service) fieldCode(text string) string {
	text = strings.TrimSpace(text)
	for _, k := range s.catalog.Categories {
		if k.Code == text || k.Name == text {
			return k.Code
		}
	}
	return ""
}

// columnOf names the column a refusal is about.
func columnOf(e *errs.Error) string {
	if len(e.Fields) == 0 {
		return "社区" // outside the caller's areas
	}
	name := strings.TrimPrefix(e.Fields[0].Location, "body.")
	for _, c := range opinions {
		if c.Name == name {
			return c.Title
		}
	}
	return ""
}

func (s *Service) keepImport(ctx context.Context, tx *db.Tx, im *Import, report *sheet.Report) error {
	p := auth.From(ctx)
	im.Total, im.Refused = report.Total, report.Rejected
	im.Report.V = ImportRows{Encoding: report.Encoding, Ignored: append([]string{}, report.Ignored...), Errors: append([]sheet.RowError{}, report.Errors...)}
	for n := range im.Report.V.Errors { // a report is kept and shown: it holds no more of a person than the list does
		im.Report.V.Errors[n].Value = mask.Text(im.Report.V.Errors[n].Value)
	}
	slices.SortStableFunc(im.Report.V.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
	im.At, im.ByID, im.ByName = tx.Time(), p.UserID, p.Name
	if _, err := tx.Exec(ctx, "INSERT INTO opinion_import ("+importColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		im.ID, im.WaveID, im.Source, im.AreaCode, im.FileName, im.SHA256, im.DryRun, im.Total, im.Added, im.Known, im.Refused, im.Report, im.ByID, im.ByName, im.At); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "opinion.import", Object: "opinion_import", ObjectID: im.ID, Area: im.AreaCode,
		Detail: map[string]any{"file": im.SHA256, "wave": im.WaveID, "dry_run": im.DryRun, "added": im.Added, "known": im.Known, "refused": im.Refused}})
}

// Imports lists files imported in the caller's areas, newest first, at most a hundred. Needs opinion.import.
func (s *Service) Imports(ctx context.Context) (out []Import, err error) {
	if err := auth.Require(ctx, PermImport); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		out, err = db.All[Import](ctx, tx, "SELECT "+importColumns+" FROM opinion_import WHERE "+where+" ORDER BY id DESC LIMIT 100", args...)
		return err
	})
	return out, err
}

// Template writes an empty file to fill in. Needs opinion.import.
func (s *Service) Template(ctx context.Context, w io.Writer, format sheet.Format) error {
	if err := auth.Require(ctx, PermImport); err != nil {
		return err
	}
	return opinions.Template(w, format, "群众意见导入")
}
