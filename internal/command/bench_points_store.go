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
	storedRound    = 15 * time.Minute
)

// storePoints keeps a shift of many officers as the clock of a test runs through it, and says what a point takes of the processor and
// on disk and what it takes to read a shift back, beside the same in the table of the peer.
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
	ours := stored{points: storedOfficers * int64(storedShift/storedStep)}
	before, err := sizeOf(ctx, d)
	if err != nil {
		return err
	}
	begun := clock.System.Now()
	if ours.used, err = usedBy(ctx, d, func() error { return walkShift(ctx, s, fake, start) }); err != nil {
		return err
	}
	ours.took = clock.System.Now().Sub(begun)
	after, err := sizeOf(ctx, d)
	if err != nil {
		return err
	}
	ours.bytes = float64(after-before) / float64(ours.points)
	if err := ours.readShift(ctx, s, start); err != nil {
		return err
	}
	peer, err := storePeer(ctx, d, start)
	if err != nil {
		return err
	}
	if err := compare(out, ours, peer); err != nil {
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

// readShift reads back the shifts of some officers, one after the other.
func (x *stored) readShift(ctx context.Context, s *patrol.Service, start time.Time) error {
	runtime.GC()
	begun := clock.System.Now()
	for n := range peerOfficers {
		who := walker(ctx, n)
		chunks, err := s.Chunks(who, patrol.Look{Officer: auth.From(who).UserID, From: clock.At(start), To: clock.At(start.Add(storedShift + time.Hour))})
		if err != nil {
			return err
		}
		x.replayBytes = 0
		for _, c := range chunks {
			x.replayBytes += len(c)
		}
	}
	x.replay = clock.System.Now().Sub(begun) / peerOfficers
	return nil
}

// sizeOf is what the database takes on disk for tracks; on PostgreSQL without the journal, whose rows are let go and whose room is used
// again after a vacuum.
func sizeOf(ctx context.Context, d *db.DB) (n int64, err error) {
	query := "SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relname LIKE 'track_chunk%' AND relkind = 'r'"
	if d.Dialect() == db.SQLite {
		query = "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())"
	}
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int64](ctx, tx, query)
		return err
	})
	return n, err
}
