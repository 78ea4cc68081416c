package cases

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/identity"
	"yiwang/internal/platform/httpx"
)

type aroundIn struct {
	ID    string   `path:"id" maxLength:"60"`
	Units []string `query:"units" maxItems:"12" doc:"Ids of further units whose record is wanted"`
}

func (s *Service) aroundRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "look-around-case", Method: http.MethodGet, Path: "/api/v1/cases/{id}/around", Summary: "Show what lies near a case and how units did with its category", Tag: tag,
		Access: read, Errors: []int{404}},
		func(ctx context.Context, in *aroundIn) (*body[*Around], error) {
			return out(s.Around(ctx, in.ID, in.Units))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-officers", Method: http.MethodGet, Path: "/api/v1/cases/{id}/officers", Summary: "List who can inspect or verify at the place of a case", Tag: tag,
		Access: httpx.Permission(PermAccept), Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[identity.Holder]], error) {
			people, err := s.Officers(ctx, in.ID)
			return out(httpx.Whole(people), err)
		})
}
