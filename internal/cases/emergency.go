package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/outbox"
)

// Emergency is a time in which the limits of some categories count around the clock: a flood, a cold wave.
type Emergency struct {
	ID         string            `db:"id" json:"id"`
	Name       string            `db:"name" json:"name"`
	Reason     string            `db:"reason" json:"reason"`
	Categories db.JSON[[]string] `db:"categories" json:"categories" doc:"Leaves, groups or classes"`
	AreaCode   string            `db:"area_code" json:"area_code"`
	BegunAt    clock.Time        `db:"begun_at" json:"begun_at"`
	BegunBy    string            `db:"begun_by" json:"begun_by"`
	EndedAt    *clock.Time       `db:"ended_at" json:"ended_at,omitempty"`
	EndedBy    string            `db:"ended_by" json:"ended_by,omitempty"`
	EndNote    string            `db:"end_note" json:"end_note,omitempty"`
	Switched   int               `db:"switched" json:"switched" doc:"Running clocks that were switched when it began"`
	Version    int64             `db:"version" json:"version"`
	AreaName   string            `db:"-" json:"area_name,omitempty"`
}

const emergencyColumns = "id, name, reason, categories, area_code, begun_at, begun_by, ended_at, ended_by, end_note, switched, version"

func (e *Emergency) reaches(category, area string) bool {
	return category != "" && strings.HasPrefix(area, e.AreaCode) && inside(category, e.Categories.V)
}

// NewEmergency is what an emergency is declared with.
type NewEmergency struct {
	Name       string   `json:"name" maxLength:"80"`
	Reason     string   `json:"reason" maxLength:"1200" doc:"Which warning or order it follows"`
	Categories []string `json:"categories" maxItems:"50" doc:"Leaves, groups or classes"`
	AreaCode   string   `json:"area_code" maxLength:"20" doc:"The district or a part of it"`
}

func (n *NewEmergency) check(s *Service) error {
	n.Name, n.Reason = mask.Text(clean(n.Name)), mask.Text(clean(n.Reason))
	var fields []errs.Field
	bad := func(name, message string, value any) {
		fields = append(fields, errs.Field{Location: "body." + name, Message: message, Value: value})
	}
	if l := utf8.RuneCountInString(n.Name); l == 0 || l > 20 {
		bad("name", "1 to 20 characters", l)
	}
	if l := utf8.RuneCountInString(n.Reason); l == 0 || l > 300 {
		bad("reason", "1 to 300 characters", l)
	}
	if len(n.AreaCode) < digits[District] {
		bad("area_code", "a district or a part of it", n.AreaCode)
	}
	if len(n.Categories) == 0 {
		bad("categories", "required", nil)
	}
	slices.Sort(n.Categories)
	n.Categories = slices.Compact(n.Categories)
	for _, c := range n.Categories {
		if s.Duties.Catalog().Name(c) == c {
			bad("categories", "not in the tree", c)
		}
	}
	if fields != nil {
		return errs.Invalid("cases.bad_emergency", "Say what happens, why, where and for which categories.", fields...)
	}
	return nil
}

// Emergencies lists emergencies in the caller's areas and around them, those that last first, then the newest. Needs cases.read.
func (s *Service) Emergencies(ctx context.Context) (out []Emergency, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		for _, a := range auth.From(ctx).Areas {
			if a != "" {
				args = append(args, a)
				where += fmt.Sprintf(" OR $%d LIKE area_code || '%%'", len(args))
			}
		}
		out, err = db.All[Emergency](ctx, tx, "SELECT "+emergencyColumns+" FROM case_emergency WHERE "+where+" ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 200", args...)
		return err
	})
	for i := range out {
		out[i].AreaName = out[i].AreaCode
		if a, err := s.Regions.Get(ctx, out[i].AreaCode); err == nil {
			out[i].AreaName = a.Name
		}
	}
	return out, err
}

// WouldSwitch returns how many running clocks an emergency would switch now. Needs what Declare needs.
func (s *Service) WouldSwitch(ctx context.Context, n NewEmergency) (count int, err error) {
	n.Name, n.Reason = "预览", "预览"
	if err := s.mayDeclare(ctx, &n); err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e := Emergency{AreaCode: n.AreaCode}
		e.Categories.V = n.Categories
		list, _, err := s.switchable(ctx, tx, &e, true, false)
		count = len(list)
		return err
	})
	return count, err
}

// mayDeclare wants cases.clocks of the district for the area.
func (s *Service) mayDeclare(ctx context.Context, n *NewEmergency) error {
	if err := s.requireDistrict(ctx); err != nil {
		return err
	}
	if err := n.check(s); err != nil {
		return err
	}
	return auth.RequireArea(ctx, PermClocks, n.AreaCode)
}

// Declare begins an emergency: from now on limits of its categories in its area count around the clock, and what is left
// of the clocks that run is counted so too. Needs cases.clocks on the tier of the district.
func (s *Service) Declare(ctx context.Context, n NewEmergency) (*Emergency, error) {
	if err := s.mayDeclare(ctx, &n); err != nil {
		return nil, err
	}
	e := &Emergency{Name: n.Name, Reason: n.Reason, AreaCode: n.AreaCode, Version: 1}
	e.Categories.V = n.Categories
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		e.ID, e.BegunAt = db.NewID(tx), tx.Time()
		if p := auth.From(ctx); p != nil {
			e.BegunBy = p.Name
		}
		if e.Switched, err = s.switchClocks(ctx, tx, e, true); err != nil {
			return err
		}
		if err := db.InsertMany(ctx, tx, "case_emergency", emergencyColumns, "", [][]any{{e.ID, e.Name, e.Reason, e.Categories, e.AreaCode, e.BegunAt, e.BegunBy, e.EndedAt,
			e.EndedBy, e.EndNote, e.Switched, e.Version}}); err != nil {
			return err
		}
		return s.announce(ctx, tx, "cases.declare_emergency", e)
	})
	return e, err
}

// announce logs the beginning or end of an emergency and lets other modules know.
func (s *Service) announce(ctx context.Context, tx *db.Tx, action string, e *Emergency) error {
	tx.AfterCommit(func() { s.times.put(nil) })
	if err := audit.Log(ctx, tx, audit.Entry{Action: action, Object: "case_emergency", ObjectID: e.ID, Area: e.AreaCode,
		Detail: map[string]any{"name": e.Name, "categories": e.Categories.V, "clocks": e.Switched}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicEmergency, e.ID, e)
}

// EndEmergency ends it: clocks go back to work time with what is left of them. Needs what Declare needs; Conflict if it has
// ended or somebody changed it.
func (s *Service) EndEmergency(ctx context.Context, id string, version int64, note string) (*Emergency, error) {
	if err := s.requireDistrict(ctx); err != nil {
		return nil, err
	}
	if note = mask.Text(clean(note)); note == "" {
		return nil, errs.Invalid("cases.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.note", Message: "required"})
	}
	var e *Emergency
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Emergency](ctx, tx, "SELECT "+emergencyColumns+" FROM case_emergency WHERE id = $1", id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errs.NotFound("cases.no_emergency", "There is no such emergency.")
		}
		e = &rows[0]
		if err := auth.RequireArea(ctx, PermClocks, e.AreaCode); err != nil {
			return err
		}
		now := tx.Time()
		n, err := tx.Exec(ctx, "UPDATE case_emergency SET ended_at = $1, ended_by = $2, end_note = $3, version = version + 1 WHERE id = $4 AND version = $5 AND ended_at IS NULL",
			now, auth.From(ctx).Name, note, id, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("cases.emergency_changed", "The emergency has ended or was changed in between; look at it again.").With(e)
		}
		e.EndedAt, e.EndedBy, e.EndNote, e.Version = &now, auth.From(ctx).Name, note, e.Version+1
		if _, err := s.switchClocks(ctx, tx, e, false); err != nil {
			return err
		}
		return s.announce(ctx, tx, "cases.end_emergency", e)
	})
	return e, err
}
