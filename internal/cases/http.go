package cases

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/workflow"
)

const tag = "cases"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type caseOut struct {
	ETag string `header:"ETag"`
	Body *Case
}

func outCase(c *Case, err error) (*caseOut, error) {
	if err != nil {
		return nil, err
	}
	return &caseOut{httpx.ETag(c.Version), c}, nil
}

type detailOut struct {
	ETag string `header:"ETag"`
	Body *Detail
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.caseRoutes(api)
	s.clockRoutes(api)
	s.listRoutes(api)
	s.evidenceRoutes(api)
	s.reporterRoutes(api)
	s.mergeRoutes(api)
	s.aroundRoutes(api)
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

type newIn struct {
	Body Report
}

type actIn struct {
	ID     string `path:"id" maxLength:"60"`
	Action string `path:"action" maxLength:"30"`
	httpx.VersionIn
	Body Move
}

type partIn struct {
	ID     string `path:"id" maxLength:"60"`
	Part   string `path:"part" maxLength:"60"`
	Action string `path:"action" maxLength:"20" enum:"sign,done,waive,cancel"`
	Body   PartMove
}

func (s *Service) caseRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "register-case", Method: http.MethodPost, Path: "/api/v1/cases", Summary: "Register a case", Tag: tag, Access: httpx.Permission(PermReport), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *newIn) (*caseOut, error) { return outCase(s.Register(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "get-case", Method: http.MethodGet, Path: "/api/v1/cases/{id}", Summary: "Show a case with history, clocks, photos and parts", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*detailOut, error) {
			d, err := s.Get(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &detailOut{httpx.ETag(d.Version), d}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "act-on-case", Method: http.MethodPost, Path: "/api/v1/cases/{id}/actions/{action}", Summary: "Take one action of the workflow",
		Description: "Each action has its own permission, relation to the case and needs; see the workflow.", Tag: tag, Access: read, Errors: []int{404, 409}},
		func(ctx context.Context, in *actIn) (*caseOut, error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			in.Body.Version = v
			return outCase(s.Act(ctx, in.ID, in.Action, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "act-on-case-part", Method: http.MethodPost, Path: "/api/v1/cases/{id}/parts/{part}/actions/{action}", Summary: "Sign, finish, waive or cancel the part of an assisting unit", Tag: tag,
		Access: read, Errors: []int{404, 409}},
		func(ctx context.Context, in *partIn) (*body[*Part], error) {
			return out(s.ActOnPart(ctx, in.ID, in.Part, in.Action, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-case-workflow", Method: http.MethodGet, Path: "/api/v1/case-workflow", Summary: "Show the workflow in force", Tag: tag, Access: read},
		func(context.Context, *struct{}) (*body[*workflow.Definition], error) { return out(s.Workflow(), nil) })
}
