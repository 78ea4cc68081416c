package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
	"yiwang/internal/sampling"
)

type samplingCmd struct {
	Frame  samplingFrameCmd  `cmd:"" help:"Make a frame from a list of households or units, CSV or XLSX (docs/sampling.md)."`
	Verify samplingVerifyCmd `cmd:"" help:"Draw the sample of a wave again and compare it with the record."`
}

type samplingFrameCmd struct {
	File   string             `arg:"" help:"CSV or XLSX."`
	Area   string             `required:"" help:"Code of the district."`
	Kind   sampling.FrameKind `enum:"household,unit" default:"household" help:"What the list holds."`
	Name   string             `required:"" help:"Name of the frame."`
	DryRun bool               `help:"Check every row; store nothing."`
}

func (c samplingFrameCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "sampling frame", func(ctx context.Context, a *app.App) (err error) {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		report, err := a.Sampling.ImportFrame(ctx, sampling.NewFrame{Area: c.Area, Kind: c.Kind, Name: c.Name}, f, c.DryRun)
		if err != nil {
			return err
		}
		if err := printJSON(s.Out, report); err != nil {
			return err
		}
		if report.Rejected > 0 {
			return fmt.Errorf("%d of %d rows were refused, so no frame was made; see the report", report.Rejected, report.Total)
		}
		return nil
	})
}

type samplingVerifyCmd struct {
	Wave string `arg:"" help:"Code or id of the wave."`
}

func (c samplingVerifyCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return withExisting(ctx, cfg, "sampling verify", func(ctx context.Context, a *app.App) error {
		w, err := a.Survey.FindWave(ctx, c.Wave)
		if err != nil {
			return err
		}
		v, err := a.Sampling.Verify(ctx, w.ID)
		if err != nil {
			return err
		}
		if err := printJSON(s.Out, v); err != nil {
			return err
		}
		if !v.Good {
			return fmt.Errorf("the sample of %s cannot be repeated: see the check that is not good", w.Code)
		}
		return nil
	})
}
