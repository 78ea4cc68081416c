package opinion

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type waveIn struct {
	Wave string `query:"wave" maxLength:"60"`
}

type activateIn struct {
	Body struct {
		Version string `json:"version" maxLength:"120"`
		Reason  string `json:"reason" maxLength:"800"`
	}
}

type resuggested struct {
	Read    int    `json:"read"`
	Changed int    `json:"changed" doc:"Comments whose first suggestion is another now"`
	Model   string `json:"model"`
}

type sampleIn struct{ Body Sample }

type roundIn struct {
	ID    string `path:"id" maxLength:"60"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type pairIn[T any] struct {
	ID   string `path:"id" maxLength:"60"`
	Pos  int    `path:"pos" minimum:"1"`
	Body T
}

type secondBody struct {
	Code string `json:"code" maxLength:"10" doc:"A field, praise or none"`
}

type settleBody struct {
	Code   string `json:"code" maxLength:"10"`
	Reason string `json:"reason" maxLength:"800"`
}

type stored struct {
	OK bool `json:"ok"`
}

type praiseIn struct {
	httpx.PageIn
	Wave    string `query:"wave" maxLength:"60"`
	Area    string `query:"area" maxLength:"20"`
	Waiting bool   `query:"waiting" doc:"No thanks passed on yet"`
}

type thankBody struct {
	Target string `json:"target" maxLength:"80"`
	Words  string `json:"words,omitempty" maxLength:"800"`
}

type praiseCounts struct {
	Items   []Praised `json:"items"`
	Targets []string  `json:"targets"`
}

type leaves struct {
	Items []Leaf `json:"items"`
}

// readingRoutes registers the operations on models, samples for double coding, and praise.
func (s *Service) readingRoutes(api huma.API) {
	code, model := httpx.Permission(PermCode), httpx.Permission(PermModel)
	httpx.Handle(api, httpx.Op{ID: "list-leaves", Method: http.MethodGet, Path: "/api/v1/opinions/leaves", Summary: "List the event leaves of the 14 fields", Tag: tag, Access: code},
		func(context.Context, *struct{}) (*body[leaves], error) { return out(leaves{s.catalog.Leaves()}, nil) })
	httpx.Handle(api, httpx.Op{ID: "list-models", Method: http.MethodGet, Path: "/api/v1/opinions/models", Summary: "List versions of the classifier with their metrics and use", Tag: tag, Access: code},
		func(ctx context.Context, _ *struct{}) (*body[*Models], error) { return out(s.Models(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "train-model", Method: http.MethodPost, Path: "/api/v1/opinions/models", Summary: "Train a version from every decided comment, with cross validation", Tag: tag, Access: model, Errors: []int{409}},
		func(ctx context.Context, _ *struct{}) (*body[*Version], error) { return out(s.TrainModel(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "activate-model", Method: http.MethodPost, Path: "/api/v1/opinions/models/active", Summary: "Put a version into use, or go back to an older one", Tag: tag, Access: model, Errors: []int{404, 409}},
		func(ctx context.Context, in *activateIn) (*body[*Models], error) {
			return out(s.Activate(ctx, in.Body.Version, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "resuggest-comments", Method: http.MethodPost, Path: "/api/v1/waves/{id}/comments/resuggest", Summary: "Suggest fields of the open comments anew with the version in use", Tag: tag, Access: model},
		func(ctx context.Context, in *idIn) (*body[resuggested], error) {
			read, changed, err := s.Resuggest(ctx, in.ID)
			return out(resuggested{read, changed, (*s.classifier.Load()).Version()}, err)
		})
	s.doubleRoutes(api)
	httpx.Handle(api, httpx.Op{ID: "list-praise", Method: http.MethodGet, Path: "/api/v1/opinions/praise", Summary: "List comments that only praise", Tag: tag, Access: code},
		func(ctx context.Context, in *praiseIn) (*body[httpx.Page[Praise]], error) {
			return out(s.PraiseList(ctx, PraiseFilter{WaveID: in.Wave, Area: in.Area, Waiting: in.Waiting}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "count-praise", Method: http.MethodGet, Path: "/api/v1/opinions/praise/targets", Summary: "Count praise by whom it is for", Tag: tag, Access: code},
		func(ctx context.Context, in *waveIn) (*body[praiseCounts], error) {
			list, err := s.Praised(ctx, PraiseFilter{WaveID: in.Wave})
			return out(praiseCounts{list, PraiseTargets()}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "pass-thanks", Method: http.MethodPost, Path: "/api/v1/comments/{id}/thanks", Summary: "Pass thanks on to the street", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *commentIn[thankBody]) (*body[*Praise], error) {
			return out(s.Thank(ctx, in.ID, in.Body.Target, in.Body.Words))
		})
}

func (s *Service) doubleRoutes(api huma.API) {
	code, model := httpx.Permission(PermCode), httpx.Permission(PermModel)
	httpx.Handle(api, httpx.Op{ID: "list-double-rounds", Method: http.MethodGet, Path: "/api/v1/opinions/doubles", Summary: "List samples for double coding", Tag: tag, Access: code},
		func(ctx context.Context, in *waveIn) (*body[httpx.Page[Round]], error) {
			list, err := s.Rounds(ctx, in.Wave)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "draw-double-round", Method: http.MethodPost, Path: "/api/v1/opinions/doubles", Summary: "Draw a random sample of decided comments for double coding", Tag: tag, Access: model, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *sampleIn) (*body[*Round], error) { return out(s.Draw(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "next-blind-comments", Method: http.MethodGet, Path: "/api/v1/opinions/doubles/{id}/blind", Summary: "Next comments for the second coder, without first code or suggestion", Tag: tag, Access: code, Errors: []int{404}},
		func(ctx context.Context, in *roundIn) (*body[*Queue], error) {
			return out(s.Blind(ctx, in.ID, in.Limit))
		})
	httpx.Handle(api, httpx.Op{ID: "code-second", Method: http.MethodPost, Path: "/api/v1/opinions/doubles/{id}/pairs/{pos}/second", Summary: "Store the second code of a comment", Tag: tag, Access: code, Errors: []int{404, 409}},
		func(ctx context.Context, in *pairIn[secondBody]) (*body[stored], error) {
			return out(stored{true}, s.CodeSecond(ctx, in.ID, in.Pos, in.Body.Code))
		})
	httpx.Handle(api, httpx.Op{ID: "settle-difference", Method: http.MethodPost, Path: "/api/v1/opinions/doubles/{id}/pairs/{pos}/final", Summary: "Decide between two codes as a third person", Tag: tag, Access: model, Errors: []int{404, 409}},
		func(ctx context.Context, in *pairIn[settleBody]) (*body[stored], error) {
			return out(stored{true}, s.Settle(ctx, in.ID, in.Pos, in.Body.Code, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "report-double-round", Method: http.MethodGet, Path: "/api/v1/opinions/doubles/{id}/report", Summary: "Agreement of two coders, metrics per class and corrected shares", Tag: tag, Access: code, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Report], error) { return out(s.Report(ctx, in.ID)) })
}
