package survey_test

import (
	"bytes"
	"strings"
	"testing"

	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func BenchmarkImport_27429RowsXLSX(b *testing.B) {
	var book bytes.Buffer
	out, err := sheet.NewWriter(&book, sheet.XLSX, "答卷")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(bigFile(27429))) {
		cells := []any{}
		for _, c := range strings.Split(strings.TrimSpace(line), ",") {
			cells = append(cells, c)
		}
		if err := out.Row(cells...); err != nil {
			b.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		d := testkit.SQLite(b)
		x := surveytest.New(b, d, 13)
		w := x.Wave(b, "2026H2", x.Plan(b), survey.Fieldwork)
		b.StartTimer()
		r, err := x.Surveys.Import(x.Ctx, w.ID, bytes.NewReader(book.Bytes()), survey.ImportOptions{})
		if err != nil || r.Accepted != 27429 {
			b.Fatal(r, err)
		}
	}
}
