package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/export"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
)

// makeExport makes the file of some cases, from what the caller sees now. Every row carries the note that leads to this download.
func (s *Service) makeExport(ctx context.Context, r *export.Request, m export.Mark) (f *export.File, err error) {
	var x exported
	if err := json.Unmarshal(r.Content.V, &x); err != nil {
		return nil, fmt.Errorf("export %s: %w", r.ID, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		f, err = s.write(ctx, tx, &x, r.Format, m.Note)
		return err
	})
	return f, err
}

// write makes the file.
func (s *Service) write(ctx context.Context, tx *db.Tx, x *exported, form, note string) (*export.File, error) {
	format := sheet.CSV
	if form == "xlsx" {
		format = sheet.XLSX
	}
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, format, "事件")
	if err != nil {
		return nil, err
	}
	cols := chosenColumns(x.Columns)
	head := make([]any, 0, len(cols)+1)
	for _, c := range cols {
		head = append(head, c.title)
	}
	if err := w.Row(append(head, "水印")...); err != nil {
		return nil, err
	}
	n := 0
	err = s.Cases.EachTx(ctx, tx, x.Filter, maxExported, func(c *cases.Case) error {
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
	return &export.File{Name: fmt.Sprintf("事件导出-%s.%s", tx.Now().In(clock.Nanjing).Format("20060102-1504"), form), Type: format.ContentType(), Content: b.Bytes(), Lines: n}, nil
}
