package calls

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Action is what somebody does in a call.
type Action string

// The actions.
const (
	Accept        Action = "accept"
	Decline       Action = "decline"
	HangUp        Action = "hang_up"
	Hold          Action = "hold"
	Resume        Action = "resume"
	Move          Action = "move" // to another page of the same person
	Invite        Action = "invite"
	Record        Action = "record"
	StopRecording Action = "stop_recording"
	Agree         Action = "agree"
	Refuse        Action = "refuse"
	EndForAll     Action = "end"
)

// Said is what goes with an action.
type Said struct {
	Device string `json:"device,omitempty" maxLength:"60" doc:"Page that acts; needed to accept and to move"`
	Voice  bool   `json:"voice,omitempty" doc:"Accept without a camera"`
	Reply  string `json:"reply,omitempty" maxLength:"240" doc:"A few words with a refusal"`
	User   string `json:"user,omitempty" maxLength:"60" doc:"Whom to invite"`
}

// Act does an action in a call. The parties act for themselves; who holds calls.desk takes what rings at the centre of an area and invites others,
// who holds calls.record in the call's area records, who holds calls.manage there ends a call. NotFound where the caller may not see the
// call, Conflict (with the call) where the action does not fit how things stand.
func (s *Service) Act(ctx context.Context, id string, a Action, said Said) (c *Call, err error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return nil, err
	}
	if err := prose.Check("calls.bad_text", prose.Optional("reply", &said.Reply, 60)); err != nil {
		return nil, err
	}
	if said.Device == "" && (a == Accept || a == Move) {
		return nil, errs.Invalid("calls.no_device", "Say which page carries the call.", errs.Field{Location: "body.device", Message: "required"})
	}
	for range actTries { // the media or another party may change the call at the same instant
		if c, err = s.actOnce(ctx, id, a, said); errs.CodeOf(err) != "calls.changed" {
			break
		}
	}
	return c, err
}

// actTries bounds how often an action is tried on the newest state of its call.
const actTries = 5

func (s *Service) actOnce(ctx context.Context, id string, a Action, said Said) (c *Call, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if c, err = find(ctx, tx, id); err != nil {
			return err
		}
		if !sees(auth.From(ctx), c) {
			return noCall()
		}
		if err := s.step(ctx, tx, c, a, said); err != nil {
			return err
		}
		return s.save(ctx, tx, c, string(a), nil)
	})
	return c, err
}

// step changes a call as an action says.
func (s *Service) step(ctx context.Context, tx *db.Tx, c *Call, a Action, said Said) error {
	p, now := auth.From(ctx), tx.Time()
	switch a {
	case Accept:
		return s.acceptTx(ctx, tx, c, said, now)
	case Decline:
		return c.decline(p.UserID, said.Reply, now)
	case HangUp:
		return c.leave(p.UserID, now)
	case Hold, Resume:
		return c.hold(p.UserID, a == Hold)
	case Move:
		return c.move(p.UserID, said.Device, now)
	case Invite:
		return s.inviteTx(ctx, tx, c, said.User, now)
	case Record:
		if err := auth.RequireArea(ctx, PermRecord, c.AreaCode); err != nil {
			return err
		}
		return c.record(p.UserID, p.Name, now)
	case StopRecording:
		if err := auth.RequireArea(ctx, PermRecord, c.AreaCode); err != nil {
			return err
		}
		return c.stopRecording(now)
	case Agree, Refuse:
		return c.consent(p.UserID, a == Agree, now)
	case EndForAll:
		if err := auth.RequireArea(ctx, PermManage, c.AreaCode); err != nil {
			return err
		}
		if c.State == Ended {
			return c.over()
		}
		c.end(ByCentre, now)
		return nil
	}
	return errs.Invalid("calls.no_action", "There is no such action.", errs.Field{Location: "path.action", Message: "not in the list", Value: string(a)})
}

func (s *Service) acceptTx(ctx context.Context, tx *db.Tx, c *Call, said Said, now clock.Time) error {
	p := auth.From(ctx)
	if c.Party(p.UserID) == nil && !takes(p, c) {
		return noCall()
	}
	me, err := s.me(ctx, tx)
	if err != nil {
		return err
	}
	return c.accept(me, said.Device, said.Voice, now)
}

func (s *Service) inviteTx(ctx context.Context, tx *db.Tx, c *Call, user string, now clock.Time) error {
	if err := auth.Require(ctx, PermDesk); err != nil {
		return err
	}
	if me := c.Party(auth.From(ctx).UserID); me == nil || me.State != PartyJoined {
		return errs.Conflict("calls.not_in", "You are not in this call.").With(c)
	}
	who, err := s.callee(ctx, tx, user, true)
	if err != nil {
		return err
	}
	busy, err := busyOf(ctx, tx, []string{who.ID})
	if err != nil {
		return err
	}
	return c.invite(Party{UserID: who.ID, Name: who.Name, UnitName: who.UnitName}, len(busy) > 0, now)
}

// takes reports whether somebody may take a call that rings at the centre.
func takes(p *auth.Principal, c *Call) bool {
	return c.Centre && p.Has(PermDesk) && p.Covers(c.AreaCode)
}

// sees reports whether somebody may know of a call: its parties, those who may take it, those who record or manage in its area.
func sees(p *auth.Principal, c *Call) bool {
	return c.Party(p.UserID) != nil || takes(p, c) || (p.Has(PermManage) || p.Has(PermRecord)) && p.Covers(c.AreaCode)
}

// Hears reports whether somebody may be told that a call changed.
func Hears(p *auth.Principal, e Changed) bool {
	for _, u := range e.Users {
		if u == p.UserID {
			return true
		}
	}
	return e.Centre && p.Has(PermDesk) && p.Covers(e.AreaCode) || p.Has(PermManage) && p.Covers(e.AreaCode)
}

// Expire ends what has rung or waited too long. The program calls it every second.
func (s *Service) Expire(ctx context.Context) error {
	var open []string
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = db.All[string](ctx, tx, "SELECT id FROM calls_call WHERE state <> 'ended' ORDER BY created_at LIMIT 500")
		return err
	}); err != nil {
		return err
	}
	for _, id := range open {
		if err := s.DB.Tx(ctx, func(tx *db.Tx) error {
			c, err := find(ctx, tx, id)
			if err != nil || c.State == Ended || !c.expire(tx.Time()) {
				return err
			}
			return s.save(ctx, tx, c, "expire", map[string]any{"ending": c.Ending})
		}); err != nil && errs.CodeOf(err) != "calls.changed" {
			return err
		}
	}
	return nil
}
