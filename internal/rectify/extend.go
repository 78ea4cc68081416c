package rectify

import (
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
)

// What a unit can ask for.
const (
	Extension  = "extension"
	Suspension = "suspension"
)

// States of a request. An approved suspension ends when the item goes on.
const (
	RequestOpen     = "open"
	RequestApproved = "approved"
	RequestRefused  = "refused"
	RequestEnded    = "ended"
)

// SuspensionGrounds are those for which an item may be suspended: the five of the command platform.
var SuspensionGrounds = []string{"funds", "planning", "weather", "court", "owner_lost"}

// Request is what a unit asked for and what was decided.
type Request struct {
	ID        string      `db:"id" json:"id"`
	ItemID    string      `db:"item_id" json:"item_id"`
	Kind      string      `db:"kind" json:"kind" enum:"extension,suspension"`
	State     string      `db:"state" json:"state" enum:"open,approved,refused,ended"`
	Ground    string      `db:"ground" json:"ground,omitempty"`
	Note      string      `db:"note" json:"note"`
	Days      int         `db:"days" json:"days" doc:"extension: work days asked for, granted ones once decided"`
	UnitID    string      `db:"unit_id" json:"unit_id"`
	UnitName  string      `db:"unit_name" json:"unit_name"`
	AskedBy   string      `db:"asked_by" json:"asked_by"`
	AskedAt   clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy string      `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Answer    string      `db:"answer" json:"answer,omitempty"`
	ReviewAt  *clock.Time `db:"review_at" json:"review_at,omitempty" doc:"suspension: by when it has to be looked at again"`
	Reviews   int         `db:"reviews" json:"reviews"`
	EndedAt   *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	EndedBy   string      `db:"ended_by" json:"ended_by,omitempty"`
}

const requestColumns = `id, item_id, kind, state, ground, note, days, unit_id, unit_name, asked_by, asked_at, decided_by, decided_at, answer, review_at, reviews,
	ended_at, ended_by`

func requestsOf(ctx context.Context, tx *db.Tx, item string) ([]Request, error) {
	return db.All[Request](ctx, tx, "SELECT "+requestColumns+" FROM item_request WHERE item_id = $1 ORDER BY id", item)
}

func saveRequest(ctx context.Context, tx *db.Tx, r *Request) error {
	_, err := tx.Exec(ctx, `UPDATE item_request SET state = $1, days = $2, decided_by = $3, decided_at = $4, answer = $5, review_at = $6, reviews = $7, ended_at = $8,
		ended_by = $9 WHERE id = $10`, r.State, r.Days, r.DecidedBy, r.DecidedAt, r.Answer, r.ReviewAt, r.Reviews, r.EndedAt, r.EndedBy, r.ID)
	return err
}

// request keeps what the lead unit asks for; one request waits at a time.
func request(ctx context.Context, tx *db.Tx, i *Item, r Request) error {
	r.ID, r.ItemID, r.State, r.UnitID, r.UnitName, r.AskedBy, r.AskedAt = db.NewID(tx), i.ID, RequestOpen, i.LeadUnit, i.LeadName, nameOf(ctx), tx.Time()
	i.Wants = r.Kind
	_, err := tx.Exec(ctx, "INSERT INTO item_request ("+requestColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
		r.ID, r.ItemID, r.Kind, r.State, r.Ground, r.Note, r.Days, r.UnitID, r.UnitName, r.AskedBy, r.AskedAt, r.DecidedBy, r.DecidedAt, r.Answer, r.ReviewAt, r.Reviews, r.EndedAt, r.EndedBy)
	return err
}

// latest returns the newest request of the item in this state, Conflict if there is none.
func latest(ctx context.Context, tx *db.Tx, i *Item, kind, state string) (*Request, error) {
	rows, err := db.All[Request](ctx, tx, "SELECT "+requestColumns+" FROM item_request WHERE item_id = $1 AND kind = $2 AND state = $3 ORDER BY id DESC LIMIT 1", i.ID, kind, state)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.Conflict("rectify.no_request", "Nothing is asked for that could be decided.").With(i)
	}
	return &rows[0], nil
}

// decide closes the open request of the kind.
func decide(ctx context.Context, tx *db.Tx, r *Request, state, answer string) error {
	now := tx.Time()
	r.State, r.Answer, r.DecidedBy, r.DecidedAt = state, mask.Text(answer), nameOf(ctx), &now
	return saveRequest(ctx, tx, r)
}

// askExtension asks for more time: once per item, before the time has run out, at most as many days as there were at first.
func (s *Service) askExtension(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why more time is needed.")
	}
	c, err := s.inTime(ctx, tx, i)
	if err != nil {
		return err
	}
	if m.Days < 1 || m.Days > c.Limit.N {
		return errs.Invalid("rectify.extension_long", "Ask for one day or more, and for at most as much time again as there was at first.",
			errs.Field{Location: "body.days", Message: "at most", Value: c.Limit.N})
	}
	return request(ctx, tx, i, Request{Kind: Extension, Days: m.Days, Note: mask.Text(m.Note)})
}

// inTime returns the running clock of the lead unit, Conflict once it has run out.
func (s *Service) inTime(ctx context.Context, tx *db.Tx, i *Item) (*Clock, error) {
	c, err := runningClock(ctx, tx, i.ID, HandleClock)
	if err == nil && (c == nil || tx.Now().After(c.DueAt.Time)) {
		err = errs.Conflict("rectify.too_late", "More time is asked for and granted before the time has run out.").With(i)
	}
	return c, err
}

// extend grants all or part of what was asked for; the due time follows from the start of the clock.
func (s *Service) extend(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	r, err := latest(ctx, tx, i, Extension, RequestOpen)
	if err != nil {
		return err
	}
	c, err := s.inTime(ctx, tx, i)
	if err != nil {
		return err
	}
	if m.Days < 0 || m.Days > r.Days {
		return errs.Invalid("rectify.extension_long", "Not more than was asked for.", errs.Field{Location: "body.days", Message: "at most", Value: r.Days})
	}
	if m.Days > 0 {
		r.Days = m.Days
	}
	c.Limit.N += r.Days
	c.Extension += r.Days
	c.reckon(s.calendar.Current(), tx.Now())
	i.DueAt, i.Phase, i.Extended, i.Wants = &c.DueAt, c.Phase, true, ""
	if err := saveClock(ctx, tx, c); err != nil {
		return err
	}
	return decide(ctx, tx, r, RequestApproved, m.Note)
}

// refuseRequest says no, with reasons.
func (s *Service) refuseRequest(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why it is not granted.")
	}
	r, err := latest(ctx, tx, i, i.Wants, RequestOpen)
	if err != nil {
		return err
	}
	i.Wants = ""
	return decide(ctx, tx, r, RequestRefused, m.Note)
}

// dropRequest ends what the unit asked for when the item leaves it.
func dropRequest(ctx context.Context, tx *db.Tx, i *Item) error {
	if i.Wants == "" {
		return nil
	}
	i.Wants = ""
	_, err := tx.Exec(ctx, "UPDATE item_request SET state = 'ended', ended_at = $1, ended_by = $2 WHERE item_id = $3 AND state = 'open'", tx.Time(), nameOf(ctx), i.ID)
	return err
}

func goodGround(ground string) error {
	if slices.Contains(SuspensionGrounds, ground) {
		return nil
	}
	return errs.Invalid("rectify.no_ground", "A suspension needs one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: ground})
}

func nameOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil {
		return p.Name
	}
	return ""
}
