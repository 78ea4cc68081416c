package command

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
)

type appraisalCmd struct {
	Score  appraisalScoreCmd  `cmd:"" help:"Score a closed wave."`
	Verify appraisalVerifyCmd `cmd:"" help:"Compute a wave again and compare the bytes."`
	Report appraisalReportCmd `cmd:"" help:"Write the report of a wave: the frozen one, or a draft."`
	Freeze appraisalFreezeCmd `cmd:"" help:"Freeze the report, the street letters and the public page of a scored wave."`
}

type appraisalScoreCmd struct {
	Wave string `arg:"" help:"Code or id of the wave."`
}

func (c appraisalScoreCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "appraisal score", func(ctx context.Context, a *app.App) error {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		run, err := a.Appraisal.Score(ctx, w.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "%s scored: run %s, result %s\n", w.Code, run.ID, run.ResultHash)
		return err
	})
}

type appraisalVerifyCmd struct {
	Wave string `arg:"" help:"Code or id of the wave."`
}

func (c appraisalVerifyCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "appraisal verify", func(ctx context.Context, a *app.App) error {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		v, err := a.Appraisal.Verify(ctx, w.ID)
		if err != nil {
			return err
		}
		return printJSON(s.Out, v)
	})
}

type appraisalReportCmd struct {
	Wave   string `arg:"" help:"Code or id of the wave."`
	Format string `default:"xlsx" enum:"xlsx,docx,html,csv,json" help:"xlsx, docx, html, csv or json."`
	Output string `short:"o" help:"File to write; standard output by default."`
}

func (c appraisalReportCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "appraisal report", func(ctx context.Context, a *app.App) (err error) {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		out, closeFile, err := outFile(c.Output, s.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeFile()) }()
		return a.Reports.Write(ctx, w.ID, c.Format, out)
	})
}

type appraisalFreezeCmd struct {
	Wave string `arg:"" help:"Code or id of the wave."`
	Note string `help:"Why it is frozen; kept with it."`
}

func (c appraisalFreezeCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "appraisal freeze", func(ctx context.Context, a *app.App) error {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		r, err := a.Reports.Freeze(ctx, w.ID, c.Note)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "%s-%d frozen: %d files, hash %s\n", r.Code, r.Seq, len(r.Files), r.Hash)
		return err
	})
}
