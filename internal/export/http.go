package export

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

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

type decideIn struct {
	ID string `path:"id" maxLength:"60"`
	httpx.VersionIn
	Body decision
}

type decision struct {
	Version int64  `json:"version,omitempty"`
	Approve bool   `json:"approve"`
	Answer  string `json:"answer,omitempty" maxLength:"800" doc:"Required to refuse"`
}

var both = []int{http.StatusNotFound, http.StatusConflict}

// Routes registers the operations of a kind below its base: list, decide, withdraw, take.
func (d *Desk) Routes(api huma.API) {
	ask, approve := httpx.Permission(d.Ask), httpx.Permission(d.Approve)
	httpx.Handle(api, httpx.Op{ID: "list-" + d.Name + "-exports", Method: "GET", Path: d.Base, Summary: "Own requests for files and those the caller decides on", Tag: d.Tag, Access: httpx.SignedIn},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Request]], error) { return out(d.List(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "decide-" + d.Name + "-export", Method: "POST", Path: d.Base + "/{id}/decision", Summary: "Approve or refuse a file somebody else asked for", Tag: d.Tag, Access: approve, Status: 200, Errors: both},
		func(ctx context.Context, in *decideIn) (*body[*Request], error) {
			version, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return out(d.Decide(ctx, in.ID, version, in.Body.Approve, in.Body.Answer))
		})
	httpx.Handle(api, httpx.Op{ID: "withdraw-" + d.Name + "-export", Method: "DELETE", Path: d.Base + "/{id}", Summary: "Take an own request back", Tag: d.Tag, Access: ask, Status: 200, Errors: both},
		func(ctx context.Context, in *idIn) (*body[*Request], error) { return out(d.Withdraw(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "take-" + d.Name + "-export", Method: "GET", Path: d.Base + "/{id}/file", Summary: "Download an approved file; every download is logged", Tag: d.Tag, Access: ask, Errors: both},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) { return Send(d.Take(ctx, in.ID)) })
}

type boardIn struct {
	Kind string `query:"kind" maxLength:"20" doc:"track, case or list; all if absent"`
}

// Routes registers the list over all kinds.
func (b *Board) Routes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-exports", Method: "GET", Path: "/api/v1/exports", Summary: "Files of every kind that the caller asked for or decides on, what waits first", Tag: "export", Access: httpx.SignedIn},
		func(ctx context.Context, in *boardIn) (*body[httpx.Page[Request]], error) {
			return out(b.List(ctx, in.Kind))
		})
}

// Send answers with a file to be saved, which nobody on the way keeps.
func Send(f *File, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(o huma.Context) {
		o.SetHeader("Content-Type", f.Type)
		o.SetHeader("Content-Disposition", httpx.Attachment(f.Name))
		o.SetHeader("Cache-Control", "private, no-store")
		_, _ = o.BodyWriter().Write(f.Content) // the caller may be gone
	}}, nil
}
