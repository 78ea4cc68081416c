package rectify

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// askSuspension asks that the clock stand still, for one of the listed grounds.
func (s *Service) askSuspension(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if err := goodGround(m.Ground); err != nil {
		return err
	}
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say what stands in the way and what is done meanwhile.")
	}
	return request(ctx, tx, i, Request{Kind: Suspension, Ground: m.Ground, Note: mask.Text(m.Note)})
}

// suspend puts the item on the register: its clock stands still, and a clock runs until somebody has looked at it again.
func (s *Service) suspend(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	r, err := latest(ctx, tx, i, Suspension, RequestOpen)
	if err != nil {
		return err
	}
	c, err := runningClock(ctx, tx, i.ID, HandleClock)
	if err != nil {
		return err
	}
	now := tx.Time()
	if c != nil {
		c.hold(now, r.Ground)
		if err := saveClock(ctx, tx, c); err != nil {
			return err
		}
	}
	i.SuspendedAt, i.Ground, i.Wants = &now, r.Ground, ""
	m.Ground = r.Ground
	if r.ReviewAt, err = s.nextReview(ctx, tx, i); err != nil {
		return err
	}
	return decide(ctx, tx, r, RequestApproved, m.Note)
}

func (s *Service) nextReview(ctx context.Context, tx *db.Tx, i *Item) (*clock.Time, error) {
	rules, err := s.rulesTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	c, err := s.startClock(ctx, tx, i, ReviewClock, "", rules.limit(rules.Review))
	if err != nil {
		return nil, err
	}
	return &c.DueAt, nil
}

// review notes that somebody has looked and the ground still holds.
func (s *Service) review(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say what was found and what is done meanwhile.")
	}
	r, err := latest(ctx, tx, i, Suspension, RequestApproved)
	if err != nil {
		return err
	}
	now := tx.Time()
	if err := endClock(ctx, tx, i.ID, ReviewClock, ActReview, &now); err != nil {
		return err
	}
	if r.ReviewAt, err = s.nextReview(ctx, tx, i); err != nil {
		return err
	}
	r.Reviews++
	m.Ground = i.Ground
	return saveRequest(ctx, tx, r)
}

// resume ends a suspension: the clock goes on with what was left of it.
func (s *Service) resume(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item can go on.")
	}
	r, err := latest(ctx, tx, i, Suspension, RequestApproved)
	if err != nil {
		return err
	}
	now := tx.Time()
	r.State, r.EndedAt, r.EndedBy, r.ReviewAt = RequestEnded, &now, nameOf(ctx), nil
	if err := saveRequest(ctx, tx, r); err != nil {
		return err
	}
	if err := endClock(ctx, tx, i.ID, ReviewClock, ActResume, &now); err != nil {
		return err
	}
	i.SuspendedAt, i.Ground = nil, ""
	c, err := runningClock(ctx, tx, i.ID, HandleClock)
	if err != nil || c == nil {
		return err
	}
	c.release(s.calendar.Current(), now)
	i.DueAt, i.Phase = &c.DueAt, c.Phase
	return saveClock(ctx, tx, c)
}

// OnHold is a line of the public register of suspended items: no title, no address, no person.
type OnHold struct {
	No        string      `db:"no" json:"no"`
	Field     string      `db:"field" json:"field"`
	FieldName string      `db:"-" json:"field_name"`
	Street    string      `db:"street" json:"street"`
	Lead      string      `db:"lead_name" json:"lead"`
	Voices    int         `db:"voices" json:"voices"`
	Ground    string      `db:"ground" json:"ground" enum:"funds,planning,weather,court,owner_lost"`
	Since     clock.Time  `db:"suspended_at" json:"since"`
	ReviewAt  *clock.Time `db:"review_at" json:"review_at,omitempty"`
	Reviews   int         `db:"reviews" json:"reviews"`
	StreetIs  string      `db:"-" json:"street_name"`
}

// maxOnHold bounds the public register.
const maxOnHold = 500

// PublicSuspensions lists every suspended item, the longest suspended first. Anybody may.
func (s *Service) PublicSuspensions(ctx context.Context) (out []OnHold, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[OnHold](ctx, tx, `SELECT i.no, i.field, i.street, i.lead_name, i.voices, i.ground, i.suspended_at, r.review_at, r.reviews
			FROM item i JOIN item_request r ON r.item_id = i.id AND r.kind = 'suspension' AND r.state = 'approved'
			WHERE i.state = 'suspended' ORDER BY i.suspended_at, i.id LIMIT $1`, maxOnHold)
		for n := range out {
			out[n].FieldName = s.catalog.Name(out[n].Field)
			if name, err := s.directory.AreaName(ctx, tx, out[n].Street); err == nil {
				out[n].StreetIs = name
			}
		}
		return err
	})
	return out, err
}
