package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"yiwang/internal/app"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

type regionCmd struct {
	Import   regionImportCmd   `cmd:"" help:"Area tree from CSV or XLSX: code, name, level, parent_code and more."`
	Geometry regionGeometryCmd `cmd:"" help:"Polygons from GeoJSON; features name their area by code."`
}

type regionFlags struct {
	File   string `arg:"" help:"File to read."`
	DryRun bool   `help:"Check everything; store nothing."`
	Good   bool   `name:"commit-good" help:"Store the good rows even if others are bad; by default all or nothing."`
}

type regionImportCmd struct{ regionFlags }

func (c regionImportCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return c.load(ctx, cfg, s, "region import", func(ctx context.Context, a *app.App, r io.Reader) (*region.Report, error) {
		return a.Region.ImportTree(ctx, r, region.ImportOptions{DryRun: c.DryRun, KeepGood: c.Good})
	})
}

type regionGeometryCmd struct {
	regionFlags
	System string `default:"wgs84" enum:"wgs84,cgcs2000,gcj02,bd09" help:"Coordinate system of the file."`
}

func (c regionGeometryCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return c.load(ctx, cfg, s, "region geometry", func(ctx context.Context, a *app.App, r io.Reader) (*region.Report, error) {
		return a.Region.ImportGeometry(ctx, r, region.GeometryOptions{
			ImportOptions: region.ImportOptions{DryRun: c.DryRun, KeepGood: c.Good}, Datum: geo.Datum(c.System)})
	})
}

func (c regionFlags) load(ctx context.Context, cfg *config.Config, s *Streams, name string, run func(context.Context, *app.App, io.Reader) (*region.Report, error)) error {
	return withApp(ctx, cfg, name, func(ctx context.Context, a *app.App) (err error) {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		rep, err := run(ctx, a, f)
		if err != nil {
			return err
		}
		if err := printJSON(s.Out, rep); err != nil {
			return err
		}
		if !rep.Saved && !rep.DryRun {
			return fmt.Errorf("%s: nothing was stored; see the report", c.File)
		}
		return nil
	})
}
