package calls

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// NewCall is a call to begin.
type NewCall struct {
	To     string `json:"to,omitempty" maxLength:"60" doc:"Whom; empty for the centre of one's area"`
	Kind   Kind   `json:"kind" enum:"video,voice"`
	Reason string `json:"reason,omitempty" maxLength:"800" doc:"Why; it is shown before the answer"`
	CaseID string `json:"case_id,omitempty" maxLength:"60"`
	Device string `json:"device" minLength:"8" maxLength:"60" doc:"The page that carries the call; of its own making"`
	Record bool   `json:"record,omitempty" doc:"Record it; the other one is told before the answer"`
}

// Begin calls somebody of the caller's areas, or the centre of the caller's area. Needs calls.desk for a person, calls.call for
// the centre; calls.record in the area to record. Who is in a call already is busy, and the call ends at once. Conflict if the caller is in a call.
func (s *Service) Begin(ctx context.Context, n NewCall) (c *Call, err error) {
	need := PermCall
	if n.To != "" {
		need = PermDesk
	}
	if err := auth.Require(ctx, need); err != nil {
		return nil, err
	}
	if err := prose.Check("calls.bad_text", prose.Optional("reason", &n.Reason, 200)); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.beginTx(ctx, tx, n)
		return err
	})
	return c, err
}

func (s *Service) beginTx(ctx context.Context, tx *db.Tx, n NewCall) (*Call, error) {
	p, now := auth.From(ctx), tx.Time()
	me, err := s.me(ctx, tx)
	if err != nil {
		return nil, err
	}
	c := &Call{ID: db.NewID(tx), Kind: n.Kind, State: Ringing, CallerID: p.UserID, Reason: n.Reason, CreatedAt: now, RingUntil: clock.At(now.Add(ringTime)), Version: 1}
	me.CallID, me.Role, me.InvitedAt, me.RingUntil = c.ID, Caller, now, c.RingUntil
	me.join(n.Device, n.Kind == Voice, now)
	c.Parties = []Party{me}
	if n.To == "" {
		if len(p.Areas) == 0 {
			return nil, errs.Forbidden("calls.no_area", "Your post has no area whose centre could be called.")
		}
		c.Centre, c.AreaCode, c.RingUntil = true, p.Areas[0], clock.At(now.Add(centreRingTime))
	} else if err := s.ringTx(ctx, tx, c, n.To, now); err != nil {
		return nil, err
	}
	if n.CaseID != "" {
		if c.CaseNumber, _, err = s.Cases.CaseTx(ctx, tx, n.CaseID); err != nil {
			return nil, err
		}
		c.CaseID = n.CaseID
	}
	if n.Record {
		if err := auth.RequireArea(ctx, PermRecord, c.AreaCode); err != nil {
			return nil, err
		}
		if err := c.record(p.UserID, p.Name, now); err != nil {
			return nil, err
		}
	}
	c.settle(now)
	if err := insert(ctx, tx, c); err != nil {
		return nil, err
	}
	return c, s.tell(ctx, tx, c, "begin", map[string]any{"centre": c.Centre, "kind": c.Kind, "case": c.CaseID, "record": n.Record})
}

// ringTx adds whom to call.
func (s *Service) ringTx(ctx context.Context, tx *db.Tx, c *Call, to string, now clock.Time) error {
	who, err := s.callee(ctx, tx, to, false)
	if err != nil {
		return err
	}
	busy, err := busyOf(ctx, tx, []string{who.ID})
	if err != nil {
		return err
	}
	other := Party{CallID: c.ID, UserID: who.ID, Name: who.Name, UnitName: who.UnitName, Role: Callee, Seat: 1, State: PartyRings, InvitedAt: now, RingUntil: c.RingUntil}
	if len(busy) > 0 {
		other.State, other.LeftAt = PartyBusy, &now
	}
	c.AreaCode = person(who).AreaCode
	c.Parties = append(c.Parties, other)
	return nil
}

// PutTx writes a call of the past as it was, with its event but without ringing. The program fills the demonstration with it.
func (s *Service) PutTx(ctx context.Context, tx *db.Tx, c *Call) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("calls.only_program", "Only the program writes calls of the past.")
	}
	if err := insert(ctx, tx, c); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicChanged, c.ID, c.changed())
}
