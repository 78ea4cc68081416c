package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
)

type benchPointsCmd struct {
	Officers int           `default:"1600" help:"Officers on duty."`
	Senders  int           `default:"256" help:"Keep-alive connections that send at once."`
	Batch    int           `default:"100" help:"Points of a call in the second run; the first sends them one by one."`
	For      time.Duration `default:"5s" help:"Length of each run."`
}

// Run serves an empty installation (--db, or SQLite in a directory of its own) with officers on duty and sends their
// positions through HTTP: one by one as phone apps do, then in batches. A point counts when its answer came, which is after
// it is durable. Beside it the same engine takes rows as a table with one row per point would keep them.
func (c benchPointsCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return inDirectory(func(dir string) error {
		cfg.Data = dir
		if err := serveHere(ctx, cfg, nil, func(ctx context.Context, a *app.App, addr string) error { return c.measure(ctx, a, addr, s.Out) }); err != nil {
			return err
		}
		return storePoints(ctx, cfg, dir, s.Out)
	})
}

func (c benchPointsCmd) measure(ctx context.Context, a *app.App, addr string, out io.Writer) error {
	tokens, err := c.goOnDuty(ctx, a)
	if err != nil {
		return err
	}
	var single, many sent
	for _, run := range []struct {
		out   *sent
		batch int
	}{{&single, 1}, {&many, c.Batch}} {
		cost, err := usedBy(ctx, a.DB, func() (err error) {
			*run.out, err = c.send(ctx, addr, tokens, run.batch)
			return err
		})
		if err != nil {
			return err
		}
		sealing, err := usedBy(ctx, a.DB, func() error { return a.Patrol.SealAll(ctx) })
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%d points a call, %d connections, durable: %s; with the load generator %s, sealing them into chunks %s\n", run.batch, c.Senders, run.out,
			cost.perPoint(run.out.points), sealing.perPoint(run.out.points))
	}
	rows, err := c.rowPerPoint(ctx, a.DB)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "peer on the same engine, a row and a commit per point, %d writers: %.0f points/s: ours is %.1f times that, %.1f in batches\n", c.Senders, rows, single.rate/rows, many.rate/rows)
	return err
}

// goOnDuty puts officers on duty, each with a tracker, and returns the tokens.
func (c benchPointsCmd) goOnDuty(ctx context.Context, a *app.App) (tokens []string, err error) {
	system := auth.System(ctx, "bench")
	for n := range c.Officers {
		id := fmt.Sprintf("officer%05d", n)
		me := auth.With(ctx, &auth.Principal{UserID: id, Name: id, UnitID: "bench", Areas: []string{"320106"}, Permissions: map[string]bool{patrol.PermDuty: true}})
		if _, err := a.Patrol.GoOnDuty(me, 0); err != nil {
			return nil, err
		}
		_, token, err := a.Patrol.AddDevice(system, patrol.NewDevice{OfficerID: id, AreaCode: "320106", Label: "bench", Kind: "osmand"})
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// sent is the outcome of a run.
type sent struct {
	points   int64
	rate     float64
	p50, p95 time.Duration
}

func (s sent) String() string {
	return fmt.Sprintf("%.0f points/s, p50 %s, p95 %s of a call, %d points", s.rate, s.p50.Round(100*time.Microsecond), s.p95.Round(100*time.Microsecond), s.points)
}

// send lets every connection post as fast as it is answered. The client is as small as it can be, since it shares the cores:
// requests are written as bytes and of the answers only the status and the length are read.
func (c benchPointsCmd) send(ctx context.Context, addr string, tokens []string, batch int) (sent, error) {
	var all sync.WaitGroup
	var points atomic.Int64
	took := make([][]time.Duration, c.Senders)
	failures := make([]error, c.Senders)
	start := clock.System.Now()
	end := start.Add(c.For)
	for n := range c.Senders {
		all.Go(func() { took[n], failures[n] = c.sendOne(ctx, addr, tokens, n, batch, end, &points) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return sent{}, err
	}
	seconds := clock.System.Now().Sub(start).Seconds()
	flat := slices.Concat(took...)
	slices.Sort(flat)
	if len(flat) == 0 {
		return sent{}, errors.New("no call was answered")
	}
	return sent{points.Load(), float64(points.Load()) / seconds, flat[len(flat)/2], flat[len(flat)*95/100]}, nil
}

func (c benchPointsCmd) sendOne(ctx context.Context, addr string, tokens []string, n, batch int, end time.Time, points *atomic.Int64) (took []time.Duration, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	r := bufio.NewReader(conn)
	var body, request []byte
	for k := 0; ; k++ {
		now := clock.System.Now()
		if !now.Before(end) {
			return took, nil
		}
		token := tokens[(n+k*c.Senders)%len(tokens)]
		body = appendCall(body[:0], now, batch, k)
		kind := "application/x-www-form-urlencoded"
		if batch > 1 {
			kind = "application/json"
		}
		request = fmt.Appendf(request[:0], "POST /ingest/osmand/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", token, addr, kind, len(body))
		request = append(request, body...)
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		if err := readAnswer(r); err != nil {
			return nil, err
		}
		took = append(took, clock.System.Now().Sub(now))
		points.Add(int64(batch))
	}
}

// appendCall writes the body of a call: a form with one point, or an array of them a second apart.
func appendCall(b []byte, now time.Time, batch, k int) []byte {
	ms := now.UnixMilli()
	if batch == 1 {
		return fmt.Appendf(b, "timestamp=%d&lat=32.0%05d&lon=118.77%04d&speed=2.5&bearing=%d&accuracy=5&batt=81", ms, k%100000, k%10000, k%360)
	}
	b = append(b, '[')
	for i := range batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"timestamp":`...)
		b = strconv.AppendInt(b, ms-int64(batch-1-i), 10)
		b = fmt.Appendf(b, `,"lat":32.0%05d,"lon":118.77%04d,"speed":2.5,"accuracy":5,"batt":81}`, (k+i)%100000, (k+i)%10000)
	}
	return append(b, ']')
}

// readAnswer reads one answer and returns an error unless it is 200.
func readAnswer(r *bufio.Reader) error {
	status, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > 16 && string(line[:16]) == "Content-Length: " {
			length, _ = strconv.Atoi(string(line[16 : len(line)-2]))
		}
	}
	if _, err := r.Discard(length); err != nil {
		return err
	}
	if len(status) < 12 || status[9:12] != "200" {
		return fmt.Errorf("a point was answered %q", status)
	}
	return nil
}

// rowPerPoint is how trackers commonly keep positions: a row with an index for each, committed before the answer.
func (c benchPointsCmd) rowPerPoint(ctx context.Context, d *db.DB) (float64, error) {
	err := d.Tx(ctx, func(tx *db.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE bench_position (id BIGINT PRIMARY KEY, device TEXT NOT NULL, server_time BIGINT NOT NULL, fix_time BIGINT NOT NULL, valid BOOLEAN NOT NULL,
				lat DOUBLE PRECISION NOT NULL, lon DOUBLE PRECISION NOT NULL, altitude DOUBLE PRECISION NOT NULL, speed DOUBLE PRECISION NOT NULL, course DOUBLE PRECISION NOT NULL,
				accuracy DOUBLE PRECISION NOT NULL, attributes TEXT NOT NULL)`,
			"CREATE INDEX bench_position_device ON bench_position (device, fix_time)",
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	var next, done atomic.Int64
	var all sync.WaitGroup
	failures := make([]error, c.Senders)
	start := clock.System.Now()
	end := start.Add(c.For)
	for n := range c.Senders {
		all.Go(func() {
			for now := clock.System.Now(); now.Before(end) && failures[n] == nil; now = clock.System.Now() {
				id := next.Add(1)
				failures[n] = d.Tx(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO bench_position VALUES ($1, $2, $3, $4, TRUE, $5, $6, 0, 2.5, 90, 5, $7)", id, strconv.FormatInt(id%int64(c.Officers), 10),
						now.UnixMilli(), now.UnixMilli(), 32.06, 118.77, `{"batteryLevel":81,"motion":true}`)
					return err
				})
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / clock.System.Now().Sub(start).Seconds(), errors.Join(failures...)
}
