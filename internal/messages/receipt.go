package messages

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"strconv"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Receipt is what the gateway says about a message later.
type Receipt struct {
	ID     string `json:"id" doc:"The gateway's number, or ours"`
	State  string `json:"state" enum:"delivered,failed"`
	Detail string `json:"detail,omitempty"`
}

// receiptAge is how old a signed receipt may be, so that a recorded one cannot be sent again much later.
const receiptAge = 10 * time.Minute

// maxReceipts bounds one call.
const maxReceipts = 500

// TakeReceipts keeps what the gateway reports: body is a JSON list of receipts, signed like what we send. Returns Forbidden
// for a wrong or old signature, NotFound without a gateway. Receipts of unknown messages are passed over.
func (s *Service) TakeReceipts(ctx context.Context, timestamp, signature string, body []byte) (taken int, err error) {
	if s.secret == "" {
		return 0, errs.NotFound("messages.no_gateway", "No gateway for text messages is set up here.")
	}
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !hmac.Equal([]byte(signature), []byte(Sign(s.secret, at, body))) {
		return 0, errs.Forbidden("messages.bad_signature", "The signature is not that of the gateway.")
	}
	if age := s.DB.Clock().Now().Sub(time.Unix(at, 0)); age > receiptAge || age < -receiptAge {
		return 0, errs.Forbidden("messages.old_signature", "The signature is too old; check the clock of the gateway.")
	}
	var list []Receipt
	if err := json.Unmarshal(body, &list); err != nil || len(list) > maxReceipts {
		return 0, errs.Invalid("messages.bad_receipts", "Send a JSON list of at most 500 receipts.")
	}
	ctx = auth.System(ctx, "短信网关")
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		taken = 0
		for _, r := range list {
			n, err := s.takeReceipt(ctx, tx, r)
			if err != nil {
				return err
			}
			taken += n
		}
		return nil
	})
	return taken, err
}

func (s *Service) takeReceipt(ctx context.Context, tx *db.Tx, r Receipt) (int, error) {
	if r.ID == "" || r.State != "delivered" && r.State != "failed" {
		return 0, nil
	}
	found, err := db.All[Message](ctx, tx, "SELECT "+messageColumns+" FROM message WHERE (receipt = $1 OR id = $1) AND channel = 'sms' AND state IN ('sending', 'sent', 'queued') LIMIT 1", r.ID)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	m, state, word := &found[0], Delivered, "delivered"
	if r.State == "failed" {
		state, word = Failed, "not_delivered"
	}
	if _, err := tx.Exec(ctx, "UPDATE message SET state = $1, done_at = $2, error = $3, sent_at = COALESCE(sent_at, $2) WHERE id = $4", state, tx.Time(), clip(r.Detail, 300), m.ID); err != nil {
		return 0, err
	}
	return 1, addAttempt(ctx, tx, m.ID, Attempt{Provider: m.Provider, Outcome: word, Detail: clip(r.Detail, 300)})
}

// Retry queues a failed or suppressed message again, with all its tries. Needs messages.manage.
func (s *Service) Retry(ctx context.Context, id string) (*Message, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var m *Message
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if m, err = findMessage(ctx, tx, id); err != nil {
			return err
		}
		if m.State != Failed && m.State != Suppressed {
			return errs.Conflict("messages.not_failed", "Only a failed or suppressed message can be sent again.")
		}
		m.State, m.Attempts, m.DueAt, m.Error, m.DoneAt = Queued, 0, tx.Time(), "", nil
		if _, err := tx.Exec(ctx, "UPDATE message SET state = 'queued', attempts = 0, due_at = $1, error = '', done_at = NULL WHERE id = $2", m.DueAt, id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "messages.retry", Object: "message", ObjectID: id, Area: m.AreaCode})
	})
	return m, err
}

// Test queues a message to an address of the caller's choice, to see whether a provider works. Needs messages.manage.
func (s *Service) Test(ctx context.Context, channel Channel, address string) (*Message, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	n := NewContact{}
	if channel == Email {
		n.Email = &address
	} else {
		n.Phone = &address
	}
	if err := s.checkContact(&n); err != nil {
		return nil, err
	}
	var m *Message
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		rules, err := s.rules(ctx, tx)
		if err != nil {
			return err
		}
		key := "test/" + db.NewID(tx)
		r := &round{s: s, tx: tx, rules: rules}
		t := Template{Channel: channel, Subject: "一网：测试消息", Body: "【一网】这是一条测试消息，收到说明通道可用。"}
		note := &Note{Event: "test", Audience: ToUnit, Key: key, Urgent: true}
		if p := auth.From(ctx); len(p.Areas) > 0 {
			note.AreaCode = p.Areas[0]
		}
		if err := r.put(ctx, note, t, address, auth.From(ctx).UserID); err != nil {
			return err
		}
		found, err := db.All[Message](ctx, tx, "SELECT "+messageColumns+" FROM message WHERE key LIKE $1", key+"/%")
		if err != nil || len(found) != 1 {
			return err
		}
		m = &found[0]
		return audit.Log(ctx, tx, audit.Entry{Action: "messages.test", Object: "message", ObjectID: m.ID, Detail: map[string]any{"channel": channel}})
	})
	return m, err
}
