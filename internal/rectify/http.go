package rectify

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/i18n"
)

const tag = "rectify"

type body[T any] struct{ Body T }

type itemOut struct {
	ETag string `header:"ETag"`
	Body *Item
}

func outItem(i *Item, err error) (*itemOut, error) {
	if err != nil {
		return nil, err
	}
	return &itemOut{httpx.ETag(i.Version), i}, nil
}

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.fieldRoutes(api)
	s.itemRoutes(api)
	s.splitRoutes(api)
	s.effectRoutes(api)
	s.evidenceRoutes(api)
	s.machineRoutes(api)
	s.publicRoutes(api)
	s.pageRoutes(api)
	s.listRoutes(api)
	s.listFileRoutes(api)
}

type listIn struct {
	httpx.PageIn
	Wave       string  `query:"wave" maxLength:"60"`
	State      []State `query:"state" maxItems:"12"`
	Field      string  `query:"field" maxLength:"2"`
	Area       string  `query:"area" maxLength:"20"`
	Unit       string  `query:"unit" maxLength:"60" doc:"Id of the lead unit"`
	List       string  `query:"list" maxLength:"60" doc:"Id of a reverse list"`
	Place      string  `query:"place" maxLength:"320" doc:"Exactly this place"`
	Query      string  `query:"q" maxLength:"60" doc:"Part of number, title or place"`
	Overdue    bool    `query:"overdue"`
	Supervised bool    `query:"supervised"`
	Todo       bool    `query:"todo" doc:"Only what waits for the caller"`
	Set        string  `query:"set" maxLength:"20" doc:"Part of the list that a figure of the loop or of the effect counts"`
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

type detailOut struct {
	ETag string `header:"ETag"`
	Body *Detail
}

type summary struct {
	Items []Line `json:"items"`
}

type planIn struct {
	ID string `path:"id" maxLength:"60"`
	httpx.VersionIn
	Body amendment
}

type amendment struct {
	Plan
	Version int64 `json:"version,omitempty"`
}

type mergeIn struct {
	Body merger
}

type merger struct {
	Plan
	Comments []string `json:"comments" minItems:"1" maxItems:"500"`
}

type membersIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body members
}

type members struct {
	Comments []string `json:"comments" minItems:"1" maxItems:"500"`
	Version  int64    `json:"version"`
}

type actIn struct {
	ID     string `path:"id" maxLength:"60"`
	Action Action `path:"action" maxLength:"20"`
	httpx.VersionIn
	Body Move
}

type waveIn struct {
	Wave string `query:"wave" required:"true" maxLength:"60"`
	By   string `query:"by" enum:"field,street,unit,place" default:"field"`
	List string `query:"list" maxLength:"60" doc:"Only items of this reverse list"`
	Area string `query:"area" maxLength:"20"`
}

func (s *Service) itemRoutes(api huma.API) {
	read, code := httpx.Permission(PermRead), httpx.Permission(PermMerge)
	httpx.Handle(api, httpx.Op{ID: "list-rectifications", Method: http.MethodGet, Path: "/api/v1/rectifications", Summary: "List items the caller sees, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *listIn) (*body[httpx.Page[Item]], error) {
			return out(s.List(ctx, Filter{WaveID: in.Wave, States: in.State, Field: in.Field, Area: in.Area, Unit: in.Unit, ListID: in.List, Place: in.Place, Query: in.Query,
				Overdue: in.Overdue, Supervised: in.Supervised, Todo: in.Todo, Set: in.Set}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-rectification-loop", Method: http.MethodGet, Path: "/api/v1/rectifications/loop", Summary: "Count the closed loop of a wave", Tag: tag, Access: read},
		func(ctx context.Context, in *waveIn) (*body[*Loop], error) { return out(s.Loop(ctx, in.Wave)) })
	httpx.Handle(api, httpx.Op{ID: "summarise-rectifications", Method: http.MethodGet, Path: "/api/v1/rectifications/summary", Summary: "Count items by field, street, lead unit or place", Tag: tag, Access: read},
		func(ctx context.Context, in *waveIn) (*body[summary], error) {
			lines, err := s.Summary(ctx, SummaryQuery{WaveID: in.Wave, By: in.By, ListID: in.List, Area: in.Area})
			return out(summary{lines}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-rectification", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}", Summary: "Show an item with history, comments, evidence and clocks", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*detailOut, error) {
			d, err := s.Get(ctx, in.ID, i18n.Lang(ctx))
			if err != nil {
				return nil, err
			}
			return &detailOut{httpx.ETag(d.Version), d}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "merge-comments", Method: http.MethodPost, Path: "/api/v1/rectifications", Summary: "Merge confirmed comments into a draft item", Tag: tag, Access: code, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *mergeIn) (*itemOut, error) {
			return outItem(s.Merge(ctx, in.Body.Comments, in.Body.Plan))
		})
	httpx.Handle(api, httpx.Op{ID: "amend-rectification", Method: http.MethodPatch, Path: "/api/v1/rectifications/{id}", Summary: "Change title, field, place or units before issue", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *planIn) (*itemOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return outItem(s.Amend(ctx, in.ID, in.Body.Plan, v))
		})
	httpx.Handle(api, httpx.Op{ID: "join-comments", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/comments", Summary: "Add comments to an item, issued or not", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *membersIn) (*itemOut, error) {
			return outItem(s.Join(ctx, in.ID, in.Body.Comments, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "unmerge-comments", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/unmerge", Summary: "Take comments out of an item before issue", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *membersIn) (*itemOut, error) {
			return outItem(s.Unmerge(ctx, in.ID, in.Body.Comments, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "act-on-rectification", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/actions/{action}", Summary: "Take one action of the workflow",
		Description: "confirm, issue, answer, return, adjudicate, start, done, verify, rework, tell, publish, retract, withdraw; ask_extension, extend, ask_suspension, suspend, review, resume, refuse; supervise, reply, lift. Each edge has its own permission.", Tag: tag, Access: read, Errors: []int{404, 409}},
		func(ctx context.Context, in *actIn) (*itemOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			in.Body.Version = v
			return outItem(s.Act(ctx, in.ID, in.Action, in.Body))
		})
}

type photoIn struct {
	ID    string `path:"id" maxLength:"60"`
	Photo string `path:"photo" maxLength:"60"`
}

type uploadIn struct {
	ID      string `path:"id" maxLength:"60"`
	RawBody huma.MultipartFormFiles[struct {
		Photo   huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
		Phase   string        `form:"phase" required:"true" enum:"before,after"`
		Caption string        `form:"caption" required:"false" maxLength:"400"`
	}]
}

func (s *Service) evidenceRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "add-evidence", Method: http.MethodPost, Path: "/api/v1/rectifications/{id}/evidence", Summary: "Add a photo from before or after the work", Tag: tag,
		Access: httpx.Permission(PermDo), Status: 201, MaxBody: MaxPhoto + 1<<16, Errors: []int{404, 409, 413}},
		func(ctx context.Context, in *uploadIn) (_ *body[*Evidence], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.Photo.Close()) }()
			return out(s.AddEvidence(ctx, in.ID, form.Phase, form.Caption, form.Photo))
		})
	httpx.Handle(api, httpx.Op{ID: "get-evidence", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}/evidence/{photo}", Summary: "Show a photo of an item", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *photoIn) (*huma.StreamResponse, error) {
			return stream("private, max-age=3600")(s.OpenEvidence(ctx, in.ID, in.Photo))
		})
}

// stream sends a stored photo, which the browser may show and nothing else.
func stream(cache string) func(*Evidence, io.ReadCloser, error) (*huma.StreamResponse, error) {
	return func(e *Evidence, r io.ReadCloser, err error) (*huma.StreamResponse, error) {
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			defer func() { _ = r.Close() }() // read to the end or the caller is gone
			h := http.Header{}
			blob.WriteHeaders(h, blob.Ref{Key: e.SHA256, Type: blob.Type(e.MediaType), Size: e.Size}, e.Phase)
			h.Set("Cache-Control", cache)
			for name := range h {
				ctx.SetHeader(name, h.Get(name))
			}
			_, _ = io.Copy(ctx.BodyWriter(), r) // the caller may be gone
		}}, nil
	}
}

// Schemas of the enumerations, so that clients get unions instead of strings.

// Schema lists the states.
func (State) Schema(huma.Registry) *huma.Schema { return enum(States) }

// Schema lists the results; empty while the item is not done.
func (Result) Schema(huma.Registry) *huma.Schema { return enum(append([]Result{""}, Results...)) }

func enum[T ~string](values []T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}
