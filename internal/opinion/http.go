package opinion

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const tag = "opinion"

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

type commentsIn struct {
	httpx.PageIn
	Wave  string       `query:"wave" maxLength:"60"`
	State CommentState `query:"state"`
	Field string       `query:"field" maxLength:"10" doc:"Field code; praise or none for what left the list"`
	Area  string       `query:"area" maxLength:"20"`
	Query string       `query:"q" maxLength:"60"`
	Free  bool         `query:"free" doc:"In no item yet"`
}

func (in *commentsIn) filter() CommentFilter {
	return CommentFilter{WaveID: in.Wave, State: in.State, Field: in.Field, Area: in.Area, Query: in.Query, Free: in.Free}
}

type commentIn[T any] struct {
	ID   string `path:"id" maxLength:"60"`
	Body T
}

type confirmBody struct {
	Fields  []string `json:"fields" minItems:"1" maxItems:"3"`
	Version int64    `json:"version"`
}

type skipBody struct {
	Praise  bool   `json:"praise,omitempty" doc:"The comment only praises"`
	Reason  string `json:"reason,omitempty" maxLength:"800"`
	Version int64  `json:"version"`
}

type undoBody struct {
	Version int64 `json:"version"`
}

type loaded struct {
	Added int `json:"added" doc:"Comments that were new"`
}

type confirmManyIn struct{ Body decisions }

type decisions struct {
	Items []Decision `json:"items" minItems:"1" maxItems:"200"`
}

type outcomes struct {
	Items []Outcome `json:"items"`
}

type proposals struct {
	Items []Proposal `json:"items"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.importRoutes(api)
	s.deskRoutes(api)
	s.readingRoutes(api)
	code := httpx.Permission(PermCode)
	httpx.Handle(api, httpx.Op{ID: "list-comments", Method: http.MethodGet, Path: "/api/v1/comments", Summary: "List comments with suggested fields", Tag: tag, Access: code},
		func(ctx context.Context, in *commentsIn) (*body[httpx.Page[Comment]], error) {
			return out(s.Comments(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "propose-merges", Method: http.MethodGet, Path: "/api/v1/comments/proposals", Summary: "Propose which confirmed comments are about the same matter", Tag: tag, Access: code},
		func(ctx context.Context, in *commentsIn) (*body[proposals], error) {
			list, err := s.Propose(ctx, in.filter())
			return out(proposals{list}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "assess-classifier", Method: http.MethodGet, Path: "/api/v1/comments/quality", Summary: "Compare suggested with confirmed fields", Tag: tag, Access: code},
		func(ctx context.Context, in *commentsIn) (*body[*Quality], error) {
			return out(s.Quality(ctx, in.Wave))
		})
	httpx.Handle(api, httpx.Op{ID: "load-comments", Method: http.MethodPost, Path: "/api/v1/waves/{id}/comments/load", Summary: "Take the comments of a wave over from the survey", Tag: tag, Access: code, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[loaded], error) {
			n, err := s.LoadComments(ctx, in.ID)
			return out(loaded{n}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "confirm-comment", Method: http.MethodPost, Path: "/api/v1/comments/{id}/confirm", Summary: "Decide the fields of a comment", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *commentIn[confirmBody]) (*body[*Comment], error) {
			return out(s.Confirm(ctx, in.ID, in.Body.Fields, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "confirm-comments", Method: http.MethodPost, Path: "/api/v1/comments/confirm", Summary: "Decide the fields of many comments; each line is reported", Tag: tag, Access: code},
		func(ctx context.Context, in *confirmManyIn) (*body[outcomes], error) {
			list, err := s.ConfirmMany(ctx, in.Body.Items)
			return out(outcomes{list}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "skip-comment", Method: http.MethodPost, Path: "/api/v1/comments/{id}/skip", Summary: "Take a comment out of the reverse list, with a reason", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *commentIn[skipBody]) (*body[*Comment], error) {
			return out(s.Skip(ctx, in.ID, in.Body.Praise, in.Body.Reason, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "undo-comment", Method: http.MethodPost, Path: "/api/v1/comments/{id}/undo", Summary: "Open a decided comment again", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *commentIn[undoBody]) (*body[*Comment], error) {
			return out(s.Undo(ctx, in.ID, in.Body.Version))
		})
}

// Schema lists the states of a comment, so that clients get a union instead of a string.
func (CommentState) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range CommentStates {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}
