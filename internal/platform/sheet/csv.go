package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/errs"
)

// csvReader reads delimiter-separated text the way Excel does: a quote opens a cell only at its start, two quotes
// inside are one, text after a closing quote belongs to the cell. Unlike encoding/csv it never holds more of a cell
// than the limit, so an unclosed quote does not take the rest of the file into memory.
type csvReader struct {
	dec   *decoder
	in    *bufio.Reader
	comma byte
	o     Options
	row   int
	buf   []byte
	ends  []int
	cells []string
}

func openCSV(in *bufio.Reader, o Options) (rowReader, error) {
	dec, err := newDecoder(in)
	if err != nil {
		return nil, err
	}
	c := &csvReader{dec: dec, in: bufio.NewReaderSize(dec, window), o: o}
	head, err := c.in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c.comma, err = c.directive(head)
	return c, err
}

// directive obeys the line "sep=;" that Excel writes and reads, and guesses otherwise.
func (c *csvReader) directive(head []byte) (byte, error) {
	line, _, found := bytes.Cut(head, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if found && len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		c.row++
		comma := line[4] // the peeked bytes move with the next read
		_, err := c.in.ReadSlice('\n')
		return comma, err
	}
	return sniffComma(head), nil
}

// sniffComma takes the separator that divides the first lines most evenly; comma if none does.
func sniffComma(head []byte) byte {
	best, bestScore := byte(','), 0
	for _, comma := range []byte{',', '\t', ';'} {
		counts := countPerLine(head, comma)
		if len(counts) == 0 || counts[0] == 0 {
			continue
		}
		score := 0
		for _, n := range counts {
			if n == counts[0] {
				score += 2*n + 1
			}
		}
		if score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}

func countPerLine(head []byte, comma byte) []int {
	var counts []int
	n, quoted, used := 0, false, false
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == comma:
			n++
		case b == '\n':
			if used {
				counts = append(counts, n)
			}
			if n, used = 0, false; len(counts) == 20 {
				return counts
			}
			continue
		}
		used = used || b != '\r'
	}
	if used {
		counts = append(counts, n)
	}
	return counts
}

func (c *csvReader) encoding() string { return c.dec.name }
func (c *csvReader) number() int      { return c.row }
func (c *csvReader) close() error     { return nil }

type cellEnd int

const (
	endCell cellEnd = iota
	endRow
	endFile
)

func (c *csvReader) next() ([]string, *RowError, error) {
	c.buf, c.ends = c.buf[:0], c.ends[:0]
	c.row++
	var bad *RowError
	for {
		from := len(c.buf)
		end, tooLong, err := c.cell(from)
		if err != nil {
			return nil, nil, err
		}
		if end == endFile && len(c.ends) == 0 && len(c.buf) == 0 {
			return nil, nil, io.EOF
		}
		c.ends = append(c.ends, len(c.buf))
		if bad == nil {
			bad = c.judge(c.buf[from:], tooLong)
		}
		if end != endCell {
			break
		}
		if len(c.ends) >= c.o.Columns {
			return nil, nil, tooManyColumns(c.o, c.row)
		}
	}
	if bad != nil {
		return nil, bad, nil
	}
	// One string for the row; cells share it, so a row costs two allocations at most.
	text, from := string(c.buf), 0
	c.cells = c.cells[:0]
	for _, end := range c.ends {
		c.cells = append(c.cells, text[from:end])
		from = end
	}
	return c.cells, nil, nil
}

func (c *csvReader) judge(cell []byte, tooLong bool) *RowError {
	column := len(c.ends) - 1
	switch {
	case tooLong:
		return &RowError{Row: c.row, index: column, Value: excerpt(string(cell)), Code: "sheet.cell_too_long", Reason: tooLongReason(c.o)}
	case !utf8.Valid(cell) || bytes.Contains(cell, []byte("\uFFFD")):
		return &RowError{Row: c.row, index: column, Value: excerpt(strings.ToValidUTF8(string(cell), "\uFFFD")),
			Code: "sheet.bad_text", Reason: "含有无法识别的字符（文件按" + c.dec.name + "读取）"}
	}
	return nil
}

// cell reads one cell into buf, of which it starts at from.
func (c *csvReader) cell(from int) (cellEnd, bool, error) {
	quoted, opened, tooLong := false, c.row, false
	first := true
	for {
		if _, err := c.in.Peek(1); err != nil {
			if !errors.Is(err, io.EOF) {
				return 0, false, err
			}
			if quoted {
				return 0, false, errs.Invalid("sheet.open_quote", "A quotation mark is never closed; correct the row and repeat.",
					errs.Field{Location: place(opened, len(c.ends)), Message: "引号没有闭合", Value: excerpt(strings.ToValidUTF8(string(c.buf[from:]), ""))})
			}
			return endFile, tooLong, nil
		}
		chunk, _ := c.in.Peek(c.in.Buffered())
		if first && chunk[0] == '"' {
			quoted, first = true, false
			_, _ = c.in.Discard(1)
			continue
		}
		first = false
		n := c.plain(chunk, quoted)
		if n > 0 {
			tooLong = c.keep(chunk[:n], from) || tooLong
			_, _ = c.in.Discard(n)
			continue
		}
		b := chunk[0]
		_, _ = c.in.Discard(1)
		switch {
		case b == '"' && quoted:
			if follow, _ := c.in.Peek(1); len(follow) == 1 && follow[0] == '"' {
				_, _ = c.in.Discard(1)
				tooLong = c.keep([]byte{'"'}, from) || tooLong
			} else {
				quoted = false
			}
		case b == c.comma:
			return endCell, tooLong, nil
		default:
			if follow, _ := c.in.Peek(1); b == '\r' && len(follow) == 1 && follow[0] == '\n' {
				_, _ = c.in.Discard(1)
			}
			return endRow, tooLong, nil
		}
	}
}

// plain counts the leading bytes of chunk that have no meaning of their own.
func (c *csvReader) plain(chunk []byte, quoted bool) int {
	if quoted {
		if i := bytes.IndexByte(chunk, '"'); i >= 0 {
			return i
		}
		return len(chunk)
	}
	for i, b := range chunk {
		if b == c.comma || b == '\n' || b == '\r' {
			return i
		}
	}
	return len(chunk)
}

// keep appends text to the cell that starts at from and reports whether the cell is too long.
func (c *csvReader) keep(text []byte, from int) bool {
	// A character has at most four bytes; count characters only when bytes allow too many.
	if len(c.buf)-from+len(text) <= c.o.CellChars {
		c.buf = append(c.buf, text...)
		return false
	}
	if len(c.buf)-from > 4*c.o.CellChars {
		return true
	}
	c.buf = append(c.buf, text[:min(len(text), 4*c.o.CellChars+1)]...)
	return utf8.RuneCount(c.buf[from:]) > c.o.CellChars
}
