package sheet

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"yiwang/internal/platform/errs"
)

// Column says how one column of a table fills a row of type T.
type Column[T any] struct {
	Name     string   // stable name, also accepted as heading: "area_code"
	Title    string   // heading in templates and reports: 社区编码
	Aliases  []string // further headings that people use
	Required bool     // the column must be there and no cell of it empty
	Help     string   // one line for the template
	Example  string
	// Set stores a cell that is trimmed and not empty. An error made by Bad keeps its code; any other is sheet.invalid.
	Set func(row *T, text string) error
}

// Columns is the table that an importer understands.
type Columns[T any] []Column[T]

// Bad is the reason for which Set refuses a cell: a stable code and a Chinese sentence.
func Bad(code, reason string) error { return badCell{code, reason} }

type badCell struct{ code, reason string }

func (b badCell) Error() string { return b.reason }

// headerRows is how far down the header is looked for: tables often carry a title and notes above it.
const headerRows = 10

// Reader delivers the rows of a Source as values of T.
type Reader[T any] struct {
	src    *Source
	cols   Columns[T]
	at     []int    // column of the file → index into cols, -1 if ignored
	names  []string // headings as written in the file
	row    int
	report Report
	err    error
}

// Read finds the header among the first rows. Errors: sheet.missing_columns (names those missing and those found),
// sheet.duplicate_column, sheet.empty.
func (cs Columns[T]) Read(src *Source) (*Reader[T], error) {
	r := &Reader[T]{src: src, cols: cs}
	var best []string
	bestHits := -1
	for src.rows.number() < headerRows {
		cells, bad, err := src.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, readError(err)
		}
		r.row = src.rows.number()
		if bad != nil || blank(cells) {
			continue
		}
		hits, missing := r.bind(cells)
		if len(missing) == 0 && hits > 0 {
			return r, r.checkHeader()
		}
		if hits > bestHits {
			best, bestHits = append([]string(nil), cells...), hits
		}
	}
	if bestHits < 0 {
		return nil, errs.Invalid("sheet.empty", "The file holds no table.")
	}
	_, missing := r.bind(best)
	fields := make([]errs.Field, len(missing))
	for i, title := range missing {
		fields[i] = errs.Field{Location: "header", Message: "缺少列“" + title + "”", Value: title}
	}
	return nil, errs.Invalid("sheet.missing_columns", "Columns are missing: "+strings.Join(missing, ", ")+
		"; found: "+excerpt(strings.Join(r.names, ", "))+". Use the headings of the template.", fields...)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// bind maps the cells of a header row and returns how many are known and which required ones are missing.
func (r *Reader[T]) bind(cells []string) (hits int, missing []string) {
	known := map[string]int{}
	for i, c := range r.cols {
		for _, name := range append([]string{c.Name, c.Title}, c.Aliases...) {
			known[heading(name)] = i
		}
	}
	delete(known, "")
	r.at, r.names = make([]int, len(cells)), make([]string, len(cells))
	found := make([]bool, len(r.cols))
	for i, cell := range cells {
		r.names[i] = excerpt(strings.TrimSpace(cell))
		col, ok := known[heading(cell)]
		if !ok {
			r.at[i] = -1
			continue
		}
		r.at[i] = col
		found[col] = true
		hits++
	}
	for i, c := range r.cols {
		if c.Required && !found[i] {
			missing = append(missing, c.Title)
		}
	}
	return hits, missing
}

func (r *Reader[T]) checkHeader() error {
	first := map[int]int{}
	for i, col := range r.at {
		if col < 0 {
			if r.names[i] != "" {
				r.report.Ignored = append(r.report.Ignored, r.names[i])
			}
			continue
		}
		if other, twice := first[col]; twice {
			return errs.Invalid("sheet.duplicate_column", "A column appears twice; delete one.", errs.Field{
				Location: fmt.Sprintf("row %d, columns %s and %s", r.row, columnName(other), columnName(i)),
				Message:  "列“" + r.cols[col].Title + "”出现两次", Value: r.names[i]})
		}
		first[col] = i
	}
	return nil
}

// heading reduces a heading to what identifies it: no spaces, marks of required columns, or case.
func heading(text string) string {
	text = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text), "（必填）"), "(必填)")
	text = strings.NewReplacer(" ", "", "\u3000", "", "\u00a0", "", "\n", "", "\r", "", "*", "", "＊", "", "\uFEFF", "").Replace(text)
	return strings.ToLower(text)
}

// Rows yields the number and value of every row that can be taken. The value is new for each row. Afterwards ask Err and Report.
func (r *Reader[T]) Rows() iter.Seq2[int, *T] {
	return func(yield func(int, *T) bool) {
		for {
			cells, bad, err := r.src.rows.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					r.err = readError(err)
				}
				return
			}
			if r.row = r.src.rows.number(); r.row > r.src.options.Rows {
				r.err = errs.TooLarge("sheet.too_many_rows", fmt.Sprintf("The table has more than %d rows; split it.", r.src.options.Rows))
				return
			}
			if bad == nil && blank(cells) {
				continue
			}
			r.report.Total++
			row := new(T)
			if bad != nil {
				bad.Column = r.nameOf(bad.index)
				r.report.add(*bad)
			}
			if bad != nil || !r.fill(row, cells) {
				r.report.Rejected++
				continue
			}
			r.report.Accepted++
			if !yield(r.row, row) {
				return
			}
		}
	}
}

// fill sets every column of row, reports each cell that is refused, and tells whether the row can be taken.
func (r *Reader[T]) fill(row *T, cells []string) bool {
	good := true
	fail := func(i int, value, code, reason string) {
		good = false
		r.report.add(RowError{Row: r.row, Column: r.nameOf(i), Value: excerpt(value), Code: code, Reason: reason})
	}
	for i, col := range r.at {
		if col < 0 {
			continue
		}
		c, text := &r.cols[col], ""
		if i < len(cells) {
			text = unescape(strings.TrimSpace(cells[i]))
		}
		if text == "" {
			if c.Required {
				fail(i, "", "sheet.required", "必填项为空")
			}
			continue
		}
		if err := c.Set(row, text); err != nil {
			var b badCell
			if !errors.As(err, &b) {
				b = badCell{"sheet.invalid", err.Error()}
			}
			fail(i, text, b.code, b.reason)
		}
	}
	for i := len(r.at); i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			fail(i, cells[i], "sheet.beyond_header", "该列没有表头，可能分隔符或引号有误")
			break
		}
	}
	return good
}

func (r *Reader[T]) nameOf(i int) string {
	if i < len(r.names) && r.names[i] != "" {
		return r.names[i]
	}
	return columnName(i)
}

// Err is why reading stopped before the end of the file; nil if it did not.
func (r *Reader[T]) Err() error { return r.err }

// Report sums up what was read so far; callers may Reject into it.
func (r *Reader[T]) Report() *Report {
	r.report.Encoding = r.src.Encoding()
	return &r.report
}
