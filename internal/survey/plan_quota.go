package survey

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
)

// Quota is the most answers a cell takes; an empty field stands for all. Pilot answers do not count.
type Quota struct {
	Street  string  `json:"street,omitempty"`
	Group   Group   `json:"group,omitempty"`
	Channel Channel `json:"channel,omitempty"`
	Most    int     `json:"most"`
}

// Covers reports whether an answer in the cell counts for the quota.
func (q Quota) Covers(c Cell) bool {
	return (q.Street == "" || q.Street == c.Street) && (q.Group == "" || q.Group == c.Group) && (q.Channel == "" || q.Channel == c.Channel)
}

// checkQuotas returns what is wrong with the quotas of a plan.
func (p *Plan) checkQuotas() (bad []errs.Field) {
	streets, seen := p.Streets(), map[Quota]bool{}
	for i, q := range p.Quotas {
		report := func(ok bool, field, message string) {
			if !ok {
				bad = append(bad, errs.Field{Location: fmt.Sprintf("plan.quotas[%d].%s", i, field), Message: message})
			}
		}
		report(q.Street == "" || slices.Contains(streets, q.Street), "street", "a street of the strata, or none for all")
		report(q.Group == "" || slices.Contains(Groups, q.Group), "group", "elder, adult or unit, or none for all")
		report(q.Channel == "" || slices.Contains(Channels, q.Channel), "channel", "targeted or online, or none for all")
		report(q.Most >= 1, "most", "at least 1")
		key := q
		key.Most = 0
		report(!seen[key], "most", "this cell has a quota already")
		seen[key] = true
	}
	if len(p.Quotas) > 500 {
		bad = append(bad, errs.Field{Location: "plan.quotas", Message: "at most 500 quotas"})
	}
	return bad
}
