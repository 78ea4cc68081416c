package roster

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// Swap is a request that somebody else takes a shift.
type Swap struct {
	ID        string      `db:"id" json:"id"`
	ShiftID   string      `db:"shift_id" json:"shift_id"`
	AreaCode  string      `db:"area_code" json:"area_code"`
	FromID    string      `db:"from_id" json:"from_id"`
	FromName  string      `db:"from_name" json:"from_name"`
	ToID      string      `db:"to_id" json:"to_id"`
	ToName    string      `db:"to_name" json:"to_name"`
	Reason    string      `db:"reason" json:"reason"`
	State     SwapState   `db:"state" json:"state" enum:"asked,approved,refused,withdrawn"`
	DecidedBy string      `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Note      string      `db:"note" json:"note,omitempty"`
	AskedAt   clock.Time  `db:"asked_at" json:"asked_at"`
	Version   int64       `db:"version" json:"version"`
}

const swapColumns = "id, shift_id, area_code, from_id, from_name, to_id, to_name, reason, state, decided_by, decided_at, note, asked_at, version"

// SwapState says how far a request is.
type SwapState string

// The states.
const (
	Asked     SwapState = "asked"
	Approved  SwapState = "approved"
	Refused   SwapState = "refused"
	Withdrawn SwapState = "withdrawn"
)

// AskSwap asks that a colleague takes a shift of the caller. Needs patrol.duty; NotFound for a shift of somebody else or a
// colleague who does not work in its street, Conflict if one is asked for already or the shift has begun.
func (s *Service) AskSwap(ctx context.Context, shift, to, reason string) (*Swap, error) {
	if err := auth.Require(ctx, walks); err != nil {
		return nil, err
	}
	if err := prose.Check("roster.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	var out *Swap
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := db.Get[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE id = $1", shift)
		if errors.Is(err, db.ErrNoRows) || err == nil && x.OfficerID != p.UserID {
			return errs.NotFound("roster.no_shift", "There is no such shift, or you may not see it.")
		}
		if err != nil {
			return err
		}
		if !x.From.After(tx.Now()) {
			return errs.Conflict("roster.begun", "The shift has begun; speak to who plans.")
		}
		o, err := s.standInTx(ctx, tx, x.AreaCode, to)
		if err != nil {
			return err
		}
		if o.ID == p.UserID {
			return errs.Invalid("roster.own_swap", "Choose a colleague.", errs.Field{Location: "body.to", Message: "yourself", Value: to})
		}
		open, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM roster_swap WHERE shift_id = $1 AND state = 'asked'", shift)
		if err != nil {
			return err
		}
		if open > 0 {
			return errs.Conflict("roster.swap_open", "A swap of this shift is asked for already.")
		}
		out = &Swap{ID: db.NewID(tx), ShiftID: x.ID, AreaCode: x.AreaCode, FromID: p.UserID, FromName: p.Name, ToID: o.ID, ToName: o.Name, Reason: reason,
			State: Asked, AskedAt: tx.Time(), Version: 1}
		if err := db.InsertMany(ctx, tx, "roster_swap", swapColumns, "", [][]any{{out.ID, out.ShiftID, out.AreaCode, out.FromID, out.FromName, out.ToID, out.ToName,
			out.Reason, out.State, out.DecidedBy, out.DecidedAt, out.Note, out.AskedAt, out.Version}}); err != nil {
			return err
		}
		return s.noteSwap(ctx, tx, out)
	})
	return out, err
}

// WithdrawSwap takes back the caller's request. Needs patrol.duty; NotFound for that of another, Conflict once decided.
func (s *Service) WithdrawSwap(ctx context.Context, id string) (*Swap, error) {
	if err := auth.Require(ctx, walks); err != nil {
		return nil, err
	}
	return s.stepSwap(ctx, id, Withdrawn, "", func(x *Swap) bool { return x.FromID == auth.From(ctx).UserID })
}

// DecideSwap approves a request, by which the shift changes hands, or refuses it with a note. Needs roster.plan in its area;
// NotFound outside it, Conflict once decided or where the colleague has a shift at that time.
func (s *Service) DecideSwap(ctx context.Context, id string, approve bool, note string) (*Swap, error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return nil, err
	}
	to, rule := Approved, prose.Optional("note", &note, 200)
	if !approve {
		to, rule = Refused, prose.Needed("note", &note, 200)
	}
	if err := prose.Check("roster.bad_text", rule); err != nil {
		return nil, err
	}
	return s.stepSwap(ctx, id, to, note, func(x *Swap) bool { return auth.From(ctx).Covers(x.AreaCode) })
}

func (s *Service) stepSwap(ctx context.Context, id string, to SwapState, note string, may func(*Swap) bool) (*Swap, error) {
	var out *Swap
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := db.Get[Swap](ctx, tx, "SELECT "+swapColumns+" FROM roster_swap WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) || err == nil && !may(&x) {
			return errs.NotFound("roster.no_swap", "There is no such request, or you may not see it.")
		}
		if err != nil {
			return err
		}
		if x.State != Asked {
			return errs.Conflict("roster.swap_decided", "The request has been decided.").With(&x)
		}
		if to == Approved {
			if err := s.handOver(ctx, tx, &x); err != nil {
				return err
			}
		}
		now := tx.Time()
		x.State, x.DecidedBy, x.DecidedAt, x.Note, x.Version = to, auth.From(ctx).Name, &now, note, x.Version+1
		n, err := tx.Exec(ctx, "UPDATE roster_swap SET state = $1, decided_by = $2, decided_at = $3, note = $4, version = version + 1 WHERE id = $5 AND state = 'asked'",
			x.State, x.DecidedBy, x.DecidedAt, x.Note, x.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("roster.swap_decided", "The request has been decided.")
		}
		out = &x
		return s.noteSwap(ctx, tx, out)
	})
	return out, err
}

// handOver gives the shift to the colleague.
func (s *Service) handOver(ctx context.Context, tx *db.Tx, w *Swap) error {
	x, err := db.Get[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE id = $1", w.ShiftID)
	if err != nil {
		return err
	}
	o, err := s.standInTx(ctx, tx, x.AreaCode, w.ToID)
	if err != nil {
		return err
	}
	x.OfficerID, x.OfficerName, x.UnitID = o.ID, o.Name, o.UnitID
	if err := s.freeTx(ctx, tx, &x); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE roster_shift SET officer_id = $1, officer_name = $2, unit_id = $3, reminded_at = NULL, changed_at = $4, version = version + 1 WHERE id = $5",
		x.OfficerID, x.OfficerName, x.UnitID, tx.Time(), x.ID)
	return err
}

func (s *Service) noteSwap(ctx context.Context, tx *db.Tx, x *Swap) error {
	if err := audit.Log(ctx, tx, audit.Entry{Action: "roster.swap_" + string(x.State), Object: "roster_swap", ObjectID: x.ID, Area: x.AreaCode,
		Detail: map[string]any{"shift": x.ShiftID, "from": x.FromID, "to": x.ToID}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicSwap, x.ID, x)
}

// Swaps lists the requests of the caller's areas, open ones first. Needs roster.read.
func (s *Service) Swaps(ctx context.Context) (out []Swap, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		var args []any
		out, err = db.All[Swap](ctx, tx, "SELECT "+swapColumns+" FROM roster_swap WHERE "+auth.Areas(ctx, "area_code", &args)+
			" ORDER BY CASE WHEN state = 'asked' THEN 0 ELSE 1 END, asked_at DESC LIMIT 200", args...)
		return err
	})
	return out, err
}

// street is the code by which those who may stand in for each other with a planner's consent are asked for.
func street(area string) string { return area[:min(len(area), 9)] }

// standInTx returns an officer of the street of an area. NotFound otherwise.
func (s *Service) standInTx(ctx context.Context, tx *db.Tx, area, id string) (Officer, error) {
	list, err := s.officersTx(ctx, tx, street(area), id)
	if err != nil {
		return Officer{}, err
	}
	if id == "" || len(list) == 0 {
		return Officer{}, errs.NotFound("roster.no_officer", "There is no such officer in this area.")
	}
	return list[0], nil
}

// Colleagues lists who could take a shift of the caller: those of its street, of its own community first. Needs patrol.duty.
func (s *Service) Colleagues(ctx context.Context) (out []Officer, err error) {
	if err := auth.Require(ctx, walks); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	if len(p.Areas) == 0 {
		return nil, nil
	}
	near := func(o Officer) int {
		if slices.ContainsFunc(o.Areas, func(a string) bool { return community(a) == community(p.Areas[0]) }) {
			return 0
		}
		return 1
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := s.officersTx(ctx, tx, street(p.Areas[0]), "")
		for _, o := range list {
			if o.ID != p.UserID {
				out = append(out, o)
			}
		}
		slices.SortStableFunc(out, func(a, b Officer) int { return near(a) - near(b) })
		return err
	})
	return out, err
}
