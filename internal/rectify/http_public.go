package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/httpx"
)

// publicOut is an answer that everybody gets alike; caches may keep it for a minute.
type publicOut[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

func outPublic[T any](v T, err error) (*publicOut[T], error) {
	if err != nil {
		return nil, err
	}
	return &publicOut[T]{"public, max-age=60", v}, nil
}

type publicIn struct {
	httpx.PageIn
	PublicFields
}

// PublicFields are what the public lists, counts and feeds are narrowed by.
type PublicFields struct {
	Wave   string `query:"wave" maxLength:"60"`
	Street string `query:"street" maxLength:"20"`
	Field  string `query:"field" maxLength:"2"`
	Result Result `query:"result" maxLength:"20"`
	Kind   string `query:"kind" enum:"done,cannot" doc:"done: put right or explained; cannot: not possible for now, or the matter of somebody else"`
	Query  string `query:"q" maxLength:"60" doc:"Part of number, title, place, of what was said or done"`
}

func (in *PublicFields) filter() PublicFilter {
	return PublicFilter{WaveID: in.Wave, Street: in.Street, Field: in.Field, Result: in.Result, Kind: in.Kind, Query: in.Query}
}

type voiceIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body Voiced
}

func (s *Service) publicRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-public-rectifications", Method: http.MethodGet, Path: "/api/v1/public/rectifications", Summary: "List published items", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, in *publicIn) (*publicOut[httpx.Page[PublicItem]], error) {
			return outPublic(s.Public(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "count-public-rectifications", Method: http.MethodGet, Path: "/api/v1/public/rectifications/counts", Summary: "Count what is done, going on and not possible", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, in *publicIn) (*publicOut[PublicCounts], error) {
			return outPublic(s.PublicCounts(ctx, in.filter()))
		})
	httpx.Handle(api, httpx.Op{ID: "index-public-rectifications", Method: http.MethodGet, Path: "/api/v1/public/rectifications/index", Summary: "Waves, streets and fields with published items", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, in *publicIn) (*publicOut[PublicIndex], error) {
			return outPublic(s.PublicIndex(ctx, in.filter()))
		})
	httpx.Handle(api, httpx.Op{ID: "get-public-rectification", Method: http.MethodGet, Path: "/api/v1/public/rectifications/{id}", Summary: "Show one published item with the words of residents about the answer", Tag: tag, Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*publicOut[*PublicDetail], error) {
			return outPublic(s.PublicOne(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "speak-about-rectification", Method: http.MethodPost, Path: "/api/v1/public/rectifications/{id}/voices", Summary: "Say whether a published answer solved the matter", Tag: tag, Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *voiceIn) (*body[*Spoken], error) {
			return out(s.Speak(ctx, audit.OriginFrom(ctx).Address, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-public-photo", Method: http.MethodGet, Path: "/api/v1/public/rectifications/{id}/photos/{photo}", Summary: "Show a published photo", Tag: tag, Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *photoIn) (*huma.StreamResponse, error) {
			return stream("public, max-age=3600")(s.OpenPublic(ctx, in.ID, in.Photo)) // an hour: a withdrawn picture must not live on for days
		})
	s.feedRoutes(api)
}
