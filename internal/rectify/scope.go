package rectify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// streetDigits is the length of a street's area code.
const streetDigits = 9

// handlerOnly reports a caller who works items off and does nothing else with them: a street or a department.
func handlerOnly(p *auth.Principal) bool {
	office := p.Has(PermMerge) || p.Has(PermIssue) || p.Has(PermVerify) || p.Has(PermPublish) || p.Has(PermDecide)
	return !p.System && !office && (p.Has(PermAnswer) || p.Has(PermDo))
}

// areas returns the areas in which p sees every item. A handler whose area is the whole district (a department) sees by
// unit only; one whose area is a street sees that street.
func areas(p *auth.Principal) []string {
	if !handlerOnly(p) {
		return p.Areas
	}
	return slices.DeleteFunc(slices.Clone(p.Areas), func(a string) bool { return len(a) < streetDigits })
}

// hidden are the states a handler does not see: the item has not been issued to anybody.
var hidden = []State{Draft, Confirmed, Withdrawn}

// visible is the SQL condition for the items the caller sees: those of its areas, and those its unit leads or joins.
func visible(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	cond := auth.Within("area_code", areas(p), args)
	if p.UnitID != "" {
		*args = append(*args, p.UnitID, `%"id":"`+db.EscapeLike(p.UnitID)+`"%`)
		cond = fmt.Sprintf(`(%s OR lead_unit = $%d OR co LIKE $%d ESCAPE '\')`, cond, len(*args)-1, len(*args))
	}
	if handlerOnly(p) {
		cond = "(" + cond + " AND state NOT IN ('draft', 'confirmed', 'withdrawn'))"
	}
	return cond
}

// sees is visible for one loaded item.
func sees(ctx context.Context, i *Item) bool {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return false
	}
	if p.System {
		return true
	}
	if handlerOnly(p) && slices.Contains(hidden, i.State) {
		return false
	}
	return within(i.AreaCode, areas(p)) || p.UnitID != "" && (p.UnitID == i.LeadUnit || i.joins(p.UnitID))
}

func within(area string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(a string) bool { return a != "" && strings.HasPrefix(area, a) })
}

func (i *Item) joins(unit string) bool {
	return slices.ContainsFunc(i.Co.V, func(u UnitRef) bool { return u.ID == unit })
}

// actsFor reports whether p works for the lead unit: it is of that unit, or it leads the street whose office that unit is.
func actsFor(p *auth.Principal, i *Item) bool {
	if p.System || p.UnitID != "" && p.UnitID == i.LeadUnit {
		return true
	}
	return len(i.LeadArea) >= streetDigits && handlerOnly(p) && within(i.LeadArea, areas(p))
}

// admit returns nil if the caller may take the edge on the item, and the reason as an error otherwise.
func admit(ctx context.Context, tx *db.Tx, e edge, i *Item) error {
	if err := auth.Require(ctx, e.permission); err != nil {
		return err
	}
	p := auth.From(ctx)
	switch e.by {
	case lead:
		if !actsFor(p, i) {
			return errs.Forbidden("rectify.not_lead", "Only the lead unit may do this.")
		}
		return nil
	case verifier:
		if err := auth.RequireArea(ctx, e.permission, i.AreaCode); err != nil {
			return err
		}
		return independent(ctx, tx, p, i)
	case panel:
		if err := auth.RequireArea(ctx, e.permission, i.AreaCode); err != nil {
			return err
		}
		return neutral(ctx, tx, p, i)
	}
	return auth.RequireArea(ctx, e.permission, i.AreaCode)
}

// independent returns Forbidden for a verifier whose unit or who in person handled the item (rule "handled is not closed").
func independent(ctx context.Context, tx *db.Tx, p *auth.Principal, i *Item) error {
	if p.System {
		return nil
	}
	same := p.UnitID == i.LeadUnit || i.joins(p.UnitID)
	if !same {
		steps, err := historyOf(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		for _, h := range steps {
			mine := h.ActorID == p.UserID || h.ActorUnit == p.UnitID || h.ForUnit == p.UnitID
			if mine && (h.Action.handles() || h.Action == ActEvidence && h.ActorID == p.UserID) {
				same = true
			}
		}
	}
	if same {
		return errs.Forbidden("rectify.same_unit", "Who handled an item cannot verify it; another unit must.")
	}
	return nil
}

// todo is the SQL condition for the items that wait for the caller's unit or office: what it leads and has not done, what
// it may verify, what it has to confirm, issue again, tell or publish. Guards may still refuse a single action.
func todo(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || p.System {
		return "FALSE"
	}
	var parts []string
	if p.Has(PermAnswer) || p.Has(PermDo) {
		*args = append(*args, p.UnitID)
		mine := fmt.Sprintf("lead_unit = $%d", len(*args))
		if handlerOnly(p) {
			mine = "(" + mine + " OR " + auth.Within("lead_area", areas(p), args) + ")"
		}
		parts = append(parts, mine+" AND state IN ('issued', 'answered', 'doing', 'rework')")
	}
	for _, w := range []struct{ permission, states string }{
		{PermVerify, "'done'"}, {PermMerge, "'draft'"}, {PermIssue, "'confirmed', 'returned'"}, {PermPublish, "'verified', 'told'"}, {PermDecide, "'adjudicating'"},
	} {
		if p.Has(w.permission) {
			parts = append(parts, auth.Within("area_code", p.Areas, args)+" AND state IN ("+w.states+")")
		}
	}
	if p.Has(PermDecide) {
		parts = append(parts, auth.Within("area_code", p.Areas, args)+" AND wants <> '' AND state IN ('issued', 'answered', 'doing', 'rework')")
	}
	if parts == nil {
		return "FALSE"
	}
	return "((" + strings.Join(parts, ") OR (") + "))"
}

// may lists the actions the caller could take on the item now.
func may(ctx context.Context, tx *db.Tx, i *Item) ([]Action, error) {
	out := []Action{}
	for _, e := range edgesOf(i) {
		if err := admit(ctx, tx, e, i); err == nil {
			out = append(out, e.action)
		} else if errs.KindOf(err) == errs.KindInternal {
			return nil, err
		}
	}
	return out, nil
}
