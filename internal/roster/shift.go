package roster

import (
	"context"
	"errors"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Shift is a time somebody is to be on duty somewhere.
type Shift struct {
	ID          string      `db:"id" json:"id"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	UnitID      string      `db:"unit_id" json:"unit_id"`
	AreaCode    string      `db:"area_code" json:"area_code" doc:"Where"`
	Day         string      `db:"day" json:"day" doc:"In China, such as 2026-11-24; of its beginning"`
	Name        string      `db:"name" json:"name" doc:"Such as 早班"`
	From        clock.Time  `db:"from_at" json:"from"`
	To          clock.Time  `db:"to_at" json:"to"`
	RemindedAt  *clock.Time `db:"reminded_at" json:"-"`
	ChangedAt   clock.Time  `db:"changed_at" json:"-"`
	Version     int64       `db:"version" json:"version"`
}

const shiftColumns = "id, officer_id, officer_name, unit_id, area_code, day, name, from_at, to_at, reminded_at, changed_at, version"

func (x *Shift) row() []any {
	return []any{x.ID, x.OfficerID, x.OfficerName, x.UnitID, x.AreaCode, x.Day, x.Name, x.From, x.To, x.RemindedAt, x.ChangedAt, x.Version}
}

// Lengths of a shift.
const (
	shortest = 30
	longest  = 16 * 60
)

// NewShift is a shift to plan.
type NewShift struct {
	OfficerID string `json:"officer_id" maxLength:"60"`
	AreaCode  string `json:"area_code" maxLength:"20" doc:"A grid of the officer, or its community or street"`
	Day       string `json:"day" maxLength:"10"`
	Name      string `json:"name" maxLength:"80"`
	FromMin   int    `json:"from_min" minimum:"0" maximum:"1439" doc:"Minutes after midnight in China"`
	Minutes   int    `json:"minutes" minimum:"30" maximum:"960"`
}

// Put plans a shift. Needs roster.plan in its area; NotFound for an officer who does not work there, Conflict (with the
// other) where the officer has a shift at that time.
func (s *Service) Put(ctx context.Context, in NewShift) (*Shift, error) {
	if err := auth.RequireArea(ctx, PermPlan, in.AreaCode); err != nil {
		return nil, err
	}
	var out *Shift
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if out, err = s.putTx(ctx, tx, in); err != nil {
			return err
		}
		return s.note(ctx, tx, "roster.planned", out)
	})
	return out, err
}

// putTx checks and stores a shift.
func (s *Service) putTx(ctx context.Context, tx *db.Tx, in NewShift) (*Shift, error) {
	o, err := s.officerTx(ctx, tx, in.AreaCode, in.OfficerID)
	if err != nil {
		return nil, err
	}
	x, err := in.of(tx, &o)
	if err != nil {
		return nil, err
	}
	if err := s.freeTx(ctx, tx, x); err != nil {
		return nil, err
	}
	return x, db.InsertMany(ctx, tx, "roster_shift", shiftColumns, "", [][]any{x.row()})
}

// of is the shift of an officer, if its name, day and hours are such.
func (in NewShift) of(tx *db.Tx, o *Officer) (*Shift, error) {
	if err := prose.Check("roster.bad_text", prose.Needed("name", &in.Name, 20)); err != nil {
		return nil, err
	}
	day, err := dayOf("body.day", in.Day)
	if err != nil {
		return nil, err
	}
	if err := checkHours(in.FromMin, in.Minutes); err != nil {
		return nil, err
	}
	from := day.Add(time.Duration(in.FromMin) * time.Minute)
	return &Shift{ID: db.NewID(tx), OfficerID: o.ID, OfficerName: o.Name, UnitID: o.UnitID, AreaCode: in.AreaCode, Day: in.Day, Name: in.Name,
		From: clock.At(from), To: clock.At(from.Add(time.Duration(in.Minutes) * time.Minute)), ChangedAt: tx.Time(), Version: 1}, nil
}

// checkHours returns Invalid for hours that no shift has.
func checkHours(from, minutes int) error {
	if from < 0 || from >= 24*60 || minutes < shortest || minutes > longest {
		return errs.Invalid("roster.bad_hours", "A shift lasts from half an hour to sixteen hours.", errs.Field{Location: "body.minutes", Message: "30 to 960", Value: minutes})
	}
	return nil
}

// taken says which shift stands in the way.
func taken(other *Shift) error {
	return errs.Conflict("roster.taken", "This officer has a shift at that time; take that one out of the plan first, or choose other hours.").With(other)
}

// freeTx returns Conflict if the officer has another shift at that time.
func (s *Service) freeTx(ctx context.Context, tx *db.Tx, x *Shift) error {
	other, err := db.Get[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE officer_id = $1 AND from_at < $2 AND to_at > $3 AND id <> $4 ORDER BY from_at LIMIT 1",
		x.OfficerID, x.To, x.From, x.ID)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return taken(&other)
}

// Remove takes a shift out of the plan. Needs roster.plan in its area; NotFound outside it, Conflict if it was changed.
func (s *Service) Remove(ctx context.Context, id string, version int64) error {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := visible(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "DELETE FROM roster_shift WHERE id = $1 AND version = $2", id, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("roster.changed", "The shift was changed in between; look at it again.").With(x)
		}
		return s.note(ctx, tx, "roster.removed", x)
	})
}

// visible returns a shift in the caller's areas. NotFound otherwise.
func visible(ctx context.Context, tx *db.Tx, id string) (*Shift, error) {
	x, err := db.Get[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
		return nil, errs.NotFound("roster.no_shift", "There is no such shift, or you may not see it.")
	}
	return &x, err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, x *Shift) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "roster_shift", ObjectID: x.ID, Area: x.AreaCode,
		Detail: map[string]any{"officer": x.OfficerID, "day": x.Day, "from": x.From, "to": x.To}})
}

// CopyWeek plans in the week of one day what is planned in the week of another, for an area. What does not fit, because
// somebody has left or has another shift, is passed over and counted. Needs roster.plan in the area.
func (s *Service) CopyWeek(ctx context.Context, area, from, to string) (copied, passed int, err error) {
	if err := auth.RequireArea(ctx, PermPlan, area); err != nil {
		return 0, 0, err
	}
	first, err := dayOf("body.from", from)
	if err != nil {
		return 0, 0, err
	}
	second, err := dayOf("body.to", to)
	if err != nil {
		return 0, 0, err
	}
	first, second = monday(first), monday(second)
	if first.Equal(second) {
		return 0, 0, errs.Invalid("roster.same_week", "Choose another week to copy to.", errs.Field{Location: "body.to", Message: "the same week", Value: to})
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		copied, passed = 0, 0
		list, err := shiftsTx(ctx, tx, area, clock.At(first), clock.At(first.AddDate(0, 0, 7)))
		if err != nil {
			return err
		}
		plan := s.planTx(tx, clock.At(second), clock.At(second.AddDate(0, 0, 7)))
		for i := range list {
			x := &list[i]
			o, err := plan.officer(ctx, x.AreaCode, x.OfficerID)
			if err == nil {
				err = plan.put(ctx, NewShift{AreaCode: x.AreaCode, Day: x.From.In(clock.Nanjing).Add(second.Sub(first)).Format(time.DateOnly),
					Name: x.Name, FromMin: minuteOf(x.From.Time), Minutes: int(x.To.Sub(x.From.Time).Minutes())}, &o)
			}
			switch e := errs.As(err); {
			case err == nil:
				copied++
			case e != nil && e.Kind != errs.KindInternal:
				passed++
			default:
				return err
			}
		}
		if err := plan.store(ctx); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "roster.copied", Object: "roster_week", ObjectID: to, Area: area, Detail: map[string]any{"from": from, "copied": copied, "passed": passed}})
	})
	return copied, passed, err
}

// shiftsTx lists the shifts of an area that begin in a span.
func shiftsTx(ctx context.Context, tx *db.Tx, area string, from, to clock.Time) ([]Shift, error) {
	args := []any{from, to}
	where := auth.Within("area_code", []string{area}, &args)
	return db.All[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE from_at >= $1 AND from_at < $2 AND "+where+" ORDER BY from_at, officer_name, id LIMIT 20000", args...)
}

// monday is the beginning of the week of a day in China.
func monday(t time.Time) time.Time {
	t = t.In(clock.Nanjing)
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, clock.Nanjing)
}

func minuteOf(t time.Time) int {
	t = t.In(clock.Nanjing)
	return t.Hour()*60 + t.Minute()
}
