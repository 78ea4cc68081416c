package command

import (
	"context"
	"errors"
	"os"

	"yiwang/internal/app"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/config"
)

// inDirectory gives do a directory of its own and removes it afterwards.
func inDirectory(do func(dir string) error) (err error) {
	dir, err := os.MkdirTemp("", "yiwang-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return do(dir)
}

// serveHere serves an installation in this process, on a free port and without a limit of rates, for as long as measure works.
// Both get the rights of the program; settle, which may be nil, comes before the first request.
func serveHere(ctx context.Context, cfg *config.Config, settle func(context.Context, *app.App) error, measure func(ctx context.Context, a *app.App, addr string) error) (err error) {
	cfg.RateLimit, cfg.Addr = 0, "127.0.0.1:0"
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	ctx = auth.System(ctx, "bench")
	if settle != nil {
		if err := settle(ctx, a); err != nil {
			return err
		}
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	address, served := make(chan string, 1), make(chan error, 1)
	go func() { served <- a.Serve(serving, func(addr string) { address <- addr }) }()
	select {
	case err := <-served:
		return err
	case addr := <-address:
		err := measure(ctx, a, addr)
		stop()
		return errors.Join(err, <-served)
	}
}
