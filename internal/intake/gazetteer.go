package intake

import (
	"context"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// gazetteer finds streets and communities of a district by what people write.
type gazetteer struct {
	streets     map[string]string            // name or code → code
	communities map[string]map[string]string // by street
}

// gazetteer reads the names below the district that an area lies in.
func (s *Service) gazetteer(ctx context.Context, area string) (*gazetteer, error) {
	g := &gazetteer{streets: map[string]string{}, communities: map[string]map[string]string{}}
	if len(area) < 6 {
		return g, nil
	}
	for _, level := range []region.Level{region.Subdistrict, region.Community} {
		list, _, err := s.Regions.List(ctx, region.Filter{Within: area[:6], Level: level})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			names := g.streets
			if level == region.Community {
				if names = g.communities[a.ParentCode]; names == nil {
					names = map[string]string{}
					g.communities[a.ParentCode] = names
				}
			}
			names[a.Code], names[plain(a.Name)] = a.Code, a.Code
		}
	}
	return g, nil
}

// plain takes off what people add to names of places or leave out.
func plain(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "")
	for _, end := range []string{"街道办事处", "社区居民委员会", "社区居委会", "居委会", "街道", "社区"} {
		if cut, found := strings.CutSuffix(name, end); found && cut != "" {
			return cut
		}
	}
	return name
}

// find returns the code of the community, or of the street; "" if neither is given; Invalid if one is given that is not there.
func (g *gazetteer) find(street, community string) (string, error) {
	code := ""
	if street != "" {
		if code = g.streets[plain(street)]; code == "" {
			return "", errs.Invalid("intake.unknown_street", "There is no such street in the district.", errs.Field{Location: "street", Message: "unknown", Value: street})
		}
	}
	if community == "" {
		return code, nil
	}
	var found []string
	for parent, names := range g.communities {
		if c := names[plain(community)]; c != "" && (code == "" || code == parent) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return "", errs.Invalid("intake.unknown_community", "There is no such community, or several; name the street as well.", errs.Field{Location: "community", Message: "unknown", Value: community})
	}
	return found[0], nil
}
