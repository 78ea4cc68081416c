package whistle

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Sides of a rating.
const (
	ByStreet = "street" // how the called unit did
	ByUnit   = "unit"   // how the unit saw the street and the matter
)

// Rating is what one side says about a call, from 1 to 5.
type Rating struct {
	CallID    string     `db:"call_id" json:"call_id"`
	Side      string     `db:"side" json:"side" enum:"street,unit"`
	WhistleID string     `db:"whistle_id" json:"-"`
	Speed     int        `db:"speed" json:"speed" minimum:"1" maximum:"5"`
	Attitude  int        `db:"attitude" json:"attitude" minimum:"1" maximum:"5"`
	Result    int        `db:"result" json:"result" minimum:"1" maximum:"5"`
	Words     string     `db:"words" json:"words,omitempty"`
	ByName    string     `db:"by_name" json:"by_name"`
	At        clock.Time `db:"at" json:"at"`
}

const ratingColumns = "call_id, side, whistle_id, speed, attitude, result, words, by_name, at"

// sealedDays is how long a rating stays sealed if the other side does not speak.
const sealedDays = 5

// NewRating is what one side says.
type NewRating struct {
	Speed    int    `json:"speed" minimum:"1" maximum:"5"`
	Attitude int    `json:"attitude" minimum:"1" maximum:"5"`
	Result   int    `json:"result" minimum:"1" maximum:"5"`
	Words    string `json:"words,omitempty" maxLength:"4000"`
}

// Rate says how a call went, after the close, each side once: the street with whistle.blow, the called unit with
// whistle.answer. A call that was released or withdrawn is not rated.
func (s *Service) Rate(ctx context.Context, id, call string, n NewRating) (r *Rating, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.RateTx(ctx, tx, id, call, n)
		return err
	})
	return r, err
}

// RateTx is Rate inside the caller's transaction.
func (s *Service) RateTx(ctx context.Context, tx *db.Tx, id, call string, n NewRating) (*Rating, error) {
	w, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.Calls, func(c Call) bool { return c.ID == call })
	if i < 0 {
		return nil, errs.NotFound("whistle.no_call", "The whistle has no such call or step.")
	}
	c := &w.Calls[i]
	side, err := sideOf(auth.From(ctx), w, c)
	if err != nil {
		return nil, err
	}
	if w.State != Closed || c.State != Accepted {
		return nil, errs.Conflict("whistle.not_ratable", "Calls whose work was accepted are rated once the whistle is closed.").With(c)
	}
	var fields []errs.Field
	words := tidy(n.Words, maxText, "words", &fields)
	for name, stars := range map[string]int{"speed": n.Speed, "attitude": n.Attitude, "result": n.Result} {
		if stars < 1 || stars > 5 {
			fields = append(fields, errs.Field{Location: "body." + name, Message: "1 to 5", Value: stars})
		}
	}
	if fields != nil {
		return nil, errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
	}
	r := &Rating{CallID: c.ID, Side: side, WhistleID: w.ID, Speed: n.Speed, Attitude: n.Attitude, Result: n.Result, Words: words, ByName: nameOf(ctx), At: tx.Time()}
	done, err := tx.Exec(ctx, "INSERT INTO whistle_rating ("+ratingColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
		r.CallID, r.Side, r.WhistleID, r.Speed, r.Attitude, r.Result, r.Words, r.ByName, r.At)
	if err == nil && done == 0 {
		err = errs.Conflict("whistle.rated_before", "Your side has rated this call; a rating is given once.")
	}
	if err != nil {
		return nil, err
	}
	return r, record(ctx, tx, w, c, "rate_"+side, "")
}

// sideOf tells for which side the caller speaks.
func sideOf(p *auth.Principal, w *Whistle, c *Call) (string, error) {
	switch {
	case p == nil:
		return "", errs.Unauthorized("auth.sign_in", "Sign in first.")
	case p.UnitID == c.UnitID && p.UnitID != "" && p.Has(PermAnswer):
		return ByUnit, nil
	case p.UnitID != c.UnitID && p.Has(PermBlow) && p.Covers(w.Street):
		return ByStreet, nil
	}
	return "", errs.Forbidden("whistle.no_side", "Only the street and the called unit rate each other.")
}

// unsealed reports whether both sides spoke or the time to do so is over.
func unsealed(w *Whistle, ratings []Rating, now time.Time) bool {
	return len(ratings) >= 2 || w.ClosedAt != nil && now.After(w.ClosedAt.AddDate(0, 0, sealedDays))
}

// shownRatings gives each call the ratings the caller may see: its own at once, the other side's once unsealed.
func (s *Service) shownRatings(ctx context.Context, tx *db.Tx, w *Whistle) error {
	rows, err := db.All[Rating](ctx, tx, "SELECT "+ratingColumns+" FROM whistle_rating WHERE whistle_id = $1 ORDER BY call_id, side", w.ID)
	if err != nil {
		return err
	}
	for i := range w.Calls {
		c := &w.Calls[i]
		var of []Rating
		for _, r := range rows {
			if r.CallID == c.ID {
				of = append(of, r)
			}
		}
		open := unsealed(w, of, tx.Now())
		side, _ := sideOf(auth.From(ctx), w, c) // whoever is no party sees them once unsealed
		for _, r := range of {
			if open || r.Side == side {
				c.Ratings = append(c.Ratings, r)
			}
		}
	}
	return nil
}
