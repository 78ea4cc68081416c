package calls

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

type lookIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body lookReason
}

type lookReason struct {
	Reason string `json:"reason" maxLength:"800" doc:"Why; the parties see it"`
}

type recordingIn struct {
	ID   string `path:"id" maxLength:"60"`
	Look string `query:"look" maxLength:"60" required:"true"`
}

func (s *Service) recordingRoutes(api huma.API) {
	may := httpx.Permission(PermRecord)
	httpx.Handle(api, httpx.Op{ID: "look-at-recording", Method: http.MethodPost, Path: "/api/v1/call-recordings/{id}/looks", Summary: "Say why one looks at a recording; it opens for an hour", Tag: tag, Access: may, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *lookIn) (*body[*Look], error) {
			return out(s.LookAt(ctx, in.ID, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "get-recording", Method: http.MethodGet, Path: "/api/v1/call-recordings/{id}/file", Summary: "Fetch the file of a recording that was opened", Tag: tag, Access: may, Errors: []int{404}},
		func(ctx context.Context, in *recordingIn) (*huma.StreamResponse, error) {
			file, r, err := s.Open(ctx, in.ID, in.Look)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(out huma.Context) {
				defer func() { _ = file.Close() }() // read only
				serve(out, file, r)
			}}, nil
		})
}

// serve sends a file, parts of it where the store can find them, so that a player can jump.
func serve(out huma.Context, file io.Reader, r *Recording) {
	request, w := humago.Unwrap(out)
	h := w.Header()
	h.Set("Content-Type", "video/webm")
	h.Set("Cache-Control", "private, no-store")
	h.Set("No-Gzip-Compression", "1")
	if seekable, ok := file.(io.ReadSeeker); ok {
		http.ServeContent(w, request, "", clock.At(r.BegunAt.Time).Time, seekable)
		return
	}
	_, _ = io.Copy(w, file) // the caller may be gone
}
