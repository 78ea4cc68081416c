package sensor

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Platform returns what takes the messages of a platform that names its code and token; nil for nobody. The last part of a topic
// is the sensor. The payload is a CloudEvent in JSON, or the data of a reading by itself. It returns when the message is durable
// or can never be taken; an error means that it must come again.
func (s *Service) Platform(ctx context.Context, code, token string) (func(ctx context.Context, topic string, payload []byte) error, error) {
	from, ok, err := s.SourceOf(ctx, token)
	if err != nil || !ok || from.Code != code {
		return nil, err
	}
	return func(ctx context.Context, topic string, payload []byte) error {
		from, ok, err := s.SourceOf(ctx, token)
		switch {
		case err != nil:
			return err
		case !ok:
			return errs.Unauthorized("sensor.unknown_source", "The token of the platform is missing or unknown.")
		case !s.limiter.Allow(from.ID):
			return errs.TooMany("sensor.too_fast", "This platform calls too often; send batches.")
		}
		return s.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := s.TakeTx(auth.System(ctx, from.Name), tx, from, []Event{ofTopic(topic, payload, db.NewID(tx))})
			return err
		})
	}, nil
}

// ofTopic makes an event of a message; one that is unreadable is refused and counted as such. A reading that names its instant has
// an id made of what it says, so that the same one again is known.
func ofTopic(topic string, payload []byte, id string) Event {
	subject := topic[strings.LastIndexByte(topic, '/')+1:]
	if bytes.Contains(payload, []byte(`"specversion"`)) {
		if e, err := readEvent(payload); err == nil {
			if e.Subject == "" {
				e.Subject = subject
			}
			return e
		}
	}
	e := Event{Source: "mqtt", ID: id, Type: typeReading, Subject: subject, Data: payload}
	if _, at, ok := e.values(); ok && !at.IsZero() && json.Valid(payload) {
		e.ID = digest(topic + "\x00" + string(payload))
	}
	return e
}
