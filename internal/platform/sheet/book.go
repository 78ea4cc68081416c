package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/platform/errs"
)

// Tab is one sheet of a small workbook that is read as a whole, such as a questionnaire.
type Tab struct {
	Name string
	Rows [][]string
}

// ReadBook reads every sheet of an XLSX workbook; the bounds hold for every sheet, zero fields taking 4 MB, 5,000 rows and 200
// columns. Errors are those of Open.
func ReadBook(r io.Reader, options Options) (tabs []Tab, err error) {
	defer recovered(&err)
	fill(&options.Bytes, 4<<20)
	fill(&options.Unpacked, 64<<20)
	fill(&options.Rows, 5000)
	fill(&options.Columns, 200)
	o := options.withDefaults()
	data, err := io.ReadAll(&limitReader{r: r, left: o.Bytes, limit: o.Bytes})
	if err != nil {
		return nil, readError(err)
	}
	if err := refuse(data[:min(len(data), 512)]); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, errs.Invalid("sheet.not_a_table", "The file is not a workbook; save it as .xlsx.")
	}
	if err := checkArchive(data, o); err != nil {
		return nil, readError(err)
	}
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: o.Unpacked, UnzipXMLSizeLimit: min(xmlInMemory, o.Unpacked)})
	if err != nil {
		return nil, readError(fmt.Errorf("open workbook: %w", err))
	}
	for _, name := range file.GetSheetList() {
		rows, err := readTab(file, name, o)
		if err != nil {
			return nil, errors.Join(readError(err), file.Close())
		}
		tabs = append(tabs, Tab{Name: name, Rows: rows})
	}
	return tabs, file.Close()
}

func readTab(file *excelize.File, name string, o Options) (out [][]string, err error) {
	rows, err := file.Rows(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if len(out) == o.Rows {
			return nil, errs.TooLarge("sheet.too_large", "The file is larger than allowed; split it into several files.")
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		if len(cells) > o.Columns {
			return nil, tooManyColumns(o, len(out)+1)
		}
		for i, cell := range cells {
			if utf8.RuneCountInString(cell) > o.CellChars {
				return nil, errs.Invalid("sheet.cell_too_long", "A cell is too long.", errs.Field{Location: name + ", " + place(len(out)+1, i), Message: tooLongReason(o)})
			}
			cells[i] = unescape(strings.TrimSpace(cell))
		}
		out = append(out, cells)
	}
	return out, rows.Error()
}

// WriteBook writes a workbook of several sheets; the first row of each is its header. widths are those of the columns, in
// characters, the last one holding for the rest.
func WriteBook(w io.Writer, tabs []Tab, widths ...float64) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()
	head, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F6"}},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	body, err := file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	for i, tab := range tabs {
		if i == 0 {
			err = file.SetSheetName("Sheet1", sheetName(tab.Name))
		} else {
			_, err = file.NewSheet(sheetName(tab.Name))
		}
		if err == nil {
			err = writeTab(file, tab, head, body, widths)
		}
		if err != nil {
			return fmt.Errorf("write sheet %s: %w", tab.Name, err)
		}
	}
	return file.Write(w)
}

func writeTab(file *excelize.File, tab Tab, head, body int, widths []float64) error {
	out, err := file.NewStreamWriter(sheetName(tab.Name))
	if err != nil {
		return err
	}
	for i, width := range widths {
		last := i + 1
		if i == len(widths)-1 {
			last = max(last, 64)
		}
		if err := out.SetColWidth(i+1, last, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for n, row := range tab.Rows {
		cells := make([]any, len(row))
		for i, text := range row {
			style := body
			if n == 0 {
				style = head
			}
			cells[i] = excelize.Cell{StyleID: style, Value: neutral(text)}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}
