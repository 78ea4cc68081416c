package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"yiwang/internal/platform/mqtt"
)

// startMQTT takes messages of phones and platforms by MQTT until ctx ends, if the configuration names an address. A phone's user
// name is its tracker, a platform's its code; the password is the token. Each publishes below its own name only.
func (a *App) startMQTT(ctx context.Context) (<-chan struct{}, error) {
	done := make(chan struct{})
	if a.Config.MQTT == "" {
		close(done)
		return done, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.MQTT)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for MQTT: %w (choose another address with --mqtt)", a.Config.MQTT, err)
	}
	slog.InfoContext(ctx, "taking MQTT", "address", listener.Addr().String())
	go func() {
		defer close(done)
		if err := mqtt.New(a.judgeDevice).Serve(ctx, listener); err != nil {
			slog.ErrorContext(ctx, "MQTT has ended", "error", err)
		}
	}()
	return done, nil
}

// judgeDevice finds out who a device is that connects by MQTT.
func (a *App) judgeDevice(ctx context.Context, user, token string) (*mqtt.Client, error) {
	if take := a.Patrol.Tracker(user, token); take != nil {
		return &mqtt.Client{Prefix: "owntracks/" + user, Take: func(ctx context.Context, _ string, payload []byte) error { return take(ctx, payload) }}, nil
	}
	take, err := a.Sensors.Platform(ctx, user, token)
	if err != nil || take == nil {
		return nil, err
	}
	return &mqtt.Client{Prefix: "sensors/" + user, Take: take}, nil
}
