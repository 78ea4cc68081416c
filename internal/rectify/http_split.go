package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type splitIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body splitter
}

type splitter struct {
	Plan
	Comments []string `json:"comments" minItems:"1" maxItems:"500" doc:"Comments of the item that are about the other matter"`
	Version  int64    `json:"version"`
}

func (s *Service) splitRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "split-rectification", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/split", Summary: "Make another item of some comments of an item, before issue", Tag: tag,
		Access: httpx.Permission(PermMerge), Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *splitIn) (*itemOut, error) {
			return outItem(s.Split(ctx, in.ID, in.Body.Comments, in.Body.Plan, in.Body.Version))
		})
}
