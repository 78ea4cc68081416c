package whistle

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// byUnit reports a caller who sees whistles only because its unit is called: a clerk of a department, whose area is the
// whole district.
func byUnit(p *auth.Principal) bool {
	return !p.System && p.Has(PermAnswer) && !p.Has(PermBlow) && !p.Has(PermArbitrate)
}

// visible is the SQL condition for whistles the caller sees: those of its areas, and those that call its unit once blown.
func visible(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	cond := "FALSE"
	if !byUnit(p) {
		cond = auth.Within("street", p.Areas, args)
	}
	if p.UnitID != "" {
		*args = append(*args, p.UnitID)
		cond = fmt.Sprintf("(%s OR blown_at IS NOT NULL AND id IN (SELECT whistle_id FROM whistle_call WHERE unit_id = $%d))", cond, len(*args))
	}
	return cond
}

// load returns a whistle the caller sees with its calls, NotFound otherwise.
func (s *Service) load(ctx context.Context, tx *db.Tx, id string) (*Whistle, error) {
	args := []any{id}
	rows, err := db.All[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE id = $1 AND "+visible(ctx, &args), args...)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.NotFound("whistle.not_found", "There is no such whistle, or you may not see it.")
	}
	w := &rows[0]
	w.Calls, err = callsOf(ctx, tx, id)
	return w, err
}

// may reports whether the caller may take a step on a call: its unit, the street, or who arbitrates in the district.
func may(p *auth.Principal, w *Whistle, c *Call, of step) error {
	if p == nil {
		return errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if p.System {
		return nil
	}
	if !p.Has(of.permission) {
		return errs.Forbidden("auth.no_permission", fmt.Sprintf("This needs the permission %s.", of.permission))
	}
	switch of.by {
	case "unit":
		if p.UnitID != c.UnitID {
			return errs.Forbidden("whistle.not_called", "Only the called unit may do this.")
		}
	case "street":
		if !p.Covers(w.Street) {
			return errs.Forbidden("auth.outside_area", "This lies outside your area.")
		}
		if p.UnitID == c.UnitID {
			return errs.Forbidden("whistle.own_call", "The called unit cannot decide about its own work.")
		}
	default:
		if !p.Covers(w.Street[:6]) {
			return errs.Forbidden("auth.outside_area", "This lies outside your area.")
		}
		if p.UnitID == c.UnitID || p.UnitID == w.UnitID {
			return errs.Forbidden("whistle.party", "Who is party cannot arbitrate.")
		}
	}
	return nil
}

// inStreet asks for a permission in the street of the whistle.
func inStreet(ctx context.Context, permission string, w *Whistle) error {
	return auth.RequireArea(ctx, permission, w.Street)
}
