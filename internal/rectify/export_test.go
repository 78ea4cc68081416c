package rectify

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

func textOf(t *testing.T, f *ListFile) string {
	t.Helper()
	tabs, err := sheet.ReadBook(bytes.NewReader(f.Content), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, tab := range tabs {
		for _, row := range tab.Rows {
			b.WriteString(strings.Join(row, "|") + "\n")
		}
	}
	return b.String()
}

func TestFile_HoldsNoWordOfResidents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	l, _ := w.approved(1)
	for _, format := range []string{"xlsx", "docx", "html"} {
		f, err := w.File(w.as("office"), l.ID, format)
		if err != nil || f.Lines != 1 || len(f.Content) < 500 {
			t.Fatalf("%s: %+v, %v", format, f, err)
		}
		if format == "xlsx" {
			if text := textOf(t, f); strings.Contains(text, lamp) || !strings.Contains(text, "楼道灯两个月未修") {
				t.Errorf("the file says %s", text)
			}
		}
	}
	_, err := w.File(w.as("housing"), l.ID, "xlsx")
	wantCode(t, err, "rectify.no_list")
	_, err = w.File(w.as("office"), l.ID, "exe")
	wantCode(t, err, "rectify.bad_format")
}

func TestExport_WithWordsIsApprovedByAnotherAndEnds(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		l, _ := w.approved(1)
		_, err := w.AskExport(w.as("office"), l.ID, NewListExport{Format: "xlsx"})
		wantCode(t, err, "rectify.bad_text")
		e, err := w.AskExport(w.as("office"), l.ID, NewListExport{Format: "xlsx", Purpose: "会议审议"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.AskExport(w.as("housing"), l.ID, NewListExport{Format: "xlsx", Purpose: "看看"})
		wantCode(t, err, "rectify.no_list")
		_, err = w.TakeExport(w.as("office"), e.ID)
		wantCode(t, err, "rectify.export_not_approved")
		_, err = w.DecideExport(w.as("office"), e.ID, true, "", e.Version)
		wantCode(t, err, "rectify.own_export")
		_, err = w.DecideExport(leader("320106002"), e.ID, true, "", e.Version)
		wantCode(t, err, "auth.outside_area")
		_, err = w.DecideExport(leader("320106"), e.ID, false, "", e.Version)
		wantCode(t, err, "rectify.bad_text")
		if e, err = w.DecideExport(leader("320106"), e.ID, true, "", e.Version); err != nil {
			t.Fatal(err)
		}
		_, err = w.TakeExport(w.as("code2"), e.ID)
		wantCode(t, err, "rectify.no_export")
		for range maxDownloads {
			f, err := w.TakeExport(w.as("office"), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			if text := textOf(t, f); !strings.Contains(text, lamp) || !strings.Contains(text, "会议审议") {
				t.Errorf("the file says %s", text)
			}
		}
		_, err = w.TakeExport(w.as("office"), e.ID)
		wantCode(t, err, "rectify.export_over")
		again, err := w.AskExport(w.as("office"), l.ID, NewListExport{Format: "docx", Purpose: "再次审议"})
		if err == nil {
			again, err = w.DecideExport(leader("320106"), again.ID, true, "", again.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Set(c.Now().Add(8 * 24 * time.Hour))
		_, err = w.TakeExport(w.as("office"), again.ID)
		wantCode(t, err, "rectify.export_over")
	})
}
