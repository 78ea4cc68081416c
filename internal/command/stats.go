package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"yiwang/internal/platform/config"
	"yiwang/internal/stats"
)

type statsCmd struct {
	Estimate    specCmd        `cmd:"" help:"Design-based estimates from a CSV (docs/statistics.md)."`
	Ranks       ranksCmd       `cmd:"" help:"Rank sets and the probability to be among the first."`
	Sample      sampleCmd      `cmd:"" help:"A sealed draw from a frame: simple, systematic, proportional to size."`
	Allocate    allocateCmd    `cmd:"" help:"Sample sizes, allocation over strata, detectable differences."`
	Drivers     driversCmd     `cmd:"" help:"Which items go with an outcome: shares of the explained variance."`
	Reliability reliabilityCmd `cmd:"" help:"How far items measure one thing: alpha, omega, item-rest correlations."`
	Compare     compareCmd     `cmd:"" help:"Change between two waves, adjusted for looking at every street."`
	SmallArea   smallAreaCmd   `cmd:"" name:"smallarea" help:"Estimates of communities that borrow strength (Fay-Herriot)."`
	Efficiency  efficiencyCmd  `cmd:"" help:"Data envelopment and cost per point."`
	Combine     combineCmd     `cmd:"" help:"Online sample against probability sample: bias and composite."`
}

type driversCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c driversCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunDrivers)
}

type reliabilityCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c reliabilityCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunReliability)
}

type compareCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c compareCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunCompare)
}

type smallAreaCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c smallAreaCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunSmallArea)
}

type efficiencyCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c efficiencyCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunEfficiency)
}

type combineCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c combineCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunCombine)
}

type sampleCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c sampleCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunSample)
}

type allocateCmd struct {
	Spec string `arg:"" help:"JSON specification."`
}

func (c allocateCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunAllocate)
}

type specCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

func (c specCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunEstimate)
}

type ranksCmd struct {
	Spec string `arg:"" help:"JSON specification."`
}

func (c ranksCmd) Run(_ context.Context, _ *config.Config, s *Streams) error {
	return runSpec(c.Spec, s, stats.RunRanks)
}

func runSpec(path string, s *Streams, run func([]byte, func(string) (io.ReadCloser, error)) ([]byte, error)) error {
	spec, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	out, err := run(spec, func(name string) (io.ReadCloser, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		return os.Open(name)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, string(out))
	return err
}
