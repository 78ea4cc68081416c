package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/platform/errs"
)

// xmlInMemory is the size above which excelize keeps an unpacked sheet in a temporary file.
const xmlInMemory = 32 << 20

type xlsxReader struct {
	file *excelize.File
	rows *excelize.Rows
	o    Options
	row  int
}

func openXLSX(in io.Reader, o Options) (_ rowReader, err error) {
	defer recovered(&err)
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	if err := checkArchive(data, o); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: o.Unpacked, UnzipXMLSizeLimit: min(xmlInMemory, o.Unpacked),
	})
	if err != nil {
		return nil, fmt.Errorf("open workbook: %w", err)
	}
	x := &xlsxReader{file: file, o: o}
	if err := x.open(o.Sheet); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return readAhead(x), nil
}

func (x *xlsxReader) open(name string) (err error) {
	sheets := x.file.GetSheetList()
	if name == "" && len(sheets) > 0 {
		name = sheets[0]
	}
	if x.rows, err = x.file.Rows(name); err != nil {
		return errs.Invalid("sheet.no_such_sheet", "The workbook has no sheet named "+name+"; it has "+strings.Join(sheets, ", ")+".").Because(err)
	}
	return nil
}

// checkArchive refuses archives that are no workbook or that unpack to far more than they weigh, before anything is unpacked.
// The sizes are those the archive declares; archive/zip refuses an entry that turns out longer.
func checkArchive(data []byte, o Options) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	var sum uint64
	workbook := false
	for _, f := range z.File {
		workbook = workbook || f.Name == "xl/workbook.xml"
		sum += f.UncompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/uint64(o.Ratio) > f.CompressedSize64 {
			return bomb("One part of the workbook unpacks to more than " + fmt.Sprint(o.Ratio) + " times its size.")
		}
		if f.UncompressedSize64 > uint64(o.Unpacked) || sum > uint64(o.Unpacked) {
			return bomb("The workbook is too large when unpacked.")
		}
	}
	if len(z.File) > 10_000 {
		return bomb("The workbook has more than 10,000 parts.")
	}
	if !workbook {
		return errs.Invalid("sheet.not_a_table", "The file is an archive but not an .xlsx workbook; export the table as .xlsx or .csv.")
	}
	return nil
}

func bomb(what string) error {
	return errs.TooLarge("sheet.bomb", what+" Copy the data into a new workbook, or save it as .csv.")
}

func (x *xlsxReader) encoding() string { return "UTF-8" }

func (x *xlsxReader) number() int { return x.row }

func (x *xlsxReader) close() error { return errors.Join(x.rows.Close(), x.file.Close()) }

// recovered turns a panic of the workbook library, which a crafted file may cause, into an error of the file.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("workbook library: %v", p)
	}
}

func (x *xlsxReader) next() (_ []string, _ *RowError, err error) {
	defer recovered(&err)
	if !x.rows.Next() {
		if err := x.rows.Error(); err != nil {
			return nil, nil, err
		}
		return nil, nil, io.EOF
	}
	x.row++
	cells, err := x.rows.Columns()
	if err != nil {
		return nil, nil, fmt.Errorf("row %d: %w", x.row, err)
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > x.o.Columns {
		return nil, nil, tooManyColumns(x.o, x.row)
	}
	for i, cell := range cells {
		if len(cell) > x.o.CellChars && utf8.RuneCountInString(cell) > x.o.CellChars {
			return nil, &RowError{Row: x.row, index: i, Value: excerpt(cell), Code: "sheet.cell_too_long", Reason: tooLongReason(x.o)}, nil
		}
	}
	return cells, nil, nil
}

func tooManyColumns(o Options, row int) error {
	return errs.Invalid("sheet.too_many_columns", fmt.Sprintf("Row %d has more than %d columns; delete what does not belong to the table.", row, o.Columns))
}
