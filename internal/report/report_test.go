package report_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/errs"
	"yiwang/internal/report"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestWrite_GivesEveryFormatAndSaysThatADraftIsOne(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 3)
	w := x.scored(t, x.closed(t, x.plan(t), 400, 200))
	for format, start := range map[string]string{"xlsx": "PK\x03\x04", "csv": "\uFEFF渠道,", "json": `{"wave":`, "html": "<!doctype html>", "docx": "PK\x03\x04"} {
		var out bytes.Buffer
		if err := x.reports.Write(x.Ctx, w.ID, format, &out); err != nil {
			t.Fatal(format, err)
		}
		if !strings.HasPrefix(out.String(), start) {
			t.Errorf("%s starts with %.20q", format, out.String())
		}
		if format == "html" && !strings.Contains(out.String(), "未冻结的草稿") {
			t.Error("a draft does not say that it is one")
		}
	}
	if err := x.reports.Write(x.Ctx, w.ID, "exe", &bytes.Buffer{}); errs.KindOf(err) != errs.KindInvalid {
		t.Errorf("unknown format: %v", err)
	}
}

func TestDraft_TellsMethodRanksAndLimitsAndNeverACommunity(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 3)
	w := x.scored(t, x.closed(t, x.plan(t), 600, 200))
	d, err := x.reports.Draft(x.Ctx, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	text := said(d)
	for _, want := range []string{"一、摘要", "名次范围", "进入前3名的概率", "并列规则", "怎样抽样", "名单由系统外抽取后导入", "非常满意", "线上答卷", "局限", w.PlanHash, "第2街道"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "社区") && strings.Contains(text, "第1街道第1社区") {
		t.Error("the report of the district names a community")
	}
	charts := 0
	for _, b := range d.Blocks {
		if b.Chart != nil {
			charts++
		}
	}
	if charts < 6 {
		t.Errorf("%d charts, want at least 6", charts)
	}
}

// said is all text of a document.
func said(d *document.Document) string {
	var b strings.Builder
	for _, f := range d.Facts {
		b.WriteString(f.Name + f.Value + "\n")
	}
	for _, block := range d.Blocks {
		b.WriteString(block.Text + strings.Join(block.Items, "\n") + "\n")
		if c := block.Chart; c != nil {
			b.WriteString(c.Title + strings.Join(c.Categories, " ") + "\n")
		}
		if block.Table != nil {
			b.WriteString(block.Table.Caption + block.Table.Note)
			for _, row := range block.Table.Rows {
				for _, c := range row {
					b.WriteString(c.Text + " ")
				}
			}
		}
	}
	return b.String()
}

func TestFreeze_KeepsBytesAndProvesThem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 3)
		w := x.scored(t, x.closed(t, x.plan(t), 500, 200))
		first, err := x.reports.Freeze(x.Ctx, w.ID, "提交领导小组")
		if err != nil {
			t.Fatal(err)
		}
		if len(first.Files) != 4+2*3+1 || first.Seq != 1 || !first.Current {
			t.Errorf("frozen: %d files, %+v", len(first.Files), first)
		}
		again, err := x.reports.Freeze(x.Ctx, w.ID, "")
		if err != nil || again.ID != first.ID {
			t.Errorf("freezing the same again gave %+v, %v", again, err)
		}
		v, err := x.reports.Verify(x.Ctx, w.ID, first.ID)
		if err != nil || !v.Good || !v.SameFiles || !v.SameForm || !v.SameRun {
			t.Errorf("verification: %+v, %v", v, err)
		}
		for _, f := range first.Files {
			_, body, err := x.reports.Open(x.Ctx, w.ID, first.ID, f.Kind, f.Street, f.Format)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(body)
			if err = errors.Join(err, body.Close()); err != nil || int64(len(data)) != f.Size {
				t.Errorf("%s: %d bytes, %v", f.Name, len(data), err)
			}
			if dir := os.Getenv("YIWANG_LOOK"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, f.Name), data, 0o600); err != nil {
					t.Error(err)
				}
			}
		}
		var live bytes.Buffer
		if err := x.reports.Write(x.Ctx, w.ID, "html", &live); err != nil || !strings.Contains(live.String(), "冻结编号 2026H2-1") {
			t.Errorf("the report of a wave is not the frozen one: %v", err)
		}
		x.spoil(t, first.Files[0].SHA256)
		if v, err := x.reports.Verify(x.Ctx, w.ID, first.ID); err != nil || v.Good {
			t.Errorf("a changed file is not noticed: %+v, %v", v, err)
		}
	})
}

// spoil changes a stored file behind the program's back.
func (x *desk) spoil(t *testing.T, key string) {
	t.Helper()
	found := false
	err := filepath.WalkDir(x.folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(strings.ReplaceAll(path, string(filepath.Separator), ""), key) && !e.IsDir() {
			found = true
			return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("changed"), 0o600))
		}
		return err
	})
	if err != nil || !found {
		t.Fatalf("file %s: found %v, %v", key, found, err)
	}
}

func TestReports_Permissions(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 2)
	w := x.scored(t, x.closed(t, x.plan(t), 300, 100))
	frozen, err := x.reports.Freeze(x.Ctx, w.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	lead := surveytest.As(surveytest.Area, report.PermRead, report.PermFreeze, report.PermData, "appraisal.read", "appraisal.score", survey.PermRead)
	street := surveytest.As(surveytest.Street(1), report.PermRead, "appraisal.read")
	other := surveytest.As("320102", report.PermRead, report.PermFreeze, report.PermData, "appraisal.read", "appraisal.score", survey.PermRead)
	stranger := surveytest.As(surveytest.Area, "rectify.read", "appraisal.read")
	calls := map[string]func(context.Context) error{
		"list":   func(ctx context.Context) error { _, err := x.reports.List(ctx, w.ID); return err },
		"freeze": func(ctx context.Context) error { _, err := x.reports.Freeze(ctx, w.ID, ""); return err },
		"verify": func(ctx context.Context) error { _, err := x.reports.Verify(ctx, w.ID, frozen.ID); return err },
		"draft":  func(ctx context.Context) error { _, err := x.reports.Draft(ctx, w.ID); return err },
		"open": func(ctx context.Context) error {
			_, body, err := x.reports.Open(ctx, w.ID, frozen.ID, report.KindReport, "", "docx")
			if err == nil {
				err = body.Close()
			}
			return err
		},
		"template": func(ctx context.Context) error { _, err := x.reports.CurrentTemplate(ctx); return err },
		"save": func(ctx context.Context) error {
			now, err := x.reports.CurrentTemplate(x.Ctx)
			if err == nil {
				_, err = x.reports.SaveTemplate(ctx, now.Version, now.Body.V, "")
			}
			return err
		},
		"kinds": func(ctx context.Context) error { _, err := x.reports.Kinds(ctx, w.ID); return err },
		"data":  func(ctx context.Context) error { return x.reports.Data(ctx, w.ID, io.Discard) },
	}
	forbidden := func(verbs ...string) map[string]errs.Kind {
		m := map[string]errs.Kind{}
		for _, v := range verbs {
			m[v] = errs.KindForbidden
		}
		return m
	}
	nobody := map[string]errs.Kind{}
	for verb := range calls {
		nobody[verb] = errs.KindUnauthorized
	}
	elsewhere := map[string]errs.Kind{}
	for _, verb := range []string{"list", "freeze", "verify", "draft", "open", "data"} {
		elsewhere[verb] = errs.KindNotFound
	}
	for _, m := range []struct {
		who  string
		ctx  context.Context
		want map[string]errs.Kind
	}{
		{"lead", lead, nil}, {"street", street, forbidden("list", "freeze", "verify", "draft", "open", "save", "data")},
		{"other district", other, elsewhere}, {"stranger", stranger, forbidden("list", "freeze", "verify", "draft", "open", "template", "save", "kinds", "data")},
		{"nobody", context.Background(), nobody},
	} {
		for verb, call := range calls {
			if got := errs.KindOf(call(m.ctx)); got != m.want[verb] {
				t.Errorf("%s may %s: got %q, want %q", m.who, verb, got, m.want[verb])
			}
		}
	}
	x.published(t, w)
	seen, err := x.reports.Frozen(street, w.ID, frozen.ID)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(seen.Files, func(f report.File) bool {
		return f.Kind == report.KindContent || f.Kind == report.KindLetter && f.Street != surveytest.Street(1)
	}); i >= 0 || len(seen.Files) != 3+2+1 {
		t.Errorf("after publication a street sees %+v", seen.Files)
	}
	if _, _, err := x.reports.Open(street, w.ID, frozen.ID, report.KindLetter, surveytest.Street(2), "docx"); errs.KindOf(err) != errs.KindNotFound {
		t.Errorf("a street opens the letter of another: %v", err)
	}
}

func TestPublic_IsThereAfterPublicationOnly(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2)
		w := x.scored(t, x.closed(t, x.plan(t), 300, 100))
		if _, err := x.reports.Freeze(x.Ctx, w.ID, ""); err != nil {
			t.Fatal(err)
		}
		anybody := context.Background()
		if _, _, err := x.reports.Public(anybody, w.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("before publication: %v", err)
		}
		x.published(t, w)
		f, _, err := x.reports.Public(anybody, w.ID)
		if err != nil || f.Kind != report.KindPublic {
			t.Errorf("after publication: %+v, %v", f, err)
		}
	})
}

func TestPublic_ShowsNoReportOfAResultThatWasSentBack(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2)
		w := x.scored(t, x.closed(t, x.plan(t), 300, 100))
		first, err := x.reports.Freeze(x.Ctx, w.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.appraisals.Return(x.Ctx, w.ID, w.Version, "分值有误"); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE response SET excluded = TRUE WHERE id IN (SELECT id FROM response WHERE wave_id = $1 ORDER BY id LIMIT 5)", w.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if w, err = x.Surveys.Wave(x.Ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		w = x.published(t, x.scored(t, w))
		street := surveytest.As(surveytest.Street(1), report.PermRead, "appraisal.read")
		if _, _, err := x.reports.Public(context.Background(), w.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("everybody reads a result that was sent back: %v", err)
		}
		if _, err := x.reports.Frozen(street, w.ID, first.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a street reads a result that was sent back: %v", err)
		}
		if _, err := x.reports.Frozen(x.Ctx, w.ID, first.ID); err != nil {
			t.Errorf("the office has lost a frozen report: %v", err)
		}
		second, err := x.reports.Freeze(x.Ctx, w.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, r, err := x.reports.Public(context.Background(), w.ID); err != nil || r.ID != second.ID {
			t.Errorf("after freezing what was published: %+v, %v", r, err)
		}
		if list, err := x.reports.List(street, w.ID); err != nil || len(list) != 1 || list[0].ID != second.ID {
			t.Errorf("a street sees %d reports, %v", len(list), err)
		}
	})
}

func TestSaveTemplate_KeepsVersionsAndLocatesMistakes(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := open(t, d, 2)
		now, err := x.reports.CurrentTemplate(x.Ctx)
		if err != nil || now.Version != 0 {
			t.Fatalf("first template: %+v, %v", now, err)
		}
		changed := now.Body.V
		changed.Sections = slices.Clone(changed.Sections)
		changed.Sections[0].Text = "本期{全区得分}分。"
		saved, err := x.reports.SaveTemplate(x.Ctx, 0, changed, "改摘要")
		if err != nil || saved.Version != 1 {
			t.Fatalf("saved: %+v, %v", saved, err)
		}
		if same, err := x.reports.SaveTemplate(x.Ctx, 1, changed, ""); err != nil || same.Version != 1 {
			t.Errorf("saving the same again: %+v, %v", same, err)
		}
		if _, err := x.reports.SaveTemplate(x.Ctx, 0, changed, ""); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("saved over another version: %v", err)
		}
		changed.Sections = append(slices.Clone(changed.Sections), report.Section{Kind: "summary", Title: "又一个摘要", Text: "{不存在}"}, report.Section{Kind: "text", Title: "空"})
		var bad *errs.Error
		if _, err := x.reports.SaveTemplate(x.Ctx, 1, changed, ""); !errors.As(err, &bad) || len(bad.Fields) != 3 {
			t.Errorf("mistakes: %+v, %v", bad, err)
		}
		if list, err := x.reports.Templates(x.Ctx); err != nil || len(list) != 2 || list[1].Version != 0 {
			t.Errorf("versions: %d, %v", len(list), err)
		}
	})
}
