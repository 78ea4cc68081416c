package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Writer writes a table row by row. A cell is a string, bool, int, int64, float64, time.Time or nil; text that a
// spreadsheet would run as a formula is neutralised. Nothing is complete before Close.
type Writer interface {
	Row(cells ...any) error
	Close() error
}

// NewWriter starts a table of the format. title names the sheet of an XLSX file; the first row is taken as its header
// and stays in view.
func NewWriter(w io.Writer, format Format, title string) (Writer, error) {
	if format == XLSX {
		return newXLSXWriter(w, title)
	}
	// Excel on a Chinese system takes a CSV for GBK unless it begins with a byte order mark.
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	out := &csvWriter{w: csv.NewWriter(w)}
	out.w.UseCRLF = true
	return out, nil
}

type csvWriter struct {
	w     *csv.Writer
	cells []string
}

func (c *csvWriter) Row(cells ...any) error {
	c.cells = c.cells[:0]
	for _, cell := range cells {
		text, err := csvText(cell)
		if err != nil {
			return err
		}
		c.cells = append(c.cells, text)
	}
	return c.w.Write(c.cells)
}

func (c *csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

func csvText(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return neutral(v), nil
	case bool:
		return yesNo(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", nil
		}
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case time.Time:
		return timeText(v), nil
	}
	return "", fmt.Errorf("write table: no cell can hold a %T", cell)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05")
}

func yesNo(v bool) string {
	if v {
		return "是"
	}
	return "否"
}

// triggers are the first characters by which spreadsheets recognise a formula; the full-width ones count on Chinese systems.
const triggers = "=+-@\t\r\n＝＋－＠"

// neutral returns text that no spreadsheet runs and that XML can carry.
func neutral(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
	if formula(text) {
		return "'" + text
	}
	return text
}

// formula reports whether a trigger opens text, also behind apostrophes: those get one more, so that reading returns the same.
func formula(text string) bool {
	text = strings.TrimLeft(text, "'")
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(triggers, r)
}

// unescape takes off the apostrophe that neutral put in front.
func unescape(text string) string {
	if rest, found := strings.CutPrefix(text, "'"); found && formula(rest) {
		return rest
	}
	return text
}

type xlsxWriter struct {
	out   io.Writer
	file  *excelize.File
	rows  *excelize.StreamWriter
	n     int
	bold  int
	cells []any
}

func newXLSXWriter(w io.Writer, title string) (*xlsxWriter, error) {
	x := &xlsxWriter{out: w, file: excelize.NewFile()}
	if err := x.start(sheetName(title)); err != nil {
		return nil, errors.Join(fmt.Errorf("write workbook: %w", err), x.file.Close())
	}
	return x, nil
}

func (x *xlsxWriter) start(name string) (err error) {
	if err = x.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	if x.bold, err = x.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F6"}}}); err != nil {
		return err
	}
	if x.rows, err = x.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err = x.rows.SetColWidth(1, 64, 16); err != nil {
		return err
	}
	return x.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// sheetName keeps what Excel allows in the name of a sheet.
func sheetName(title string) string {
	title = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title), " '")
	if title == "" {
		return "Sheet1"
	}
	return string([]rune(title)[:min(31, utf8.RuneCountInString(title))])
}

func (x *xlsxWriter) Row(cells ...any) error {
	if x.n++; x.n > 1<<20 {
		return errors.New("write workbook: a sheet holds 1,048,576 rows; write CSV instead")
	}
	x.cells = x.cells[:0]
	for _, cell := range cells {
		value, err := xlsxValue(cell)
		if err != nil {
			return err
		}
		if x.n == 1 {
			value = excelize.Cell{StyleID: x.bold, Value: value}
		}
		x.cells = append(x.cells, value)
	}
	return x.rows.SetRow("A"+strconv.Itoa(x.n), x.cells)
}

const truncated = "…（已截断）"

func xlsxValue(cell any) (any, error) {
	switch v := cell.(type) {
	case nil, int, int64:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil
		}
		return v, nil
	case string:
		text := neutral(v)
		// Excel holds 32,767 UTF-16 units; excelize would cut without a word.
		if len(text) > 32_767 {
			if runes := []rune(text); len(runes) > 16_000 {
				text = string(runes[:16_000]) + truncated
			}
		}
		return text, nil
	case bool:
		return yesNo(v), nil
	case time.Time:
		return timeText(v), nil
	}
	return nil, fmt.Errorf("write workbook: no cell can hold a %T", cell)
}

func (x *xlsxWriter) Close() error {
	err := x.rows.Flush()
	if err == nil {
		err = x.file.Write(x.out)
	}
	return errors.Join(err, x.file.Close())
}

// Template writes an empty table with the headings of the columns, one example row where examples are given, and for
// XLSX a second sheet that explains every column.
func (cs Columns[T]) Template(w io.Writer, format Format, title string) error {
	out, err := NewWriter(w, format, title)
	if err != nil {
		return err
	}
	var titles, examples []any
	given := false
	for _, c := range cs {
		titles, examples = append(titles, c.Title), append(examples, c.Example)
		given = given || c.Example != ""
	}
	err = out.Row(titles...)
	if err == nil && given {
		err = out.Row(examples...)
	}
	if x, ok := out.(*xlsxWriter); ok && err == nil {
		err = cs.explain(x.file, x.bold)
	}
	return errors.Join(err, out.Close())
}

func (cs Columns[T]) explain(file *excelize.File, bold int) error {
	const name = "填写说明"
	if _, err := file.NewSheet(name); err != nil {
		return err
	}
	rows := [][]any{{"列名", "代码", "必填", "说明", "示例", "也可写作"}}
	for _, c := range cs {
		rows = append(rows, []any{c.Title, c.Name, yesNo(c.Required), neutral(c.Help), neutral(c.Example), strings.Join(c.Aliases, "、")})
	}
	for i, row := range rows {
		if err := file.SetSheetRow(name, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	return errors.Join(file.SetRowStyle(name, 1, 1, bold), file.SetColWidth(name, "A", "F", 22))
}
