package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

// File is an export as it was taken.
type File struct {
	Name    string
	Format  sheet.Format
	Content []byte
	Lines   int
}

// Take makes the file of an approved export for the person who asked, from what that person sees now, and logs it. Every
// row carries a mark that leads to this download; the first lines say who took it, when, what for and who approved it.
// Conflict if it is not approved, has expired or was taken five times.
func (s *Service) Take(ctx context.Context, id string) (f *File, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	var e *Export
	var mark string
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if e, err = s.takeable(ctx, tx, id); err != nil {
			return err
		}
		mark = db.NewID(tx)
		f, err = s.write(ctx, tx, e, mark)
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(f.Content)
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := s.takeable(ctx, tx, id); err != nil {
			return err
		}
		p := auth.From(ctx)
		n, err := tx.Exec(ctx, "UPDATE desk_export SET downloads = downloads + 1 WHERE id = $1 AND state = $2 AND downloads < $3", id, Approved, maxDownloads)
		if err != nil {
			return err
		}
		if n == 0 { // withdrawn or taken by the same person at the same moment
			return errs.Conflict("desk.taken_out", "This export was taken five times; ask for it again.")
		}
		_, err = tx.Exec(ctx, "INSERT INTO desk_download (id, export_id, by_id, by_name, at, lines, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			mark, id, p.UserID, p.Name, tx.Time(), f.Lines, hex.EncodeToString(sum[:]))
		if err != nil {
			return err
		}
		return s.log(ctx, tx, "take_export", "desk_export", id, map[string]any{"download": mark, "lines": f.Lines, "sha256": hex.EncodeToString(sum[:])})
	})
	return f, err
}

func (s *Service) takeable(ctx context.Context, tx *db.Tx, id string) (*Export, error) {
	e, err := findExport(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case e.AskedBy != auth.From(ctx).UserID:
		return nil, noExport()
	case e.State != Approved:
		return nil, errs.Conflict("desk.not_approved", "This export is not approved.")
	case tx.Now().After(e.ExpiresAt.Time):
		return nil, errs.Conflict("desk.expired", "This export has expired; ask for it again.")
	case e.Downloads >= maxDownloads:
		return nil, errs.Conflict("desk.taken_out", "This export was taken five times; ask for it again.")
	}
	return e, nil
}

// write makes the file.
func (s *Service) write(ctx context.Context, tx *db.Tx, e *Export, mark string) (*File, error) {
	format := sheet.CSV
	if e.Format == "xlsx" {
		format = sheet.XLSX
	}
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, format, "事件")
	if err != nil {
		return nil, err
	}
	cols := chosenColumns(e.Columns.V)
	head := make([]any, 0, len(cols)+1)
	for _, c := range cols {
		head = append(head, c.title)
	}
	if err := w.Row(append(head, "水印")...); err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%s %s 导出，用途：%s；%s 批准；下载编号 %s", e.AskedName, tx.Now().In(clock.Nanjing).Format("2006-01-02 15:04"), e.Purpose, e.DecidedName, mark)
	n := 0
	err = s.Cases.EachTx(ctx, tx, e.Filter.V, maxExported, func(c *cases.Case) error {
		row := make([]any, 0, len(cols)+1)
		for _, col := range cols {
			v := col.cell(c)
			if t, ok := v.(time.Time); ok {
				v = t.In(clock.Nanjing).Format("2006-01-02 15:04")
			}
			row = append(row, v)
		}
		n++
		return w.Row(append(row, note)...)
	})
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &File{Name: fmt.Sprintf("事件导出-%s.%s", tx.Now().In(clock.Nanjing).Format("20060102-1504"), e.Format), Format: format, Content: b.Bytes(), Lines: n}, nil
}
