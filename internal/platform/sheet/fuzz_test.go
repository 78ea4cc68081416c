package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func newBuffered(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, window) }

// FuzzCSV compares with encoding/csv wherever both accept the text, and otherwise asks only for an orderly end.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"b\",c\r\nd,\"e\nf\"\n", "\xEF\xBB\xBFa;b\n", "a\tb\n\n\nc\td", "\"open", "sep=;\na;b",
		"\xff\xfea\x00", "\xb2\xe2,\xca\xd4\n1,2", "a,\"b\"c\n", ",,,\n,\n", "\r\r\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := openCSV(newBuffered(bytes.NewReader(data)), Options{}.withDefaults())
		if err != nil {
			return
		}
		c := in.(*csvReader)
		var got [][]string
		bad := false
		for {
			cells, rowErr, err := c.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return
			}
			if bad = bad || rowErr != nil; rowErr != nil {
				continue
			}
			if len(cells) > 1 || cells[0] != "" {
				got = append(got, append([]string(nil), cells...))
			}
		}
		text := bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
		if bad || !utf8.Valid(text) || bytes.ContainsRune(text, '\r') || bytes.HasPrefix(text, []byte("\xEF\xBB\xBF")) ||
			bytes.HasPrefix(text, []byte("\xFF\xFE")) || len(text) >= 5 && bytes.EqualFold(text[:4], []byte("sep=")) {
			return
		}
		oracle := csv.NewReader(bytes.NewReader(text))
		oracle.Comma, oracle.FieldsPerRecord = rune(c.comma), -1
		want, err := oracle.ReadAll()
		if err != nil {
			return
		}
		kept := want[:0]
		for _, row := range want {
			if len(row) > 1 || row[0] != "" {
				kept = append(kept, row)
			}
		}
		if len(got) != len(kept) {
			t.Fatalf("%d rows, encoding/csv reads %d: %q", len(got), len(kept), data)
		}
		for i := range kept {
			if strings.Join(got[i], "\x1f") != strings.Join(kept[i], "\x1f") {
				t.Fatalf("row %d is %q, encoding/csv reads %q", i, got[i], kept[i])
			}
		}
	})
}

// FuzzOpen asks of any bytes only that they are read or refused in order.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(plainTable))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, report, err := read(t, data, Options{Unpacked: 1 << 20})
		if err == nil && (report.Accepted != len(rows) || report.Total != report.Accepted+report.Rejected || report.Rejected > report.ErrorCount) {
			t.Fatalf("report does not add up: %+v", report)
		}
	})
}

// FuzzNeutral asks that no text opens with a trigger and that reading returns what was written.
func FuzzNeutral(f *testing.F) {
	f.Add("=1")
	f.Add("''+x")
	f.Fuzz(func(t *testing.T, text string) {
		out := neutral(text)
		if strings.IndexAny(out, triggers) == 0 {
			t.Fatalf("%q is still a formula: %q", text, out)
		}
		if back := unescape(out); utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0xFFFD }) < 0 && back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
	})
}
