package stats

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
)

// Open returns the content of a file named in a specification.
type Open func(path string) (io.ReadCloser, error)

// table is a CSV with a header. It keeps the bytes and where the cells of the wanted columns are; columns are converted when
// asked for, and once. Rows are counted from 1 after the header in messages.
type table struct {
	file    string
	header  []string
	index   map[string]int
	text    []byte
	cells   map[int][]span
	rows    int
	numbers map[string][]float64
	factors map[string]Factor
}

type span struct{ start, end uint32 }

// readTable reads the columns that want selects from the header.
func readTable(open Open, file string, want func(column string) bool) (*table, error) {
	r, err := open(file)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	defer func() { _ = r.Close() }() // it was only read
	text, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(text) > math.MaxUint32-1 {
		return nil, fmt.Errorf("%s is larger than 4 GB", file)
	}
	t := &table{file: file, text: bytes.TrimPrefix(text, []byte("\ufeff")), index: map[string]int{}, cells: map[int][]span{},
		numbers: map[string][]float64{}, factors: map[string]Factor{}}
	return t, t.parse(want)
}

// readAll is io.ReadAll with the buffer of a file allocated at once.
func readAll(r io.Reader) ([]byte, error) {
	var buffer bytes.Buffer
	if file, ok := r.(fs.File); ok {
		if info, err := file.Stat(); err == nil && info.Size() < math.MaxUint32 {
			buffer.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err := buffer.ReadFrom(r)
	return buffer.Bytes(), err
}

func (t *table) parse(want func(string) bool) error {
	at, spans, err := t.record(0, nil)
	if err != nil || len(t.text) == 0 {
		return fmt.Errorf("%s has no header line", t.file)
	}
	var wanted []int
	for c, s := range spans {
		name := string(t.text[s.start:s.end])
		t.header = append(t.header, name)
		if _, twice := t.index[name]; twice {
			return fmt.Errorf("%s: two columns are called %q", t.file, name)
		}
		t.index[name] = c
		if want(name) {
			wanted = append(wanted, c)
		}
	}
	cut := cellSplitter{slot: make([]int16, len(spans)), cells: make([]span, len(wanted))}
	for c := range cut.slot {
		cut.slot[c] = -1
	}
	store := make([][]span, len(wanted))
	for i, c := range wanted {
		cut.slot[c] = int16(i)
		store[i] = make([]span, 0, len(t.text)/(3*len(t.header))+1)
	}
	for at < len(t.text) {
		if next, ok := cut.line(t.text, at); ok && len(t.header) > 1 {
			t.rows++
			for i := range store {
				store[i] = append(store[i], cut.cells[i])
			}
			at = next
			continue
		}
		// a quote, a blank or wrong line, or the last one without a line break
		if at, spans, err = t.record(at, spans[:0]); err != nil {
			return err
		}
		if len(spans) == 1 && spans[0].start == spans[0].end {
			continue // blank line
		}
		t.rows++
		if len(spans) != len(t.header) {
			return fmt.Errorf("%s, row %d has %d columns, the header has %d", t.file, t.rows, len(spans), len(t.header))
		}
		for i, c := range wanted {
			store[i] = append(store[i], spans[c])
		}
	}
	if t.rows == 0 {
		return fmt.Errorf("%s has no rows", t.file)
	}
	for i, c := range wanted {
		t.cells[c] = store[i]
	}
	return nil
}

// record splits one line (RFC 4180; line breaks inside quotes allowed) and returns where the next begins.
func (t *table) record(at int, spans []span) (int, []span, error) {
	text := t.text
	for {
		if at < len(text) && text[at] == '"' {
			end, next, err := t.quoted(at)
			if err != nil {
				return 0, nil, err
			}
			spans = append(spans, span{uint32(at + 1), uint32(end)})
			at = next
		} else {
			start := at
			for at < len(text) && text[at] != ',' && text[at] != '\n' {
				at++
			}
			spans = append(spans, t.trimmed(start, at))
		}
		if at >= len(text) || text[at] == '\n' {
			return at + 1, spans, nil
		}
		at++ // the comma
	}
}

func (t *table) trimmed(start, end int) span {
	for start < end && t.text[start] <= ' ' {
		start++
	}
	for end > start && t.text[end-1] <= ' ' {
		end--
	}
	return span{uint32(start), uint32(end)}
}

// quoted finds the closing quote; doubled quotes are collapsed in place.
func (t *table) quoted(at int) (end, next int, err error) {
	write := at + 1
	for i := at + 1; i < len(t.text); i++ {
		if t.text[i] == '"' {
			if i+1 < len(t.text) && t.text[i+1] == '"' {
				i++
			} else {
				for i++; i < len(t.text) && t.text[i] == '\r'; i++ {
				}
				if i < len(t.text) && t.text[i] != ',' && t.text[i] != '\n' {
					return 0, 0, fmt.Errorf("%s, row %d: text follows a closing quote", t.file, t.rows+1)
				}
				return write, i, nil
			}
		}
		t.text[write] = t.text[i]
		write++
	}
	return 0, 0, fmt.Errorf("%s, row %d: a quote is not closed", t.file, t.rows+1)
}

func (t *table) has(column string) bool { _, ok := t.index[column]; return ok }

func (t *table) column(name string) ([]span, error) {
	c, ok := t.index[name]
	if !ok {
		return nil, fmt.Errorf("%s has no column %q", t.file, name)
	}
	return t.cells[c], nil
}

// number converts a column; empty cells are NaN.
func (t *table) number(name string) ([]float64, error) {
	if v, ok := t.numbers[name]; ok {
		return v, nil
	}
	cells, err := t.column(name)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(cells))
	for i, s := range cells {
		if s.start == s.end {
			out[i] = missing
			continue
		}
		v, ok := parseNumber(t.text[s.start:s.end])
		if !ok {
			return nil, fmt.Errorf("%s, row %d, column %q: %q is not a number", t.file, i+1, name, t.text[s.start:s.end])
		}
		out[i] = v
	}
	t.numbers[name] = out
	return out, nil
}

// required converts a column that must not have empty cells.
func (t *table) required(name string) ([]float64, error) {
	out, err := t.number(name)
	if err != nil {
		return nil, err
	}
	for i, v := range out {
		if math.IsNaN(v) {
			return nil, fmt.Errorf("%s, row %d, column %q is empty", t.file, i+1, name)
		}
	}
	return out, nil
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// parseNumber takes the short way for up to 15 plain digits, which is exact, and strconv otherwise.
func parseNumber(text []byte) (float64, bool) {
	mantissa, digits, decimals, point := int64(0), 0, 0, false
	rest := text
	if len(rest) > 0 && rest[0] == '-' {
		rest = rest[1:]
	}
	for _, b := range rest {
		switch {
		case b >= '0' && b <= '9' && digits < 15:
			mantissa = mantissa*10 + int64(b-'0')
			digits++
			if point {
				decimals++
			}
		case b == '.' && !point:
			point = true
		default:
			v, err := strconv.ParseFloat(string(text), 64)
			return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
		}
	}
	if digits == 0 {
		return 0, false
	}
	v := float64(mantissa) / powersOfTen[decimals]
	if text[0] == '-' {
		v = -v
	}
	return v, true
}

// factor codes a column in order of first appearance; empty cells are missing.
func (t *table) factor(name string) (Factor, error) {
	if f, ok := t.factors[name]; ok {
		return f, nil
	}
	cells, err := t.column(name)
	if err != nil {
		return Factor{}, err
	}
	f := Factor{Code: make([]int32, len(cells))}
	seen := map[string]int32{}
	for i, s := range cells {
		if s.start == s.end {
			f.Code[i] = -1
			continue
		}
		c, ok := seen[string(t.text[s.start:s.end])]
		if !ok {
			c = int32(len(f.Names))
			label := string(t.text[s.start:s.end])
			seen[label] = c
			f.Names = append(f.Names, label)
		}
		f.Code[i] = c
	}
	t.factors[name] = f
	return f, nil
}

// requiredFactor codes a column that must not have empty cells.
func (t *table) requiredFactor(name string) (Factor, error) {
	f, err := t.factor(name)
	if err != nil {
		return f, err
	}
	for i, c := range f.Code {
		if c < 0 {
			return f, fmt.Errorf("%s, row %d, column %q is empty", t.file, i+1, name)
		}
	}
	return f, nil
}

// level finds a label among the levels, also when both are written differently but mean the same number.
func (f Factor) level(label string) int32 {
	for c, name := range f.Names {
		if name == label {
			return int32(c)
		}
	}
	v, err := strconv.ParseFloat(label, 64)
	if err != nil {
		return -1
	}
	for c, name := range f.Names {
		if w, err := strconv.ParseFloat(name, 64); err == nil && w == v {
			return int32(c)
		}
	}
	return -1
}
