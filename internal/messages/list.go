package messages

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows the list of messages; empty fields do not.
type Filter struct {
	State   State
	Channel Channel
	Event   string
	Case    string // id
	Query   string // part of the case's number
}

var newestMessages = httpx.Newest[Message]{Table: "message", Columns: messageColumns, ID: func(m *Message) string { return m.ID }, CountMost: 10_001}

// List returns messages about the caller's areas, newest first. Needs messages.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Message], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	var args []any
	where := []string{within(ctx, &args)}
	add := func(format string, v string) {
		if v != "" {
			args = append(args, v)
			where = append(where, fmt.Sprintf(format, len(args)))
		}
	}
	add("state = $%d", string(f.State))
	add("channel = $%d", string(f.Channel))
	add("event = $%d", f.Event)
	add("subject_id = $%d", f.Case)
	if f.Query != "" {
		add(`number LIKE $%d ESCAPE '\'`, "%"+db.EscapeLike(f.Query)+"%")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = newestMessages.Page(ctx, tx, strings.Join(where, " AND "), args, page)
		return err
	})
	return out, err
}

// within keeps the messages about the caller's areas, and those about none for who manages.
func within(ctx context.Context, args *[]any) string {
	cond := auth.Areas(ctx, "area_code", args)
	if auth.From(ctx).Has(PermManage) {
		return "(" + cond + " OR area_code = '')"
	}
	return cond
}

func findMessage(ctx context.Context, tx *db.Tx, id string) (*Message, error) {
	args := []any{id}
	m, err := db.Get[Message](ctx, tx, "SELECT "+messageColumns+" FROM message WHERE id = $1 AND "+within(ctx, &args), args...)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("messages.not_found", "There is no such message in your area.")
	}
	return &m, err
}

// Detail is a message with its tries and receipts.
type Detail struct {
	Message
	Tries []Attempt `json:"tries"`
}

// Get returns one message about the caller's areas with its tries. Needs messages.read.
func (s *Service) Get(ctx context.Context, id string) (*Detail, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	d := &Detail{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := findMessage(ctx, tx, id)
		if err != nil {
			return err
		}
		d.Message = *m
		d.Tries, err = db.All[Attempt](ctx, tx, "SELECT id, at, provider, outcome, detail, took_ms FROM message_attempt WHERE message_id = $1 ORDER BY id LIMIT 100", id)
		if d.Tries == nil {
			d.Tries = []Attempt{}
		}
		return err
	})
	return d, err
}

// ChannelState is how a channel does.
type ChannelState struct {
	Channel   Channel `json:"channel"`
	Provider  string  `json:"provider" doc:"file, smtp or gateway"`
	Waiting   int     `json:"waiting" doc:"Queued or with a worker"`
	Sent      int     `json:"sent" doc:"In the last 24 hours, delivered ones included"`
	Delivered int     `json:"delivered"`
	Failed    int     `json:"failed"`
	Held      int     `json:"suppressed"`
}

// Channels tells how each channel did in the last 24 hours. Needs messages.read.
func (s *Service) Channels(ctx context.Context) ([]ChannelState, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	type row struct {
		Channel Channel `db:"channel"`
		State   State   `db:"state"`
		N       int     `db:"n"`
	}
	var rows []row
	var args []any
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		cond := within(ctx, &args)
		args = append(args, tx.Now().Add(-24*time.Hour).UnixMilli())
		rows, err = db.All[row](ctx, tx, fmt.Sprintf(`SELECT channel, state, COUNT(*) AS n FROM message
			WHERE %s AND (created_at >= $%d OR state IN ('queued', 'sending')) GROUP BY channel, state`, cond, len(args)), args...)
		return err
	})
	out := []ChannelState{}
	for _, channel := range []Channel{SMS, Email} {
		c := ChannelState{Channel: channel, Provider: s.providers[channel].Name()}
		for _, r := range rows {
			if r.Channel == channel {
				c.count(r.State, r.N)
			}
		}
		out = append(out, c)
	}
	return out, err
}

func (c *ChannelState) count(state State, n int) {
	switch state {
	case Queued, Sending:
		c.Waiting += n
	case Sent:
		c.Sent += n
	case Delivered:
		c.Sent += n
		c.Delivered += n
	case Failed:
		c.Failed += n
	case Suppressed:
		c.Held += n
	}
}
