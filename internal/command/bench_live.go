package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"yiwang/internal/app"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/wall"
)

type benchLiveCmd struct {
	Officers int           `default:"1600" help:"Officers on duty."`
	Every    time.Duration `default:"5s" help:"How often each sends a position."`
	Walls    int           `default:"3" help:"Walls that follow the positions."`
	For      time.Duration `default:"20s" help:"Length of the run."`
}

// Run serves an empty installation (--db, or SQLite in a directory of its own) whose officers send positions over HTTP, one at a time,
// and measures how long it takes from the fix until a wall has it, and what all of it (server, phones and walls in one process) costs.
func (c benchLiveCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return inDirectory(func(dir string) error {
		cfg.Data = dir
		return serveHere(ctx, cfg, nil, func(ctx context.Context, a *app.App, addr string) error { return c.measure(ctx, a, addr, s.Out) })
	})
}

func (c benchLiveCmd) measure(ctx context.Context, a *app.App, addr string, out io.Writer) error {
	tokens, err := benchPointsCmd{Officers: c.Officers}.goOnDuty(ctx, a)
	if err != nil {
		return err
	}
	cookie, err := c.screen(ctx, a)
	if err != nil {
		return err
	}
	running, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	took, bytes, failures := make([][]time.Duration, c.Walls), make([]int64, c.Walls), make([]error, c.Walls)
	var walls, phones sync.WaitGroup
	for n := range c.Walls {
		walls.Go(func() { took[n], bytes[n], failures[n] = c.watch(running, addr, cookie) })
	}
	before, start := usedCPU(), clock.System.Now()
	senders := min(len(tokens), 512)
	failed := make([]error, senders)
	for n := range senders {
		phones.Go(func() { failed[n] = c.walk(running, addr, tokens, n, senders) })
	}
	phones.Wait()
	walls.Wait()
	if err := errors.Join(append(failures, failed...)...); err != nil {
		return err
	}
	seconds := clock.System.Now().Sub(start).Seconds()
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) == 0 {
		return errors.New("no position reached a wall")
	}
	_, err = fmt.Fprintf(out, "%d officers every %s, %d walls, %.0f s: position to wall p50 %s, p95 %s, p99 %s (%d seen); %.1f kB/s a wall; CPU of server, phones and walls %.0f %% of one core\n",
		c.Officers, c.Every, c.Walls, seconds, all[len(all)/2].Round(time.Millisecond), all[len(all)*95/100].Round(time.Millisecond), all[len(all)*99/100].Round(time.Millisecond), len(all),
		float64(bytes[0])/1000/seconds, 100*(usedCPU()-before).Seconds()/seconds)
	return err
}

// screen gives the walls a link and returns it as a cookie.
func (c benchLiveCmd) screen(ctx context.Context, a *app.App) (string, error) {
	system := auth.System(ctx, "bench")
	err := a.DB.Tx(system, func(tx *db.Tx) error {
		_, err := a.Region.SaveTx(system, tx, []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}}, tx.Now().AddDate(0, 0, -1))
		return err
	})
	if err != nil {
		return "", err
	}
	_, token, err := a.Wall.AddScreen(system, wall.NewScreen{Label: "bench", AreaCode: "320106", Days: 1})
	return wall.CookieName + "=" + token, err
}

// watch follows the stream as a wall does; the first frame holds what was there and does not count.
func (c benchLiveCmd) watch(ctx context.Context, addr, cookie string) (took []time.Duration, bytes int64, err error) {
	conn, _, err := websocket.Dial(ctx, "ws://"+addr+patrol.StreamPath, &websocket.DialOptions{HTTPHeader: http.Header{"Cookie": {cookie}}}) //nolint:bodyclose // a response that switches protocols has none
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(4 << 20)
	for {
		_, b, err := conn.Read(ctx)
		if ctx.Err() != nil {
			return took, bytes, nil
		} else if err != nil {
			return nil, 0, err
		}
		now := clock.System.Now().UnixMilli()
		f, err := patrol.ReadLive(b)
		if err != nil {
			return nil, 0, err
		}
		bytes += int64(len(b))
		for _, x := range f.Spots {
			if !f.Whole {
				took = append(took, time.Duration(now-x.Point.At)*time.Millisecond)
			}
		}
	}
}

// walk sends the positions of some officers over one connection, spread over the interval.
func (c benchLiveCmd) walk(ctx context.Context, addr string, tokens []string, n, senders int) (err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	mine := (len(tokens) - n + senders - 1) / senders
	pace := time.NewTicker(c.Every / time.Duration(mine))
	defer pace.Stop()
	r := bufio.NewReader(conn)
	var body, request []byte
	late := time.NewTimer(c.Every / time.Duration(mine) * time.Duration(n) / time.Duration(senders)) // not all at once
	defer late.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-late.C:
	}
	for k := 0; ; k++ {
		body = appendCall(body[:0], clock.System.Now(), 1, k)
		request = fmt.Appendf(request[:0], "POST /ingest/osmand/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", tokens[n+(k%mine)*senders], addr, len(body))
		if _, err := conn.Write(append(request, body...)); err != nil {
			return err
		}
		if err := readAnswer(r); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
	}
}

// usedCPU is the processor time of this process.
func usedCPU() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
