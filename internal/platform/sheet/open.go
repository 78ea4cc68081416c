package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"yiwang/internal/platform/errs"
)

// Format is the kind of a table file.
type Format string

// The formats that can be read and written.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// ContentType is the media type for downloads.
func (f Format) ContentType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Options bound what Open accepts; zero fields take the default.
type Options struct {
	Sheet     string // XLSX: name of the sheet; default the first one
	Bytes     int64  // size of the file; default 64 MB
	Unpacked  int64  // XLSX: size of everything in the archive; default 512 MB
	Ratio     int64  // XLSX: unpacked ÷ packed size of one entry; default 200
	Rows      int    // default 1,048,576, as in Excel
	Columns   int    // default 1,024
	CellChars int    // default 32,767, as in Excel
}

func (o Options) withDefaults() Options {
	fill(&o.Bytes, 64<<20)
	fill(&o.Unpacked, 512<<20)
	fill(&o.Ratio, 200)
	fill(&o.Rows, 1<<20)
	fill(&o.Columns, 1024)
	fill(&o.CellChars, 32_767)
	return o
}

func fill[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Source is an open table file, read once from top to bottom.
type Source struct {
	Format  Format
	rows    rowReader
	options Options
}

// rowReader delivers rows in order, the empty ones too. bad is set instead of cells when one row cannot be taken;
// err ends the file, io.EOF at its end. cells is valid until the next call.
type rowReader interface {
	next() (cells []string, bad *RowError, err error)
	number() int // of the row last delivered, from 1
	encoding() string
	close() error
}

// Open tells the format by content and prepares to read. Errors: sheet.not_a_table (with what to do), sheet.too_large,
// sheet.bomb. Close the Source when done.
func Open(r io.Reader, options Options) (*Source, error) {
	o := options.withDefaults()
	limited := &limitReader{r: r, left: o.Bytes, limit: o.Bytes}
	in := bufio.NewReaderSize(limited, window)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, readError(err)
	}
	if len(head) == 0 {
		return nil, errs.Invalid("sheet.empty", "The file is empty.")
	}
	if err := refuse(head); err != nil {
		return nil, err
	}
	s := &Source{Format: CSV, options: o}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		s.Format = XLSX
		s.rows, err = openXLSX(in, o)
	} else {
		s.rows, err = openCSV(in, o)
	}
	if err != nil {
		return nil, readError(err)
	}
	return s, nil
}

// Encoding tells how text was decoded ("UTF-8", "GB18030", …); known once rows have been read.
func (s *Source) Encoding() string { return s.rows.encoding() }

// Close frees what Open took, temporary files included.
func (s *Source) Close() error { return s.rows.close() }

// refuse names files that people take for tables.
func refuse(head []byte) error {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	has := func(b []byte, prefixes ...string) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(b, []byte(p)) {
				return true
			}
		}
		return false
	}
	switch {
	case has(head, "\xD0\xCF\x11\xE0"):
		return errs.Invalid("sheet.legacy_xls", "The file is an old .xls workbook or protected by a password; save it as .xlsx without a password.")
	case has(text, "<html", "<!doctype", "<table", "<?xml", "<meta"):
		return errs.Invalid("sheet.is_markup", "The file is a web page or XML under another name; open it in Excel and save it as .xlsx or .csv.")
	case has(head, "%PDF", "\x89PNG", "\xFF\xD8\xFF", "GIF8", "Rar!", "7z\xBC\xAF", "\x1F\x8B", "PK\x05\x06", "\x7FELF", "MZ\x90"):
		return errs.Invalid("sheet.not_a_table", "The file is not a table; export it as .xlsx or .csv.")
	}
	return nil
}

var errTooLarge = errors.New("file larger than allowed")

// limitReader fails instead of pretending that the file ends at the limit.
type limitReader struct {
	r           io.Reader
	left, limit int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// readError turns a failure of reading into one that the person at the screen can act on.
func readError(err error) error {
	var known *errs.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, errTooLarge):
		return errs.TooLarge("sheet.too_large", "The file is larger than allowed; split it into several files.")
	}
	return errs.Invalid("sheet.unreadable", "The file is damaged or incomplete; save it again and repeat.").Because(fmt.Errorf("read table: %w", err))
}
