package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yiwang/internal/command"
)

func run(t *testing.T, in string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = command.Run(context.Background(), args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestRun_ExitCodesAndOneLineErrors(t *testing.T) {
	dir, empty := t.TempDir(), t.TempDir()
	if code, _, e := run(t, "", "--data", dir, "migrate"); code != 0 {
		t.Fatal(e)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"unknown command":   {[]string{"fly"}, 2, "yiwang --help"},
		"unknown flag":      {[]string{"migrate", "--nonsense"}, 2, "unknown flag"},
		"wrong scale":       {[]string{"demo", "load", "--scale", "huge"}, 2, "must be one of"},
		"missing file":      {[]string{"--data", dir, "region", "import", "none.csv"}, 1, "none.csv"},
		"unknown wave":      {[]string{"--data", dir, "survey", "import", "2099H1", "x.csv"}, 1, "wave"},
		"audit of nothing":  {[]string{"--data", empty, "audit", "verify"}, 1, "there is no database"},
		"backup of nothing": {[]string{"--data", empty, "backup", filepath.Join(empty, "x.yw")}, 1, "there is no database"},
		"no area":           {[]string{"--data", dir, "user", "add", "x.y", "--name", "张三", "--role", "verifier"}, 2, "--area"},
		"unreadable spec":   {[]string{"stats", "estimate", "none.json"}, 1, "none.json"},
		"bad database URL":  {[]string{"--db", "mysql://x", "migrate"}, 1, "sqlite:PATH or postgres://"},
		"deleted too soon":  {[]string{"--keep-sign-ins", "90", "migrate"}, 2, "183"},
		"days below nought": {[]string{"--keep-events=-1", "migrate"}, 2, "--keep-events"},
		"half of TLS":       {[]string{"--tls-cert", "x.pem", "serve"}, 2, "go together"},
	} {
		code, _, errOut := run(t, "", c.args...)
		if code != c.code || !strings.Contains(errOut, c.says) || strings.Count(strings.TrimSpace(errOut), "\n") != 0 {
			t.Errorf("%s: exit %d, %q", name, code, errOut)
		}
	}
}

// Every command of the estimation core reaches its function: an empty specification is refused by that function.
func TestStats_EveryCommandHasItsFunction(t *testing.T) {
	spec := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(spec, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"estimate", "ranks", "sample", "allocate", "drivers", "reliability", "compare", "smallarea", "efficiency", "combine", "model", "test", "patterns"} {
		if code, out, e := run(t, "", "stats", name, spec); code != 1 || e == "" || strings.Contains(e, "panic") {
			t.Errorf("%s: exit %d %q %q", name, code, out, e)
		}
	}
}

func TestUser_AccountsFromTheShell(t *testing.T) {
	dir := t.TempDir()
	if code, _, e := run(t, "short\n", "--data", dir, "user", "add", "sysadmin", "--name", "张三", "--role", "system_admin"); code != 1 {
		t.Fatalf("a weak password: exit %d %s", code, e)
	}
	if code, _, e := run(t, "A-long-Pass-2026\n", "--data", dir, "user", "add", "sysadmin", "--name", "张三", "--role", "system_admin"); code != 0 {
		t.Fatalf("exit %d %s", code, e)
	}
	if code, _, e := run(t, "A-long-Pass-2026\n", "--data", dir, "user", "add", "sysadmin", "--name", "张三"); code != 1 || !strings.Contains(e, "sysadmin") && !strings.Contains(e, "name") {
		t.Fatalf("the same name twice: exit %d %s", code, e)
	}
	if code, _, e := run(t, "", "--data", dir, "user", "disable", "sysadmin"); code != 0 {
		t.Fatalf("exit %d %s", code, e)
	}
	if code, out, _ := run(t, "", "--data", dir, "user", "list"); code != 0 || !strings.Contains(out, "disabled") {
		t.Fatalf("exit %d %s", code, out)
	}
}

func TestAudit_VerifyFindsTampering(t *testing.T) {
	dir := t.TempDir()
	if code, _, e := run(t, "A-long-Pass-2026\n", "--data", dir, "user", "add", "a.b", "--name", "张三"); code != 0 {
		t.Fatal(e)
	}
	if code, out, e := run(t, "", "--data", dir, "audit", "verify"); code != 0 || !strings.Contains(out, "chain intact") {
		t.Fatalf("exit %d %s %s", code, out, e)
	}
}

func TestBackup_RestoresIntoAnEmptyDirectory(t *testing.T) {
	from, to, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "copy.yw")
	if code, _, e := run(t, "A-long-Pass-2026\n", "--data", from, "user", "add", "sysadmin", "--name", "张三"); code != 0 {
		t.Fatal(e)
	}
	if code, out, e := run(t, "", "--data", from, "backup", file, "--with-keys"); code != 0 || !strings.Contains(out, "schema") {
		t.Fatalf("exit %d %s %s", code, out, e)
	}
	if code, _, e := run(t, "", "--data", from, "backup", file); code != 1 || !strings.Contains(e, "exists") {
		t.Errorf("over an existing file: exit %d %s", code, e)
	}
	if code, _, e := run(t, "", "--data", to, "restore", file); code != 0 {
		t.Fatal(e)
	}
	if code, out, _ := run(t, "", "--data", to, "user", "list"); code != 0 || !strings.Contains(out, "sysadmin") {
		t.Errorf("exit %d %s", code, out)
	}
	if code, out, e := run(t, "", "--data", to, "audit", "verify"); code != 0 {
		t.Errorf("exit %d %s %s", code, out, e)
	}
	if code, _, e := run(t, "", "--data", to, "restore", file); code != 1 {
		t.Errorf("over existing data: exit %d %s", code, e)
	}
}

func TestOpenAPI_IsCheckedIn(t *testing.T) {
	code, out, e := run(t, "", "openapi")
	if code != 0 {
		t.Fatal(e)
	}
	want, err := os.ReadFile("../../api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if out != string(want) {
		t.Error("api/openapi.json is stale: run make api")
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.OpenAPI != "3.1.0" || len(doc.Paths) < 40 {
		t.Errorf("%v, OpenAPI %s, %d paths", err, doc.OpenAPI, len(doc.Paths))
	}
}

func TestSettings_TableIsCheckedIn(t *testing.T) {
	_, out, _ := run(t, "", "settings")
	want, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if out != string(want) {
		t.Error("docs/configuration.md is stale: run make api")
	}
}

func TestSettings_FlagWinsOverEnvironmentOverFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.json")
	if err := os.WriteFile(file, []byte(`{"db":"mysql://file","data":"`+dir+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	says := func(want string, args ...string) {
		t.Helper()
		if _, _, e := run(t, "", append(args, "migrate")...); !strings.Contains(e, want) {
			t.Errorf("%v: %q does not name %s", args, e, want)
		}
	}
	says("mysql://file", "--config", file)
	t.Setenv("YIWANG_DB", "mysql://environment")
	says("mysql://environment", "--config", file)
	says("mysql://flag", "--config", file, "--db", "mysql://flag")
}
