// Package command is the command line: one struct per command, errors on one line that say what to do, exit
// code 0 for done, 1 for work that failed, 2 for wrong usage.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"yiwang/internal/app"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/errs"
)

// Version is set by the build.
var Version = "dev"

// Streams are what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

type cli struct {
	config.Config `group:"Settings"`
	ConfigFile    kong.ConfigFlag  `name:"config" help:"JSON file with settings, one key per flag." placeholder:"FILE"`
	ShowVersion   kong.VersionFlag `name:"version" help:"Print the version."`

	Serve     serveCmd     `cmd:"" help:"Run the server."`
	Demo      demoCmd      `cmd:"" help:"Demonstration district."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database schema up to date, or show it."`
	User      userCmd      `cmd:"" help:"Accounts."`
	Region    regionCmd    `cmd:"" help:"Area tree and polygons."`
	Survey    surveyCmd    `cmd:"" help:"Survey waves."`
	Sampling  samplingCmd  `cmd:"" help:"Frames and draws."`
	Appraisal appraisalCmd `cmd:"" help:"Scores and reports."`
	Stats     statsCmd     `cmd:"" help:"The estimation core on files, without a database."`
	Audit     auditCmd     `cmd:"" help:"The audit trail."`
	Backup    backupCmd    `cmd:"" help:"Consistent copy of database and attachments, while serving."`
	Restore   restoreCmd   `cmd:"" help:"Restore a copy into an empty data directory."`
	Bench     benchCmd     `cmd:"" help:"Self-contained load generators."`
	OpenAPI   openapiCmd   `cmd:"" name:"openapi" help:"Print the API description."`
	Settings  settingsCmd  `cmd:"" help:"Print every setting as a Markdown table."`
}

// Run executes a command line and returns the exit code.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("yiwang"), kong.Description("一网: listen to a district's residents, and act."),
		kong.DefaultEnvars("YIWANG"), kong.Configuration(fileBelowEnvironment, "yiwang.json", "/etc/yiwang/yiwang.json"),
		kong.Vars{"version": Version}, kong.Writers(out, errOut), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return fail(errOut, err, 2)
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help and --version
		return exited
	}
	if err != nil {
		return fail(errOut, fmt.Errorf("%w (yiwang --help lists the commands)", err), 2)
	}
	slog.SetDefault(c.Logger())
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&c.Config, &Streams{in, out, errOut}); err != nil {
		var usage usageError
		if errors.As(err, &usage) {
			return fail(errOut, err, 2)
		}
		return fail(errOut, err, 1)
	}
	return 0
}

// fileBelowEnvironment reads the settings file; kong would let it win over the environment.
func fileBelowEnvironment(r io.Reader) (kong.Resolver, error) {
	file, err := kong.JSON(r)
	if err != nil {
		return nil, err
	}
	return kong.ResolverFunc(func(c *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if _, set := os.LookupEnv(name); set {
				return nil, nil //nolint:nilnil // kong's way to say "not from here"
			}
		}
		return file.Resolve(c, parent, flag)
	}), nil
}

// usageError is a mistake in how the command was called, as opposed to work that failed.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func fail(w io.Writer, err error, code int) int {
	text := err.Error()
	if e := errs.As(err); e != nil {
		for i, f := range e.Fields {
			if i == 5 {
				text += fmt.Sprintf("; and %d more", len(e.Fields)-5)
				break
			}
			text += fmt.Sprintf("; %s: %s", f.Location, f.Message)
		}
	}
	_, _ = fmt.Fprintln(w, "yiwang: "+strings.ReplaceAll(text, "\n", "; ")) // nowhere else to complain
	return code
}

// existing fails where there is no SQLite database yet: a command that reads one must not make an empty one and call it
// intact. PostgreSQL says so itself.
func existing(cfg *config.Config) error {
	path, sqlite := strings.CutPrefix(cfg.DatabaseURL(), "sqlite:")
	if !sqlite {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no database at %s: name the installation with --data DIR or YIWANG_DATA", path)
	}
	return nil
}

// withExisting is withApp for commands that need an installation that is there.
func withExisting(ctx context.Context, cfg *config.Config, name string, fn func(context.Context, *app.App) error) error {
	if err := existing(cfg); err != nil {
		return err
	}
	return withApp(ctx, cfg, name, fn)
}

// withApp opens the installation, runs fn as the program itself, and closes it.
func withApp(ctx context.Context, cfg *config.Config, name string, fn func(context.Context, *app.App) error) (err error) {
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(auth.System(ctx, name), a)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// outFile creates the output file, or takes standard output for "" and "-".
func outFile(name string, std io.Writer) (io.Writer, func() error, error) {
	if name == "" || name == "-" {
		return std, func() error { return nil }, nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}
