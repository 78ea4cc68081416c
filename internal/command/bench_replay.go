package command

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
)

type benchReplayCmd struct {
	Officers int           `default:"200" help:"Officers with a shift of eight hours."`
	Every    time.Duration `default:"10s" help:"How often each sent a position."`
	Looks    int           `default:"600" help:"Looks at a shift, one after the other."`
}

// Run serves an empty installation (--db, or SQLite in a directory of its own) that holds a shift of each officer, and looks at shifts over
// HTTP as the page of a replay does: with a session and a reason, which is kept and audited before anything is shown.
func (c benchReplayCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	return inDirectory(func(dir string) error {
		cfg.Data, cfg.Demo = dir, true
		end := clock.System.Now().Truncate(time.Hour)
		return serveHere(ctx, cfg, func(ctx context.Context, a *app.App) error { return c.settle(ctx, a, end) },
			func(ctx context.Context, _ *app.App, addr string) error { return c.measure(ctx, addr, end, s.Out) })
	})
}

func shiftOfficer(n int) string { return fmt.Sprintf("shift%05d", n) }

func (c benchReplayCmd) settle(ctx context.Context, a *app.App, end time.Time) error {
	begin := end.Add(-storedShift)
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	return a.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := a.Region.SaveTx(ctx, tx, []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}, {Code: "320106001", Name: "街道"}}, begin.AddDate(0, 0, -1)); err != nil {
			return err
		}
		if _, err := a.Identity.EnsureDemoAccounts(ctx, tx, []identity.DemoArea{{Code: "320106", Name: "区", Level: "district"}, {Code: "320106001", Name: "街道", Level: "subdistrict", ParentCode: "320106"}}); err != nil {
			return err
		}
		shifts := make([]patrol.Past, 0, c.Officers)
		for n := range c.Officers {
			id := shiftOfficer(n)
			shifts = append(shifts, patrol.Past{Session: patrol.Session{OfficerID: id, OfficerName: id, AreaCode: "320106", OnAt: clock.At(begin), OffAt: clock.Ptr(end)},
				Points: tracktest.Walk(uint64(n), int(storedShift/c.Every), c.Every.Milliseconds(), begin.UnixMilli()+1)})
		}
		return a.Patrol.RestoreTx(ctx, tx, shifts)
	})
}

func (c benchReplayCmd) measure(ctx context.Context, addr string, end time.Time, out io.Writer) error {
	who, err := signIn(ctx, http.DefaultClient, "http://"+addr, "command")
	if err != nil {
		return err
	}
	client := &caller{address: addr}
	defer client.forget()
	most, points := 0, 0
	look := func(n int) error {
		q := url.Values{"from": {end.Add(-storedShift).Format(time.RFC3339)}, "to": {end.Format(time.RFC3339)}, "reason": {fmt.Sprintf("look %d", n)}}
		return client.call(ctx, http.MethodGet, "/api/v1/patrol/tracks/"+shiftOfficer(n%c.Officers)+"?"+q.Encode(), who, nil, func(b []byte) error {
			most = max(most, len(b))
			var err error
			points, err = countPoints(b)
			return err
		})
	}
	for n := range 20 { // the first looks find nothing in any memory
		if err := look(-1 - n + c.Officers*20); err != nil {
			return err
		}
	}
	took := make([]time.Duration, c.Looks)
	for n := range took {
		begun := clock.System.Now()
		if err := look(n); err != nil {
			return err
		}
		took[n] = clock.System.Now().Sub(begun)
	}
	slices.Sort(took)
	at := func(share float64) time.Duration {
		return took[int(math.Min(float64(len(took)-1), share*float64(len(took))))].Round(10 * time.Microsecond)
	}
	_, err = fmt.Fprintf(out, "replay of 8 hours, a position every %s (%d positions), over HTTP with its look kept and audited: p50 %s, p95 %s (bound 5 ms), at most %.1f kB on the wire (bound 25 kB), %d looks at %d shifts\n",
		c.Every, points, at(0.5), at(0.95), float64(most)/1000, c.Looks, c.Officers)
	return err
}

// countPoints counts the positions of an answer.
func countPoints(b []byte) (n int, err error) {
	for len(b) > 0 {
		length, head := binary.Uvarint(b)
		if head <= 0 || uint64(len(b)-head) < length {
			return n, errors.New("the answer is cut off")
		}
		points, err := track.Decode(b[head : head+int(length)])
		if err != nil {
			return n, err
		}
		n, b = n+len(points), b[head+int(length):]
	}
	return n, nil
}
