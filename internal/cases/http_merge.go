package cases

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type hotspotIn struct {
	Area     string `query:"area" maxLength:"20"`
	Category string `query:"category" maxLength:"10" doc:"Leaf or a class above it"`
	Days     int    `query:"days" minimum:"7" maximum:"90" default:"14"`
}

func (s *Service) mergeRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-case-duplicates", Method: http.MethodGet, Path: "/api/v1/cases/{id}/duplicates", Summary: "List open cases that may be the same matter", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Near]], error) {
			list, err := s.Duplicates(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-merges", Method: http.MethodGet, Path: "/api/v1/cases/{id}/merges", Summary: "List what was merged into a case or out of it", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Merge]], error) {
			list, err := s.Merges(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-hotspots", Method: http.MethodGet, Path: "/api/v1/case-hotspots", Summary: "List squares where a category is reported more often than before", Tag: tag, Access: read},
		func(ctx context.Context, in *hotspotIn) (*body[httpx.Page[Hotspot]], error) {
			list, err := s.Hotspots(ctx, HotspotFilter{Area: in.Area, Category: in.Category, Days: in.Days})
			return out(httpx.Whole(list), err)
		})
}
