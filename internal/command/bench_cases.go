package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/cases/ballast"
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

type benchCasesCmd struct {
	Rows    []int         `default:"0" help:"Cases stored before each run, ascending."`
	Workers int           `default:"24" help:"Dispatchers at work at once."`
	For     time.Duration `default:"15s" help:"Length of each run."`
	Spikes  bool          `help:"Also a 1-35-10 arrival pattern, ten times too much, and the recovery."`
	Bare    bool          `default:"true" negatable:"" help:"Also the bare statements that write the same rows."`
	Profile string        `help:"Write a CPU profile of the runs into this file; the generator's part has the label role=client."`
}

// caseBench is a running server with a district, and how to speak to it.
type caseBench struct {
	benchCasesCmd
	app    *app.App
	base   string
	caller *caller
	desk   *http.Cookie // 区指挥中心
	clerk  *http.Cookie // of the unit that handles
	unit   string
	areas  []string
	filled int
	raw    atomic.Int64
	out    io.Writer
}

// Run serves an installation on an empty database (--db, or SQLite in a directory of its own) and lives whole lives of
// cases through HTTP: register and file, dispatch, handle, search, as fast as the dispatchers can, beside the bare
// statements that write the same rows. A life counts when its last answer came; every write of it is durable by then.
func (c benchCasesCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return inDirectory(func(dir string) error {
		cfg.Data, cfg.Demo = dir, true
		b := &caseBench{benchCasesCmd: c, out: s.Out}
		settle := func(ctx context.Context, a *app.App) error {
			b.app = a
			return b.settle(ctx)
		}
		return serveHere(ctx, cfg, settle, func(ctx context.Context, _ *app.App, addr string) error {
			b.base, b.caller = "http://"+addr, &caller{address: addr}
			return b.measure(ctx)
		})
	})
}

// settle makes the district of Gulou's size: 13 streets, 120 communities, 960 grids, its units and accounts.
func (b *caseBench) settle(ctx context.Context) error {
	if err := b.app.Prepare(ctx); err != nil {
		return err
	}
	plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}}
	demo := []identity.DemoArea{{Code: "320106", Name: "区", Level: "district"}}
	for i := range gulouStreets {
		street := fmt.Sprintf("320106%03d", i+1)
		plots = append(plots, region.Plot{Code: street, Name: fmt.Sprintf("第%d街道", i+1)})
		demo = append(demo, identity.DemoArea{Code: street, Name: fmt.Sprintf("第%d街道", i+1), Level: "subdistrict", ParentCode: "320106"})
		for k := range 9 {
			place := fmt.Sprintf("%s%03d", street, k+1)
			plots = append(plots, region.Plot{Code: place, Name: fmt.Sprintf("第%d社区", k+1)})
			demo = append(demo, identity.DemoArea{Code: place, Name: fmt.Sprintf("第%d社区", k+1), Level: "community", ParentCode: street})
			for g := range 8 {
				grid := fmt.Sprintf("%sG%03d", place, g+1)
				b.areas = append(b.areas, grid)
				plots = append(plots, region.Plot{Code: grid, Name: fmt.Sprintf("第%d网格", g+1), Kind: region.Composite})
			}
		}
	}
	return b.app.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := b.app.Region.SaveTx(ctx, tx, plots, time.Time{}); err != nil {
			return err
		}
		if _, err := b.app.Identity.EnsureDemoAccounts(ctx, tx, demo); err != nil {
			return err
		}
		u, err := b.app.Identity.FindUnitTx(ctx, tx, "320106", "construction")
		b.unit = u.ID
		return err
	})
}

func (b *caseBench) measure(ctx context.Context) (err error) {
	if b.desk, err = signIn(ctx, http.DefaultClient, b.base, "command"); err != nil {
		return err
	}
	if b.clerk, err = signIn(ctx, http.DefaultClient, b.base, "construction"); err != nil {
		return err
	}
	stop, err := b.profile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	engine := b.app.DB.Dialect()
	rate := 0.0
	for _, rows := range b.Rows {
		if err := b.fill(ctx, rows); err != nil {
			return err
		}
		if _, err := b.run(ctx, b.For/5); err != nil { // warm
			return err
		}
		var r pace
		cost, err := usedBy(ctx, b.app.DB, func() (err error) {
			r, err = b.run(ctx, b.For)
			return err
		})
		if err != nil {
			return err
		}
		if rate == 0 {
			rate = r.rate
		}
		if _, err := fmt.Fprintf(b.out, "case lives on %s, %9d rows before, %d dispatchers %6.0f/s   p50 %s, p95 %s, p99 %s of a call; %.2f of the first run; what follows was done %s after the last: %.0f/s with it; with the generator %s; DIGIT published %s\n",
			engine, rows, b.Workers, r.rate, r.at(.5), r.at(.95), r.at(.99), r.rate/rate, r.behind.Round(10*time.Millisecond), r.whole(), cost.perLife(r.lives), digit(rows)); err != nil {
			return err
		}
		if !b.Bare {
			continue
		}
		raw, err := b.bare(ctx)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(b.out, "bare statements on %s, %9d rows before, %d writers %9.0f/s   lives are %.2f of them\n", engine, rows, b.Workers, raw, r.rate/raw); err != nil {
			return err
		}
	}
	if b.Spikes {
		return b.storm(ctx, rate)
	}
	return nil
}

// digit is what DIGIT published in March 2026 for this many rows, on 16 cores.
func digit(rows int) string {
	if rows >= 1_000_000 {
		return "6.3/s on 16 cores"
	}
	return "37/s on 16 cores"
}

func (b *caseBench) fill(ctx context.Context, rows int) error {
	if rows <= b.filled {
		return nil
	}
	start := clock.System.Now()
	err := ballast.Fill(ctx, b.app.DB, b.areas, b.unit, b.filled, rows-b.filled, func(int) {})
	b.filled = rows
	if err == nil {
		err = b.seal(ctx, rows)
	}
	if err == nil && b.app.DB.Dialect() == db.Postgres {
		err = b.app.DB.Tx(ctx, func(tx *db.Tx) error { // what autovacuum and the checkpointer do within minutes
			if _, err := tx.Exec(ctx, "ANALYZE case_file, case_history, case_clock, case_reporter, case_words"); err != nil {
				return err
			}
			owner, err := ballast.Owner(ctx, tx)
			if err == nil && owner {
				_, err = tx.Exec(ctx, "CHECKPOINT")
			}
			return err
		})
	}
	if err == nil {
		_, err = fmt.Fprintf(b.out, "%d cases with their steps and clocks filled in %s\n", rows, clock.System.Now().Sub(start).Round(time.Second))
	}
	return err
}

// seal does at once what the server does in the background.
func (b *caseBench) seal(ctx context.Context, rows int) error {
	start := clock.System.Now()
	u, err := usedBy(ctx, b.app.DB, func() error { return errors.Join(b.app.Cases.FillWords(ctx), b.app.Cases.SealCases(ctx)) })
	if err == nil {
		_, err = fmt.Fprintf(b.out, "sealed in %s: %s\n", clock.System.Now().Sub(start).Round(100*time.Millisecond), u.per(int64(rows), "case", time.Microsecond, "µs"))
	}
	return err
}

// pace is what a run reached.
type pace struct {
	lives  int64
	rate   float64
	lasted time.Duration
	behind time.Duration   // until what follows from the lives was done
	took   []time.Duration // of single calls, ascending
}

// whole is the rate with what follows counted: the work is done then, not only answered.
func (p pace) whole() float64 {
	return p.rate * p.lasted.Seconds() / (p.lasted + p.behind).Seconds()
}

func (p pace) at(q float64) time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	return p.took[min(len(p.took)-1, int(q*float64(len(p.took))))].Round(100 * time.Microsecond)
}

// run lives lives with all dispatchers for a time.
func (b *caseBench) run(ctx context.Context, length time.Duration) (p pace, err error) {
	var mu sync.Mutex
	var lives atomic.Int64
	var all sync.WaitGroup
	b.caller.forget()
	start := clock.System.Now()
	for w := range b.Workers {
		all.Go(func() { // the profile tells it from the server by its label
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("role", "client")))
			var took []time.Duration
			for i := w; clock.System.Now().Sub(start) < length; i += b.Workers {
				if failed := b.live(ctx, i, &took); failed != nil {
					mu.Lock()
					err = errors.Join(err, failed)
					mu.Unlock()
					return
				}
				lives.Add(1)
			}
			mu.Lock()
			p.took = append(p.took, took...)
			mu.Unlock()
		})
	}
	all.Wait()
	p.lasted = clock.System.Now().Sub(start)
	p.lives = lives.Load()
	p.rate = float64(p.lives) / p.lasted.Seconds()
	slices.Sort(p.took)
	if err == nil {
		p.behind, err = b.calm(ctx)
	}
	return p, err
}

// area is where the i-th life happens: neighbours in time lie in different streets.
func (b *caseBench) area(i int) string { return b.areas[i*577%len(b.areas)] }

// live is one life of four calls: register and file, dispatch, handle, search.
func (b *caseBench) live(ctx context.Context, i int, took *[]time.Duration) error {
	var c struct {
		ID, Number string
		Version    int64
	}
	var list struct{ Items []struct{ ID string } }
	call := func(method, path string, who *http.Cookie, body string, into any) error {
		var text []byte
		if body != "" {
			text = []byte(body)
		}
		from := clock.System.Now()
		err := b.caller.call(ctx, method, path, who, text, func(answer []byte) error {
			*took = append(*took, clock.System.Now().Sub(from))
			return json.Unmarshal(answer, into)
		})
		return err
	}
	err := call("POST", "/api/v1/cases", b.desk, `{"channel":"hotline","text":"三盏路灯都不亮，晚上散步看不清台阶","category":"140101","address":"滨河步道","file":true,"area_code":"`+b.area(i)+`"}`, &c)
	if err != nil {
		return err
	}
	actions := "/api/v1/cases/" + c.ID + "/actions/"
	if err := call("POST", actions+"dispatch", b.desk, fmt.Sprintf(`{"version":%d,"lead_unit":"%s"}`, c.Version, b.unit), &c); err != nil {
		return err
	}
	if err := call("POST", actions+"handle", b.clerk, fmt.Sprintf(`{"version":%d,"result":"explained","outcome":"灯具已更换"}`, c.Version), &c); err != nil {
		return err
	}
	if err := call("GET", "/api/v1/cases?limit=10&q="+c.Number, b.desk, "", &list); err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].ID != c.ID {
		return fmt.Errorf("the search for %s found %d cases", c.Number, len(list.Items))
	}
	return nil
}

// bare writes the same rows by bare statements with as many writers, through the same connections and commits.
func (b *caseBench) bare(ctx context.Context) (float64, error) {
	var all sync.WaitGroup
	var n atomic.Int64
	failed := make(chan error, b.Workers)
	start := clock.System.Now()
	for range b.Workers {
		all.Go(func() {
			for clock.System.Now().Sub(start) < b.For/3 {
				i := b.raw.Add(1)
				if err := ballast.Raw(ctx, b.app.DB, b.area(int(i)), b.unit, i); err != nil {
					failed <- err
					return
				}
				n.Add(1)
			}
		})
	}
	all.Wait()
	close(failed)
	return float64(n.Load()) / clock.System.Now().Sub(start).Seconds(), <-failed
}
