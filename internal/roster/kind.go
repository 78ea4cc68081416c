package roster

import (
	"context"
	"errors"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Kind is a usual shift: a name and its hours.
type Kind struct {
	ID       string `db:"id" json:"id"`
	AreaCode string `db:"area_code" json:"area_code"`
	Name     string `db:"name" json:"name"`
	FromMin  int    `db:"from_min" json:"from_min" doc:"Minutes after midnight in China"`
	Minutes  int    `db:"minutes" json:"minutes"`
	Version  int64  `db:"version" json:"version" doc:"0 for those that come with the program, which can only be replaced by others"`
}

const kindColumns = "id, area_code, name, from_min, minutes, version"

// usual are the shifts where nobody has set any.
var usual = []Kind{{Name: "白班", FromMin: 8*60 + 30, Minutes: 9 * 60}, {Name: "早班", FromMin: 8*60 + 30, Minutes: 180}, {Name: "午班", FromMin: 14 * 60, Minutes: 180}, {Name: "晚班", FromMin: 18 * 60, Minutes: 180}}

// Kinds lists the usual shifts of an area and of those above it, or those that come with the program if none is set. Needs
// roster.read in the area.
func (s *Service) Kinds(ctx context.Context, area string) (out []Kind, err error) {
	if err := auth.RequireArea(ctx, PermRead, area); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = db.All[Kind](ctx, tx, "SELECT "+kindColumns+" FROM roster_kind WHERE NOT retired AND $1 LIKE area_code || '%' ORDER BY from_min, minutes, id LIMIT 100", area)
		return err
	})
	if len(out) == 0 {
		out = append(out, usual...)
	}
	return out, err
}

// AddKind adds a usual shift. Needs roster.plan in its area.
func (s *Service) AddKind(ctx context.Context, in Kind) (*Kind, error) {
	if err := auth.RequireArea(ctx, PermPlan, in.AreaCode); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		in.ID, in.Version = db.NewID(tx), 1
		if err := db.InsertMany(ctx, tx, "roster_kind", kindColumns, "", [][]any{{in.ID, in.AreaCode, in.Name, in.FromMin, in.Minutes, in.Version}}); err != nil {
			return err
		}
		return in.note(ctx, tx, "roster.kind_added")
	})
	return &in, err
}

func (x *Kind) check() error {
	if err := prose.Check("roster.bad_text", prose.Needed("name", &x.Name, 20)); err != nil {
		return err
	}
	return checkHours(x.FromMin, x.Minutes)
}

func (x *Kind) note(ctx context.Context, tx *db.Tx, action string) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "roster_kind", ObjectID: x.ID, Area: x.AreaCode,
		Detail: map[string]any{"name": x.Name, "from_min": x.FromMin, "minutes": x.Minutes}})
}

// ChangeKind gives a usual shift another name or other hours; shifts planned already stay as they are. Needs roster.plan in its area;
// NotFound outside it, Conflict (with the shift) if it was changed.
func (s *Service) ChangeKind(ctx context.Context, in Kind) (*Kind, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.stepKind(ctx, in.ID, in.Version, "roster.kind_changed", func(x *Kind, tx *db.Tx) (int64, error) {
		x.Name, x.FromMin, x.Minutes = in.Name, in.FromMin, in.Minutes
		return tx.Exec(ctx, "UPDATE roster_kind SET name = $1, from_min = $2, minutes = $3, version = version + 1 WHERE id = $4 AND version = $5 AND NOT retired",
			x.Name, x.FromMin, x.Minutes, x.ID, in.Version)
	})
}

// RetireKind takes a usual shift out of use. Permissions and errors as ChangeKind.
func (s *Service) RetireKind(ctx context.Context, id string, version int64) error {
	_, err := s.stepKind(ctx, id, version, "roster.kind_retired", func(x *Kind, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, "UPDATE roster_kind SET retired = TRUE, version = version + 1 WHERE id = $1 AND version = $2 AND NOT retired", x.ID, version)
	})
	return err
}

func (s *Service) stepKind(ctx context.Context, id string, version int64, action string, step func(x *Kind, tx *db.Tx) (int64, error)) (*Kind, error) {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return nil, err
	}
	var out *Kind
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := db.Get[Kind](ctx, tx, "SELECT "+kindColumns+" FROM roster_kind WHERE id = $1 AND NOT retired", id)
		if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
			return errs.NotFound("roster.no_kind", "There is no such usual shift, or you may not change it.")
		}
		if err != nil {
			return err
		}
		was := x
		n, err := step(&x, tx)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("roster.kind_stale", "The usual shift was changed in between; look at it again.").With(&was)
		}
		x.Version = version + 1
		out = &x
		return x.note(ctx, tx, action)
	})
	return out, err
}

// SetTerms says whether an officer works full time, which decides how long tracks to come are kept. Needs roster.plan where
// the officer works.
func (s *Service) SetTerms(ctx context.Context, officer string, fullTime bool) error {
	if err := auth.Require(ctx, PermPlan); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		list, err := s.officersTx(ctx, tx, "", officer)
		if err != nil {
			return err
		}
		if len(list) == 0 || len(list[0].Areas) == 0 || !auth.From(ctx).Covers(list[0].Areas[0]) {
			return errs.NotFound("roster.no_officer", "There is no such officer in this area.")
		}
		return s.setTermsTx(ctx, tx, list[0].Areas[0], officer, fullTime)
	})
}

func (s *Service) setTermsTx(ctx context.Context, tx *db.Tx, area, officer string, fullTime bool) error {
	if err := db.InsertMany(ctx, tx, "roster_terms", "officer_id, full_time, changed_by, changed_at",
		"ON CONFLICT (officer_id) DO UPDATE SET full_time = excluded.full_time, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
		[][]any{{officer, fullTime, auth.From(ctx).UserID, tx.Time()}}); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "roster.terms_set", Object: "officer", ObjectID: officer, Area: area, Detail: map[string]any{"full_time": fullTime}})
}

// remindBefore is how long before a shift its officer is reminded.
const remindBefore = 10

// Remind tells officers whose shift begins within ten minutes, or began lately, and who are not on duty. The program calls it
// every minute; each shift is told once.
func (s *Service) Remind(ctx context.Context) error {
	if s.Tell == nil {
		return nil
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		due, err := db.All[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE from_at <= $1 AND from_at > $2 AND to_at > $3 AND reminded_at IS NULL ORDER BY from_at LIMIT 500",
			clock.At(now.Add(remindBefore*60e9)), clock.At(now.Add(-30*60e9)), tx.Time())
		for i := 0; err == nil && i < len(due); i++ {
			x := &due[i]
			if _, err = tx.Exec(ctx, "UPDATE roster_shift SET reminded_at = $1 WHERE id = $2", tx.Time(), x.ID); err != nil {
				break
			}
			var on []OnDuty
			if s.Times != nil {
				if on, err = s.Times.OnDutyTx(ctx, tx, x.AreaCode[:min(len(x.AreaCode), 12)], clock.At(now.Add(-60e9)), tx.Time()); err != nil {
					break
				}
			}
			if !there(on, x.OfficerID) {
				err = s.Tell.RemindTx(ctx, tx, x.OfficerID, "该上岗了："+x.Day+" "+x.Name+" "+x.From.In(clock.Nanjing).Format("15:04")+"–"+x.To.In(clock.Nanjing).Format("15:04"), "/m/duty")
			}
		}
		return err
	})
}

// there reports whether an officer is on duty now.
func there(on []OnDuty, officer string) bool {
	for _, t := range on {
		if t.OfficerID == officer && t.To.IsZero() {
			return true
		}
	}
	return false
}
