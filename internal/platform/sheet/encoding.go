package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"yiwang/internal/platform/errs"
)

// window is how much text is looked at when the encoding or the separator is decided.
const window = 64 << 10

// decoder turns text of unknown encoding into UTF-8. Without a byte order mark it passes ASCII through until the first
// other byte shows whether the file is UTF-8 or GB18030 (which contains GBK and GB2312).
type decoder struct {
	in   *bufio.Reader
	out  io.Reader // set once decided
	name string
}

var marks = []struct {
	bytes, name string
	enc         encoding.Encoding // nil: already UTF-8
}{
	{"\xEF\xBB\xBF", "UTF-8", nil},
	{"\xFF\xFE", "UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\xFE\xFF", "UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"\x84\x31\x95\x33", "GB18030", simplifiedchinese.GB18030},
}

func newDecoder(in *bufio.Reader) (*decoder, error) {
	d := &decoder{in: in, name: "ASCII"}
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			if _, err := in.Discard(len(m.bytes)); err != nil {
				return nil, err
			}
			d.decide(m.name, m.enc)
			return d, nil
		}
	}
	text, err := in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errs.Invalid("sheet.not_a_table", "The file is not text; export the table as .xlsx or as .csv in UTF-8 or GBK.")
	}
	return d, nil
}

func (d *decoder) decide(name string, enc encoding.Encoding) {
	d.name, d.out = name, d.in
	if enc != nil {
		d.out = transform.NewReader(d.in, enc.NewDecoder())
	}
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.out != nil {
		return d.out.Read(p)
	}
	text, err := d.in.Peek(window)
	if len(text) == 0 {
		return 0, err
	}
	plain := bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if plain < 0 {
		plain = len(text)
	}
	if plain > 0 {
		n := copy(p, text[:plain])
		_, err := d.in.Discard(n)
		return n, err
	}
	if err == nil {
		text = text[:completeUTF8(text)]
	}
	if mostlyUTF8(text) {
		d.decide("UTF-8", nil)
	} else {
		d.decide("GB18030", simplifiedchinese.GB18030)
	}
	return d.out.Read(p)
}

// mostlyUTF8 allows for a few broken bytes, which are then reported by row: GBK read as UTF-8 is broken almost everywhere.
func mostlyUTF8(text []byte) bool {
	good, broken := 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			broken++
		} else if size > 1 {
			good++
		}
		text = text[size:]
	}
	return broken*10 <= good
}

// completeUTF8 is the length of text without a character cut at its end.
func completeUTF8(text []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if c := text[len(text)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[len(text)-back:]) {
				return len(text) - back
			}
			break
		}
	}
	return len(text)
}
