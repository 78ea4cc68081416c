package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// exported unpacks the data of a wave into a folder.
func (x *desk) exported(t *testing.T, w *survey.Wave) (folder string, files map[string][]byte) {
	t.Helper()
	var out bytes.Buffer
	if err := x.reports.Data(x.Ctx, w.ID, &out); err != nil {
		t.Fatal(err)
	}
	folder, files = t.TempDir(), map[string][]byte{}
	if dir := os.Getenv("YIWANG_LOOK"); dir != "" {
		folder = filepath.Join(dir, "data-"+strings.ReplaceAll(t.Name(), "/", "-"))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, f.Name), files[f.Name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, files
}

func TestData_RScriptComputesTheSameScores(t *testing.T) {
	t.Parallel()
	if err := exec.Command("Rscript", "-e", "library(survey)").Run(); err != nil {
		t.Skip("SKIPPED: Rscript with the package survey is not installed (Debian: r-base-core r-cran-survey); the exported script was not run against our scores")
	}
	weighting := map[string]*survey.Weighting{
		"plain": nil,
		"raked": {Base: "design", Method: survey.Rake, Margins: []survey.Margin{{By: "sex", Totals: map[string]float64{"m": 48, "f": 52}}}},
		"bounded": {Base: "design", Method: survey.CalibrateLine, Low: 0.4, High: 3, Trim: 4,
			Margins: []survey.Margin{{By: "sex", Totals: map[string]float64{"m": 48, "f": 52}}}},
		"clusters": {Base: "design", Cluster: "community"},
	}
	for name, rule := range weighting {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := open(t, testkit.SQLite(t), 3)
			plan := x.plan(t)
			plan.Weighting = rule
			w := x.scored(t, x.closed(t, plan, 900, 200))
			folder, _ := x.exported(t, w)
			cmd := exec.Command("Rscript", "script.R")
			cmd.Dir = folder
			said, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(said), "the same") {
				t.Errorf("Rscript: %v\n%s", err, said)
			}
		})
	}
}

func TestData_HoldsNothingThatCouldBeTraced(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2)
		w := x.closed(t, x.plan(t), 160, 60)
		_, files := x.exported(t, w)
		rows, err := csv.NewReader(bytes.NewReader(files["responses.csv"])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, name := range rows[0] {
			at[name] = i
		}
		for _, banned := range []string{"id", "submitted_at", "device", "row_key", "respondent", "text", "phone"} {
			if _, ok := at[banned]; ok {
				t.Errorf("the file has a column %s", banned)
			}
		}
		if len(rows) != 221 {
			t.Errorf("%d rows", len(rows))
		}
		// Named cells are those of the original answers, hidden traits left out, so none can be small where its name still stands.
		cells := map[string]int{}
		for _, r := range rows[1:] {
			if r[at["community"]] != "" {
				cells[strings.Join([]string{r[at["channel"]], r[at["community"]], r[at["group"]]}, "|")]++
			}
		}
		for cell, n := range cells {
			if n < 10 {
				t.Errorf("%s is named with %d answers", cell, n)
			}
		}
		if _, ok := files["expected.csv"]; ok {
			t.Error("scores are in the export before scoring")
		}
		for _, name := range []string{"README.txt", "codebook.csv", "codebook.xlsx", "codebook.html", "script.R", "syntax.sps", "indicators.csv"} {
			if len(files[name]) == 0 {
				t.Errorf("%s is missing", name)
			}
		}
		x.logged(t, "report.data_exported")
	})
}

func (x *desk) logged(t *testing.T, action string) {
	t.Helper()
	err := x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		n, err := audit.Count(x.Ctx, tx, audit.Filter{Action: action})
		if err == nil && n == 0 {
			t.Errorf("%s is not in the audit trail", action)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestData_SameAnswersGiveTheSameBytesAndOpenWavesNone(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 2)
	w := x.closed(t, x.plan(t), 120, 40)
	var first, again bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &again} {
		if err := x.reports.Data(x.Ctx, w.ID, out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same answers give other bytes")
	}
	open := x.Wave(t, "2027H1", x.plan(t), survey.Fieldwork)
	if err := x.reports.Data(x.Ctx, open.ID, io.Discard); errs.KindOf(err) != errs.KindConflict {
		t.Errorf("a wave in fieldwork was exported: %v", err)
	}
	if err := x.reports.Data(surveytest.As(surveytest.Street(1), "report.data", "survey.read"), w.ID, io.Discard); errs.KindOf(err) != errs.KindForbidden {
		t.Errorf("a street exports the district: %v", err)
	}
}
