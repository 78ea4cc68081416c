package survey_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// header of the small files in these tests; the last columns are the overall question, free text and telephone.
const header = "受访编号,渠道,街道,社区,对象,年龄段,A1-1,A1-2,Q-ALL,Q-REV,Q-REVT,Q-CON\n"

const goodRows = "1,定向,第1街道,第1街道第1社区,老年,60-69,非常满意,N,1,城市管理、4,路灯坏了三个月,13912345678\n" +
	"2,定向,320106001,,中青年,30-39,2,3,比较满意,,,\n" +
	"1,线上,第2街道,320106002003,单位,,,5,2,,,\n"

func importText(t *testing.T, x *surveytest.District, w *survey.Wave, text string, o survey.ImportOptions) *survey.ImportReport {
	t.Helper()
	report, err := x.Surveys.Import(x.Ctx, w.ID, strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Accepted + report.Unchanged + report.Conflicts + report.Rejected; got != report.Total {
		t.Errorf("the report loses rows: %+v", report)
	}
	return report
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImport_StoresAnswersCommentsAndNumbersApart(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		r := importText(t, x, w, header+goodRows, survey.ImportOptions{})
		if !r.Committed || r.Accepted != 3 || r.Comments != 1 || r.Contacts != 1 {
			t.Fatalf("got %+v", r)
		}
		w, err := x.Surveys.Wave(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		if w.Counts != (survey.Counts{Target: 100, Targeted: 2, Online: 1, Comments: 1}) {
			t.Errorf("counts are %+v", w.Counts)
		}
		err = d.Read(x.Ctx, func(tx *db.Tx) error {
			marked, err := x.Surveys.MarkedTx(x.Ctx, tx, w)
			if err != nil {
				return err
			}
			for _, m := range marked {
				if m.Group == survey.Elder && (m.Marks != "1N...............1" || m.Community != surveytest.Community(1, 1) || m.Channel != survey.Targeted) {
					t.Errorf("elder reads as %+v", m)
				}
			}
			comments, err := x.Surveys.CommentsTx(x.Ctx, tx, w.ID, "", 10)
			if err != nil {
				return err
			}
			c := comments[0]
			if c.Text != "路灯坏了三个月" || !c.HasContact || len(c.Categories.V) != 0 {
				t.Errorf("comment is %+v", c)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM comment_contact WHERE phone LIKE '%13912345678%'"); n != 0 {
			t.Error("the number is stored readable")
		}
	})
}

func TestImport_AgainAddsNothingAndAChangedRowIsAConflict(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		importText(t, x, w, header+goodRows, survey.ImportOptions{})
		if r := importText(t, x, w, header+goodRows, survey.ImportOptions{}); r.Accepted != 0 || r.Unchanged != 3 || r.Comments != 0 {
			t.Errorf("again: %+v", r)
		}
		changed := strings.Replace(header+goodRows, "2,3,比较满意", "2,5,比较满意", 1)
		r := importText(t, x, w, changed, survey.ImportOptions{Policy: survey.CommitGood})
		if r.Conflicts != 1 || r.Unchanged != 2 || r.Errors[0].Row != 3 || r.Errors[0].Code != "survey.row_conflict" {
			t.Errorf("changed row: %+v", r)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM response"); n != 3 {
			t.Errorf("%d rows are stored, want 3", n)
		}
	})
}

func TestImport_BadRowsAreReportedAndThePolicyDecides(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		bad := header + goodRows +
			"4,定向,第9街道,,老年,60-69,1,1,1,,,\n" + // unknown street
			"5,定向,第1街道,第2街道第1社区,老年,,1,1,1,,,\n" + // community elsewhere
			"6,定向,第1街道,,老年,18-29,1,1,1,,,\n" + // age against group
			"7,邮寄,第1街道,,成年,,1,1,1,,,\n" + // group unknown
			"8,定向,第1街道,,单位,,很好,1,N,,,\n" + // not on the scale; overall has no N
			"9,定向,第1街道,,老年,,1,1,1,城管,,\n" + // unknown field
			"10,定向,第1街道,,老年,,1,1,1,,,13900000000\n" + // number without comment
			"11,定向,第1街道,,老年,,,,,,,\n" + // nothing answered
			"2,定向,第1街道,,老年,,1,1,1,,,\n" + // number twice
			",定向,第1街道,,老年,,1,1,1,,,\n" // no number
		r := importText(t, x, w, bad, survey.ImportOptions{})
		if r.Committed || r.Rejected != 10 || count(t, d, "SELECT COUNT(*) FROM response") != 0 {
			t.Fatalf("all or nothing: %+v", r)
		}
		told := map[int]string{}
		for _, e := range r.Errors {
			told[e.Row] += e.Column + ":" + e.Reason + ";"
			if strings.Contains(e.Value, "13900000000") {
				t.Error("a telephone number is repeated in the report")
			}
		}
		for row, want := range map[int]string{5: "街道:", 6: "社区:这个社区不属于所填街道", 7: "年龄段:", 8: "对象:", 9: "A1-1:不是量表", 10: "Q-REV:", 11: "Q-CON:", 12: "没有任何评分", 13: "与第3行", 14: "受访编号:"} {
			if !strings.Contains(told[row], want) {
				t.Errorf("row %d: told %q, want %q", row, told[row], want)
			}
		}
		if r := importText(t, x, w, bad, survey.ImportOptions{Policy: survey.CommitGood, DryRun: true}); r.Committed || r.Accepted != 3 {
			t.Errorf("dry run: %+v", r)
		}
		if r := importText(t, x, w, bad, survey.ImportOptions{Policy: survey.CommitGood}); !r.Committed || r.Accepted != 3 || count(t, d, "SELECT COUNT(*) FROM response") != 3 {
			t.Errorf("commit good: %+v", r)
		}
	})
}

func TestImport_TakesGBKAndXLSXAndItsOwnTemplate(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(header + goodRows)
	if err != nil {
		t.Fatal(err)
	}
	if r := importText(t, x, w, gbk, survey.ImportOptions{}); r.Accepted != 3 || !strings.HasPrefix(r.Encoding, "GB") {
		t.Errorf("GBK: %+v", r)
	}
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		var template bytes.Buffer
		if err := x.Surveys.Template(x.Ctx, w.ID, &template, format); err != nil {
			t.Fatal(err)
		}
		if r, err := x.Surveys.Import(x.Ctx, w.ID, &template, survey.ImportOptions{}); err != nil || r.Total != 0 || len(r.Ignored) != 0 {
			t.Errorf("%s template: %+v, %v", format, r, err)
		}
	}
	var book bytes.Buffer
	out, err := sheet.NewWriter(&book, sheet.XLSX, "答卷")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(header+goodRows), "\n") {
		var cells []any
		for _, c := range strings.Split(line, ",") {
			cells = append(cells, c)
		}
		if err := out.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := x.Surveys.Import(x.Ctx, w.ID, &book, survey.ImportOptions{}); err != nil || r.Unchanged != 3 {
		t.Errorf("the same answers as XLSX: %+v, %v", r, err)
	}
}

func TestImport_HostileFilesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 1)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
	for name, text := range map[string]string{
		"empty": "", "no header": "a,b\n1,2\n", "web page": "<html><table>", "archive": "PK\x03\x04nothing", "picture": "\x89PNG\r\n\x1a\n",
		"double column": "受访编号,受访编号,渠道,街道,对象\n", "missing column": "受访编号,渠道,街道\n1,定向,第1街道\n",
	} {
		if _, err := x.Surveys.Import(x.Ctx, w.ID, strings.NewReader(text), survey.ImportOptions{}); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	huge := header + "1,定向,第1街道,,老年,,1,1,1,," + strings.Repeat("坏", 400_000) + ",\n"
	if r, err := x.Surveys.Import(x.Ctx, w.ID, strings.NewReader(huge), survey.ImportOptions{}); err != nil || r.Rejected != 1 {
		t.Errorf("huge cell: %+v, %v", r, err)
	}
	text := "'; DROP TABLE response; -- <script>alert(1)</script>"
	hostile := header + "1,定向,第1街道,,老年,,1,1,1,,\"" + text + "\",\n"
	if r := importText(t, x, w, hostile, survey.ImportOptions{}); r.Accepted != 1 {
		t.Errorf("SQL and HTML are text: %+v", r)
	}
	if n := count(t, d, "SELECT COUNT(*) FROM comment WHERE text LIKE '%DROP TABLE response%<script>%'"); n != 1 {
		t.Error("the text was changed")
	}
}

func TestImport_NeedsFieldworkAndPermission(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 1)
	for state, want := range map[survey.State]errs.Kind{survey.Draft: errs.KindConflict, survey.Frozen: errs.KindConflict, survey.Closed: errs.KindConflict, survey.Piloting: ""} {
		w := x.Wave(t, "w-"+string(state), x.Plan(t), state)
		_, err := x.Surveys.Import(x.Ctx, w.ID, strings.NewReader(header+"1,定向,第1街道,,老年,,1,1,1,,,\n"), survey.ImportOptions{})
		if errs.KindOf(err) != want {
			t.Errorf("%s: got %v, want %q", state, err, want)
		}
	}
	w := x.Wave(t, "open", x.Plan(t), survey.Fieldwork)
	for who, want := range map[string]errs.Kind{"street": errs.KindForbidden, "reader": errs.KindForbidden, "lead": ""} {
		ctx := map[string]context.Context{"street": surveytest.As(surveytest.Street(1), survey.PermImport), "reader": surveytest.As(surveytest.Area, survey.PermRead),
			"lead": surveytest.As(surveytest.Area, survey.PermImport)}[who]
		_, err := x.Surveys.Import(ctx, w.ID, strings.NewReader(header+"1,定向,第1街道,,老年,,1,1,1,,,\n"), survey.ImportOptions{})
		if errs.KindOf(err) != want {
			t.Errorf("%s: got %v, want %q", who, err, want)
		}
	}
}

func TestStartImport_RunsInTheBackgroundAndForgetsTheFile(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := surveytest.New(t, d, 2)
		w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
		runner := jobs.NewRunner(d)
		x.Surveys.Work(runner)
		work := func(im *survey.FileImport, err error) *survey.FileImport {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if err := runner.Drain(x.Ctx); err != nil {
				t.Fatal(err)
			}
			if im, err = x.Surveys.FileImport(x.Ctx, im.ID); err != nil {
				t.Fatal(err)
			}
			return im
		}
		lead := surveytest.As(surveytest.Area, survey.PermImport)
		dry := work(x.Surveys.StartImport(lead, w.ID, "答卷.csv", strings.NewReader(header+goodRows), survey.ImportOptions{DryRun: true}))
		if dry.State != jobs.Done || dry.Report.V.Accepted != 3 || dry.Blob == "" || count(t, d, "SELECT COUNT(*) FROM response") != 0 {
			t.Fatalf("dry run: %+v", dry)
		}
		done := work(x.Surveys.CommitImport(lead, dry.ID, survey.AllOrNothing))
		if done.State != jobs.Done || done.Report.V.Accepted != 3 || done.Blob != "" || count(t, d, "SELECT COUNT(*) FROM response") != 3 {
			t.Fatalf("commit: %+v", done)
		}
		if _, err := x.Surveys.CommitImport(lead, dry.ID, survey.AllOrNothing); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("second commit: got %v, want Conflict", err)
		}
		if broken := work(x.Surveys.StartImport(lead, w.ID, "x.csv", strings.NewReader("a,b\n"), survey.ImportOptions{})); broken.State != jobs.Failed || broken.Failure != "sheet.missing_columns" {
			t.Errorf("broken file: %+v", broken)
		}
	})
}

// bigFile is an answer file with n rows, all columns of the questionnaires filled.
func bigFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString("受访编号,渠道,街道,社区,对象,性别,年龄段,用时秒,设备,提交时间")
	indicators := []string{"A1-1", "A1-2", "A2-1", "B1-1", "B1-2", "B2-1", "B2-2", "B3-1", "B3-2", "C1-1", "C1-2", "C2-1", "C2-2", "C3-1", "D1-1", "D1-2", "D2-1", "Q-ALL"}
	b.WriteString("," + strings.Join(indicators, ",") + ",Q-PROG,Q-REVT\n")
	r := rand.New(rand.NewPCG(1, 2))
	labels := []string{"非常满意", "比较满意", "一般", "不太满意", "很不满意"}
	for i := range n {
		s := 1 + i%13
		fmt.Fprintf(&b, "R%06d,线上,第%d街道,第%d街道第%d社区,中青年,男,30-39,%d,dev%d,2026-11-10 09:%02d", i, s, s, 1+i%3, 60+r.IntN(400), i, i%60)
		for range indicators {
			b.WriteString("," + labels[min(r.IntN(8), 4)])
		}
		text := ""
		if i%8 == 0 {
			text = "楼道堆物没人管，反映几次了"
		}
		b.WriteString(",差不多," + text + "\n")
	}
	return b.Bytes()
}

func BenchmarkImport_27429Rows(b *testing.B) {
	file := bigFile(27429)
	for b.Loop() {
		b.StopTimer()
		d := testkit.SQLite(b)
		x := surveytest.New(b, d, 13)
		w := x.Wave(b, "2026H2", x.Plan(b), survey.Fieldwork)
		b.StartTimer()
		r, err := x.Surveys.Import(x.Ctx, w.ID, bytes.NewReader(file), survey.ImportOptions{})
		if err != nil || r.Accepted != 27429 {
			b.Fatal(r, err)
		}
	}
}
