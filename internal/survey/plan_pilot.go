package survey

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
)

// Pilots reports whether the questionnaires are tried in a street. A plan that names none tries them everywhere.
func (p *Plan) Pilots(street string) bool {
	return len(p.Pilot) == 0 || slices.Contains(p.Pilot, street)
}

func (p *Plan) checkPilot() (bad []errs.Field) {
	streets := p.Streets()
	for i, street := range p.Pilot {
		if !slices.Contains(streets, street) || slices.Index(p.Pilot, street) != i {
			bad = append(bad, errs.Field{Location: fmt.Sprintf("plan.pilot[%d]", i), Message: "a street of the plan, once", Value: street})
		}
	}
	return bad
}
