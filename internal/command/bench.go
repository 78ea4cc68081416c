package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

type benchCmd struct {
	Writes    benchWritesCmd    `cmd:"" help:"Small durable transactions per second on SQLite, beside the raw driver."`
	Answers   benchAnswersCmd   `cmd:"" help:"Import and scoring of a wave of the size of Gulou's."`
	Responses benchResponsesCmd `cmd:"" help:"Answers that respondents send through HTTP, durable per second, with thousands of questionnaires open."`
	Cases     benchCasesCmd     `cmd:"" help:"Whole lives of cases through HTTP beside bare statements, at growing numbers of rows."`
	Lists     benchListsCmd     `cmd:"" help:"Every list of the desk at a million cases, by several accounts."`
	Clocks    benchClocksCmd    `cmd:"" help:"Tens of thousands of cases overdue at once, passed up by the clock worker."`
	Points    benchPointsCmd    `cmd:"" help:"Positions of officers through HTTP, durable per second, what they take on disk and to read back."`
	Replay    benchReplayCmd    `cmd:"" help:"Looks at shifts of eight hours over HTTP: how long they take and how large they are."`
	Calls     benchCallsCmd     `cmd:"" help:"Calls of two parties at once through the forwarding unit: set-up, what arrives, processor."`
	Live      benchLiveCmd      `cmd:"" help:"Positions of officers until a wall shows them: how long it takes and what it costs."`
	Sensors   benchSensorsCmd   `cmd:"" help:"Simulated sensors of water, gas, air and manholes: readings a second, what they cost, alarms; or towards a running server."`
	API       benchAPICmd       `cmd:"" name:"api" help:"Latency of API reads at a steady rate, against the demonstration district in --data."`
}

type benchWritesCmd struct {
	Writers int           `default:"64" help:"Concurrent writers."`
	For     time.Duration `default:"3s" help:"Length of each of the two runs."`
}

func (c benchWritesCmd) Run(ctx context.Context, _ *config.Config, s *Streams) (err error) {
	dir, err := os.MkdirTemp("", "yiwang-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + filepath.Join(dir, "ours.db")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		return err
	}
	ours, err := c.rate(func(name string) error {
		return d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, 'x', $2)", name, tx.Time())
			return err
		})
	})
	if err != nil {
		return err
	}
	insert, done, err := db.RawInserter(ctx, filepath.Join(dir, "raw.db"))
	if err != nil {
		return err
	}
	raw, err := c.rate(insert)
	if err := errors.Join(err, done()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "small durable transactions/s, %d writers: yiwang %.0f, raw driver %.0f, ratio %.1f\n", c.Writers, ours, raw, ours/raw)
	return err
}

// rate calls do from all writers for the time asked and returns calls per second.
func (c benchWritesCmd) rate(do func(name string) error) (float64, error) {
	start := clock.System.Now()
	end := start.Add(c.For)
	var n atomic.Int64
	var wg sync.WaitGroup
	errc := make(chan error, c.Writers)
	for range c.Writers {
		wg.Go(func() {
			for clock.System.Now().Before(end) {
				if err := do(fmt.Sprintf("n%d", n.Add(1))); err != nil {
					errc <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errc)
	return float64(n.Load()) / clock.System.Now().Sub(start).Seconds(), <-errc
}

type benchAPICmd struct {
	Rate int           `default:"200" help:"Requests per second."`
	For  time.Duration `default:"10s" help:"Length of the run."`
	User string        `default:"lead" help:"Demonstration account."`
}

func (c benchAPICmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	cfg.Demo, cfg.RateLimit, cfg.Addr = true, 0, "127.0.0.1:0"
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	address := make(chan string, 1)
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, func(addr string) { address <- addr }) }()
	select {
	case err = <-served:
	case addr := <-address:
		err = c.measure(ctx, "http://"+addr, s.Out)
		stop()
		err = errors.Join(err, <-served)
	}
	stop()
	return errors.Join(err, a.Close())
}

func (c benchAPICmd) measure(ctx context.Context, base string, out io.Writer) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
	cookie, err := signIn(ctx, client, base, c.User)
	if err != nil {
		return err
	}
	get := func(path string) ([]byte, error) { return fetch(ctx, client, base+path, cookie) }
	paths, err := readPaths(get)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(c.Rate))
	defer tick.Stop()
	for i := range int(c.For.Seconds() * float64(c.Rate)) {
		<-tick.C
		wg.Go(func() {
			start := clock.System.Now()
			_, err := get(paths[i%len(paths)])
			mu.Lock()
			defer mu.Unlock()
			took = append(took, clock.System.Now().Sub(start))
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[min(len(took)-1, int(p*float64(len(took))))] }
	_, err = fmt.Fprintf(out, "API reads at %d/s for %s over %d addresses, %d requests: p50 %s, p95 %s, p99 %s, max %s\n",
		c.Rate, c.For, len(paths), len(took), at(.5), at(.95), at(.99), took[len(took)-1])
	return err
}

// readPaths are the addresses a working morning reads.
func readPaths(get func(string) ([]byte, error)) ([]string, error) {
	b, err := get("/api/v1/waves?limit=10")
	if err != nil {
		return nil, err
	}
	var waves struct {
		Items []struct{ ID, State string }
	}
	if err := json.Unmarshal(b, &waves); err != nil {
		return nil, err
	}
	paths := []string{"/api/v1/session", "/api/v1/waves", "/api/v1/regions?parent=320106", "/api/v1/notices", "/api/v1/jobs"}
	for _, w := range waves.Items {
		if w.State != "published" {
			continue
		}
		paths = append(paths, "/api/v1/waves/"+w.ID, "/api/v1/waves/"+w.ID+"/scores?by=street", "/api/v1/waves/"+w.ID+"/ranks",
			"/api/v1/rectifications?wave="+w.ID, "/api/v1/public/waves/"+w.ID)
		break
	}
	return paths, nil
}

func signIn(ctx context.Context, client *http.Client, base, user string) (*http.Cookie, error) {
	body, err := json.Marshal(map[string]string{"username": user, "password": identity.DemoPassword})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/session", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK || len(res.Cookies()) == 0 {
		return nil, fmt.Errorf("sign in as %s: %s (load the demonstration district first)", user, res.Status)
	}
	return res.Cookies()[0], nil
}

func fetch(ctx context.Context, client *http.Client, url string, cookie *http.Cookie) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.AddCookie(cookie)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", url, res.Status)
	}
	return b, err
}
