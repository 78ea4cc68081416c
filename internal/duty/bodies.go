package duty

import (
	"context"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	identitydata "yiwang/data/identity"
	"yiwang/internal/identity"
)

// bodyNames are the short names of units by code as every district has them. A unit of a place has the name it was given there.
var bodyNames = sync.OnceValue(func() map[string]string {
	var file struct {
		Departments []struct{ Code, Name, Short string }
	}
	if err := yaml.Unmarshal(identitydata.Departments, &file); err != nil {
		panic(err) // a broken release
	}
	out := map[string]string{"street_office": "街道办事处", "government": "区政府", "district_command": "区指挥中心"}
	for _, d := range file.Departments {
		out[d.Code] = or(d.Short, d.Name)
	}
	return out
})

func bodyName(code string) string { return or(bodyNames()[code], code) }

// Named is a unit a rule may name.
type Named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Bodies lists the codes of units that a rule may name: those every district has and those of the caller's district, by code.
func (s *Service) Bodies(ctx context.Context) ([]Named, error) {
	names := map[string]string{}
	for code, name := range bodyNames() {
		names[code] = name
	}
	for f := (identity.UnitFilter{Area: areaOf(ctx), Limit: 200}); f.Area != ""; {
		page, err := s.people.Units(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Items {
			if names[u.Code] == "" {
				names[u.Code] = or(u.Short, u.Name)
			}
		}
		// Units come by area, the district's own first: those of streets and communities repeat their codes.
		if f.Cursor = page.NextCursor; f.Cursor == "" || len(page.Items) > 0 && len(page.Items[len(page.Items)-1].AreaCode) > 6 {
			break
		}
	}
	out := make([]Named, 0, len(names))
	for code, name := range names {
		out = append(out, Named{code, name})
	}
	slices.SortFunc(out, func(a, b Named) int { return strings.Compare(a.Code, b.Code) })
	return out, nil
}
