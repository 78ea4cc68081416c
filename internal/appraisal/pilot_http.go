package appraisal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

func (s *Service) pilotRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-pilot", Method: "GET", Path: "/api/v1/waves/{id}/pilot", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Rounds of a wave's pilot and how two of them differ", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct {
			WaveIn
			From int `query:"from" minimum:"0" maximum:"50" doc:"round; 0 with to=0: the last two"`
			To   int `query:"to" minimum:"0" maximum:"50"`
		}) (*Body[*Pilot], error) {
			p, err := s.Pilot(ctx, in.ID, in.From, in.To)
			return &Body[*Pilot]{p}, err
		})
	httpx.Handle(api, httpx.Op{ID: "keep-pilot-round", Method: "POST", Path: "/api/v1/waves/{id}/pilot/rounds", Tag: "appraisal", Access: httpx.Permission(survey.PermManage), Status: http.StatusCreated,
		Summary: "End the running round of a pilot and keep what it showed", Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Note string `json:"note,omitempty" maxLength:"500"`
			}
		}) (*Body[*PilotRound], error) {
			r, err := s.KeepRound(ctx, in.ID, in.Body.Note)
			return &Body[*PilotRound]{r}, err
		})
}
