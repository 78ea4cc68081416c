package results

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// AppealState is where an appeal stands.
type AppealState string

// States of an appeal.
const (
	AppealOpen      AppealState = "open"
	AppealUpheld    AppealState = "upheld"
	AppealRejected  AppealState = "rejected"
	AppealWithdrawn AppealState = "withdrawn"
)

// grounds an appeal may rest on; wishing for a better score is none.
var grounds = []string{"computation", "data", "responsibility", "procedure"}

// Appeal is a unit's objection to a settlement.
type Appeal struct {
	ID           string      `db:"id" json:"id"`
	SettlementID string      `db:"settlement_id" json:"settlement_id"`
	UnitID       string      `db:"unit_id" json:"unit_id"`
	UnitName     string      `db:"unit_name" json:"unit_name"`
	Area         string      `db:"area" json:"area" doc:"street of a street office, district of a department"`
	Ground       string      `db:"ground" json:"ground" enum:"computation,data,responsibility,procedure"`
	Claim        string      `db:"claim" json:"claim"`
	State        AppealState `db:"state" json:"state" enum:"open,upheld,rejected,withdrawn"`
	Answer       string      `db:"answer" json:"answer,omitempty"`
	Points       float64     `db:"points" json:"points" doc:"correction of the street's year score; 0 where another part is corrected"`
	Actor        string      `db:"actor" json:"-"`
	ActorName    string      `db:"actor_name" json:"actor_name"`
	CreatedAt    clock.Time  `db:"created_at" json:"created_at"`
	DecidedBy    string      `db:"decided_by" json:"-"`
	DecidedName  string      `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt    *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	CorrectedIn  string      `db:"corrected_in" json:"corrected_in,omitempty" doc:"settlement that carries the correction"`
	Version      int         `db:"version" json:"version"`
}

const appealColumns = `id, settlement_id, unit_id, unit_name, area, ground, claim, state, answer, points, actor, actor_name, created_at,
	decided_by, decided_name, decided_at, corrected_in, version`

// NewAppeal is what an appeal says.
type NewAppeal struct {
	Ground string `json:"ground" enum:"computation,data,responsibility,procedure"`
	Claim  string `json:"claim" minLength:"10" maxLength:"2000" doc:"which figure, what is wrong with it, what proves it"`
}

// Appeal objects to a settled use of results for the caller's own unit. Needs PermAppeal; Conflict before it is settled, after the
// time for appeals, or while the unit has one open.
func (s *Service) Appeal(ctx context.Context, settlementID string, in NewAppeal) (a *Appeal, err error) {
	if err := auth.Require(ctx, PermAppeal); err != nil {
		return nil, err
	}
	in.Claim = strings.TrimSpace(in.Claim)
	if !slices.Contains(grounds, in.Ground) || len([]rune(in.Claim)) < 10 {
		return nil, errs.Invalid("results.bad_appeal", "An appeal names its ground and says which figure is wrong and why, in ten characters or more.",
			errs.Field{Location: "body.claim", Message: "at least 10 characters"})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		m, err := findSettlement(ctx, tx, settlementID)
		if err != nil {
			return err
		}
		if !mayRead(ctx, m) {
			return errs.NotFound("results.not_found", "There is no such settlement.")
		}
		if m.State != Settled || m.AppealUntil == nil || tx.Now().After(m.AppealUntil.Time) {
			return errs.Conflict("results.appeal_closed", "Appeals are open from settlement for the work days written in the rules.").With(m.AppealUntil)
		}
		p := auth.From(ctx)
		unit, err := s.house.UnitTx(ctx, tx, p.UnitID)
		if err != nil {
			return err
		}
		a = &Appeal{ID: db.NewID(tx), SettlementID: m.ID, UnitID: unit.ID, UnitName: unit.Name, Area: unit.AreaCode, Ground: in.Ground, Claim: in.Claim,
			State: AppealOpen, Actor: p.UserID, ActorName: p.Name, CreatedAt: tx.Time(), Version: 1}
		if err := insertAppeal(ctx, tx, a); err != nil {
			return err
		}
		return errors.Join(a.log(ctx, tx, "results.appeal", m.Area), a.emit(ctx, tx, TopicAppealed))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

func insertAppeal(ctx context.Context, tx *db.Tx, a *Appeal) error {
	_, err := tx.Exec(ctx, `INSERT INTO appeal (id, settlement_id, unit_id, unit_name, area, ground, claim, state, answer, points, actor, actor_name, created_at,
			decided_by, decided_name, corrected_in, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, $9, $10, $11, '', '', '', 1)`,
		a.ID, a.SettlementID, a.UnitID, a.UnitName, a.Area, a.Ground, a.Claim, a.State, a.Actor, a.ActorName, a.CreatedAt)
	if db.IsUnique(err) {
		return errs.Conflict("results.appeal_open", "Your unit has an appeal open against this settlement; add to that one or withdraw it.")
	}
	return err
}

func (a *Appeal) log(ctx context.Context, tx *db.Tx, action, area string) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "appeal", ObjectID: a.ID, Area: area,
		Detail: map[string]any{"settlement": a.SettlementID, "unit": a.UnitName, "state": a.State, "ground": a.Ground, "points": a.Points}})
}

func (a *Appeal) emit(ctx context.Context, tx *db.Tx, topic string) error {
	return outbox.Emit(ctx, tx, topic, a.ID, AppealEvent{AppealID: a.ID, SettlementID: a.SettlementID, UnitID: a.UnitID, UnitName: a.UnitName,
		Area: a.Area, Upheld: a.State == AppealUpheld})
}

// Decision is the answer to an appeal.
type Decision struct {
	Version int     `json:"version"`
	Uphold  bool    `json:"uphold"`
	Answer  string  `json:"answer" minLength:"10" maxLength:"2000"`
	Points  float64 `json:"points,omitempty" minimum:"-10" maximum:"10" doc:"correction of the street's year score when upheld"`
}

// maxPoints bounds what an appeal can move; a larger error is one of the wave itself.
const maxPoints = 10

// Decide answers an appeal with a reason. An upheld one enters the next settlement of the year, which two persons sign again. Needs
// PermManage in the district; who appealed cannot decide; Conflict when it is not open any more.
func (s *Service) Decide(ctx context.Context, id string, d Decision) (a *Appeal, err error) {
	d.Answer = strings.TrimSpace(d.Answer)
	if len([]rune(d.Answer)) < 10 || math.Abs(d.Points) > maxPoints || !d.Uphold && d.Points != 0 {
		return nil, errs.Invalid("results.bad_decision", "A decision has an answer of ten characters or more; points from -10 to 10 go with an upheld appeal only.",
			errs.Field{Location: "body.answer", Message: "at least 10 characters"})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if a, err = findAppeal(ctx, tx, id); err != nil {
			return err
		}
		m, err := findSettlement(ctx, tx, a.SettlementID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, m.Area); err != nil {
			return err
		}
		if err := a.stillOpen(d.Version); err != nil {
			return err
		}
		p := auth.From(ctx)
		if p.UserID == a.Actor {
			return errs.Forbidden("results.own_appeal", "Who made an appeal cannot decide it.")
		}
		if len(a.Area) != 9 && d.Points != 0 {
			return errs.Invalid("results.bad_decision", "Points correct the score of a street; this appeal is a department's.", errs.Field{Location: "body.points", Message: "0"})
		}
		a.State, a.Answer, a.Points, a.DecidedBy, a.DecidedName, a.DecidedAt = AppealRejected, d.Answer, d.Points, p.UserID, p.Name, clock.Ptr(tx.Now())
		if d.Uphold {
			a.State = AppealUpheld
		}
		return errors.Join(updateAppeal(ctx, tx, a), a.log(ctx, tx, "results.decide", m.Area), a.emit(ctx, tx, TopicDecided))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Withdraw takes back the caller's unit's open appeal. Needs PermAppeal.
func (s *Service) Withdraw(ctx context.Context, id string, version int) (a *Appeal, err error) {
	if err := auth.Require(ctx, PermAppeal); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if a, err = findAppeal(ctx, tx, id); err != nil {
			return err
		}
		if a.UnitID != auth.From(ctx).UnitID {
			return errs.NotFound("results.appeal_not_found", "There is no such appeal.")
		}
		if err := a.stillOpen(version); err != nil {
			return err
		}
		a.State = AppealWithdrawn
		return errors.Join(updateAppeal(ctx, tx, a), a.log(ctx, tx, "results.withdraw", a.Area))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

func findAppeal(ctx context.Context, tx *db.Tx, id string) (*Appeal, error) {
	a, err := db.Get[Appeal](ctx, tx, "SELECT "+appealColumns+" FROM appeal WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("results.appeal_not_found", "There is no such appeal.")
	} else if err != nil {
		return nil, fmt.Errorf("find appeal %s: %w", id, err)
	}
	return &a, nil
}

// stillOpen is asked after the rights of the caller: the conflict shows the appeal as it is.
func (a *Appeal) stillOpen(version int) error {
	if a.Version != version || a.State != AppealOpen {
		return errs.Conflict("results.appeal_changed", fmt.Sprintf("The appeal is %s; look at it again.", a.State)).With(a)
	}
	return nil
}

func updateAppeal(ctx context.Context, tx *db.Tx, a *Appeal) error {
	n, err := tx.Exec(ctx, `UPDATE appeal SET state = $1, answer = $2, points = $3, decided_by = $4, decided_name = $5, decided_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, a.State, a.Answer, a.Points, a.DecidedBy, a.DecidedName, a.DecidedAt, a.ID, a.Version)
	if err == nil && n == 0 {
		return errs.Conflict("results.appeal_changed", "Somebody changed the appeal in the meantime.").With(a)
	}
	a.Version++
	return err
}

// Appeals lists the appeals against a settlement: all for PermManage or PermSign in its district, else the caller's own unit's.
func (s *Service) Appeals(ctx context.Context, settlementID string) (list []Appeal, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		m, err := findSettlement(ctx, tx, settlementID)
		if err != nil {
			return err
		}
		if !mayRead(ctx, m) {
			return errs.NotFound("results.not_found", "There is no such settlement.")
		}
		p := auth.From(ctx)
		unit := p.UnitID
		if p.Covers(m.Area) && (p.Has(PermManage) || p.Has(PermSign)) {
			unit = ""
		}
		list, err = db.All[Appeal](ctx, tx, "SELECT "+appealColumns+" FROM appeal WHERE settlement_id = $1 AND ($2 = '' OR unit_id = $2) ORDER BY created_at, id LIMIT 500", settlementID, unit)
		return err
	})
	return list, err
}

// upheld returns the corrections of a year by upheld appeals, oldest first.
func upheld(ctx context.Context, tx *db.Tx, area string, year int) ([]Adjustment, error) {
	list, err := db.All[Appeal](ctx, tx, "SELECT "+appealColumns+` FROM appeal
		WHERE state = 'upheld' AND points <> 0 AND settlement_id IN (SELECT id FROM settlement WHERE area = $1 AND year = $2)
		ORDER BY created_at, id`, area, year)
	out := []Adjustment{}
	for _, a := range list {
		out = append(out, Adjustment{AppealID: a.ID, Street: a.Area, Points: a.Points, Reason: a.Answer})
	}
	return out, err
}
