package fieldwork

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

func (s *Service) collectRoutes(api huma.API) {
	collect := httpx.Permission(PermCollect)
	httpx.Handle(api, httpx.Op{ID: "get-my-fieldwork", Method: http.MethodGet, Path: "/api/v1/fieldwork/mine", Tag: tag, Access: collect,
		Summary: "My addresses with questionnaires and outcomes, to work with without network"},
		func(ctx context.Context, _ *struct{}) (*keptOut[*Kit], error) {
			k, err := s.Mine(ctx)
			return &keptOut[*Kit]{"no-store", k}, err
		})
	httpx.Handle(api, httpx.Op{ID: "report-attempt", Method: http.MethodPost, Path: "/api/v1/fieldwork/attempts", Tag: tag, Access: collect,
		Summary: "Report an attempt at an address of mine; the same id is stored once", Errors: []int{404, 409}, Status: http.StatusOK},
		func(ctx context.Context, in *struct{ Body NewAttempt }) (*body[*Assignment], error) {
			return out(s.Try(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "submit-interview", Method: http.MethodPost, Path: "/api/v1/fieldwork/answers", Tag: tag, Access: collect,
		Summary: "Send an interview at the door or by telephone; the same submission_id is stored once", Errors: []int{404, 409}, Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body Interview }) (*body[*Receipt], error) {
			return out(s.Interviewed(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "open-entry", Method: http.MethodGet, Path: "/api/v1/fieldwork/questionnaire", Tag: tag, Access: collect,
		Summary: "Questionnaire to ask by telephone or to key from paper, with the streets of the wave", Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			Wave  string       `query:"wave" required:"true" maxLength:"60"`
			Group survey.Group `query:"group" required:"true" maxLength:"20"`
		}) (*keptOut[*Questionnaire], error) {
			q, err := s.OpenEntry(ctx, in.Wave, in.Group)
			return &keptOut[*Questionnaire]{"no-store", q}, err
		})
}

type keptOut[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

type sheetIn struct {
	ID string `path:"id" maxLength:"60"`
}

func (s *Service) paperRoutes(api huma.API) {
	collect, manage := httpx.Permission(PermCollect), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-sheets", Method: http.MethodGet, Path: "/api/v1/waves/{id}/sheets", Tag: tag, Access: httpx.SignedIn,
		Summary: "Paper that waits for a second keying or differs", Errors: []int{404}},
		func(ctx context.Context, in *waveIn) (*body[*SheetList], error) { return out(s.Sheets(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "key-sheet", Method: http.MethodPost, Path: "/api/v1/fieldwork/sheets", Tag: tag, Access: collect,
		Summary: "Key a paper questionnaire, the first or the second time", Errors: []int{404, 409}, Status: http.StatusOK},
		func(ctx context.Context, in *struct{ Body Keyed }) (*body[*KeyResult], error) {
			return out(s.Key(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-sheet", Method: http.MethodGet, Path: "/api/v1/fieldwork/sheets/{id}", Tag: tag, Access: manage,
		Summary: "Differences between the two keyings of a sheet", Errors: []int{404, 409}},
		func(ctx context.Context, in *sheetIn) (*body[*SheetView], error) { return out(s.Sheet(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "settle-sheet", Method: http.MethodPost, Path: "/api/v1/fieldwork/sheets/{id}/settle", Tag: tag, Access: manage,
		Summary: "Decide every difference and record the answer", Errors: []int{404, 409}, Status: http.StatusOK},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body struct {
				Choices []Choice `json:"choices" maxItems:"200"`
			}
		}) (*body[*KeyResult], error) {
			return out(s.Settle(ctx, in.ID, in.Body.Choices))
		})
	httpx.Handle(api, httpx.Op{ID: "discard-sheet", Method: http.MethodPost, Path: "/api/v1/fieldwork/sheets/{id}/discard", Tag: tag, Access: manage,
		Summary: "Take a sheet out, with the reason", Errors: []int{404, 409}, Status: http.StatusNoContent},
		func(ctx context.Context, in *reasonIn) (*struct{}, error) {
			return nil, s.Discard(ctx, in.ID, in.Body.Reason)
		})
}
