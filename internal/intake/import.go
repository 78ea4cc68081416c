package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
	"yiwang/internal/platform/sheet"
)

// maxTickets bounds one file or call.
const maxTickets = 5000

// ImportOptions belong to one file.
type ImportOptions struct {
	Source   string // default 12345
	Area     string // district or street; where a ticket says no place of its own
	FileName string
	DryRun   bool // check and count, store nothing
}

// Import is a file and what became of its rows: Total = Added + Known + Refused.
type Import struct {
	ID       string              `db:"id" json:"id"`
	Source   string              `db:"source" json:"source"`
	FileName string              `db:"file_name" json:"file_name"`
	SHA256   string              `db:"sha256" json:"sha256"`
	DryRun   bool                `db:"dry_run" json:"dry_run"`
	AreaCode string              `db:"area_code" json:"area_code"`
	Total    int                 `db:"total" json:"total"`
	Added    int                 `db:"added" json:"added"`
	Known    int                 `db:"known" json:"known" doc:"Numbers registered before; left as they are"`
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

const importColumns = "id, source, file_name, sha256, dry_run, area_code, total, added, known, refused, report, by_id, by_name, at"

// Import registers the tickets of a CSV or XLSX file. Good rows are registered although others are bad; the same number is
// never registered twice, so that a file can be sent again. Needs intake.import in the area and cases.report; rows outside
// the caller's areas are bad rows. Errors: those of package sheet for a file that is no table.
func (s *Service) Import(ctx context.Context, r io.Reader, o ImportOptions) (*Import, error) {
	o.Source = cmp.Or(o.Source, Hotline)
	if err := s.mayImport(ctx, &o.Area); err != nil {
		return nil, err
	}
	h := sha256.New()
	in, err := tickets.All(io.TeeReader(r, h), sheet.Options{Rows: maxTickets + 20, CellChars: 8000, Bytes: 20 << 20})
	if err != nil {
		return nil, err
	}
	if len(in.Rows) > maxTickets {
		return nil, errs.TooLarge("intake.too_many_rows", "The file has more than 5,000 rows; divide it.")
	}
	report := in.Report()
	im := &Import{Source: o.Source, FileName: o.FileName, DryRun: o.DryRun, AreaCode: o.Area}
	if err := s.takeAll(ctx, o.Source, o.Area, in.Rows, o.DryRun, func(i int, out Outcome) { im.note(report, in.Numbers[i], out) }); err != nil {
		return nil, err
	}
	im.Total, im.Refused = report.Total, report.Rejected
	im.Report.V = ImportRows{Encoding: report.Encoding, Ignored: append([]string{}, report.Ignored...), Errors: append([]sheet.RowError{}, report.Errors...)}
	slices.SortStableFunc(im.Report.V.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
	im.SHA256 = hex.EncodeToString(h.Sum(nil))
	return im, s.keepImport(ctx, im)
}

func (im *Import) note(report *sheet.Report, row int, o Outcome) {
	switch o.Status {
	case "added":
		im.Added++
	case "known":
		im.Known++
	default:
		report.Reject(sheet.RowError{Row: row, Column: "工单编号", Value: o.Number, Code: o.Code, Reason: i18n.Error("zh", o.Code, o.Error)})
	}
}

// mayImport checks the right and fills in the caller's own area.
func (s *Service) mayImport(ctx context.Context, area *string) error {
	if err := auth.Require(ctx, PermImport); err != nil {
		return err
	}
	p := auth.From(ctx)
	if *area == "" && len(p.Areas) > 0 {
		*area = p.Areas[0]
	}
	return auth.RequireArea(ctx, PermImport, *area)
}

func (s *Service) keepImport(ctx context.Context, im *Import) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		im.ID, im.At, im.ByID, im.ByName = db.NewID(tx), tx.Time(), p.UserID, p.Name
		if name := []rune(im.FileName); len(name) > 200 {
			im.FileName = string(name[:200])
		}
		if _, err := tx.Exec(ctx, "INSERT INTO intake_import ("+importColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
			im.ID, im.Source, im.FileName, im.SHA256, im.DryRun, im.AreaCode, im.Total, im.Added, im.Known, im.Refused, im.Report, im.ByID, im.ByName, im.At); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "intake.import", Object: "intake_import", ObjectID: im.ID, Area: im.AreaCode,
			Detail: map[string]any{"file": im.SHA256, "dry_run": im.DryRun, "added": im.Added, "known": im.Known, "refused": im.Refused}})
	})
}

// Imports lists files imported in the caller's areas, newest first, at most a hundred. Needs intake.import.
func (s *Service) Imports(ctx context.Context) (out []Import, err error) {
	if err := auth.Require(ctx, PermImport); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		out, err = db.All[Import](ctx, tx, "SELECT "+importColumns+" FROM intake_import WHERE "+where+" ORDER BY at DESC, id DESC LIMIT 100", args...)
		return err
	})
	return out, err
}

// Template writes an empty file to fill in. Anybody who may import may have it.
func (s *Service) Template(ctx context.Context, w io.Writer, format sheet.Format) error {
	if err := auth.Require(ctx, PermImport); err != nil {
		return err
	}
	return tickets.Template(w, format, "热线工单导入")
}

// TakeTickets registers tickets that a system hands over, at most 200 at a time, and says of each what became of it. Rights
// as Import.
func (s *Service) TakeTickets(ctx context.Context, source, area string, list []Ticket) ([]Outcome, error) {
	if err := s.mayImport(ctx, &area); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(list))
	err := s.takeAll(ctx, cmp.Or(source, Hotline), area, list, false, func(i int, o Outcome) { out[i] = o })
	return out, err
}
