package identity

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// UnitFilter narrows a list of units; empty fields do not.
type UnitFilter struct {
	Parent string // id
	Area   string // code prefix
	Kind   string
	Level  string
	Text   string // part of the name
	Limit  int
	Cursor string
}

// Units lists units in the order of area and code. Anyone signed in may ask: names of public bodies are no secret, and
// every matter names the unit it lies with.
func (s *Service) Units(ctx context.Context, f UnitFilter) (page httpx.Page[Unit], err error) {
	if auth.From(ctx) == nil {
		return page, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	after, err := httpx.DecodeCursor(f.Cursor, 2)
	if err != nil {
		return page, err
	}
	q := filter{where: []string{"active"}}
	q.add(f.Parent, "parent_id = $%d")
	q.add(f.Kind, "kind = $%d")
	q.add(f.Level, "level = $%d")
	q.like(f.Text, "name")
	if f.Area != "" {
		q.where = append(q.where, auth.Within("area_code", []string{f.Area}, &q.args))
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_unit WHERE `+q.String(), q.args...)
		if err != nil {
			return err
		}
		if f.Cursor != "" {
			q.args = append(q.args, after[0], after[1])
			q.where = append(q.where, fmt.Sprintf("(area_code, code) > ($%d, $%d)", len(q.args)-1, len(q.args)))
		}
		rows, err := db.All[Unit](ctx, tx, `SELECT `+unitColumns+` FROM identity_unit WHERE `+q.String()+
			` ORDER BY area_code, code LIMIT `+q.next(bounded(f.Limit)+1), q.args...)
		page = httpx.Cut(rows, bounded(f.Limit), total, func(u *Unit) string { return httpx.EncodeCursor(u.AreaCode, u.Code) })
		return err
	})
	return page, err
}

// Unit returns one unit. Anyone signed in may ask. Returns NotFound if there is none.
func (s *Service) Unit(ctx context.Context, id string) (u Unit, err error) {
	if auth.From(ctx) == nil {
		return u, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		u, err = findUnit(ctx, tx, id)
		return err
	})
	return u, err
}

// UnitTx returns one unit within the caller's transaction, for modules that send matters to it.
func (s *Service) UnitTx(ctx context.Context, tx *db.Tx, id string) (Unit, error) {
	return findUnit(ctx, tx, id)
}

// FindUnitTx returns the active unit with this code that serves exactly this area, such as ("320106", "housing") or
// ("320106001", "street_office"). Returns NotFound if there is none.
func (s *Service) FindUnitTx(ctx context.Context, tx *db.Tx, area, code string) (Unit, error) {
	u, err := db.Get[Unit](ctx, tx, `SELECT `+unitColumns+` FROM identity_unit WHERE area_code = $1 AND code = $2 AND active`, area, code)
	return u, notFound(err, "identity.unit_not_found", "There is no such unit.")
}

// AddUnit enters a unit. Needs identity.manage for its area. Returns Conflict if the area has the code already.
func (s *Service) AddUnit(ctx context.Context, u Unit) (Unit, error) {
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		u, err = s.AddUnitTx(ctx, tx, u)
		return err
	})
	return u, err
}

// AddUnitTx is AddUnit within the caller's transaction.
func (s *Service) AddUnitTx(ctx context.Context, tx *db.Tx, u Unit) (Unit, error) {
	if err := auth.RequireArea(ctx, PermManage, u.AreaCode); err != nil {
		return u, err
	}
	if err := u.Validate(); err != nil {
		return u, err
	}
	if u.ParentID != nil {
		if _, err := findUnit(ctx, tx, *u.ParentID); err != nil {
			return u, err
		}
	}
	if err := insertUnit(ctx, tx, &u); err != nil {
		return u, err
	}
	return u, log(ctx, tx, "identity.unit_add", "unit", u.ID, u.AreaCode, map[string]string{"code": u.Code, "name": u.Name})
}

// ChangeUnit changes what a unit is called, does and belongs to, and whether it is active; its code and area stay. Needs
// identity.manage for its area. Returns Conflict with the current unit if version is not the stored one, Invalid if the
// new parent lies below the unit itself.
func (s *Service) ChangeUnit(ctx context.Context, id string, u Unit) (out Unit, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		old, err := findUnit(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, old.AreaCode); err != nil {
			return err
		}
		u.ID, u.AreaCode, u.Code = old.ID, old.AreaCode, old.Code
		if err := u.Validate(); err != nil {
			return err
		}
		if err := noLoop(ctx, tx, u); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE identity_unit
			SET parent_id = $3, name = $4, short = $5, kind = $6, nature = $7, level = $8, duties = $9, on_duty = $10, active = $11,
				version = version + 1, updated_at = $12
			WHERE id = $1 AND version = $2`,
			id, u.Version, u.ParentID, u.Name, u.Short, u.Kind, u.Nature, u.Level, u.Duties, u.OnDuty, u.Active, tx.Time())
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.version", "Somebody else changed it first.").With(old)
		}
		s.changed(tx)
		if out, err = findUnit(ctx, tx, id); err != nil {
			return err
		}
		return log(ctx, tx, "identity.unit_change", "unit", id, old.AreaCode, map[string]any{"from": old, "to": out})
	})
	return out, err
}

// noLoop walks up from the new parent; a tree is never deeper than a few offices.
func noLoop(ctx context.Context, tx *db.Tx, u Unit) error {
	for next, depth := u.ParentID, 0; next != nil; depth++ {
		if *next == u.ID || depth > 20 {
			return errs.Invalid("identity.unit_loop", "A unit cannot lie below itself.", errs.Field{Location: "body.parent_id", Message: "lies below the unit"})
		}
		p, err := findUnit(ctx, tx, *next)
		if err != nil {
			return err
		}
		next = p.ParentID
	}
	return nil
}

// filter collects conditions and their arguments.
type filter struct {
	where []string
	args  []any
}

func (f *filter) add(v, condition string) {
	if v != "" {
		f.args = append(f.args, v)
		f.where = append(f.where, fmt.Sprintf(condition, len(f.args)))
	}
}

// like matches a part of a column; the wildcards in what people type are letters.
func (f *filter) like(v, column string) {
	if v != "" {
		v = db.EscapeLike(v)
		f.add("%"+v+"%", column+` LIKE $%d ESCAPE '\'`)
	}
}

// next appends an argument and returns its placeholder.
func (f *filter) next(v any) string {
	f.args = append(f.args, v)
	return fmt.Sprintf("$%d", len(f.args))
}

func (f *filter) String() string {
	if len(f.where) == 0 {
		return "1 = 1"
	}
	return strings.Join(f.where, " AND ")
}

// bounded keeps every list finite, whoever calls.
func bounded(limit int) int {
	if limit < 1 {
		return 50
	}
	return min(limit, 200)
}
