package fieldwork_test

import (
	"bytes"
	"testing"

	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

func TestBoardFile_HoldsEveryCell(t *testing.T) {
	t.Parallel()
	x, _, _ := drawnFixture(t, testkit.SQLite(t))
	board, err := x.field.Board(manager(), x.wave.ID)
	must(t, err)
	_, file, err := x.field.BoardFile(manager(), x.wave.ID, sheet.CSV)
	must(t, err)
	if got := bytes.Count(file, []byte("\n")); got != len(board.Cells)+1 {
		t.Errorf("%d lines for %d cells", got, len(board.Cells))
	}
	_, file, err = x.field.BoardFile(manager(), x.wave.ID, sheet.XLSX)
	must(t, err)
	if !bytes.HasPrefix(file, []byte("PK")) {
		t.Errorf("the workbook has %d bytes", len(file))
	}
}
