package camera

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const tag = "camera"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

type why struct {
	Reason string `json:"reason" maxLength:"800"`
}

type described struct {
	SDP string `json:"sdp" maxLength:"60000" doc:"Session description"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	see, manage := httpx.Permission(PermRead), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-cameras", Method: http.MethodGet, Path: "/api/v1/cameras", Summary: "List cameras; also a layer of a map", Tag: tag, Access: see},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			Filter
		}) (*body[httpx.Page[Camera]], error) {
			return out(s.List(ctx, in.Filter, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "add-camera", Method: http.MethodPost, Path: "/api/v1/cameras", Summary: "Register a camera", Tag: tag, Access: manage, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[Spec]) (*body[*Camera], error) { return out(s.Add(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "get-camera", Method: http.MethodGet, Path: "/api/v1/cameras/{id}", Summary: "Show a camera", Tag: tag, Access: see, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Camera], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "change-camera", Method: http.MethodPut, Path: "/api/v1/cameras/{id}", Summary: "Change or retire a camera", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Spec
		}) (*body[*Camera], error) {
			return out(s.Change(ctx, in.ID, in.Body))
		})
	s.lookRoutes(api)
}

func (s *Service) lookRoutes(api huma.API) {
	see := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "begin-camera-look", Method: http.MethodPost, Path: "/api/v1/cameras/{id}/looks", Summary: "Look through a camera, with a reason", Tag: tag, Access: see, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body why
		}) (*body[*Look], error) {
			return out(s.Begin(ctx, in.ID, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "list-camera-looks", Method: http.MethodGet, Path: "/api/v1/cameras/{id}/looks", Summary: "Who looked through a camera", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[httpx.Page[Look]], error) {
			list, err := s.Looks(ctx, in.ID)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "end-camera-look", Method: http.MethodDelete, Path: "/api/v1/camera-looks/{id}", Summary: "End one's look and its stream", Tag: tag, Access: see, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.End(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "stream-camera", Method: http.MethodPost, Path: "/api/v1/camera-looks/{id}/stream", Summary: "Exchange session descriptions with the media server (WHEP)", Tag: tag, Access: see, Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body described
		}) (*body[described], error) {
			answer, err := s.Stream(ctx, in.ID, in.Body.SDP)
			return out(described{answer}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-camera-picture", Method: http.MethodGet, Path: "/api/v1/camera-looks/{id}/picture", Summary: "A snapshot as JPEG", Tag: tag, Access: see, Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
			jpeg, err := s.Picture(ctx, in.ID)
			return &huma.StreamResponse{Body: func(w huma.Context) {
				w.SetHeader("Content-Type", "image/jpeg")
				w.SetHeader("Cache-Control", "no-store")
				_, _ = w.BodyWriter().Write(jpeg) // the caller may be gone
			}}, err
		})
}
