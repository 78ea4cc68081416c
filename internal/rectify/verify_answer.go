package rectify

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// AskedToJudge is what an invited resident is shown: what was to be put right and what the unit says it did, masked for the public.
type AskedToJudge struct {
	Title    string      `json:"title"`
	AreaName string      `json:"area_name"`
	Place    string      `json:"place"`
	Lead     string      `json:"lead"`
	Outcome  string      `json:"outcome"`
	DoneAt   *clock.Time `json:"done_at"`
	Until    clock.Time  `json:"until"`
	Done     bool        `json:"done" doc:"The code has been used or nobody asks any more"`
}

// Answer is what an invited resident says.
type Answer struct {
	Code    string `json:"code" minLength:"8" maxLength:"40"`
	Verdict string `json:"verdict" enum:"solved,partly,unsolved"`
	Words   string `json:"words,omitempty" maxLength:"1200"`
}

const maxTestimony = 300

type invitationRow struct {
	ID     string     `db:"id"`
	ItemID string     `db:"item_id"`
	Round  int        `db:"round"`
	Kind   string     `db:"kind"`
	Until  clock.Time `db:"until"`
	Used   bool       `db:"used"`
}

// AskedBy shows what a code asks about. Anybody who holds a code may; codes that were tried are bounded per network.
func (s *Service) AskedBy(ctx context.Context, address, code string) (out *AskedToJudge, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		r, i, err := s.byCode(ctx, tx, address, code)
		if err != nil {
			return err
		}
		out = &AskedToJudge{Title: mask.Public(i.Title), AreaName: i.AreaName, Place: mask.Public(i.Place), Lead: i.LeadName, Outcome: mask.Public(i.Outcome), DoneAt: i.DoneAt,
			Until: r.Until, Done: closed(r, i, tx.Now())}
		return nil
	})
	return out, err
}

// closed reports whether an answer comes too late: the code was used, the item moved on, or the time is over.
func closed(r *invitationRow, i *Item, now time.Time) bool {
	return r.Used || i.State != Done || i.Reworks != r.Round || now.After(r.Until.Time)
}

func (s *Service) byCode(ctx context.Context, tx *db.Tx, address, code string) (*invitationRow, *Item, error) {
	network := httpx.Network(address)
	if !s.tries.Allow(network) {
		return nil, nil, errs.TooMany("rectify.too_many_codes", "Many codes were tried from this network; try again in a few minutes.")
	}
	r, err := db.Get[invitationRow](ctx, tx, "SELECT id, item_id, round, kind, until, used FROM item_invitation WHERE digest = $1", s.digest(code))
	if errors.Is(err, db.ErrNoRows) {
		if !s.wrong.Allow(network) {
			return nil, nil, errs.TooMany("rectify.too_many_codes", "Many codes were tried from this network; try again in a few minutes.")
		}
		return nil, nil, errs.NotFound("rectify.no_code", "There is no such code; check the letters.")
	}
	if err != nil {
		return nil, nil, err
	}
	i, err := findItem(ctx, tx, r.ItemID)
	return &r, i, err
}

// AnswerInvitation keeps what an invited resident says: once per code. The row of the answer has a random id and the day
// only, the invitation only that it was used: nobody can join them again.
func (s *Service) AnswerInvitation(ctx context.Context, address string, a Answer) error {
	if !slices.Contains([]string{"solved", "partly", "unsolved"}, a.Verdict) {
		return errs.Invalid("rectify.no_verdict", "Say whether it is solved.", errs.Field{Location: "body.verdict", Message: "not in the list", Value: a.Verdict})
	}
	if err := checkTexts(prose.Optional("words", &a.Words, maxTestimony)); err != nil {
		return err
	}
	ctx = audit.WithOrigin(auth.System(ctx, "居民"), audit.Origin{}) // the trail keeps that somebody answered, not from where
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.answerTx(ctx, tx, address, a) })
}

func (s *Service) answerTx(ctx context.Context, tx *db.Tx, address string, a Answer) error {
	r, i, err := s.byCode(ctx, tx, address, a.Code)
	if err != nil {
		return err
	}
	gone := errs.Conflict("rectify.code_used", "This code has been used, or nobody asks about this any more.")
	if closed(r, i, tx.Now()) {
		return gone
	}
	n, err := tx.Exec(ctx, "UPDATE item_invitation SET used = TRUE WHERE id = $1 AND NOT used", r.ID)
	if err == nil && n == 0 {
		err = gone
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO item_witness (id, item_id, round, kind, verdict, words, day) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		rand.Text(), r.ItemID, r.Round, r.Kind, a.Verdict, mask.Public(a.Words), dayOf(tx.Now())); err != nil {
		return err
	}
	// The trail notes that an answer came in for the item, not which.
	return audit.Log(ctx, tx, audit.Entry{Action: "rectify.answered_invitation", Object: "rectification", ObjectID: i.ID, Area: i.AreaCode})
}

// dayOf is the start of the day in Nanjing.
func dayOf(now time.Time) clock.Time {
	y, m, d := now.In(clock.Nanjing).Date()
	return clock.At(time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing))
}
