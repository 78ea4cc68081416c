package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"yiwang/internal/stats"
)

type statsCmd struct {
	Estimate    specCmd `cmd:"" help:"Design-based estimates from a CSV (docs/statistics.md)."`
	Ranks       specCmd `cmd:"" help:"Rank sets and the probability to be among the first."`
	Sample      specCmd `cmd:"" help:"A sealed draw from a frame: simple, systematic, proportional to size."`
	Allocate    specCmd `cmd:"" help:"Sample sizes, allocation over strata, detectable differences."`
	Drivers     specCmd `cmd:"" help:"Which items go with an outcome: shares of the explained variance."`
	Reliability specCmd `cmd:"" help:"How far items measure one thing: alpha, omega, item-rest correlations."`
	Model       specCmd `cmd:"" help:"Regression under the design: linear, logistic, Poisson, with tests of terms."`
	Test        specCmd `cmd:"" help:"Independence of two columns, differences of means and of ranks."`
	Patterns    specCmd `cmd:"" help:"How people went through the questions: straight lines, ceilings, speed, devices."`
	Compare     specCmd `cmd:"" help:"Change between two waves, adjusted for looking at every street."`
	SmallArea   specCmd `cmd:"" name:"smallarea" help:"Estimates of communities that borrow strength (Fay-Herriot)."`
	Efficiency  specCmd `cmd:"" help:"Data envelopment and cost per point."`
	Combine     specCmd `cmd:"" help:"Online sample against probability sample: bias and composite."`
}

// specRunners are the functions behind the commands of the same name.
var specRunners = map[string]func(spec []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error){
	"estimate": stats.RunEstimate, "ranks": stats.RunRanks, "sample": stats.RunSample, "allocate": stats.RunAllocate,
	"drivers": stats.RunDrivers, "reliability": stats.RunReliability, "compare": stats.RunCompare,
	"model": stats.RunModel, "test": stats.RunTest, "patterns": stats.RunPatterns,
	"smallarea": stats.RunSmallArea, "efficiency": stats.RunEfficiency, "combine": stats.RunCombine,
}

type specCmd struct {
	Spec string `arg:"" help:"JSON specification; paths inside are relative to it."`
}

// Run executes the specification with the function named like the command.
func (c specCmd) Run(k *kong.Context, s *Streams) error {
	debug.SetGCPercent(50) // one job and out: memory matters more than the collector's time
	spec, err := os.ReadFile(c.Spec)
	if err != nil {
		return err
	}
	out, err := specRunners[k.Selected().Name](spec, func(name string) (io.ReadCloser, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(c.Spec), name)
		}
		return os.Open(name)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, string(out))
	return err
}
