package appraisal

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
)

func TestWriteDocument_IsWellFormedAndEscapesText(t *testing.T) {
	t.Parallel()
	in := sampleInput(t, 3, 900, 300, 6)
	in.wave.Name = "<script>&测评"
	in.wave.Plan.V.TieRule = "并列时 \"a\" < b & c"
	result, _ := computed(t, in)
	r := &report{wave: in.wave, run: &Run{Result: &db.JSON[Result]{V: *result}}}
	var first, again bytes.Buffer
	if err := errors.Join(r.write(&first, "docx"), r.write(&again, "docx")); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same result gives other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(part)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if c, ok := token.(xml.CharData); ok && f.Name == "word/document.xml" {
				text += string(c)
			}
		}
	}
	for _, want := range []string{"<script>&测评结果", "并列时 \"a\" < b & c", "第1街道", "党建引领", "全区得分最低的五项指标", "线上得分"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
