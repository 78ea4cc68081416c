package command

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

type serveCmd struct{}

func (serveCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	if (cfg.TLSCert == "") != (cfg.TLSKey == "") {
		return usagef("--tls-cert and --tls-key go together")
	}
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return err
	}
	err = a.Serve(ctx, func(address string) {
		slog.InfoContext(ctx, "ready", "address", address, "database", string(a.DB.Dialect()), "version", Version)
		if yes, err := a.Identity.HasUsers(ctx); err == nil && !yes {
			slog.WarnContext(ctx, "nobody can sign in yet", "do", "yiwang user add NAME --name PERSON --role system_admin --area CODE")
		}
	})
	if closing := a.Close(); err == nil {
		err = closing
	}
	return err
}

type migrateCmd struct {
	Status bool `help:"Show what is applied; change nothing."`
}

func (m migrateCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	d, err := db.Open(ctx, db.Config{URL: cfg.DatabaseURL()})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if !m.Status {
		if err := d.Migrate(ctx, migrations.Files); err != nil {
			return err
		}
	}
	states, err := d.MigrationStatus(ctx, migrations.Files)
	for _, st := range states {
		mark := "pending"
		if st.Applied {
			mark = "applied"
		}
		_, _ = fmt.Fprintf(s.Out, "%04d %-24s %s\n", st.Version, st.File, mark)
	}
	return err
}

type openapiCmd struct{}

// Run builds the API of an installation in memory only; no file is touched.
func (openapiCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	a, err := app.Describe()
	if err != nil {
		return err
	}
	doc := a.API(http.NewServeMux()).OpenAPI()
	return printJSON(s.Out, doc)
}

type settingsCmd struct{}

// Run prints the table of docs/configuration.md from the tags of config.Config.
func (settingsCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	_, _ = fmt.Fprint(s.Out, settingsTable())
	return nil
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("# Settings\n\nA setting is a flag, an environment variable or a key of the JSON file given with `--config`\n(or `yiwang.json` in the working directory, or `/etc/yiwang/yiwang.json`); the first of these wins.\n" +
		"This table is generated: `yiwang settings`.\n\n| flag and file key | environment | default | meaning |\n| --- | --- | --- | --- |\n")
	t := reflect.TypeFor[config.Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("name")
		if name == "" {
			name = kebab(f.Name)
		}
		def := f.Tag.Get("default")
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | `YIWANG_%s` | %s | %s |\n", name, strings.ToUpper(strings.ReplaceAll(name, "-", "_")), def, f.Tag.Get("help"))
	}
	return b.String()
}

// kebab is how flags are named after fields: JobWorkers → job-workers, DB → db.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
