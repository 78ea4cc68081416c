// Command yiwang is the whole program: server, importer, statistician's tool, backup.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"yiwang/internal/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
