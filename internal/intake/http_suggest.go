package intake

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/cases"
	"yiwang/internal/platform/httpx"
)

func (s *Service) suggestRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "suggest-public-report", Method: http.MethodPost, Path: "/api/v1/public/reports/suggest", Summary: "Propose category and area of a draft, and cases nearby one may join",
		Description: "Nothing is stored.", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, in *body[Draft]) (*body[*PublicAdvice], error) {
			return out(s.SuggestPublic(ctx, addressOf(ctx), in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "suggest-case", Method: http.MethodPost, Path: "/api/v1/cases/suggest", Summary: "Propose category, area and duplicates of a draft", Description: "Nothing is stored.",
		Tag: tag, Access: httpx.Permission(cases.PermReport)},
		func(ctx context.Context, in *body[Draft]) (*body[*Advice], error) {
			return out(s.Suggest(ctx, in.Body))
		})
}
