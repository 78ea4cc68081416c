package rectify

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/export"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

func textOf(t *testing.T, f *export.File) string {
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
		wantCode(t, err, "export.bad_text")
		e, err := w.AskExport(w.as("office"), l.ID, NewListExport{Format: "xlsx", Purpose: "会议审议"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.AskExport(w.as("housing"), l.ID, NewListExport{Format: "xlsx", Purpose: "看看"})
		wantCode(t, err, "rectify.no_list")
		_, err = w.Exports.Take(w.as("office"), e.ID)
		wantCode(t, err, "export.not_approved")
		_, err = w.Exports.Decide(w.as("office"), e.ID, e.Version, true, "")
		wantCode(t, err, "export.own")
		_, err = w.Exports.Decide(leader("320106002"), e.ID, e.Version, true, "")
		wantCode(t, err, "auth.outside_area")
		_, err = w.Exports.Decide(leader("320106"), e.ID, e.Version, false, "")
		wantCode(t, err, "export.bad_text")
		if e, err = w.Exports.Decide(leader("320106"), e.ID, e.Version, true, ""); err != nil {
			t.Fatal(err)
		}
		_, err = w.Exports.Take(w.as("code2"), e.ID)
		wantCode(t, err, "export.none")
		for range 5 {
			f, err := w.Exports.Take(w.as("office"), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			if text := textOf(t, f); !strings.Contains(text, lamp) || !strings.Contains(text, "会议审议") {
				t.Errorf("the file says %s", text)
			}
		}
		_, err = w.Exports.Take(w.as("office"), e.ID)
		wantCode(t, err, "export.used")
		again, err := w.AskExport(w.as("office"), l.ID, NewListExport{Format: "docx", Purpose: "再次审议"})
		if err == nil {
			again, err = w.Exports.Decide(leader("320106"), again.ID, again.Version, true, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Set(c.Now().Add(8 * 24 * time.Hour))
		_, err = w.Exports.Take(w.as("office"), again.ID)
		wantCode(t, err, "export.expired")
	})
}
