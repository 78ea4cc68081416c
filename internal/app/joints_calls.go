package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"

	"yiwang/internal/calls"
	"yiwang/internal/calls/media"
	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// callCases lets a call name the case it is about.
type callCases struct{ cases *cases.Service }

func (c callCases) CaseTx(ctx context.Context, tx *db.Tx, id string) (number, area string, err error) {
	one, err := c.cases.GetTx(ctx, tx, id)
	if err != nil {
		return "", "", err
	}
	return one.Number, one.AreaCode, nil
}

// recordingsDir is where recordings are written before they go to the attachments.
func (a *App) recordingsDir() string { return filepath.Join(a.Config.Data, "recordings") }

// startCalls carries pictures and voices until ctx ends: on the ports that were set, or beside the address of the pages. Where ports were
// chosen for it and are taken, it takes others; where they were set and are taken, that is an error.
func (a *App) startCalls(ctx context.Context, pages net.Addr) (<-chan struct{}, error) {
	done := make(chan struct{})
	if a.Config.Media == "off" {
		close(done)
		return done, nil
	}
	carrier, err := a.listenForCalls(pages)
	if err != nil {
		return nil, err
	}
	udp, tcp := carrier.Ports()
	slog.InfoContext(ctx, "calls are carried", "udp", udp, "tcp", tcp)
	go func() {
		defer close(done)
		if err := a.Calls.Carry(auth.System(ctx, "calls"), carrier); err != nil {
			slog.ErrorContext(ctx, "calls are not carried any more", "error", err)
		}
	}()
	return done, nil
}

func (a *App) listenForCalls(pages net.Addr) (*media.Server, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	c := media.Config{UDP: a.Config.Media, TCP: a.Config.Media, Addresses: a.Config.MediaAddress, Secret: secret, Clock: clock.System}
	if a.Config.Media != "" {
		return media.Listen(c)
	}
	host, port, err := net.SplitHostPort(pages.String())
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	c.UDP, c.TCP = pages.String(), net.JoinHostPort(host, strconv.Itoa(n+1))
	if n < 65535 {
		if m, err := media.Listen(c); err == nil {
			return m, nil
		}
	}
	c.UDP, c.TCP = net.JoinHostPort(host, "0"), net.JoinHostPort(host, "0")
	return media.Listen(c)
}

// callOnStream is what the parties of a call hear of it: that it changed.
type callOnStream struct {
	CallID  string      `json:"call_id"`
	State   calls.State `json:"state"`
	Version int64       `json:"version"`
}
