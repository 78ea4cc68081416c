package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"yiwang/internal/platform/mqtt"
)

// mqttFor is what phones are told of where MQTT is taken: what the configuration says, otherwise the port it listens on at the host
// of the pages; "" where it is off or no phone can reach it.
func mqttFor(listen, public string) string {
	if listen == "" || public != "" {
		return public
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return ""
	}
	return "mqtt://:" + port
}

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
	a.mqttAddress = listener.Addr().String()
	slog.InfoContext(ctx, "taking MQTT", "address", a.mqttAddress)
	d := &devices{App: a}
	d.server = mqtt.New(d.judge)
	told := a.tellPhones(ctx, d.server)
	go func() {
		defer close(done)
		if err := d.server.Serve(ctx, listener); err != nil {
			slog.ErrorContext(ctx, "MQTT has ended", "error", err)
		}
		<-told
	}()
	return done, nil
}

// turns are the officers whose phones have still to be told: each once, however many turn at a time. A phone that is quiet sends
// nothing by which it could be told later, so that none may be missed.
type turns struct {
	mu      sync.Mutex
	waiting map[string]bool
	some    chan struct{} // holds a token while somebody waits
}

func newTurns() *turns { return &turns{waiting: map[string]bool{}, some: make(chan struct{}, 1)} }

func (t *turns) add(officer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[officer] = true
	select {
	case t.some <- struct{}{}:
	default:
	}
}

// take returns who waits.
func (t *turns) take() map[string]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.waiting
	t.waiting = map[string]bool{}
	return out
}

// tellPhones has the phones of every officer who goes on or off duty told, until ctx ends. A phone that is away is told when it comes back.
func (a *App) tellPhones(ctx context.Context, server *mqtt.Server) <-chan struct{} {
	turned := newTurns()
	a.Patrol.OnTurn(turned.add)
	return turned.each(ctx, func(officer string) { server.Greet(officer) })
}

// greeters is how many officers' phones are spoken to at a time: one whose network stands still takes ten seconds to be given up.
const greeters = 64

// each has everybody who turns told, until ctx ends, several at a time.
func (t *turns) each(ctx context.Context, tell func(officer string)) <-chan struct{} {
	done, places := make(chan struct{}), make(chan struct{}, greeters)
	go func() {
		defer close(done)
		var telling sync.WaitGroup
		defer telling.Wait()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.some:
			}
			for officer := range t.take() {
				places <- struct{}{}
				telling.Go(func() {
					defer func() { <-places }()
					tell(officer)
				})
			}
		}
	}()
	return done
}

// devices are those that connect by MQTT.
type devices struct {
	*App
	server *mqtt.Server
}

// judge finds out who a device is.
func (d *devices) judge(ctx context.Context, user, token string) (*mqtt.Client, error) {
	if phone := d.Patrol.Handset(user, token); phone != nil {
		return &mqtt.Client{Prefix: "owntracks/" + user, Owner: phone.OfficerID, Greet: phone.Command, Take: func(ctx context.Context, _ string, payload []byte) error {
			onDuty, err := phone.Take(ctx, payload)
			if err == nil && !onDuty {
				d.server.Greet(phone.OfficerID)
			}
			return err
		}}, nil
	}
	take, err := d.Sensors.Platform(ctx, user, token)
	if err != nil || take == nil {
		return nil, err
	}
	return &mqtt.Client{Prefix: "sensors/" + user, Take: take}, nil
}
