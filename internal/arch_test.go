package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yiwang/internal/platform/i18n"
)

// imports is the house: every package below internal, and which packages of ours it may import. Arrows point
// down only. A new package fails the test until it is placed here. "platform" stands for every package under
// internal/platform; data and migrations are embedded files and may be used by whoever owns them.
var imports = map[string][]string{
	"platform": {},
	"testkit":  {"platform"},
	"stats":    {},

	"region":    {"platform"},
	"identity":  {"platform"},
	"form":      {"platform"},
	"export":    {"platform"},
	"survey":    {"platform", "region", "identity", "form", "stats"},
	"sampling":  {"platform", "region", "identity", "form", "survey", "stats"},
	"fieldwork": {"platform", "region", "identity", "form", "survey", "sampling", "stats"},
	"integrity": {"platform", "region", "identity", "form", "survey", "stats"},
	"opinion":   {"platform", "region", "identity", "survey"},
	"rectify":   {"platform", "export", "region", "identity", "survey", "opinion", "stats"},
	"appraisal": {"platform", "region", "identity", "form", "survey", "integrity", "opinion", "rectify", "stats"},
	"results":   {"platform", "region", "identity", "survey", "opinion", "rectify", "appraisal", "stats"},
	"report":    {"platform", "region", "identity", "form", "survey", "sampling", "fieldwork", "integrity", "opinion", "rectify", "appraisal", "results", "stats"},

	"workflow":    {"platform"},
	"messages":    {"platform", "identity"},
	"live":        {"platform", "region", "identity"},
	"track":       {},
	"patrol":      {"platform", "export", "region", "identity", "track"},
	"roster":      {"platform", "region", "identity"},
	"rounds":      {"platform", "region", "identity", "track", "patrol"},
	"alarm":       {"platform", "region", "identity"},
	"fence":       {"platform", "region", "identity", "track", "patrol", "alarm"},
	"spoof":       {"platform", "region", "identity", "track", "patrol"},
	"wall":        {"platform", "region", "identity", "patrol", "alarm"},
	"calls":       {"platform", "region", "identity"},
	"camera":      {"platform", "region", "identity"},
	"sensor":      {"platform", "region", "identity", "alarm"},
	"duty":        {"platform", "region", "identity"},
	"cases":       {"platform", "region", "identity", "workflow", "duty"},
	"intake":      {"platform", "region", "identity", "duty", "cases"},
	"whistle":     {"platform", "region", "identity", "duty", "cases"},
	"desk":        {"platform", "export", "region", "identity", "duty", "cases"},
	"tally":       {"platform", "region", "identity", "duty", "cases"},
	"integration": {"platform", "region", "identity", "duty", "cases", "intake"},

	"demo":    {"export", "roster", "rounds", "alarm", "fence", "spoof", "wall", "calls", "camera", "sensor", "track", "patrol", "workflow", "messages", "duty", "cases", "intake", "whistle", "desk", "tally", "integration", "platform", "region", "identity", "form", "survey", "sampling", "fieldwork", "integrity", "opinion", "rectify", "appraisal", "results", "report", "stats"},
	"app":     {"export", "roster", "rounds", "alarm", "fence", "spoof", "wall", "calls", "camera", "sensor", "track", "patrol", "workflow", "messages", "live", "duty", "cases", "intake", "whistle", "desk", "tally", "integration", "platform", "region", "identity", "form", "survey", "sampling", "fieldwork", "integrity", "opinion", "rectify", "appraisal", "results", "report", "stats", "demo"},
	"command": {"export", "roster", "rounds", "alarm", "fence", "spoof", "wall", "calls", "camera", "sensor", "track", "patrol", "workflow", "messages", "duty", "cases", "intake", "whistle", "desk", "tally", "integration", "platform", "stats", "demo", "app", "region", "identity", "form", "survey", "sampling", "fieldwork", "integrity", "appraisal", "results", "report", "opinion", "rectify"},
}

const module = "yiwang/internal/"

// houseOf maps an import path below internal to its key in imports.
func houseOf(path string) string {
	name := strings.TrimPrefix(path, module)
	top, _, _ := strings.Cut(name, "/")
	return top
}

type goFile struct {
	path, pkg string // pkg is the directory relative to internal
	imports   []string
	test      bool
	lines     int
	source    string
}

func sources(t *testing.T, root string) []goFile {
	t.Helper()
	var out []goFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, b, parser.ImportsOnly)
		if err != nil {
			return err
		}
		g := goFile{path: path, pkg: filepath.ToSlash(filepath.Dir(path)), test: strings.HasSuffix(path, "_test.go"),
			lines: strings.Count(string(b), "\n"), source: string(b)}
		for _, im := range f.Imports {
			p, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			g.imports = append(g.imports, p)
		}
		out = append(out, g)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestArchitecture_ArrowsPointDown(t *testing.T) {
	for _, f := range sources(t, ".") {
		if f.pkg == "." {
			continue
		}
		house := houseOf(module + f.pkg)
		allowed, placed := imports[house]
		if !placed {
			t.Errorf("%s: package %s is not placed in the house: add it to imports in arch_test.go", f.path, house)
			continue
		}
		for _, im := range f.imports {
			if !strings.HasPrefix(im, module) {
				continue
			}
			to := houseOf(im)
			if to == house || slices.Contains(allowed, to) || f.test && to == "testkit" {
				continue
			}
			// A module's tests may stand it on its real neighbours below, never above.
			t.Errorf("%s imports %s: %s may import %v", f.path, im, house, allowed)
		}
	}
}

func TestArchitecture_ThirdPartyTypesStayBehindPlatform(t *testing.T) {
	behind := map[string][]string{ // library → who may see it beside platform and tests
		"database/sql":                        {},
		"github.com/jackc/pgx":                {},
		"github.com/ncruces/go-sqlite3":       {},
		"github.com/nats-io":                  {},
		"github.com/xuri/excelize":            {"appraisal", "report", "results"}, // the report is a designed workbook, not a table
		"github.com/danielgtaylor/huma/v2":    {"http.go"},
		"github.com/prometheus/client_golang": {"app"},
	}
	for _, f := range sources(t, ".") {
		house := houseOf(module + f.pkg)
		if house == "platform" || house == "testkit" || f.test || f.pkg == "." {
			continue
		}
		for _, im := range f.imports {
			for lib, who := range behind {
				if !strings.HasPrefix(im, lib) || slices.Contains(who, house) {
					continue
				}
				base := filepath.Base(f.path)
				if slices.Contains(who, "http.go") && (house == "app" || house == "command" || strings.HasPrefix(base, "http") || strings.HasSuffix(base, "_http.go") || strings.HasSuffix(base, "schema.go")) {
					continue
				}
				t.Errorf("%s imports %s, which belongs behind platform", f.path, im)
			}
		}
	}
}

func TestArchitecture_FilesAndFoldersKeepTheirMeasure(t *testing.T) {
	for _, f := range sources(t, "..") {
		if f.lines > 400 && !f.test {
			t.Errorf("%s has %d lines: split it by verb (400)", f.path, f.lines)
		}
		for _, bad := range []string{"util", "common", "helpers", "misc"} {
			if slices.Contains(strings.Split(f.pkg, "/"), bad) {
				t.Errorf("%s: a package is named after what it is about, not %q", f.path, bad)
			}
		}
	}
}

func TestArchitecture_OnlyTheClockReadsTheTime(t *testing.T) {
	now := regexp.MustCompile(`\btime\.(Now|Since|Until)\(`)
	for _, f := range sources(t, ".") {
		if f.test || f.pkg == "platform/clock" || f.pkg == "testkit" || f.pkg == "." {
			continue
		}
		if now.MatchString(f.source) {
			t.Errorf("%s reads the machine's time: take it from the transaction or an injected clock", f.path)
		}
	}
}

func TestCatalogue_TranslatesEveryErrorCode(t *testing.T) {
	catalogue, err := i18n.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`errs\.(?:Invalid|Unauthorized|Forbidden|NotFound|Conflict|TooLarge|TooMany|Unavailable)\(\s*"([a-z0-9_]+\.[a-z0-9_.]+)"`)
	for _, f := range sources(t, ".") {
		if f.test {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(f.source, -1) {
			if catalogue[m[1]] == "" {
				t.Errorf("%s: error code %s has no Chinese sentence in internal/platform/i18n/zh", f.path, m[1])
			}
		}
	}
}

// The one text file for both engines must not slip into what only one of them understands.
func TestSQL_StaysPortable(t *testing.T) {
	bad := regexp.MustCompile(`(?i)\b(ILIKE|DISTINCT ON|INTERVAL '|date_trunc|::(text|int|jsonb|bigint)|= ANY\(|strftime|julianday)\b`)
	for _, f := range sources(t, ".") {
		if f.test || f.pkg == "." || strings.HasPrefix(f.pkg, "testkit") {
			continue
		}
		if m := bad.FindString(f.source); m != "" && !strings.Contains(f.source, "db.Dialect") {
			t.Errorf("%s uses %q, which only one engine understands", f.path, m)
		}
	}
}
