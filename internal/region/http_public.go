package region

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

// Quarter is a street or community by name, for residents who say where something is.
type Quarter struct {
	Code        string    `json:"code"`
	Name        string    `json:"name"`
	Communities []Quarter `json:"communities,omitempty"`
}

// Quarters returns the streets that have ground with their communities, by code. Everybody may ask: names and outlines of
// streets and communities are public, grids are not shown.
func (s *Service) Quarters(ctx context.Context) ([]Quarter, error) {
	streets, _, err := s.List(ctx, Filter{Level: Subdistrict})
	if err != nil {
		return nil, err
	}
	communities, _, err := s.List(ctx, Filter{Level: Community})
	if err != nil {
		return nil, err
	}
	out := []Quarter{}
	at := map[string]int{}
	for _, a := range streets {
		at[a.Code] = len(out)
		out = append(out, Quarter{Code: a.Code, Name: a.Name})
	}
	for _, a := range communities {
		if i, ok := at[a.ParentCode]; ok {
			out[i].Communities = append(out[i].Communities, Quarter{Code: a.Code, Name: a.Name})
		}
	}
	settled := out[:0]
	for _, q := range out {
		if q.Communities != nil {
			settled = append(settled, q)
		}
	}
	return settled, nil
}

type publicMapIn struct {
	Level   Level  `query:"level" enum:"subdistrict,community" required:"true"`
	Within  string `query:"within" maxLength:"16"`
	IfMatch string `header:"If-None-Match"`
}

type quartersOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         []Quarter
}

func (s *Service) publicRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-public-areas", Method: http.MethodGet, Path: "/api/v1/public/areas", Summary: "Streets and their communities by name", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, _ *struct{}) (*quartersOut, error) {
			all, err := s.Quarters(ctx)
			return &quartersOut{"public, max-age=300", all}, err
		})
	httpx.Handle(api, httpx.Op{ID: "export-public-areas", Method: http.MethodGet, Path: "/api/v1/public/areas.geojson", Summary: "Outlines of streets or communities as GeoJSON", Tag: tag, Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *publicMapIn) (*exportOut, error) {
			m, err := s.GeoJSON(ctx, Filter{Level: in.Level, Within: in.Within})
			if err != nil {
				return nil, err
			}
			out := &exportOut{ContentType: "application/geo+json", ETag: m.ETag(), CacheControl: "public, max-age=300"}
			out.Body = func(hc huma.Context) {
				if in.IfMatch != "" && strings.Contains(in.IfMatch, m.ETag()) {
					hc.SetStatus(http.StatusNotModified)
					return
				}
				hc.SetStatus(http.StatusOK)
				_, _ = m.WriteTo(hc.BodyWriter()) // the caller may be gone
			}
			return out, nil
		})
}
