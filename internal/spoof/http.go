package spoof

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/httpx"
)

const tag = "spoof"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type findingsIn struct {
	httpx.PageIn
	State   State  `query:"state" enum:"open,genuine,doubtful"`
	Officer string `query:"officer" maxLength:"60"`
}

type decideIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body verdict
}

type verdict struct {
	Version  int64  `json:"version"`
	State    State  `json:"state" enum:"genuine,doubtful"`
	Decision string `json:"decision" maxLength:"2000" doc:"Why; the officer reads it"`
}

type commentIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body officerComment
}

type officerComment struct {
	Comment string `json:"comment" maxLength:"2000"`
}

type examineIn struct{ Body examination }

type examination struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	review, own := httpx.Permission(PermReview), httpx.Permission(patrol.PermDuty)
	httpx.Handle(api, httpx.Op{ID: "list-evidence", Method: http.MethodGet, Path: "/api/v1/patrol/evidence", Summary: "List what speaks against positions of sessions in the caller's areas, newest first", Tag: tag, Access: review},
		func(ctx context.Context, in *findingsIn) (*body[httpx.Page[Finding]], error) {
			return out(s.List(ctx, in.State, in.Officer, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "list-own-evidence", Method: http.MethodGet, Path: "/api/v1/patrol/evidence/mine", Summary: "List what speaks against one's own positions, and what was decided", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Finding]], error) {
			list, err := s.Mine(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "examine-sessions", Method: http.MethodPost, Path: "/api/v1/patrol/evidence/examine", Summary: "Examine the sessions that ended in a time, at most a week", Tag: tag, Access: review},
		func(ctx context.Context, in *examineIn) (*body[Examined], error) {
			return out(s.Examine(ctx, in.Body.From, in.Body.To))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-evidence", Method: http.MethodPost, Path: "/api/v1/patrol/evidence/{id}/decision", Summary: "Say whether the positions are believed; nothing else follows", Tag: tag, Access: review, Errors: []int{404, 409}},
		func(ctx context.Context, in *decideIn) (*body[*Finding], error) {
			return out(s.Decide(ctx, in.ID, in.Body.Version, in.Body.State, in.Body.Decision))
		})
	httpx.Handle(api, httpx.Op{ID: "comment-evidence", Method: http.MethodPost, Path: "/api/v1/patrol/evidence/{id}/comment", Summary: "Say something to a finding about one's own positions", Tag: tag, Access: own, Errors: []int{404, 409}},
		func(ctx context.Context, in *commentIn) (*body[*Finding], error) {
			return out(s.Comment(ctx, in.ID, in.Body.Comment))
		})
}
