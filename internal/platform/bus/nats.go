// Package bus copies delivered outbox messages to an external NATS cluster, for partner systems and other
// nodes. It is optional: inside one program the outbox alone carries every reaction (see docs/adr/0004).
package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Stream is the JetStream stream that keeps the copies; subjects are yiwang.TOPIC.
const Stream = "YIWANG"

// keep bounds how long the cluster keeps a copy; the database remains the record.
const keep = 7 * 24 * time.Hour

// NATS publishes to a cluster with JetStream. It implements outbox.Relay.
type NATS struct {
	conn *nats.Conn
	js   jetstream.JetStream
}

// Connect reaches the cluster and makes sure the stream exists.
func Connect(ctx context.Context, url string) (*NATS, error) {
	conn, err := nats.Connect(url, nats.Name("yiwang"), nats.MaxReconnects(-1), nats.Timeout(5*time.Second))
	if err != nil {
		return nil, fmt.Errorf("reach NATS: %w", err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("reach JetStream: %w", err)
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: Stream, Subjects: []string{"yiwang.>"}, MaxAge: keep, Duplicates: 10 * time.Minute})
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("prepare the NATS stream: %w", err)
	}
	return &NATS{conn: conn, js: js}, nil
}

// Publish stores the message in the stream and waits for the acknowledgement. The id lets the stream drop a
// repetition within ten minutes; consumers must still expect one.
func (n *NATS) Publish(ctx context.Context, topic, id string, payload []byte) error {
	_, err := n.js.Publish(ctx, "yiwang."+topic, payload, jetstream.WithMsgID(id))
	if err != nil {
		return fmt.Errorf("copy %s to NATS: %w", topic, err)
	}
	return nil
}

// Ping reports whether the cluster answers.
func (n *NATS) Ping(ctx context.Context) error { return n.conn.FlushWithContext(ctx) }

// Close sends what is buffered and disconnects.
func (n *NATS) Close() { _ = n.conn.Drain() }
