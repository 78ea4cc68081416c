// Package app is the composition root: it opens the stores, builds every module, joins them, lists the routes
// and runs the server. app.go starts and stops, modules.go builds, joints.go adapts one module to what another
// asks for, routes.go lists the ways in, reactions.go says what follows from what.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/bus"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/platform/outbox"
	"yiwang/migrations"
)

// App is a running installation: the stores and everything built on them.
type App struct {
	Config config.Config
	DB     *db.DB
	Box    *crypto.Box
	Trail  *audit.Trail
	Blobs  blob.Store
	Bus    *outbox.Bus
	Jobs   *jobs.Runner
	Modules

	relay       *bus.NATS
	refusals    *audit.Refusals
	webhookNets []netip.Prefix
	mqttAddress string // where it takes MQTT, known before Serve is ready
}

// Open opens the stores, brings the schema up to date and builds the modules. It does not listen and starts no
// background work, so shell commands use it too.
func Open(ctx context.Context, cfg config.Config) (*App, error) {
	return OpenAt(ctx, cfg, clock.System)
}

// OpenAt is Open with another clock, for the demonstration, which replays fourteen months.
func OpenAt(ctx context.Context, cfg config.Config, c clock.Clock) (a *App, err error) {
	a = &App{Config: cfg}
	opened := a // a failing return sets a to nil
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}()
	if a.DB, err = db.Open(ctx, db.Config{URL: cfg.DatabaseURL(), Clock: c}); err != nil {
		return nil, err
	}
	if err = a.DB.Migrate(ctx, migrations.Files); err != nil {
		return nil, err
	}
	keys, err := crypto.KeysFor(ctx, a.DB, cfg.KeyPath(), crypto.Cipher(cfg.Cipher))
	if err != nil {
		return nil, err
	}
	if a.Box, err = crypto.NewBox(keys); err != nil {
		return nil, err
	}
	if a.Blobs, err = blob.OpenStore(cfg.BlobURL(), clock.System); err != nil {
		return nil, err
	}
	var relay outbox.Relay
	if cfg.NATS != "" {
		if a.relay, err = bus.Connect(ctx, cfg.NATS); err != nil {
			return nil, err
		}
		relay = a.relay
	}
	a.Trail, a.refusals = audit.New(a.DB, keys.Audit), audit.NewRefusals(a.DB)
	a.Bus = outbox.New(a.DB, relay)
	a.Jobs = jobs.NewRunner(a.DB)
	if a.webhookNets, err = cfg.WebhookNets(); err != nil {
		return nil, err
	}
	if err = a.build(ctx); err != nil {
		return nil, err
	}
	a.react()
	return a, nil
}

// Close releases the stores.
func (a *App) Close() error {
	if a.relay != nil {
		a.relay.Close()
	}
	if a.DB != nil {
		return a.DB.Close()
	}
	return nil
}

// shutdownGrace is how long requests in progress may finish.
const shutdownGrace = 15 * time.Second

// serveGC lets the heap of a busy server grow to three times what is in use before it is collected: what is in use is small, and
// collecting is a tenth of the work at twice. An idle server does not grow.
const serveGC = 200

// Serve answers requests and works in the background until ctx ends, then stops gracefully: no new requests, the
// ones in progress finish, background work is given back.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	handler, err := a.Handler()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (choose another address with --addr)", a.Config.Addr, err)
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	a.Bus.Start(auth.System(background, "reactions"))
	a.Jobs.Start(background, a.Config.JobWorkers)
	sealed, looped := a.startHousekeeping(background), a.startLoops(background)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return background }}
	server.RegisterOnShutdown(a.Live.Stop) // streams end; others finish
	server.RegisterOnShutdown(a.Patrol.StopStreams)
	failed := make(chan error, 1)
	go func() { failed <- a.listen(server, listener) }()
	carried, err := a.startCalls(background, listener.Addr())
	if err != nil {
		return errors.Join(err, server.Close())
	}
	told, err := a.startMQTT(background)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	kept := a.startTracks(background)
	a.awaitTracks(ctx)
	ready(listener.Addr().String())
	debug.SetGCPercent(serveGC)
	ticking := a.startClocks(background)
	select {
	case err = <-failed:
	case <-ctx.Done():
		slog.InfoContext(ctx, "stopping")
		grace, cancel := context.WithTimeout(background, shutdownGrace)
		err = server.Shutdown(grace)
		cancel()
	}
	a.Jobs.Stop()
	a.Bus.Stop()
	stop()
	<-sealed
	<-looped
	<-ticking
	<-kept
	<-told
	<-carried
	if err := a.refusals.NoteAll(context.WithoutCancel(ctx)); err != nil {
		slog.WarnContext(ctx, "the last refusals are not noted", "error", err)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (a *App) listen(s *http.Server, l net.Listener) error {
	if a.Config.TLSCert != "" {
		return s.ServeTLS(l, a.Config.TLSCert, a.Config.TLSKey)
	}
	return s.Serve(l)
}

// startTracks takes positions until ctx ends; if it cannot begin, phones are told to send again and it is tried again.
func (a *App) startTracks(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		retry := time.NewTicker(5 * time.Second)
		defer retry.Stop()
		for ctx.Err() == nil {
			if err := a.Patrol.Run(auth.System(ctx, "tracks")); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "the track journal cannot be read, positions are not taken", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-retry.C:
			}
		}
	}()
	return done
}

// journalWait is how long a server waits for its journal of positions before it says that it is ready without.
const journalWait = 10 * time.Second

// awaitTracks returns when positions are taken, or when that takes too long: everything else works without.
func (a *App) awaitTracks(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, journalWait)
	defer cancel()
	select {
	case <-a.Patrol.Ready():
	case <-ctx.Done():
	}
}

// startHousekeeping seals the audit chain every second; every hour it unlinks invitations from answers, which
// removes nothing and need not wait for a clock that is right.
func (a *App) startHousekeeping(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		seal, forget := time.NewTicker(time.Second), time.NewTicker(time.Hour)
		defer seal.Stop()
		defer forget.Stop()
		for {
			var err error
			select {
			case <-ctx.Done():
				return
			case <-seal.C:
				err = a.Trail.Seal(ctx)
			case <-forget.C:
				err = errors.Join(a.Sampling.Unlink(ctx), a.Fieldwork.Unlink(ctx), a.Survey.Unlink(ctx))
			}
			if err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "housekeeping failed, it will be tried again", "error", err)
			}
		}
	}()
	return done
}
