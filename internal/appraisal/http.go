package appraisal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
)

// Routes registers the operations of the module.
func (s *Service) Routes(api huma.API) {
	s.systemRoutes(api)
	s.draftRoutes(api)
	s.pilotRoutes(api)
	s.resultRoutes(api)
	s.runRoutes(api)
	s.analysisRoutes(api)
	s.publicRoutes(api)
}

// Body is an answer whose body is T.
type Body[T any] struct{ Body T }

// WaveIn names a wave in the path.
type WaveIn struct {
	ID string `path:"id"`
}

func (s *Service) systemRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-indicator-systems", Method: "GET", Path: "/api/v1/indicator-systems", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Stored versions of the indicator system, newest first"},
		func(ctx context.Context, _ *struct{}) (*Body[httpx.Page[StoredSystem]], error) {
			list, err := s.Systems(ctx)
			return &Body[httpx.Page[StoredSystem]]{httpx.Whole(list)}, err
		})
	type version struct {
		Version string `path:"version"`
	}
	httpx.Handle(api, httpx.Op{ID: "get-indicator-system", Method: "GET", Path: "/api/v1/indicator-systems/{version}", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "One version of the indicator system", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *version) (*Body[*StoredSystem], error) {
			stored, err := s.System(ctx, in.Version)
			return &Body[*StoredSystem]{stored}, err
		})
	httpx.Handle(api, httpx.Op{ID: "draft-plan", Method: "GET", Path: "/api/v1/indicator-systems/{version}/plan", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Plan of a new wave with the defaults of a version; strata and target are left to fill in", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *version) (*Body[survey.Plan], error) {
			plan, err := s.DraftPlan(ctx, in.Version)
			return &Body[survey.Plan]{plan}, err
		})
}

// scoresIn is what a table of scores is narrowed by.
type scoresIn struct {
	WaveIn
	By      string `query:"by" enum:"street,community,dimension,key_point,indicator,overall,evaluated,node" default:"street"`
	Code    string `query:"code" maxLength:"20" doc:"place in the indicator tree for tables by area; default the total"`
	Street  string `query:"street" maxLength:"12"`
	Group   string `query:"group" enum:"elder,adult,unit"`
	Channel string `query:"channel" enum:"targeted,online" default:"targeted"`
}

func (s *Service) resultRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-scores", Method: "GET", Path: "/api/v1/waves/{id}/scores", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Scores with intervals; before publication only for those who score or publish", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *scoresIn) (*Body[*Scores], error) {
			t, err := s.Scores(ctx, in.ID, ScoreFilter{By: in.By, Code: in.Code, Street: in.Street, Group: survey.Group(in.Group), Channel: survey.Channel(in.Channel)})
			return &Body[*Scores]{t}, err
		})
	httpx.Handle(api, httpx.Op{ID: "list-ranks", Method: "GET", Path: "/api/v1/waves/{id}/ranks", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Streets with rank sets and the probability of the top places", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*Ranks], error) {
			r, err := s.Ranks(ctx, in.ID)
			return &Body[*Ranks]{r}, err
		})
}

// moveIn is a step of a person who checked something.
type moveIn struct {
	WaveIn
	httpx.VersionIn
	Body struct {
		Version int64  `json:"version,omitempty"`
		Note    string `json:"note,omitempty" maxLength:"500"`
	}
}

// waveOut carries a wave and its version as ETag.
type waveOut struct {
	ETag string `header:"ETag"`
	Body *survey.Wave
}

func (s *Service) runRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "score-wave", Method: "POST", Path: "/api/v1/waves/{id}/score", Tag: "appraisal", Access: httpx.Permission(PermScore),
		Summary: "Compute the result of a closed wave", Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *WaveIn) (*Body[*Run], error) {
			run, err := s.Score(ctx, in.ID)
			return &Body[*Run]{run}, err
		})
	for _, step := range []struct {
		verb, summary string
		do            func(context.Context, string, int, string) (*survey.Wave, error)
	}{
		{"review", "Record that the result was checked", s.Review},
		{"return", "Send a scored or reviewed wave back to closed, with a reason", s.Return},
		{"publish", "Make the reviewed result public", s.Publish},
	} {
		httpx.Handle(api, httpx.Op{ID: step.verb + "-wave", Method: "POST", Path: "/api/v1/waves/{id}/" + step.verb, Tag: "appraisal", Access: httpx.Permission(PermPublish),
			Summary: step.summary, Status: http.StatusOK, Errors: []int{http.StatusNotFound, http.StatusConflict}},
			func(ctx context.Context, in *moveIn) (*waveOut, error) {
				version, err := in.Version(in.Body.Version)
				if err != nil {
					return nil, err
				}
				w, err := step.do(ctx, in.ID, int(version), in.Body.Note)
				if err != nil {
					return nil, err
				}
				return &waveOut{ETag: httpx.ETag(int64(w.Version)), Body: w}, nil
			})
	}
	httpx.Handle(api, httpx.Op{ID: "list-score-runs", Method: "GET", Path: "/api/v1/waves/{id}/runs", Tag: "appraisal", Access: httpx.SignedIn, Summary: "Score runs of a wave, newest first",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Run]], error) {
			list, err := s.Runs(ctx, in.ID)
			return &Body[httpx.Page[Run]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "verify-score-run", Method: "GET", Path: "/api/v1/waves/{id}/verification", Tag: "appraisal", Access: httpx.SignedIn,
		Summary: "Compute the last run again and compare the bytes", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*Verification], error) {
			v, err := s.Verify(ctx, in.ID)
			return &Body[*Verification]{v}, err
		})
	s.specialRoutes(api)
}

func (s *Service) specialRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-special-scores", Method: "GET", Path: "/api/v1/waves/{id}/special", Tag: "appraisal", Access: httpx.SignedIn, Summary: "Special scores of the streets",
		Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[httpx.Page[Special]], error) {
			list, err := s.Specials(ctx, in.ID)
			return &Body[httpx.Page[Special]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "set-special-scores", Method: "PUT", Path: "/api/v1/waves/{id}/special", Tag: "appraisal", Access: httpx.Permission(PermScore), Summary: "Record special scores",
		Errors: []int{http.StatusNotFound, http.StatusConflict}},
		func(ctx context.Context, in *struct {
			WaveIn
			Body struct {
				Items []Special `json:"items" minItems:"1" maxItems:"200"`
			}
		}) (*struct{}, error) {
			return nil, s.SetSpecial(ctx, in.ID, in.Body.Items)
		})
}

func (s *Service) publicRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-public-waves", Method: "GET", Path: "/api/v1/public/waves", Tag: "public", Access: httpx.Public, Summary: "Published waves, newest first"},
		func(ctx context.Context, _ *struct{}) (*Body[httpx.Page[PublicWave]], error) {
			list, err := s.PublicWaves(ctx)
			return &Body[httpx.Page[PublicWave]]{httpx.Whole(list)}, err
		})
	httpx.Handle(api, httpx.Op{ID: "get-public-wave", Method: "GET", Path: "/api/v1/public/waves/{id}", Tag: "public", Access: httpx.Public,
		Summary: "Published scores and rank sets by street, with how they were computed", Errors: []int{http.StatusNotFound}},
		func(ctx context.Context, in *WaveIn) (*Body[*PublicResult], error) {
			r, err := s.PublicResult(ctx, in.ID)
			return &Body[*PublicResult]{r}, err
		})
}
