package calls

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// Filter chooses calls for the log.
type Filter struct {
	CaseID   string
	User     string // a party
	Ending   Ending
	Missed   bool // not answered: missed, busy, declined
	Mine     bool // the caller is a party
	From, To *clock.Time
}

// Now is what a page has to show at once.
type Now struct {
	Call  *Call  `json:"call" doc:"The call that the caller is in; null in none"`
	Rings []Call `json:"rings" doc:"What rings for the caller, and at the centre of the caller's areas"`
}

// Current returns the call that the caller is in and what rings. Needs calls.call.
func (s *Service) Current(ctx context.Context) (out Now, err error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return out, err
	}
	p := auth.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		open, err := db.All[Call](ctx, tx, "SELECT "+callColumns+" FROM calls_call WHERE state <> 'ended' ORDER BY created_at LIMIT 500")
		if err != nil {
			return err
		}
		if err := withParties(ctx, tx, open); err != nil {
			return err
		}
		out = Now{Rings: []Call{}}
		for i := range open {
			c := &open[i]
			switch me := c.Party(p.UserID); {
			case me != nil && me.State == PartyJoined:
				out.Call = c
			case me != nil && me.State == PartyRings, me == nil && c.State == Ringing && takes(p, c):
				out.Rings = append(out.Rings, *c)
			}
		}
		return nil
	})
	return out, err
}

// List lists calls, newest first: the caller's own, and with calls.record or calls.manage those of the caller's areas. Needs calls.call.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Call], err error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	where, args := f.where(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM calls_call WHERE "+where, args...)
		if err != nil {
			return err
		}
		if after[0] != "" {
			args = append(args, after[0])
			where += fmt.Sprintf(" AND id < $%d", len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Call](ctx, tx, "SELECT "+callColumns+" FROM calls_call WHERE "+where+limited(len(args)), args...)
		if err != nil {
			return err
		}
		out = httpx.Cut(rows, page.Limit, total, func(c *Call) string { return httpx.EncodeCursor(c.ID) })
		return withParties(ctx, tx, out.Items)
	})
	return out, err
}

// limited is the order of the log and its bound, the nth argument.
func limited(n int) string { return fmt.Sprintf(" ORDER BY id DESC LIMIT $%d", n) }

func (f Filter) where(ctx context.Context) (string, []any) {
	p := auth.From(ctx)
	args := []any{p.UserID}
	where := "id IN (SELECT call_id FROM calls_party WHERE user_id = $1)"
	if !f.Mine && (p.Has(PermRecord) || p.Has(PermManage)) {
		where = "(" + where + " OR " + auth.Areas(ctx, "area_code", &args) + ")"
	}
	add := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.CaseID != "" {
		add("case_id = $%d", f.CaseID)
	}
	if f.User != "" {
		add("id IN (SELECT call_id FROM calls_party WHERE user_id = $%d)", f.User)
	}
	if f.Ending != "" {
		add("ending = $%d", f.Ending)
	}
	if f.Missed {
		where += " AND ending IN ('missed', 'busy', 'declined')"
	}
	if f.From != nil {
		add("created_at >= $%d", *f.From)
	}
	if f.To != nil {
		add("created_at < $%d", *f.To)
	}
	return where, args
}

// Detail is a call with what was recorded of it and who looked.
type Detail struct {
	Call
	Recordings []Recording `json:"recordings"`
	Looks      []Look      `json:"looks" doc:"Who looked at a recording; the parties see it"`
}

// Get returns a call that the caller may see. NotFound otherwise. Needs calls.call.
func (s *Service) Get(ctx context.Context, id string) (out *Detail, err error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if !sees(auth.From(ctx), c) {
			return noCall()
		}
		out = &Detail{Call: *c}
		if out.Recordings, err = db.All[Recording](ctx, tx, "SELECT "+recordingColumns+" FROM calls_recording WHERE call_id = $1 ORDER BY id", id); err != nil {
			return err
		}
		out.Looks, err = db.All[Look](ctx, tx, "SELECT "+lookColumns+" FROM calls_look WHERE call_id = $1 ORDER BY id DESC LIMIT 200", id)
		return err
	})
	if out != nil && out.Recordings == nil {
		out.Recordings = []Recording{}
	}
	if out != nil && out.Looks == nil {
		out.Looks = []Look{}
	}
	return out, err
}
