package bus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"yiwang/internal/platform/bus"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

// startNATS runs a real server with JetStream on a free loopback port.
func startNATS(t *testing.T) string {
	t.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	return s.ClientURL()
}

func TestRelay_PartnerSeesEveryMessageOnceInOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	url := startNATS(t)
	relay, err := bus.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer relay.Close()
	d := testkit.SQLite(t)
	b := outbox.New(d, relay)
	for _, id := range []string{"1", "2", "3"} {
		if err := d.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, "rectify.issued", id, map[string]string{"id": id}) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(b.Drain(ctx), relay.Publish(ctx, "rectify.issued", "same", []byte("x")), relay.Publish(ctx, "rectify.issued", "same", []byte("x"))); err != nil {
		t.Fatal(err)
	}
	if got := read(ctx, t, url, 4); got[0] != `{"id":"1"}` || got[2] != `{"id":"3"}` || got[3] != "x" {
		t.Fatalf("got %v", got)
	}
}

// read is a partner: a client of its own that consumes the stream from the start.
func read(ctx context.Context, t *testing.T, url string, n int) (got []string) {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := js.CreateOrUpdateConsumer(ctx, bus.Stream, jetstream.ConsumerConfig{FilterSubject: "yiwang.rectify.>"})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := c.Fetch(n+1, jetstream.FetchMaxWait(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for m := range batch.Messages() {
		got = append(got, string(m.Data()))
	}
	if len(got) != n {
		t.Fatalf("got %d messages, want %d: %v", len(got), n, got)
	}
	return got
}

func TestConnect_UnreachableSaysSo(t *testing.T) {
	if _, err := bus.Connect(context.Background(), "nats://127.0.0.1:1"); err == nil {
		t.Fatal("connected to nothing")
	}
}
