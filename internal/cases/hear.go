package cases

import "yiwang/internal/platform/auth"

// Hears reports whether p sees the case of the event, as far as the event says it: assisting units learn of their part by
// notice. For what streams events to people.
func Hears(p *auth.Principal, e Moved) bool {
	if p == nil || !p.Has(PermRead) {
		return false
	}
	if p.System {
		return true
	}
	mine := p.UnitID != "" && (p.UnitID == e.LeadUnit || p.UnitID == e.Holder || p.UnitID == e.ForUnit)
	if e.Sensitive && !p.Has(PermSensitive) && !mine && (e.Officer == "" || e.Officer != p.UserID) {
		return false
	}
	return mine || inside(e.AreaCode, areasOf(p))
}

// HearsLapse is Hears for a clock that came to a point.
func HearsLapse(p *auth.Principal, e Lapse) bool {
	if p == nil || !p.Has(PermRead) {
		return false
	}
	if p.System {
		return true
	}
	mine := p.UnitID != "" && (p.UnitID == e.UnitID || p.UnitID == e.LeadUnit || p.UnitID == e.Holder)
	if e.Sensitive && !p.Has(PermSensitive) && !mine && (e.Officer == "" || e.Officer != p.UserID) {
		return false
	}
	return mine || inside(e.AreaCode, areasOf(p))
}

// openTitle is the title as events and messages may carry it: beyond those who see a sensitive case, its title is not told.
func (c *Case) openTitle() string {
	if c.Sensitive {
		return "敏感事件"
	}
	return c.Title
}
