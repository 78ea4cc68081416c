package appraisal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

// streetIn names a wave and, in the query, one of its streets.
type streetIn struct {
	WaveIn
	Street string `query:"street" maxLength:"12"`
}

func (s *Service) analysisRoutes(api huma.API) {
	op := func(id, path, summary string) httpx.Op {
		return httpx.Op{ID: id, Method: "GET", Path: "/api/v1/waves/{id}/" + path, Tag: "appraisal", Access: httpx.SignedIn, Summary: summary, Errors: []int{http.StatusNotFound}}
	}
	httpx.Handle(api, op("get-change", "change", "Change since another wave, with Holm's adjustment and the share of the gap closed"),
		func(ctx context.Context, in *struct {
			WaveIn
			Against string `query:"against" maxLength:"40" doc:"id of the other wave; default the one before"`
			Code    string `query:"code" maxLength:"20" doc:"place in the indicator tree; default the total"`
		}) (*Body[*Progress], error) {
			p, err := s.Progress(ctx, in.ID, in.Against, in.Code)
			return &Body[*Progress]{p}, err
		})
	httpx.Handle(api, op("get-drivers", "drivers", "What goes with overall satisfaction: importance and performance of the key points"),
		func(ctx context.Context, in *streetIn) (*Body[*Drivers], error) {
			d, err := s.Drivers(ctx, in.ID, in.Street)
			return &Body[*Drivers]{d}, err
		})
	httpx.Handle(api, op("get-reliability", "reliability", "How far the questions of each dimension measure one thing"),
		func(ctx context.Context, in *WaveIn) (*Body[*Reliability], error) {
			r, err := s.Reliability(ctx, in.ID)
			return &Body[*Reliability]{r}, err
		})
	httpx.Handle(api, op("list-community-scores", "communities", "Communities of the caller's areas by an area model; for improvement, never ranked"),
		func(ctx context.Context, in *struct {
			WaveIn
			Street string `query:"street" maxLength:"12"`
			Code   string `query:"code" maxLength:"20" doc:"place in the indicator tree; default the total"`
		}) (*Body[*Communities], error) {
			c, err := s.Communities(ctx, in.ID, in.Code, in.Street)
			return &Body[*Communities]{c}, err
		})
	httpx.Handle(api, op("list-recommendations", "recommendations", "Net promoter score by street, where the wave asked"),
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Recommendation]], error) {
			list, err := s.Recommendations(ctx, in.ID)
			return &Body[httpx.Page[Recommendation]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, op("get-sensitivity", "sensitivity", "Scores by street with and without the answers that were flagged or set aside"),
		func(ctx context.Context, in *WaveIn) (*Body[*Sensitivity], error) {
			out, err := s.Sensitivity(ctx, in.ID)
			return &Body[*Sensitivity]{out}, err
		})
	httpx.Handle(api, op("get-slice", "slice", "Scores of any part of the sample; while fieldwork goes on only for those who score or publish"),
		func(ctx context.Context, in *struct {
			WaveIn
			By      string `query:"by" enum:"street,community,group,sex,age" default:"street"`
			Code    string `query:"code" maxLength:"20" doc:"place in the indicator tree; default the total"`
			Street  string `query:"street" maxLength:"12"`
			Group   string `query:"group" enum:"elder,adult,unit"`
			Sex     string `query:"sex" enum:"m,f"`
			Age     string `query:"age" maxLength:"20"`
			Channel string `query:"channel" enum:"targeted,online" default:"targeted"`
		}) (*Body[*Slice], error) {
			out, err := s.Slice(ctx, in.ID, SliceFilter{By: in.By, Code: in.Code, Street: in.Street, Group: survey.Group(in.Group), Sex: in.Sex, Age: in.Age,
				Channel: survey.Channel(in.Channel)})
			return &Body[*Slice]{out}, err
		})
	s.meritRoutes(api, op)
	s.costRoutes(api)
}

func (s *Service) costRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-costs", Method: "GET", Path: "/api/v1/waves/{id}/costs", Tag: "appraisal", Access: httpx.SignedIn, Summary: "Score against cost by street",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*Costs], error) {
			c, err := s.Costs(ctx, in.ID)
			return &Body[*Costs]{c}, err
		})
	httpx.Handle(api, httpx.Op{ID: "set-costs", Method: "PUT", Path: "/api/v1/waves/{id}/costs", Tag: "appraisal", Access: httpx.Permission(PermScore), Summary: "Record what streets spent",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Items []Cost `json:"items" minItems:"1" maxItems:"200"`
			}
		}) (*struct{}, error) {
			return nil, s.SetCosts(ctx, in.ID, in.Body.Items)
		})
}
