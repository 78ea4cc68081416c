package rectify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const plainPolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type feedIn struct {
	PublicFields
	IfNoneMatch string `header:"If-None-Match" maxLength:"200"`
}

type plainIn struct {
	httpx.PageIn
	PublicFields
}

// query is the filter as it stands in an address, "" or beginning with a question mark.
func (in *PublicFields) query() string {
	v := url.Values{}
	for name, value := range map[string]string{"wave": in.Wave, "street": in.Street, "field": in.Field, "result": string(in.Result), "kind": in.Kind, "q": in.Query} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

const publicBase = "/api/v1/public/rectifications"

func (s *Service) feedRoutes(api huma.API) {
	feed := func(id, path, media, what string, write func(*Feed) ([]byte, error)) {
		httpx.Handle(api, httpx.Op{ID: id, Method: http.MethodGet, Path: publicBase + path, Summary: "The newest published items as " + what, Tag: tag, Access: httpx.Public},
			func(ctx context.Context, in *feedIn) (*huma.StreamResponse, error) {
				f, err := s.PublicFeed(ctx, in.filter(), publicBase+path+in.query())
				if err != nil {
					return nil, err
				}
				b, err := write(f)
				return ready(b, err, media, "", in.IfNoneMatch, f.Updated.Time)
			})
	}
	feed("feed-public-rectifications", "/feed.atom", "application/atom+xml; charset=utf-8", "an Atom feed", (*Feed).Atom)
	feed("feed-public-rectifications-json", "/feed.json", "application/feed+json; charset=utf-8", "a JSON feed", (*Feed).JSON)
	httpx.Handle(api, httpx.Op{ID: "show-public-rectifications", Method: http.MethodGet, Path: publicBase + "/plain", Summary: "The public list as a page that needs no scripts", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, in *plainIn) (*huma.StreamResponse, error) {
			next := publicBase + "/plain" + in.query()
			if strings.Contains(next, "?") {
				next += "&"
			} else {
				next += "?"
			}
			b, err := s.PlainList(ctx, in.filter(), in.PageIn, in.query(), next)
			return ready(b, err, "text/html; charset=utf-8", plainPolicy, "", time.Time{})
		})
	httpx.Handle(api, httpx.Op{ID: "show-public-rectification", Method: http.MethodGet, Path: publicBase + "/{id}/plain", Summary: "One published item as a page that needs no scripts", Tag: tag, Access: httpx.Public, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
			b, err := s.PlainOne(ctx, in.ID)
			return ready(b, err, "text/html; charset=utf-8", plainPolicy, "", time.Time{})
		})
}

// ready sends bytes that everybody gets alike, or says that the reader has them already.
func ready(b []byte, err error, media, policy, known string, changed time.Time) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Cache-Control", "public, max-age=300")
		ctx.SetHeader("ETag", etag)
		if !changed.IsZero() {
			ctx.SetHeader("Last-Modified", changed.UTC().Format(http.TimeFormat))
		}
		if known == etag {
			ctx.SetStatus(http.StatusNotModified)
			return
		}
		ctx.SetHeader("Content-Type", media)
		if policy != "" {
			ctx.SetHeader("Content-Security-Policy", policy)
		}
		_, _ = ctx.BodyWriter().Write(b) // the reader may be gone
	}}, nil
}
