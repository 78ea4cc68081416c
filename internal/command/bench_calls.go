package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

type benchCallsCmd struct {
	Calls    int           `default:"20" help:"Calls of two parties at once; at most 99."`
	Pictures int           `default:"20" help:"Pictures a second of each party."`
	Kilobits int           `default:"600" help:"Kilobits a second of each party's pictures."`
	For      time.Duration `default:"15s" help:"How long they talk."`
	Record   bool          `help:"Record every call, each party into a file of its own."`
}

// Run serves an empty installation (--db, or SQLite in a directory of its own) in a process of its own. Desks call officers at the same
// instant; each officer hears it ring over the stream and answers at once; both send pictures and voice through the server.
// What is measured is what people would see: the time from the click until both are connected, what arrives, and what the server and
// the robots cost, each by itself.
func (c benchCallsCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) (err error) {
	if c.Calls < 1 || c.Calls > 99 {
		return usagef("--calls: between 1 and 99")
	}
	dir, err := os.MkdirTemp("", "yiwang-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg.Data, cfg.RateLimit, cfg.Demo = dir, 0, true
	officers, err := c.settle(ctx, cfg)
	if err != nil {
		return err
	}
	server, err := serveApart(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	return c.measure(ctx, server, officers, s.Out)
}

// settle makes streets with a desk and an officer each.
func (c benchCallsCmd) settle(ctx context.Context, cfg *config.Config) (officers []identity.DemoOfficer, err error) {
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	ctx = auth.System(ctx, "bench")
	if err := a.Prepare(ctx); err != nil {
		return nil, err
	}
	plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}}
	areas := []identity.DemoArea{{Code: "320106", Name: "区", Level: "district"}}
	for i := range c.Calls {
		street := fmt.Sprintf("320106%03d", i+1)
		community := street + "001"
		grid := community + "G001"
		plots = append(plots, region.Plot{Code: street, Name: fmt.Sprintf("第%d街道", i+1)}, region.Plot{Code: community, Name: "第1社区"}, region.Plot{Code: grid, Name: "第1网格", Kind: region.Composite})
		areas = append(areas, identity.DemoArea{Code: street, Name: fmt.Sprintf("第%d街道", i+1), Level: "subdistrict", ParentCode: "320106"},
			identity.DemoArea{Code: community, Name: "第1社区", Level: "community", ParentCode: street})
		officers = append(officers, identity.DemoOfficer{Username: fmt.Sprintf("officer%02d", i+1), Name: fmt.Sprintf("网格员%d", i+1), Title: "网格员", Community: community, Areas: []string{grid}})
	}
	err = a.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := a.Region.SaveTx(ctx, tx, plots, time.Time{}); err != nil {
			return err
		}
		if _, err := a.Identity.EnsureDemoAccounts(ctx, tx, areas); err != nil {
			return err
		}
		return a.Identity.EnsureDemoOfficers(ctx, tx, officers)
	})
	return officers, err
}

// pair is a call: who begins it and who answers.
type pair struct {
	desk, officer *callPage
	setUp         time.Duration
	err           error
}

func (c benchCallsCmd) measure(ctx context.Context, server *apart, officers []identity.DemoOfficer, out io.Writer) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pairs := make([]pair, c.Calls)
	defer func() {
		for i := range pairs {
			err = errors.Join(err, pairs[i].desk.close(), pairs[i].officer.close())
		}
	}()
	for i := range pairs {
		p := &pairs[i]
		if p.desk, err = openPage(ctx, server.base, fmt.Sprintf("desk%02d", i+1), ""); err != nil {
			return err
		}
		if p.officer, err = openPage(ctx, server.base, officers[i].Username, officers[i].ID); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	for i := range pairs {
		wg.Go(func() {
			begun := clock.System.Now()
			pairs[i].err = pairs[i].begin(ctx, c.Record)
			pairs[i].setUp = clock.System.Now().Sub(begun)
		})
	}
	wg.Wait()
	for i := range pairs {
		if err := pairs[i].err; err != nil {
			return fmt.Errorf("call %d: %w", i+1, err)
		}
	}
	r := c.talk(ctx, server, pairs)
	if _, err := fmt.Fprintln(out, r); err != nil {
		return err
	}
	return c.recorded(ctx, pairs, out)
}

// talked is what came of a run.
type talked struct {
	cmd              benchCallsCmd
	median, p95, max time.Duration // of the set-up
	pictures, voices float64       // packets a second, of all
	worstPictures    float64       // share of what was sent to the party that got least
	worstVoice       float64
	server, robots   float64 // cores
	packets          int64
}

func (t talked) String() string {
	recorded := ""
	if t.cmd.Record {
		recorded = ", all recorded"
	}
	return fmt.Sprintf("%d calls at once, %d parties, %d kbit/s of pictures each%s: from the click to both connected p50 %s, p95 %s, slowest %s; %.0f packets of pictures and %.0f of voice a second arrived, the worst party got %.1f %% of the pictures and %.1f %% of the voice; server %.2f cores (%.1f µs a packet), robots %.2f cores",
		t.cmd.Calls, 2*t.cmd.Calls, t.cmd.Kilobits, recorded, t.median.Round(time.Millisecond), t.p95.Round(time.Millisecond), t.max.Round(time.Millisecond), t.pictures, t.voices, 100*t.worstPictures, 100*t.worstVoice,
		t.server, 1e6*t.server*t.cmd.For.Seconds()/float64(max(1, t.packets)), t.robots)
}

// talk lets everybody send and counts what comes, from when every line has begun to carry.
func (c benchCallsCmd) talk(ctx context.Context, server *apart, pairs []pair) talked {
	size := c.Kilobits * 1000 / 8 / max(1, c.Pictures)
	talking, stop := context.WithCancel(ctx)
	defer stop()
	took := make([]time.Duration, 0, len(pairs))
	var pages []*callPage
	for i := range pairs {
		took = append(took, pairs[i].setUp)
		pages = append(pages, pairs[i].desk, pairs[i].officer)
	}
	slices.Sort(took)
	r := talked{cmd: c, median: took[len(took)/2], p95: took[len(took)*95/100], max: took[len(took)-1], worstPictures: 1, worstVoice: 1}
	for _, p := range pages {
		go p.robot.Talk(talking, c.Pictures, size)
	}
	wait(ctx, 2*time.Second) // the first whole pictures are asked for and come
	before := make([][4]int64, len(pages))
	for i, p := range pages {
		before[i] = p.counts(pages[i^1])
	}
	served, used, begun := server.cpu(), usedCPU(), clock.System.Now()
	wait(ctx, c.For)
	seconds := clock.System.Now().Sub(begun).Seconds()
	r.server, r.robots = (server.cpu()-served).Seconds()/seconds, (usedCPU()-used).Seconds()/seconds
	for i, p := range pages {
		now := p.counts(pages[i^1])
		got := [4]float64{}
		for k := range got {
			got[k] = float64(now[k] - before[i][k])
		}
		r.pictures, r.voices, r.packets = r.pictures+got[0]/seconds, r.voices+got[1]/seconds, r.packets+int64(got[0]+got[1])
		r.worstPictures, r.worstVoice = min(r.worstPictures, got[0]/max(1, got[2])), min(r.worstVoice, got[1]/max(1, got[3]))
	}
	return r
}

// recorded hangs up and, where calls were recorded, says what became of the files.
func (c benchCallsCmd) recorded(ctx context.Context, pairs []pair, out io.Writer) error {
	for i := range pairs {
		if err := pairs[i].desk.act(ctx, "hang_up"); err != nil {
			return err
		}
	}
	if !c.Record {
		return nil
	}
	kept, bytes := 0, int64(0)
	for range 100 {
		kept, bytes = 0, 0
		for i := range pairs {
			n, size, err := pairs[i].desk.kept(ctx)
			if err != nil {
				return err
			}
			kept, bytes = kept+n, bytes+size
		}
		if kept == 2*len(pairs) {
			break
		}
		wait(ctx, 100*time.Millisecond)
	}
	_, err := fmt.Fprintf(out, "%d of %d recordings kept, %.1f MB\n", kept, 2*len(pairs), float64(bytes)/1e6)
	return err
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
