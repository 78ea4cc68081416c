package opinion

import (
	"context"
	"strings"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Place is a street or community of a district.
type Place struct {
	Code, Name, Parent string
	Street             bool
}

// Places lists the streets and communities of a district, for files that name them as people do.
type Places interface {
	PlacesTx(ctx context.Context, tx *db.Tx, district string) ([]Place, error)
}

// placeNames finds streets and communities by what people write.
type placeNames struct {
	streets     map[string]string            // name or code → code
	communities map[string]map[string]string // by street
}

func (s *Service) placeNames(ctx context.Context, tx *db.Tx, area string) (*placeNames, error) {
	g := &placeNames{streets: map[string]string{}, communities: map[string]map[string]string{}}
	if len(area) < 6 || s.places == nil {
		return g, nil
	}
	list, err := s.places.PlacesTx(ctx, tx, area[:6])
	for _, p := range list {
		names := g.streets
		if !p.Street {
			if names = g.communities[p.Parent]; names == nil {
				names = map[string]string{}
				g.communities[p.Parent] = names
			}
		}
		names[p.Code], names[placeName(p.Name)] = p.Code, p.Code
	}
	return g, err
}

// placeName takes off what people add to names of places or leave out.
func placeName(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "")
	for _, end := range []string{"街道办事处", "社区居民委员会", "社区居委会", "居委会", "街道", "社区"} {
		if cut, found := strings.CutSuffix(name, end); found && cut != "" {
			return cut
		}
	}
	return name
}

// find returns the code of the community, else of the street, else fallback; Invalid if one is named that is not there.
func (g *placeNames) find(street, community, fallback string) (string, error) {
	code := ""
	if street != "" {
		if code = g.streets[placeName(street)]; code == "" {
			return "", errs.Invalid("opinion.unknown_street", "There is no such street in the district.", errs.Field{Location: "body.street", Message: "unknown", Value: street})
		}
	}
	if community == "" {
		if code == "" {
			code = fallback
		}
		return code, nil
	}
	var found []string
	for parent, names := range g.communities {
		if c := names[placeName(community)]; c != "" && (code == "" || code == parent) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return "", errs.Invalid("opinion.unknown_community", "There is no such community, or several; name the street as well.", errs.Field{Location: "body.community", Message: "unknown", Value: community})
	}
	return found[0], nil
}
