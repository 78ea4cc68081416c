package patrol

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/export"
	"yiwang/internal/platform/httpx"
)

type exportIn struct{ Body NewExport }

func (s *Service) exportRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "ask-track-export", Method: http.MethodPost, Path: "/api/v1/patrol/exports", Summary: "Ask for a track as a file", Tag: tag, Access: httpx.Permission(PermExport), Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *exportIn) (*body[*export.Request], error) {
			return out(s.AskExport(ctx, in.Body))
		})
	s.Exports.Routes(api)
}
