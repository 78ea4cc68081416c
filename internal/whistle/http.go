package whistle

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

const tag = "whistle"

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

// FilterIn narrows a list of whistles.
type FilterIn struct {
	State  []State `query:"state" maxItems:"7"`
	Kind   Kind    `query:"kind" enum:"push,hard,urgent"`
	Street string  `query:"street" maxLength:"20"`
	Unit   string  `query:"unit" maxLength:"60" doc:"Id of a called unit"`
	Case   string  `query:"case" maxLength:"60"`
	Query  string  `query:"q" maxLength:"60" doc:"Part of number or title"`
	Todo   bool    `query:"todo" doc:"What waits for the caller"`
	Open   bool    `query:"open"`
}

func (in *FilterIn) filter() Filter {
	return Filter{States: in.State, Kind: in.Kind, Street: in.Street, Unit: in.Unit, Case: in.Case, Query: in.Query, Todo: in.Todo, Open: in.Open}
}

type wordIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body Word
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.readRoutes(api)
	s.fileRoutes(api)
	s.limitRoutes(api)
	s.streetRoutes(api)
	s.callRoutes(api)
}

func (s *Service) readRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-whistles", Method: http.MethodGet, Path: "/api/v1/whistles", Summary: "List whistles the caller sees, newest first", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			FilterIn
		}) (*body[httpx.Page[Whistle]], error) {
			return out(s.List(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-whistle", Method: http.MethodGet, Path: "/api/v1/whistles/{id}", Summary: "Show a whistle with calls, clocks, sessions and ratings", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Detail], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "get-whistle-rules", Method: http.MethodGet, Path: "/api/v1/whistle-rules", Summary: "Tell what each kind of whistle asks for", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[RuleOf]], error) {
			list, err := s.Rules(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-whistle-findings", Method: http.MethodGet, Path: "/api/v1/whistle-findings", Summary: "Tell who is responsible for a case and what was blown before", Tag: tag, Access: httpx.Permission(PermBlow), Errors: []int{404}},
		func(ctx context.Context, in *struct {
			Case string `query:"case" required:"true" maxLength:"60"`
		}) (*body[*Findings], error) {
			return out(s.Look(ctx, in.Case))
		})
	httpx.Handle(api, httpx.Op{ID: "list-whistle-scores", Method: http.MethodGet, Path: "/api/v1/whistle-scores", Summary: "Tell per called unit how whistles went", Tag: tag, Access: read},
		func(ctx context.Context, in *struct {
			Since clock.Time `query:"since" doc:"A year ago if absent"`
		}) (*body[httpx.Page[Score]], error) {
			var since *clock.Time
			if !in.Since.IsZero() {
				since = &in.Since
			}
			scores, err := s.Scores(ctx, since)
			return out(httpx.Whole(scores), err)
		})
}

func (s *Service) streetRoutes(api huma.API) {
	blow := httpx.Permission(PermBlow)
	httpx.Handle(api, httpx.Op{ID: "draft-whistle", Method: http.MethodPost, Path: "/api/v1/whistles", Summary: "Draft a whistle for a case", Tag: tag, Access: blow, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct{ Body NewWhistle }) (*body[*Whistle], error) {
			return out(s.Draft(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "redraft-whistle", Method: http.MethodPut, Path: "/api/v1/whistles/{id}", Summary: "Replace what a draft says", Tag: tag, Access: blow, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body Redraft
		}) (*body[*Whistle], error) {
			return out(s.Redraft(ctx, in.ID, in.Body))
		})
	for _, op := range []struct {
		action, summary string
		access          httpx.Access
		do              func(context.Context, string, Word) (*Whistle, error)
	}{
		{"check", "Record that the street cannot solve it alone", blow, s.Check},
		{"approve", "Approve as a member of the leading group", httpx.Permission(PermLead), s.Approve},
		{"blow", "Call the departments", blow, s.Blow},
		{"withdraw", "End it before the matter is done", httpx.Permission(PermRead), s.Withdraw},
		{"close", "Close it after every call has ended", blow, s.Close},
	} {
		httpx.Handle(api, httpx.Op{ID: op.action + "-whistle", Method: http.MethodPost, Path: "/api/v1/whistles/{id}/actions/" + op.action, Summary: op.summary, Tag: tag, Access: op.access, Status: 200, Errors: []int{404, 409}},
			func(ctx context.Context, in *wordIn) (*body[*Whistle], error) { return out(op.do(ctx, in.ID, in.Body)) })
	}
	httpx.Handle(api, httpx.Op{ID: "call-whistle-session", Method: http.MethodPost, Path: "/api/v1/whistles/{id}/sessions", Summary: "Invite the called units to a session", Tag: tag, Access: blow, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body NewSession
		}) (*body[*Session], error) {
			return out(s.Meet(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "record-whistle-session", Method: http.MethodPut, Path: "/api/v1/whistles/{id}/sessions/{session}", Summary: "Enter attendance and minutes of a session", Tag: tag, Access: blow, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID      string `path:"id" maxLength:"60"`
			Session string `path:"session" maxLength:"60"`
			Body    Minutes
		}) (*body[*Session], error) {
			return out(s.Record(ctx, in.ID, in.Session, in.Body))
		})
}

func (s *Service) callRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "act-on-whistle-call", Method: http.MethodPost, Path: "/api/v1/whistles/{id}/calls/{call}/actions/{action}", Summary: "Take a step on a call",
		Description: "sign, contact, report, commit, keep, done, refuse are for the called unit; accept, return, urge for the street; bind, release for who arbitrates.", Tag: tag, Access: read, Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID     string `path:"id" maxLength:"60"`
			Call   string `path:"call" maxLength:"60"`
			Action string `path:"action" maxLength:"20" enum:"sign,contact,report,commit,keep,done,refuse,accept,return,bind,release,urge"`
			Body   Answer
		}) (*body[*Whistle], error) {
			w, err := s.Act(ctx, in.ID, in.Call, in.Action, in.Body)
			if err != nil {
				return nil, err
			}
			return out(s.shown(w), nil)
		})
	httpx.Handle(api, httpx.Op{ID: "rate-whistle-call", Method: http.MethodPost, Path: "/api/v1/whistles/{id}/calls/{call}/ratings", Summary: "Rate a call, each side once", Tag: tag, Access: read, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Call string `path:"call" maxLength:"60"`
			Body NewRating
		}) (*body[*Rating], error) {
			return out(s.Rate(ctx, in.ID, in.Call, in.Body))
		})
}
