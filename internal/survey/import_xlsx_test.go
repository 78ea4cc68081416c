package survey_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func BenchmarkImport_27429RowsXLSX(b *testing.B) {
	var book bytes.Buffer
	file := excelize.NewFile() // cells one by one, so that text is shared as Excel shares it
	row := 0
	for line := range strings.Lines(string(bigFile(27429))) {
		row++
		for i, c := range strings.Split(strings.TrimSpace(line), ",") {
			cell, err := excelize.CoordinatesToCellName(i+1, row)
			if err == nil {
				err = file.SetCellStr("Sheet1", cell, c)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := file.Write(&book); err != nil {
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
