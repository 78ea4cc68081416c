package patrol

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type exportIn struct{ Body NewExport }

type decideExportIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body decision
}

type decision struct {
	Version int64  `json:"version"`
	Approve bool   `json:"approve"`
	Answer  string `json:"answer,omitempty" maxLength:"800" doc:"Needed for a refusal"`
}

func (s *Service) exportRoutes(api huma.API) {
	ask, approve := httpx.Permission(PermExport), httpx.Permission(PermApprove)
	httpx.Handle(api, httpx.Op{ID: "list-track-exports", Method: http.MethodGet, Path: "/api/v1/patrol/exports", Summary: "List one's exports of tracks and those one decides on", Tag: tag, Access: httpx.SignedIn},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Export]], error) { return out(s.Exports(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "ask-track-export", Method: http.MethodPost, Path: "/api/v1/patrol/exports", Summary: "Ask for a track as a file", Tag: tag, Access: ask, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *exportIn) (*body[*Export], error) { return out(s.AskExport(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "decide-track-export", Method: http.MethodPost, Path: "/api/v1/patrol/exports/{id}/decision", Summary: "Approve or refuse somebody else's export of a track", Tag: tag, Access: approve, Errors: []int{404, 409}},
		func(ctx context.Context, in *decideExportIn) (*body[*Export], error) {
			return out(s.DecideExport(ctx, in.ID, in.Body.Version, in.Body.Approve, in.Body.Answer))
		})
	httpx.Handle(api, httpx.Op{ID: "withdraw-track-export", Method: http.MethodDelete, Path: "/api/v1/patrol/exports/{id}", Summary: "Take an own export of a track back", Tag: tag, Access: ask, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*body[*Export], error) { return out(s.WithdrawExport(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "take-track-export", Method: http.MethodGet, Path: "/api/v1/patrol/exports/{id}/file", Summary: "Download an approved export of a track", Tag: tag, Access: ask, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
			f, err := s.TakeExport(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				ctx.SetHeader("Content-Type", f.ContentType)
				ctx.SetHeader("Content-Disposition", httpx.Attachment(f.Name))
				ctx.SetHeader("Cache-Control", "private, no-store")
				_, _ = ctx.BodyWriter().Write(f.Content) // the caller may be gone
			}}, nil
		})
}
