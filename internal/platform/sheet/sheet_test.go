package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yiwang/internal/platform/errs"
)

type answer struct {
	Code   string
	Name   string
	Age    int
	Weight float64
	Sex    string
	At     time.Time
}

var shanghai = time.FixedZone("CST", 8*3600)

var answerColumns = Columns[answer]{
	{Name: "area_code", Title: "社区编码", Aliases: []string{"编码", "社区代码"}, Required: true, Help: "12位", Example: "320106001003",
		Set: Text(func(a *answer) *string { return &a.Code }, 12)},
	{Name: "name", Title: "姓名", Set: Text(func(a *answer) *string { return &a.Name }, 20)},
	{Name: "age", Title: "年龄", Required: true, Example: "45", Set: Int(func(a *answer) *int { return &a.Age }, 0, 120)},
	{Name: "weight", Title: "权重", Set: Float(func(a *answer) *float64 { return &a.Weight }, 0, 1e6)},
	{Name: "sex", Title: "性别", Set: OneOf(func(a *answer) *string { return &a.Sex }, map[string]string{"男": "male", "女": "female"})},
	{Name: "at", Title: "填写时间", Set: Time(func(a *answer) *time.Time { return &a.At }, shanghai)},
}

func read(t testing.TB, data []byte, o Options) ([]answer, *Report, error) {
	t.Helper()
	src, err := Open(bytes.NewReader(data), o)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	in, err := answerColumns.Read(src)
	if err != nil {
		return nil, nil, err
	}
	var rows []answer
	for _, row := range in.Rows() {
		rows = append(rows, *row)
	}
	return rows, in.Report(), in.Err()
}

func codeOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

const plainTable = "社区编码,姓名,年龄,权重,性别,填写时间\n320106001003,张三丰,45,1.5,男,2026-11-21\n320106001004,欧阳娜,67,\"1,200.5\",女,2026/3/5 08:30\n"

func checkPlain(t *testing.T, name string, rows []answer, report *Report, err error) {
	t.Helper()
	want := []answer{
		{"320106001003", "张三丰", 45, 1.5, "male", time.Date(2026, 11, 21, 0, 0, 0, 0, shanghai)},
		{"320106001004", "欧阳娜", 67, 1200.5, "female", time.Date(2026, 3, 5, 8, 30, 0, 0, shanghai)},
	}
	if err != nil || report.ErrorCount != 0 || len(rows) != 2 {
		t.Errorf("%s: %v rows %v report %+v", name, err, rows, report)
		return
	}
	for i := range want {
		if rows[i].At.Equal(want[i].At) {
			rows[i].At = want[i].At
		}
		if rows[i] != want[i] {
			t.Errorf("%s: row %d is %+v, want %+v", name, i, rows[i], want[i])
		}
	}
}

func TestOpen_ReadsEveryEncodingAndSeparator(t *testing.T) {
	t.Parallel()
	for name, enc := range map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "GB18030": simplifiedchinese.GB18030, "GBK": simplifiedchinese.GBK,
		"UTF-16LE": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16BE": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	} {
		for _, comma := range []string{",", ";", "\t"} {
			for _, newline := range []string{"\n", "\r\n", "\r"} {
				text := strings.NewReplacer("1,200", "1,200", ",", comma, "\n", newline).Replace(plainTable)
				data, err := enc.NewEncoder().Bytes([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				rows, report, err := read(t, data, Options{})
				checkPlain(t, fmt.Sprintf("%s %q %q", name, comma, newline), rows, report, err)
				if want := strings.Replace(name, "GBK", "GB18030", 1); err == nil && report.Encoding != want {
					t.Errorf("%s was taken for %s", name, report.Encoding)
				}
			}
		}
	}
	rows, report, err := read(t, []byte("\uFEFFsep=;\r\n"+strings.ReplaceAll(strings.ReplaceAll(plainTable, "1,200", "1_200"), ",", ";")), Options{})
	if len(rows) != 1 || report.Errors[0].Row != 4 || err != nil { // 1_200 is no number, in the fourth line of the file
		t.Errorf("sep= line: %v %+v %v", rows, report, err)
	}
}

func TestOpen_DetectsGBKBehindMuchASCII(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("area_code,age,name\n")
	for b.Len() < 3*window {
		b.WriteString("320106001003,40,Smith\n")
	}
	b.WriteString("320106001003,41,王小明\n")
	gbk, _ := simplifiedchinese.GBK.NewEncoder().String(b.String())
	for text, enc := range map[string]string{gbk: "GB18030", b.String(): "UTF-8"} {
		rows, report, err := read(t, []byte(text), Options{})
		if err != nil || rows[len(rows)-1].Name != "王小明" || report.Encoding != enc {
			t.Errorf("%s: %v, %+v", enc, err, report)
		}
	}
}

func TestRead_FindsTheHeaderBelowATitle(t *testing.T) {
	t.Parallel()
	rows, report, err := read(t, []byte("2026年第二次考评,,\n\n填表说明：略,,\n社区代码 *, 年 龄（必填）,备注\n320106001003,45,无\n"), Options{})
	if err != nil || len(rows) != 1 || rows[0].Age != 45 || fmt.Sprint(report.Ignored) != "[备注]" {
		t.Errorf("%v %+v %v", rows, report, err)
	}
}

func TestRead_ReportsBadRowsWithPlaceValueAndReason(t *testing.T) {
	t.Parallel()
	text := "社区编码,姓名,年龄,性别\n" +
		"320106001003,甲,abc,男\n" + // 2
		",乙,200,未知\n" + // 3: three mistakes
		"\n" + // 4: empty, not counted
		"320106001004,\"丙\n丁\",３０,女\n" + // 5: good, with a line break inside
		"320106001005,戊,30.0,男,多余\n" + // 6
		"320106001006,\xff\xfe坏,30,男\n" + // 7
		"320106001007\n" // 8: short
	rows, report, err := read(t, []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Name != "丙\n丁" || rows[0].Age != 30 {
		t.Errorf("rows %+v", rows)
	}
	if report.Total != 6 || report.Accepted != 1 || report.Rejected != 5 || report.ErrorCount != 7 {
		t.Errorf("report %+v", report)
	}
	var got []string
	for _, e := range report.Errors {
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Row, e.Column, e.Value, e.Reason))
	}
	want := []string{
		"2 年龄 abc 应为整数", "3 社区编码  必填项为空", "3 年龄 200 应在0到120之间", "3 性别 未知 不在可选值之内",
		"6 E 多余 该列没有表头，可能分隔符或引号有误", "7 姓名 \uFFFD坏 含有无法识别的字符（文件按UTF-8读取）", "8 年龄  必填项为空",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("errors:\n%s", strings.Join(got, "\n"))
	}
}

func TestReport_KeepsTheFirstThousandAndCountsTheRest(t *testing.T) {
	t.Parallel()
	_, report, err := read(t, []byte("社区编码,年龄\n"+strings.Repeat("1,x\n", 5000)), Options{})
	if err != nil || report.ErrorCount != 5000 || len(report.Errors) != keptErrors || report.Rejected != 5000 {
		t.Errorf("%v %d %d", err, report.ErrorCount, len(report.Errors))
	}
	report.Accepted = 1
	report.Reject(RowError{Row: 9, Value: strings.Repeat("长", 500)})
	if report.Accepted != 0 || report.ErrorCount != 5001 {
		t.Errorf("%+v", report)
	}
}

func TestOpen_RefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	zipped := func(name string, n int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 9) })
		w, _ := z.Create(name)
		_, _ = w.Write(bytes.Repeat([]byte{'0'}, n))
		_ = z.Close()
		return b.Bytes()
	}
	for _, k := range []struct {
		name string
		data []byte
		code string
	}{
		{"nothing", nil, "sheet.empty"},
		{"blank lines", []byte("\n \n,,\n"), "sheet.empty"},
		{"old Excel", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"), "sheet.legacy_xls"},
		{"web page", []byte("\uFEFF\n <HTML><table>"), "sheet.is_markup"},
		{"picture", []byte("\x89PNG\r\n\x1a\n"), "sheet.not_a_table"},
		{"document", []byte("%PDF-1.7"), "sheet.not_a_table"},
		{"other archive", zipped("word/document.xml", 10), "sheet.not_a_table"},
		{"broken archive", []byte("PK\x03\x04 nothing else"), "sheet.unreadable"},
		{"bomb", zipped("xl/workbook.xml", 50<<20), "sheet.bomb"},
		{"binary", []byte("a,b\x00\x01\x02"), "sheet.not_a_table"},
		{"other table", []byte("x,y\n1,2\n"), "sheet.missing_columns"},
		{"column twice", []byte("社区编码,年龄,编码\n1,2,3\n"), "sheet.duplicate_column"},
		{"open quote", []byte("社区编码,年龄\n1,2\n\"3,4\n5,6\n"), "sheet.open_quote"},
		{"wide", []byte("社区编码,年龄\n1,2\n" + strings.Repeat(",", 3000) + "\n"), "sheet.too_many_columns"},
		{"no such workbook", zipped("xl/workbook.xml", 100), "sheet.unreadable"},
	} {
		_, _, err := read(t, k.data, Options{})
		if codeOf(err) != k.code {
			t.Errorf("%s: %v, want %s", k.name, err, k.code)
		}
	}
	big := "社区编码,年龄\n" + strings.Repeat("1,2\n", 1000)
	if _, _, err := read(t, []byte(big), Options{Bytes: 500}); codeOf(err) != "sheet.too_large" || errs.KindOf(err) != errs.KindTooLarge {
		t.Errorf("bytes: %v", err)
	}
	if _, _, err := read(t, []byte(big), Options{Bytes: int64(len(big))}); err != nil {
		t.Errorf("a file of exactly the limit: %v", err)
	}
	if _, report, err := read(t, []byte(big), Options{Rows: 100}); codeOf(err) != "sheet.too_many_rows" || report.Total != 99 {
		t.Errorf("rows: %v %+v", err, report)
	}
}

func TestOpen_HoldsNoMoreOfACellThanTheLimit(t *testing.T) {
	t.Parallel()
	for name, cell := range map[string]string{
		"plain": strings.Repeat("x", 50<<20), "quoted": `"` + strings.Repeat("好\n", 10<<20) + `"`,
	} {
		rows, report, err := read(t, []byte("社区编码,姓名,年龄\n1,"+cell+",3\n2,好,4\n"), Options{})
		if err != nil || len(rows) != 1 || rows[0].Code != "2" || len(report.Errors) != 1 {
			t.Fatalf("%s: %v %+v", name, err, report)
		}
		e := report.Errors[0]
		if e.Row != 2 || e.Column != "姓名" || e.Code != "sheet.cell_too_long" || len(e.Value) > 400 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	in, _ := openCSV(newBuffered(strings.NewReader("a,"+strings.Repeat("x", 20<<20))), Options{}.withDefaults())
	if _, _, err := in.next(); err != nil || cap(in.(*csvReader).buf) > 1<<20 {
		t.Errorf("buffer grew to %d (%v)", cap(in.(*csvReader).buf), err)
	}
	exact := strings.Repeat("好", 32_767)
	if rows, _, err := read(t, []byte("社区编码,年龄,备注\n1,3,"+exact+"\n"), Options{}); err != nil || len(rows) != 1 {
		t.Errorf("a cell of exactly the limit: %v", err)
	}
}

func TestOpen_ReadsWorkbooks(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	for i, row := range [][]any{
		{"社区编码", "姓名", "年龄", "权重", "性别", "填写时间"},
		{320106001003, "张三丰", 45.0, 1.5, "男", 46347},
		{"320106001004", "欧阳娜", "67", "1200.5", "女", "2026/3/5 08:30"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	_ = f.SetCellStyle("Sheet1", "F2", "F2", date)
	_, _ = f.NewSheet("第二页")
	_ = f.SetCellValue("第二页", "A1", strings.Repeat("x", 10))
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows, report, err := read(t, b.Bytes(), Options{})
	checkPlain(t, "workbook", rows, report, err)
	if _, _, err := read(t, b.Bytes(), Options{Sheet: "第二页"}); codeOf(err) != "sheet.missing_columns" {
		t.Errorf("second sheet: %v", err)
	}
	if _, _, err := read(t, b.Bytes(), Options{Sheet: "没有"}); codeOf(err) != "sheet.no_such_sheet" {
		t.Errorf("no such sheet: %v", err)
	}
	if _, _, err := read(t, b.Bytes()[:b.Len()/2], Options{}); codeOf(err) != "sheet.unreadable" {
		t.Errorf("truncated: %v", err)
	}
	if _, _, err := read(t, b.Bytes(), Options{Unpacked: 2000}); codeOf(err) != "sheet.bomb" {
		t.Errorf("unpacked size: %v", err)
	}
	if _, report, err := read(t, b.Bytes(), Options{CellChars: 11}); err != nil || report.Errors[0].Row != 2 || report.Errors[0].Column != "社区编码" {
		t.Errorf("cell length: %v %+v", err, report)
	}
}

func TestWriter_NeutralisesFormulasAndReadsBackTheSame(t *testing.T) {
	t.Parallel()
	texts := []string{"=1+1", "+86 138", "-5度", "@cmd", "\tx", "＝cmd", "'=x", "''=x", "'quoted", "平常", "a=b", "x\x01y"}
	columns := Columns[answer]{
		{Name: "text", Title: "文本", Required: true, Set: Text(func(a *answer) *string { return &a.Name }, 99)},
		{Name: "number", Title: "数", Set: Float(func(a *answer) *float64 { return &a.Weight }, -10, 10)},
	}
	for _, format := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		w, err := NewWriter(&b, format, "导出/明细")
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range append([]string{"文本"}, texts...) {
			cells := []any{row, -5}
			if i == 0 {
				cells[1] = "数"
			}
			if err := w.Row(cells...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if format == CSV && (!bytes.HasPrefix(b.Bytes(), []byte("\uFEFF")) || !strings.Contains(b.String(), "'=1+1,-5\r\n")) {
			t.Errorf("CSV is %q", b.String())
		}
		src, err := Open(bytes.NewReader(b.Bytes()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		in, err := columns.Read(src)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for _, row := range in.Rows() {
			want := strings.ReplaceAll(texts[i], "\x01", "")
			if row.Name != want || row.Weight != -5 {
				t.Errorf("%s: %q came back as %q, %v", format, want, row.Name, row.Weight)
			}
			i++
		}
		if i != len(texts) || in.Err() != nil || src.Format != format {
			t.Errorf("%s: %d rows, %v, %+v", format, i, in.Err(), in.Report())
		}
		_ = src.Close()
	}
	w, _ := NewWriter(io.Discard, XLSX, "")
	if err := w.Row([]byte("x")); err == nil {
		t.Error("a cell of bytes was written")
	}
}

func TestWriter_MarksTextThatAWorkbookCannotHold(t *testing.T) {
	t.Parallel()
	v, err := xlsxValue(strings.Repeat("长", 40_000))
	if text, _ := v.(string); err != nil || !strings.HasSuffix(text, truncated) {
		t.Error("long text was cut without a mark")
	}
}

func TestTemplate_IsReadByItsOwnColumns(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		if err := answerColumns.Template(&b, format, "问卷导入"); err != nil {
			t.Fatal(err)
		}
		rows, report, err := read(t, b.Bytes(), Options{})
		if err != nil || len(rows) != 1 || rows[0].Age != 45 || len(report.Ignored) != 0 {
			t.Errorf("%s: %v %+v %v", format, rows, report, err)
		}
	}
}

func TestClose_LeavesNoTemporaryFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	data := wideTable(t, XLSX, 27_429/2, 40)
	if _, _, err := read(t, data, Options{Columns: 50}); codeOf(err) != "sheet.missing_columns" {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(os.TempDir())
	if len(left) != 0 {
		t.Errorf("%d files left in %s", len(left), os.TempDir())
	}
}

// wideTable is a wave of answers: rows × columns.
func wideTable(t testing.TB, format Format, rows, columns int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, format, "答卷")
	if err != nil {
		t.Fatal(err)
	}
	cells := make([]any, columns)
	for i := range cells {
		cells[i] = fmt.Sprintf("第%d题", i+1)
	}
	for n := range rows + 1 {
		if err := w.Row(cells...); err != nil {
			t.Fatal(err)
		}
		for i := range cells {
			cells[i] = (n + i) % 10
		}
		cells[0], cells[1] = fmt.Sprintf("320106%06d", n), "希望小区门口的路灯早点修好"
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	type row struct{ values [30]string }
	columns := make(Columns[row], 30)
	for i := range columns {
		columns[i] = Column[row]{Name: fmt.Sprint(i), Title: fmt.Sprintf("第%d题", i+1), Required: true,
			Set: Text(func(r *row) *string { return &r.values[i] }, 1000)}
	}
	for _, format := range []Format{CSV, XLSX} {
		data := wideTable(b, format, 27_429, 30)
		b.Run(string(format), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				src, err := Open(bytes.NewReader(data), Options{})
				if err != nil {
					b.Fatal(err)
				}
				in, err := columns.Read(src)
				if err != nil {
					b.Fatal(err)
				}
				for range in.Rows() {
				}
				if in.Err() != nil || in.Report().Accepted != 27_429 {
					b.Fatal(in.Err(), in.Report())
				}
				_ = src.Close()
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, format := range []Format{CSV, XLSX} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				wideTable(b, format, 27_429, 30)
			}
		})
	}
}
