package opinion

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type deskIn struct {
	httpx.PageIn
	Wave  string `query:"wave" required:"true" maxLength:"60"`
	Field string `query:"field" maxLength:"10" doc:"Only comments whose best suggestion is this field"`
	Area  string `query:"area" maxLength:"20"`
	Query string `query:"q" maxLength:"60"`
}

type mattersIn struct {
	httpx.PageIn
	Wave    string `query:"wave" required:"true" maxLength:"60"`
	Field   string `query:"field" maxLength:"10"`
	Area    string `query:"area" maxLength:"20"`
	Least   int    `query:"least" minimum:"2" maximum:"500" default:"2" doc:"Voices at least"`
	Waiting bool   `query:"waiting" doc:"Only with confirmed comments that are in no item"`
}

type judgeIn struct{ Body Judgement }

type undoStepsIn struct{ Body undoSteps }

type undoSteps struct {
	Wave  string `json:"wave" maxLength:"60"`
	Steps int    `json:"steps,omitempty" minimum:"1" maximum:"20" default:"1"`
}

type steps struct {
	Items []Step `json:"items"`
}

type progressIn struct {
	Wave string `query:"wave" required:"true" maxLength:"60"`
}

// deskRoutes registers the operations of the coding desk.
func (s *Service) deskRoutes(api huma.API) {
	code := httpx.Permission(PermCode)
	httpx.Handle(api, httpx.Op{ID: "list-desk-cards", Method: http.MethodGet, Path: "/api/v1/comments/desk", Summary: "List what the coding desk asks next: open comments, like beside like", Tag: tag, Access: code},
		func(ctx context.Context, in *deskIn) (*body[httpx.Page[Card]], error) {
			return out(s.Desk(ctx, CommentFilter{WaveID: in.Wave, Field: in.Field, Area: in.Area, Query: in.Query}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-coding-progress", Method: http.MethodGet, Path: "/api/v1/comments/progress", Summary: "Count the sorting of a wave and the caller's pace", Tag: tag, Access: code},
		func(ctx context.Context, in *progressIn) (*body[Progress], error) {
			return out(s.Progress(ctx, in.Wave))
		})
	httpx.Handle(api, httpx.Op{ID: "judge-comments", Method: http.MethodPost, Path: "/api/v1/comments/judgements", Summary: "Decide on many comments at once; each is reported, the step can be taken back", Tag: tag, Access: code},
		func(ctx context.Context, in *judgeIn) (*body[*Step], error) {
			return out(s.Judge(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "undo-coding-steps", Method: http.MethodPost, Path: "/api/v1/comments/judgements/undo", Summary: "Take the caller's last steps back", Tag: tag, Access: code, Errors: []int{409}},
		func(ctx context.Context, in *undoStepsIn) (*body[steps], error) {
			list, err := s.UndoSteps(ctx, in.Body.Wave, in.Body.Steps)
			return out(steps{list}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-matters", Method: http.MethodGet, Path: "/api/v1/comments/matters", Summary: "List what several comments are about, most voices first", Tag: tag, Access: code},
		func(ctx context.Context, in *mattersIn) (*body[httpx.Page[MatterView]], error) {
			return out(s.Matters(ctx, MatterFilter{WaveID: in.Wave, Field: in.Field, Area: in.Area, Least: in.Least, Waiting: in.Waiting}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "group-comments", Method: http.MethodPost, Path: "/api/v1/waves/{id}/comments/group", Summary: "Find anew which comments of a wave are about one matter", Tag: tag, Access: code, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[Grouped], error) {
			return out(s.GroupWave(ctx, in.ID))
		})
}

// Schema lists the verbs of the desk, so that clients get a union instead of a string.
func (Verb) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range Verbs {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

// Schema lists the kinds of cards.
func (CardKind) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: []any{string(CardMatter), string(CardSure), string(CardSingle)}}
}
