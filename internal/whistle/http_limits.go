package whistle

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/cases"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

func (s *Service) limitRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-whistle-limits", Method: http.MethodGet, Path: "/api/v1/whistle-limits", Summary: "Versions of the time limits of whistles, the one in force first", Tag: tag,
		Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Limits]], error) {
			list, err := s.LimitVersions(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "set-whistle-limits", Method: http.MethodPost, Path: "/api/v1/whistle-limits", Summary: "Put a new version of the time limits of whistles in force", Tag: tag,
		Access: httpx.Permission(cases.PermClocks), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *struct {
			Body struct {
				Version int         `json:"version" doc:"Version it was made from"`
				Rules   []LimitRule `json:"rules" maxItems:"30"`
				Note    string      `json:"note" minLength:"1" maxLength:"1200" doc:"Why"`
			}
		}) (*body[*Limits], error) {
			return out(s.SetLimits(ctx, in.Body.Version, in.Body.Rules, in.Body.Note))
		})
}

func (s *Service) fileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-whistles", Method: http.MethodGet, Path: "/api/v1/whistle-file", Summary: "Whistles the caller sees as a workbook or CSV, one row for every called unit", Tag: tag,
		Access: httpx.Permission(PermRead), Errors: []int{http.StatusRequestEntityTooLarge}},
		func(ctx context.Context, in *struct {
			FilterIn
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			format := sheet.Format(in.Format)
			if err := s.Export(ctx, in.filter(), format, &file); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(w huma.Context) {
				w.SetHeader("Content-Type", format.ContentType())
				w.SetHeader("Content-Disposition", httpx.Attachment("吹哨报到."+in.Format))
				_, _ = w.BodyWriter().Write(file.Bytes()) // the caller may be gone
			}}, nil
		})
}
