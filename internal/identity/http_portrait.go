package identity

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
)

type portraitForm struct {
	Photo huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
}

// ShowPicture answers with a small JPEG that only the asker may keep, and must ask for each time: it is not sent again while it is the
// same, and not shown any more as soon as it may not be.
func ShowPicture(r Photo, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(w huma.Context) {
		defer func() { _ = r.Close() }() // read only: nothing can be lost
		name := `"` + r.Name + `"`
		w.SetHeader("Cache-Control", "private, no-cache")
		w.SetHeader("ETag", name)
		if strings.Contains(w.Header("If-None-Match"), name) {
			w.SetStatus(http.StatusNotModified)
			return
		}
		w.SetHeader("Content-Type", "image/jpeg")
		_, _ = io.Copy(w.BodyWriter(), r) // the caller may be gone
	}}, nil
}

func (s *Service) portraitRoutes(api huma.API) {
	const limit = MaxPortrait + 1<<16
	type mineIn struct {
		RawBody huma.MultipartFormFiles[portraitForm]
	}
	type theirsIn struct {
		ByID
		RawBody huma.MultipartFormFiles[portraitForm]
	}
	me := func(ctx context.Context) string { return auth.From(ctx).UserID }
	httpx.Handle(api, httpx.Op{ID: "get-my-portrait", Method: http.MethodGet, Path: "/api/v1/account/portrait", Summary: "My photograph", Tag: "identity", Access: httpx.SignedIn, Errors: []int{404}},
		func(ctx context.Context, _ *none) (*huma.StreamResponse, error) {
			return ShowPicture(s.Portrait(ctx, me(ctx)))
		})
	httpx.Handle(api, httpx.Op{ID: "set-my-portrait", Method: http.MethodPut, Path: "/api/v1/account/portrait", Summary: "Set my photograph", Tag: "identity", Access: httpx.SignedIn, MaxBody: limit, Errors: []int{413}},
		func(ctx context.Context, in *mineIn) (*oneOut[User], error) {
			photo := in.RawBody.Data().Photo
			defer func() { _ = photo.Close() }() // read only: nothing can be lost
			return one(s.SetPortrait(ctx, me(ctx), photo))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-my-portrait", Method: http.MethodDelete, Path: "/api/v1/account/portrait", Summary: "Remove my photograph", Tag: "identity", Access: httpx.SignedIn, Status: 204},
		func(ctx context.Context, _ *none) (*none, error) { return nil, s.DropPortrait(ctx, me(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "get-portrait", Method: http.MethodGet, Path: "/api/v1/users/{id}/portrait", Summary: "Photograph of a person", Tag: "identity", Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
			return ShowPicture(s.Portrait(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "set-portrait", Method: http.MethodPut, Path: "/api/v1/users/{id}/portrait", Summary: "Set the photograph of a person", Tag: "identity", Access: httpx.Permission(PermManage), MaxBody: limit, Errors: []int{404, 413}},
		func(ctx context.Context, in *theirsIn) (*oneOut[User], error) {
			photo := in.RawBody.Data().Photo
			defer func() { _ = photo.Close() }() // read only: nothing can be lost
			return one(s.SetPortrait(ctx, in.ID, photo))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-portrait", Method: http.MethodDelete, Path: "/api/v1/users/{id}/portrait", Summary: "Remove the photograph of a person", Tag: "identity", Access: httpx.Permission(PermManage), Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*none, error) { return nil, s.DropPortrait(ctx, in.ID) })
}
