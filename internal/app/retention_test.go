package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// old writes what the program works with: of each kind one row that came to an end with its kin, and of those with a state one that did not.
func old(ctx context.Context, tx *db.Tx) error {
	id, now := map[string]string{}, tx.Time()
	for _, name := range []string{"event", "waiting", "notice", "message", "queued", "sent", "unsent", "attempt", "hook"} {
		id[name] = db.NewID(tx)
	}
	for query, args := range map[string][]any{
		"INSERT INTO outbox (id, topic, subject, payload, actor, state, due_at, created_at) VALUES ($1, 't', 's', '{}', '', 'done', $3, $3), ($2, 't', 's', '{}', '', 'failed', $3, $3)":                                                                                               {id["event"], id["waiting"], now},
		"INSERT INTO identity_notice (id, user_id, kind, title, created_at) VALUES ($1, 'u', 'k', 't', $2)":                                                                                                                                                                            {id["notice"], now},
		"INSERT INTO message (id, key, event, audience, channel, address, address_index, shown, body, preview, state, due_at, created_at) VALUES ($1, $1, 'e', 'unit', 'sms', '', '', '', '', '', 'sent', $3, $3), ($2, $2, 'e', 'unit', 'sms', '', '', '', '', '', 'queued', $3, $3)": {id["message"], id["queued"], now},
		"INSERT INTO webhook (id, name, url, secret, topics, area_code, created_at, created_by) VALUES ($1, 'w', 'https://example.com', '', '[]', '', $2, '')":                                                                                                                         {id["hook"], now},
	} {
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
	}
	for query, args := range map[string][]any{
		"INSERT INTO outbox_done (message_id, reaction, done_at) VALUES ($1, 'r', $2)":                                                                                                                       {id["event"], now},
		"INSERT INTO identity_notice_read (notice_id, user_id, read_at) VALUES ($1, 'u', $2)":                                                                                                                {id["notice"], now},
		"INSERT INTO message_attempt (id, message_id, at, provider, outcome) VALUES ($1, $2, $3, 'file', 'sent')":                                                                                            {id["attempt"], id["message"], now},
		"INSERT INTO webhook_delivery (id, webhook_id, event_key, topic, payload, state, due_at, created_at) VALUES ($1, $3, $1, 't', '{}', 'delivered', $4, $4), ($2, $3, $2, 't', '{}', 'queued', $4, $4)": {id["sent"], id["unsent"], id["hook"], now},
	} {
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
	}
	return nil
}

func TestForgetOld_DropsWhatCameToAnEndWhenItsTimeIsUpAndNotesIt(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		now := clock.NewFake(testkit.Epoch)
		a, err := OpenAt(context.Background(), config.Config{DB: url, Data: t.TempDir(), Cipher: "aes", KeepEvents: 30, KeepDeliveries: 90, KeepNotices: 365}, now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		ctx := auth.System(context.Background(), "test")
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error { return old(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		after := func(days int, want string) {
			t.Helper()
			now.Set(testkit.Epoch.AddDate(0, 0, days).Add(time.Hour))
			if err := a.forgetOld(ctx); err != nil {
				t.Fatal(err)
			}
			var counts []string
			if err := a.DB.Read(ctx, func(tx *db.Tx) error {
				for _, table := range []string{"outbox", "outbox_done", "webhook_delivery", "identity_notice", "identity_notice_read", "message", "message_attempt"} {
					n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM "+table)
					if err != nil {
						return err
					}
					counts = append(counts, fmt.Sprint(n))
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(counts, " "); got != want {
				t.Errorf("after %d days %s are left, want %s", days, got, want)
			}
		}
		after(29, "2 1 2 1 1 2 1")
		after(31, "1 0 2 1 1 2 1")
		after(91, "1 0 1 1 1 2 1")
		after(366, "1 0 1 0 0 2 1")
		after(5000, "1 0 1 0 0 2 1") // without a setting for ever
		a.Config.KeepMessages = 730
		after(5001, "1 0 1 0 0 1 0")
		after(5002, "1 0 1 0 0 1 0")
		if err := a.DB.Read(ctx, func(tx *db.Tx) error {
			rows, err := audit.List(ctx, tx, audit.Filter{Action: "system.forgotten", Limit: 10})
			if len(rows) != 4 || !strings.Contains(rows[3].Detail, `"events":{"before":`) || !strings.Contains(rows[3].Detail, `"rows":1`) {
				t.Errorf("noted are %+v", rows)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
