package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
	"yiwang/internal/track/tracktest"
	"yiwang/migrations"
)

// How much is kept in the measurement of the store: a shift of officers who report every ten seconds.
const (
	storedOfficers = 100
	storedShift    = 8 * time.Hour
	storedStep     = 10 * time.Second
	storedRound    = 10 * time.Minute
)

// storePoints keeps a shift of many officers as the clock of a test runs through it, and says what a point takes on disk and
// what it takes to read a shift back.
func storePoints(ctx context.Context, cfg *config.Config, dir string, out io.Writer) (err error) {
	start := clock.System.Now().Add(-storedShift)
	fake := clock.NewFake(start)
	url := cfg.DatabaseURL()
	if cfg.DB == "" {
		url = "sqlite:" + filepath.Join(dir, "store.db")
	}
	d, err := db.Open(ctx, db.Config{URL: url, Clock: fake})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		return err
	}
	s := patrol.New(patrol.Deps{DB: d, Node: "store", Patience: 20 * time.Millisecond})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	defer stop()
	before, err := sizeOf(ctx, d)
	if err != nil {
		return err
	}
	if err := walkShift(ctx, s, fake, start); err != nil {
		return err
	}
	after, err := sizeOf(ctx, d)
	if err != nil {
		return err
	}
	points := storedOfficers * int(storedShift/storedStep)
	if _, err := fmt.Fprintf(out, "store: %d points of %d officers, %.1f bytes a point on disk\n", points, storedOfficers, float64(after-before)/float64(points)); err != nil {
		return err
	}
	if err := readShift(ctx, s, start, out); err != nil {
		return err
	}
	stop()
	return <-ended
}

// walker is an officer of the measurement.
func walker(ctx context.Context, n int) context.Context {
	id := fmt.Sprintf("walker%05d", n)
	return auth.With(ctx, &auth.Principal{UserID: id, Name: id, UnitID: "bench", Areas: []string{"320106"}, Permissions: map[string]bool{patrol.PermDuty: true}})
}

func walkShift(ctx context.Context, s *patrol.Service, fake *clock.Fake, start time.Time) error {
	tracks := make([][]track.Point, storedOfficers)
	for n := range tracks {
		if _, err := s.GoOnDuty(walker(ctx, n), int(storedShift.Minutes())+10); err != nil {
			return err
		}
		tracks[n] = tracktest.Walk(uint64(n), int(storedShift/storedStep), storedStep.Milliseconds(), start.UnixMilli()+1)
	}
	perRound := int(storedRound / storedStep)
	failures := make([]error, storedOfficers)
	for at := 0; at < len(tracks[0]); at += perRound {
		fake.Advance(storedRound)
		var all sync.WaitGroup
		for n := range tracks {
			all.Go(func() {
				_, err := s.Send(walker(ctx, n), tracks[n][at:at+perRound])
				failures[n] = errors.Join(failures[n], err)
			})
		}
		all.Wait()
		if err := s.SealAll(ctx); err != nil {
			return err
		}
	}
	return errors.Join(failures...)
}

// readShift reads back the shifts of twenty officers, one after the other.
func readShift(ctx context.Context, s *patrol.Service, start time.Time, out io.Writer) error {
	runtime.GC()
	bytes, begun := 0, clock.System.Now()
	const looks = 20
	for n := range looks {
		who := walker(ctx, n)
		chunks, err := s.Chunks(who, patrol.Look{Officer: auth.From(who).UserID, From: clock.At(start), To: clock.At(start.Add(storedShift + time.Hour))})
		if err != nil {
			return err
		}
		for _, c := range chunks {
			bytes += len(c)
		}
	}
	took := clock.System.Now().Sub(begun) / looks
	_, err := fmt.Fprintf(out, "replay: eight hours of one officer in %s, %.1f kB\n", took.Round(10*time.Microsecond), float64(bytes)/looks/1000)
	return err
}

// sizeOf is what the database takes on disk for tracks.
func sizeOf(ctx context.Context, d *db.DB) (n int64, err error) {
	query := "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relname LIKE 'track_%' AND relkind = 'r'"
	if d.Dialect() == db.SQLite {
		query = "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())"
	}
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int64](ctx, tx, query)
		return err
	})
	return n, err
}
