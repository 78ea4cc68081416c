package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/workflow"
)

// relations are what a workflow may ask of who acts, beside the permission.
var relations = []string{"area", "lead", "first", "officer", "reporter", "system", "sees"}

// byUnit reports a caller who works off what lies with its unit and watches over no area: a department of the district.
func byUnit(p *auth.Principal) bool {
	return !p.System && p.Has(PermHandle) && !p.Has(PermAccept) && !p.Has(PermDispatch) && !p.Has(PermSupervise)
}

// areasOf returns the areas in which p sees every case. A department whose area is the district sees by unit only.
func areasOf(p *auth.Principal) []string {
	if !byUnit(p) {
		return p.Areas
	}
	return slices.DeleteFunc(slices.Clone(p.Areas), func(a string) bool { return len(a) < digits[Street] })
}

// visible is the SQL condition for the cases the caller sees.
func visible(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	cond := auth.Within("area_code", areasOf(p), args)
	if p.UnitID != "" {
		*args = append(*args, p.UnitID)
		n := len(*args)
		cond = fmt.Sprintf("(%s OR lead_unit = $%d OR ((holder = $%d OR first_unit = $%d) AND ended_at IS NULL) OR id IN (SELECT case_id FROM case_part WHERE unit_id = $%d))", cond, n, n, n, n)
	}
	if !p.Has(PermSensitive) {
		*args = append(*args, p.UnitID, p.UserID)
		// A caller without a unit is not the lead of a case that has none yet.
		unit, user := len(*args)-1, len(*args)
		cond += fmt.Sprintf(" AND (NOT sensitive OR lead_unit = $%d AND lead_unit <> '' OR holder = $%d AND holder <> '' OR officer = $%d AND officer <> ''", unit, unit, user)
		if p.UnitID != "" { // who was asked to help can do so
			cond += fmt.Sprintf(" OR id IN (SELECT case_id FROM case_part WHERE unit_id = $%d AND state <> 'cancelled')", unit)
		}
		cond += ")"
	}
	return "(" + cond + ")"
}

// OpensSensitive reports whether p may open a sensitive case of these units: with the permission, or because the case lies
// with its unit or with itself.
func OpensSensitive(p *auth.Principal, leadUnit, holder, officer string) bool {
	if p == nil {
		return false
	}
	return p.System || p.Has(PermSensitive) || p.UnitID != "" && (p.UnitID == leadUnit || p.UnitID == holder) || p.UserID != "" && p.UserID == officer
}

// sees is visible for one loaded case; parts are read only where nothing else decides.
func (s *Service) sees(ctx context.Context, tx *db.Tx, c *Case) (bool, error) {
	p := auth.From(ctx)
	if p == nil || !p.Has(PermRead) {
		return false, nil
	}
	if p.System {
		return true, nil
	}
	mine := p.UnitID != "" && (p.UnitID == c.LeadUnit || p.UnitID == c.Holder || p.UnitID == c.FirstUnit && c.EndedAt == nil)
	shut := c.Sensitive && !p.Has(PermSensitive) && !mine && (c.Officer == "" || c.Officer != p.UserID)
	if !shut && (mine || inside(c.AreaCode, areasOf(p))) {
		return true, nil
	}
	if p.UnitID == "" {
		return false, nil
	}
	asked := "SELECT COUNT(*) FROM case_part WHERE case_id = $1 AND unit_id = $2"
	if shut {
		asked += " AND state <> 'cancelled'" // of a sensitive case, not who is no longer asked
	}
	n, err := db.Get[int](ctx, tx, asked, c.ID, p.UnitID)
	return n > 0, err
}

func inside(area string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(a string) bool { return a != "" && strings.HasPrefix(area, a) })
}

// tier returns the highest tier on which p covers the area: a street's dispatcher acts on the street's tier.
func tier(p *auth.Principal, area string) Level {
	if p.System {
		return City
	}
	best := Level("")
	for _, a := range p.Areas {
		if a == "" || !strings.HasPrefix(area, a) {
			continue
		}
		l := levelOf(a)
		if best == "" || rank(l) > rank(best) {
			best = l
		}
	}
	return best
}

// levelOf returns the tier of an area by the length of its code.
func levelOf(area string) Level {
	switch n := len(area); {
	case n <= digits[City]:
		return City
	case n <= digits[District]:
		return District
	case n <= digits[Street]:
		return Street
	case n <= digits[Community]:
		return Community
	}
	return Grid
}

// rank orders the tiers, lowest first.
func rank(l Level) int { return slices.Index(Levels, l) }

// actsFor reports whether p works for the unit that leads.
func actsFor(p *auth.Principal, c *Case) bool {
	return p.System || p.UnitID != "" && p.UnitID == c.LeadUnit
}

type reporterKey struct{}

// reporterID stands in the history for whoever reported.
const reporterID = "reporter"

// AsReporter returns a context in which somebody who reported the case acts, as the follow-up link proved. Only intake
// calls it.
func AsReporter(ctx context.Context, reporter string) context.Context {
	p := &auth.Principal{UserID: reporterID, Name: "反映人", Permissions: map[string]bool{}}
	return context.WithValue(auth.With(ctx, p), reporterKey{}, reporter)
}

// admit returns nil if the caller may take the action on the case, and the reason as an error otherwise.
func (s *Service) admit(ctx context.Context, tx *db.Tx, d *workflow.Definition, a workflow.Action, c *Case) error {
	p := auth.From(ctx)
	if reporter, ok := ctx.Value(reporterKey{}).(string); ok {
		return admitReporter(ctx, tx, a, c, reporter)
	}
	if a.By == "reporter" {
		if p != nil && p.System {
			return nil
		}
		return errs.Forbidden("cases.reporter_only", "Only who reported the case may do this.")
	}
	if err := auth.Require(ctx, a.Permission); err != nil {
		return err
	}
	switch a.By {
	case "system":
		if !p.System {
			return errs.Forbidden("cases.system_only", "The program does this by itself.")
		}
		return nil
	case "sees":
		return nil
	case "lead":
		if !actsFor(p, c) {
			return errs.Forbidden("cases.not_lead", "Only the lead unit may do this.")
		}
		return nil
	case "first":
		if !p.System && (p.UnitID == "" || p.UnitID != c.FirstUnit) {
			return errs.Forbidden("cases.not_first", "Only the unit that had the case first may do this.")
		}
		return nil
	case "officer":
		if c.Officer != "" && c.Officer != p.UserID && !p.Has(PermAccept) && !p.System {
			return errs.Forbidden("cases.other_officer", "Another officer has been named for this case.")
		}
	}
	if err := auth.RequireArea(ctx, a.Permission, c.AreaCode); err != nil {
		return err
	}
	return admitTier(p, a, c)
}

// admitTier keeps a lower desk from deciding what has gone to a higher one.
func admitTier(p *auth.Principal, a workflow.Action, c *Case) error {
	mine := tier(p, c.AreaCode)
	if a.Level != "" && rank(mine) < rank(Level(a.Level)) {
		return errs.Forbidden("cases.too_low", "This is decided on a higher tier.")
	}
	if decisive(a) && rank(mine) < rank(c.Level) && c.Level != City {
		return errs.Forbidden("cases.higher_tier", "The case lies with a higher tier now.")
	}
	return nil
}

// decisive reports an action of a desk that settles what becomes of a case; a lower desk may still urge and comment, and
// officers check whoever has the case.
func decisive(a workflow.Action) bool {
	switch a.Permission {
	case PermAccept, PermDispatch, PermClose, PermMerge, PermSuspend:
		return a.By == "area" && a.Code != "urge"
	}
	return false
}

func admitReporter(ctx context.Context, tx *db.Tx, a workflow.Action, c *Case, reporter string) error {
	if a.By != "reporter" {
		return errs.Forbidden("cases.not_reporter_action", "This is not for those who reported.")
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_reporter WHERE id = $1 AND (case_id = $2 OR case_id IN (SELECT id FROM case_file WHERE merged_into = $2 AND merged_into <> ''))", reporter, c.ID)
	if err == nil && n == 0 {
		err = errs.NotFound("cases.not_found", "There is no such case, or you may not see it.")
	}
	return err
}
