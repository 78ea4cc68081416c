package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
	"yiwang/internal/survey"
)

type surveyCmd struct {
	Import surveyImportCmd `cmd:"" help:"Import answers of a wave from CSV or XLSX (docs/import-answers.md)."`
	Export surveyExportCmd `cmd:"" help:"Write the answers of a closed wave with codebook, R script and SPSS syntax as a ZIP (docs/report.md)."`
}

type surveyImportCmd struct {
	Wave   string `arg:"" help:"Code or id of the wave."`
	File   string `arg:"" help:"CSV or XLSX."`
	DryRun bool   `help:"Check every row; store nothing."`
	Good   bool   `name:"commit-good" help:"Store the good rows even if others are bad; by default all or nothing."`
}

func (c surveyImportCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "survey import", func(ctx context.Context, a *app.App) (err error) {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		opts := survey.ImportOptions{DryRun: c.DryRun, Policy: survey.AllOrNothing}
		if c.Good {
			opts.Policy = survey.CommitGood
		}
		rep, err := a.Survey.Import(ctx, w.ID, f, opts)
		if err != nil {
			return err
		}
		if err := printJSON(s.Out, rep); err != nil {
			return err
		}
		if rep.Rejected > 0 || rep.Conflicts > 0 {
			return fmt.Errorf("%d of %d rows were refused; see the report", rep.Rejected+rep.Conflicts, rep.Total)
		}
		return nil
	})
}

type surveyExportCmd struct {
	Wave   string `arg:"" help:"Code or id of the wave."`
	Output string `short:"o" help:"File to write; standard output by default."`
}

func (c surveyExportCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "survey export", func(ctx context.Context, a *app.App) (err error) {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		out, closeFile, err := outFile(c.Output, s.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeFile()) }()
		return a.Reports.Data(ctx, w.ID, out)
	})
}
