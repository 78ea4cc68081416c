package intake

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/httpx"
)

const tag = "intake"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// secret is an answer that no cache may keep: it holds a code or what a code opens.
type secret[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

func keptBack[T any](v T, err error) (*secret[T], error) {
	if err != nil {
		return nil, err
	}
	return &secret[T]{"no-store", v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.reportRoutes(api)
	s.suggestRoutes(api)
	s.followRoutes(api)
	s.importRoutes(api)
}

func addressOf(ctx context.Context) string { return audit.OriginFrom(ctx).Address }

type photoIn struct {
	RawBody huma.MultipartFormFiles[struct {
		Photo   huma.FormFile `form:"photo" required:"true" contentType:"image/jpeg,image/png,image/webp"`
		Lat     string        `form:"lat" required:"false" maxLength:"20" doc:"Where it was taken, if the picture does not say so itself"`
		Lon     string        `form:"lon" required:"false" maxLength:"20"`
		TakenAt string        `form:"taken_at" required:"false" maxLength:"40"`
	}]
}

type linkIn struct {
	Link string `path:"link" maxLength:"200"`
}

func (s *Service) reportRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "add-public-report-photo", Method: http.MethodPost, Path: "/api/v1/public/report-photos", Summary: "Send a photo for a report",
		Description: "What the camera noted about place and time is taken out of the picture.", Tag: tag, Access: httpx.Public, Status: 201, MaxBody: cases.MaxPhoto + 1<<16, Errors: []int{413}},
		func(ctx context.Context, in *photoIn) (_ *body[*cases.Upload], err error) {
			form := in.RawBody.Data()
			defer func() { err = errors.Join(err, form.Photo.Close()) }()
			return out(s.AddPhoto(ctx, addressOf(ctx), form.Photo, cases.ReadShot(form.Lat, form.Lon, form.TakenAt)))
		})
	httpx.Handle(api, httpx.Op{ID: "get-public-report-photo", Method: http.MethodGet, Path: "/api/v1/public/report-photos/{link}", Summary: "Show a photo by the address that following a report gave out", Tag: tag,
		Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *linkIn) (*huma.StreamResponse, error) {
			return cases.SendPhoto(s.OpenPhoto(ctx, in.Link))
		})
	httpx.Handle(api, httpx.Op{ID: "add-public-report", Method: http.MethodPost, Path: "/api/v1/public/reports", Summary: "Report a matter", Tag: tag, Access: httpx.Public, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[PublicReport]) (*secret[*Receipt], error) {
			return keptBack(s.Report(ctx, addressOf(ctx), in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "support-public-report", Method: http.MethodPost, Path: "/api/v1/public/reports/support", Summary: "Say that one has the same matter", Tag: tag, Access: httpx.Public, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *body[Support]) (*secret[*Receipt], error) {
			return keptBack(s.Support(ctx, addressOf(ctx), in.Body))
		})
}

type codeBody struct {
	Code string `json:"code" minLength:"1" maxLength:"40"`
}

func (s *Service) followRoutes(api huma.API) {
	op := func(id, path, summary string) httpx.Op {
		return httpx.Op{ID: id, Method: http.MethodPost, Path: "/api/v1/public/follow" + path, Summary: summary, Tag: tag, Access: httpx.Public, Errors: []int{404, 409}}
	}
	httpx.Handle(api, op("follow-public-report", "", "Show what became of a report, by its code"),
		func(ctx context.Context, in *body[codeBody]) (*secret[*Followed], error) {
			return keptBack(s.Follow(ctx, addressOf(ctx), in.Body.Code))
		})
	httpx.Handle(api, op("answer-public-report", "/answer", "Say whether it is solved and whether one is satisfied"),
		func(ctx context.Context, in *body[Verdict]) (*secret[*Followed], error) {
			return keptBack(s.Answer(ctx, addressOf(ctx), in.Body))
		})
	httpx.Handle(api, op("appeal-public-report", "/appeal", "Appeal against a rejection, or say that it is not solved"),
		func(ctx context.Context, in *body[Words]) (*secret[*Followed], error) {
			return keptBack(s.Appeal(ctx, addressOf(ctx), in.Body))
		})
	httpx.Handle(api, op("comment-public-report", "/comment", "Add words to a report"),
		func(ctx context.Context, in *body[Words]) (*secret[*Followed], error) {
			return keptBack(s.Comment(ctx, addressOf(ctx), in.Body))
		})
}
