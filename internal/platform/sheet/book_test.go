package sheet

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestBook_ReadsBackEverySheetAndNeutralisesFormulas(t *testing.T) {
	t.Parallel()
	tabs := []Tab{{Name: "survey", Rows: [][]string{{"type", "label"}, {"text", "=1+1"}, {"", "", "第三列"}}}, {Name: "choices", Rows: [][]string{{"list_name"}, {"-a"}}}}
	var out bytes.Buffer
	if err := WriteBook(&out, tabs, 20, 40); err != nil {
		t.Fatal(err)
	}
	got, err := ReadBook(bytes.NewReader(out.Bytes()), Options{})
	if err != nil || !reflect.DeepEqual(got, tabs) {
		t.Errorf("%+v, %v", got, err)
	}
	if raw, err := Open(bytes.NewReader(out.Bytes()), Options{Sheet: "survey"}); err != nil {
		t.Error(err)
	} else if err := raw.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadBook_RefusesWhatIsNoWorkbookOrTooLarge(t *testing.T) {
	t.Parallel()
	rows := make([][]string, 200)
	for i := range rows {
		rows[i] = []string{strings.Repeat("满", 20), "2"}
	}
	var out bytes.Buffer
	if err := WriteBook(&out, []Tab{{Name: "a", Rows: rows}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		o    Options
		code string
	}{
		"text":          {[]byte("a,b"), Options{}, "sheet.not_a_table"},
		"nothing":       {nil, Options{}, "sheet.not_a_table"},
		"a broken zip":  {[]byte("PK\x03\x04xxxx"), Options{}, "sheet.unreadable"},
		"half a file":   {out.Bytes()[:out.Len()/2], Options{}, "sheet.unreadable"},
		"many rows":     {out.Bytes(), Options{Rows: 100}, "sheet.too_large"},
		"many columns":  {out.Bytes(), Options{Columns: 1}, "sheet.too_many_columns"},
		"long cells":    {out.Bytes(), Options{CellChars: 10}, "sheet.cell_too_long"},
		"a large file":  {out.Bytes(), Options{Bytes: 1000}, "sheet.too_large"},
		"unpacks large": {out.Bytes(), Options{Unpacked: 1000}, "sheet.bomb"},
	} {
		if _, err := ReadBook(bytes.NewReader(c.data), c.o); codeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}
