package integration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// States of a delivery.
const (
	Queued    = "queued"
	Sending   = "sending"
	Delivered = "delivered"
	Failed    = "failed"
)

// Delivery is one event for one webhook.
type Delivery struct {
	ID        string      `db:"id" json:"id" doc:"webhook-id of every try"`
	WebhookID string      `db:"webhook_id" json:"webhook_id"`
	Key       string      `db:"event_key" json:"-"`
	Topic     string      `db:"topic" json:"topic"`
	Subject   string      `db:"subject" json:"subject,omitempty" doc:"Number of the case"`
	Payload   string      `db:"payload" json:"payload" doc:"As sent"`
	State     string      `db:"state" json:"state" enum:"queued,sending,delivered,failed"`
	DueAt     clock.Time  `db:"due_at" json:"due_at"`
	Attempts  int         `db:"attempts" json:"attempts"`
	Status    int         `db:"status" json:"status,omitempty" doc:"Of the last answer"`
	Error     string      `db:"error" json:"error,omitempty"`
	TookMS    int64       `db:"took_ms" json:"took_ms"`
	Replays   int         `db:"replays" json:"replays"`
	CreatedAt clock.Time  `db:"created_at" json:"created_at"`
	DoneAt    *clock.Time `db:"done_at" json:"done_at,omitempty"`
}

const deliveryColumns = "id, webhook_id, event_key, topic, subject, payload, state, due_at, attempts, status, error, took_ms, replays, created_at, done_at"

// Event is what webhooks are told: no words of residents, no names.
type Event struct {
	Key     string         // the same happening has the same key
	Topic   string         // one of Topics
	Subject string         // number of the case
	Area    string         // where
	At      clock.Time     // when
	Data    map[string]any // ids, states, codes and times
}

// envelope is the body of a delivery: CloudEvents 1.0 in its JSON form.
type envelope struct {
	SpecVersion string         `json:"specversion"`
	ID          string         `json:"id"`
	Source      string         `json:"source"`
	Type        string         `json:"type"`
	Subject     string         `json:"subject,omitempty"`
	Time        string         `json:"time"`
	ContentType string         `json:"datacontenttype"`
	Data        map[string]any `json:"data"`
}

// QueueTx queues events for every active webhook that hears of them, in the caller's transaction; an event queued before
// is passed over. For a halted one they are kept as failed, so that they can be replayed. Called by the program.
func (s *Service) QueueTx(ctx context.Context, tx *db.Tx, events []Event) error {
	hooks, err := db.All[Webhook](ctx, tx, "SELECT "+webhookColumns+" FROM webhook WHERE active ORDER BY id LIMIT 200")
	if err != nil || len(hooks) == 0 {
		return err
	}
	for _, e := range events {
		for i := range hooks {
			if hooks[i].hears(e) {
				if err := queue(ctx, tx, &hooks[i], e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *Webhook) hears(e Event) bool {
	for _, t := range w.Topics.V {
		if t == e.Topic && strings.HasPrefix(e.Area, w.AreaCode) {
			return true
		}
	}
	return false
}

func queue(ctx context.Context, tx *db.Tx, w *Webhook, e Event) error {
	id := db.NewID(tx)
	body, err := json.Marshal(envelope{SpecVersion: "1.0", ID: id, Source: "yiwang", Type: e.Topic, Subject: e.Subject, Time: stamp(e.At.Time), ContentType: "application/json", Data: e.Data})
	if err != nil {
		return err
	}
	now, state, why := tx.Time(), Queued, ""
	var done *clock.Time
	if w.HaltedAt != nil {
		state, why, done = Failed, "halted", &now
	}
	return tx.Queue(ctx, nil, `INSERT INTO webhook_delivery (id, webhook_id, event_key, topic, subject, payload, state, due_at, error, created_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10) ON CONFLICT (webhook_id, event_key) DO NOTHING`,
		id, w.ID, e.Topic+"/"+e.Key, e.Topic, e.Subject, string(body), state, now, why, done)
}

var newestDeliveries = httpx.Newest[Delivery]{Table: "webhook_delivery", Columns: deliveryColumns, ID: func(d *Delivery) string { return d.ID }, CountMost: 10_001}

// Deliveries lists what a webhook was sent, newest first. Needs integration.manage in its area.
func (s *Service) Deliveries(ctx context.Context, webhook, state string, page httpx.PageIn) (out httpx.Page[Delivery], err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.webhookOf(ctx, tx, webhook); err != nil {
			return err
		}
		where, args := "webhook_id = $1", []any{webhook}
		if state != "" {
			args = append(args, state)
			where += fmt.Sprintf(" AND state = $%d", len(args))
		}
		out, err = newestDeliveries.Page(ctx, tx, where, args, page)
		return err
	})
	return out, err
}

// Replay sends a delivery again, whatever became of it, with the same id and body and a new time. Needs integration.manage
// in the webhook's area.
func (s *Service) Replay(ctx context.Context, id string) (*Delivery, error) {
	var d Delivery
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		d, err = db.Get[Delivery](ctx, tx, "SELECT "+deliveryColumns+" FROM webhook_delivery WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("integration.no_delivery", "There is no such delivery.")
		}
		if err != nil {
			return err
		}
		w, err := s.webhookOf(ctx, tx, d.WebhookID)
		if err != nil {
			return err
		}
		if d.State == Queued || d.State == Sending {
			return errs.Conflict("integration.not_done", "It is still being sent.")
		}
		d.State, d.DueAt, d.Attempts, d.Error, d.DoneAt, d.Replays = Queued, tx.Time(), 0, "", nil, d.Replays+1
		if _, err := tx.Exec(ctx, "UPDATE webhook_delivery SET state = 'queued', due_at = $1, attempts = 0, error = '', done_at = NULL, replays = $2 WHERE id = $3", d.DueAt, d.Replays, id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "integration.replay", Object: "webhook_delivery", ObjectID: id, Area: w.AreaCode})
	})
	return &d, err
}

// maxReplayed bounds how many deliveries one replay queues.
const maxReplayed = 20_000

// ReplayFailed sends again whatever failed since a time, oldest first, with the ids and bodies of before: what a system missed while it was
// away. It returns how many were queued, at most 20,000; the next call takes up the rest. Needs integration.manage in the webhook's area;
// Conflict if the webhook is off or halted.
func (s *Service) ReplayFailed(ctx context.Context, webhook string, since clock.Time) (n int64, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.webhookOf(ctx, tx, webhook)
		if err != nil {
			return err
		}
		if !w.Active || w.HaltedAt != nil {
			return errs.Conflict("integration.webhook_off", "Switch the webhook on first.")
		}
		n, err = tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'queued', due_at = $1, attempts = 0, error = '', done_at = NULL, replays = replays + 1
			WHERE id IN (SELECT id FROM webhook_delivery WHERE webhook_id = $2 AND state = 'failed' AND created_at >= $3 ORDER BY created_at, id LIMIT $4)`, tx.Time(), webhook, since, maxReplayed)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "integration.replay", Object: "webhook", ObjectID: webhook, Area: w.AreaCode, Detail: map[string]any{"since": since, "queued": n}})
	})
	return n, err
}

// Ping queues a test event for one webhook. Needs integration.manage in its area.
func (s *Service) Ping(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err := s.webhookOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !w.Active || w.HaltedAt != nil {
			return errs.Conflict("integration.webhook_off", "Switch the webhook on first.")
		}
		e := Event{Key: db.NewID(tx), Topic: "ping", Area: w.AreaCode, At: tx.Time(), Data: map[string]any{"by": auth.From(ctx).Name}}
		if err := queue(ctx, tx, w, e); err != nil {
			return err
		}
		return s.logWebhook(ctx, tx, "integration.ping", w)
	})
}
