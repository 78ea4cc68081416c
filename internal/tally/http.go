package tally

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/document"
	"yiwang/internal/platform/httpx"
)

const tag = "tally"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// FilterIn narrows what is counted.
type FilterIn struct {
	Area     string     `query:"area" maxLength:"20"`
	Own      bool       `query:"own" doc:"Only what lies with the area itself"`
	Unit     string     `query:"unit" maxLength:"60" doc:"Id of a unit, - for none"`
	Category string     `query:"category" maxLength:"10" doc:"Leaf or a class above it, - for none"`
	Channel  string     `query:"channel" maxLength:"20"`
	Since    clock.Time `query:"since" required:"true"`
	Until    clock.Time `query:"until" required:"true" doc:"The first instant after the period"`
}

func (in *FilterIn) filter() Filter {
	return Filter{Area: in.Area, Own: in.Own, Unit: in.Unit, Category: in.Category, Channel: in.Channel, Since: in.Since, Until: in.Until}
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.figureRoutes(api)
	s.rateRoutes(api)
	s.briefRoutes(api)
}

func (s *Service) figureRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-case-metrics", Method: "GET", Path: "/api/v1/case-stats/metrics", Tag: tag, Access: read, Summary: "What is counted of cases, in words"},
		func(context.Context, *struct{}) (*body[*Book], error) { return out(s.Book(), nil) })
	httpx.Handle(api, httpx.Op{ID: "get-case-figures", Method: "GET", Path: "/api/v1/case-stats", Tag: tag, Access: read, Summary: "Count metrics, divided by area, unit, category, channel or time",
		Description: "The parts add up to the whole. A department sees what lies with its unit."},
		func(ctx context.Context, in *struct {
			FilterIn
			Metric []string `query:"metric" minItems:"1" maxItems:"24"`
			By     By       `query:"by" enum:"area,unit,category,channel,day,week,month"`
		}) (*body[*Table], error) {
			return out(s.Figures(ctx, in.Metric, in.filter(), in.By))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-figure", Method: "GET", Path: "/api/v1/case-stats/list", Tag: tag, Access: read, Summary: "List what makes a figure: exactly as many as it says"},
		func(ctx context.Context, in *struct {
			FilterIn
			httpx.PageIn
			Metric string `query:"metric" required:"true" maxLength:"20"`
			Side   string `query:"side" enum:"num,den,rest" default:"num" doc:"Counted, counted over, or over but not counted"`
		}) (*body[httpx.Page[Item]], error) {
			return out(s.List(ctx, in.Metric, in.Side, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-dwells", Method: "GET", Path: "/api/v1/case-stats/dwells", Tag: tag, Access: read, Summary: "Where cases spend their time, by state"},
		func(ctx context.Context, in *struct{ FilterIn }) (*body[httpx.Page[Dwell]], error) {
			list, err := s.Dwells(ctx, in.filter())
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-scores", Method: "GET", Path: "/api/v1/case-stats/scores/{scheme}", Tag: tag, Access: read, Summary: "Score departments or streets over a period", Errors: []int{404}},
		func(ctx context.Context, in *struct {
			Scheme string `path:"scheme" enum:"department,street"`
			FilterIn
		}) (*body[httpx.Page[Score]], error) {
			list, err := s.Scores(ctx, in.Scheme, in.filter())
			return out(httpx.Whole(list), err)
		})
}

func (s *Service) rateRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "list-case-exclusions", Method: "GET", Path: "/api/v1/case-stats/exclusions", Tag: tag, Access: read, Summary: "What is left out of the three rates, and who asked and decided"},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			State string `query:"state" enum:"open,approved,refused"`
		}) (*body[httpx.Page[Exclusion]], error) {
			return out(s.Exclusions(ctx, in.State, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "ask-case-exclusion", Method: "POST", Path: "/api/v1/case-stats/exclusions", Tag: tag, Access: httpx.Permission(PermBrief), Status: 201,
		Summary: "Ask to leave a case out of the three rates", Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			Body struct {
				CaseID string `json:"case_id" minLength:"1" maxLength:"60"`
				Ground string `json:"ground" minLength:"1" maxLength:"40"`
				Note   string `json:"note" minLength:"1" maxLength:"2000"`
			}
		}) (*body[*Exclusion], error) {
			return out(s.Exclude(ctx, in.Body.CaseID, in.Body.Ground, in.Body.Note))
		})
	httpx.Handle(api, httpx.Op{ID: "decide-case-exclusion", Method: "POST", Path: "/api/v1/case-stats/exclusions/{id}/decision", Tag: tag, Access: httpx.Permission(PermExclude), Status: 200,
		Summary: "Approve or refuse to leave a case out", Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body struct {
				Approve bool   `json:"approve"`
				Answer  string `json:"answer,omitempty" maxLength:"2000"`
			}
		}) (*body[*Exclusion], error) {
			return out(s.Decide(ctx, in.ID, in.Body.Approve, in.Body.Answer))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-periods", Method: "GET", Path: "/api/v1/case-stats/periods", Tag: tag, Access: read, Summary: "Months whose figures stand"},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Period]], error) {
			list, err := s.Periods(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "freeze-case-period", Method: "POST", Path: "/api/v1/case-stats/periods", Tag: tag, Access: httpx.Permission(PermBrief), Status: 201,
		Summary: "Freeze the figures of a month that is over", Errors: []int{409}},
		func(ctx context.Context, in *struct {
			Body struct {
				Area  string `json:"area" minLength:"6" maxLength:"12"`
				Month string `json:"month" minLength:"7" maxLength:"7"`
			}
		}) (*body[*Period], error) {
			return out(s.Freeze(ctx, in.Body.Area, in.Body.Month))
		})
	httpx.Handle(api, httpx.Op{ID: "get-case-period", Method: "GET", Path: "/api/v1/case-stats/periods/{area}/{month}", Tag: tag, Access: read, Summary: "The figures of a month as they were frozen", Errors: []int{404}},
		func(ctx context.Context, in *struct {
			Area  string `path:"area" maxLength:"12"`
			Month string `path:"month" maxLength:"7"`
		}) (*body[*Period], error) {
			return out(s.Frozen(ctx, in.Area, in.Month))
		})
}

func (s *Service) briefRoutes(api huma.API) {
	read, write := httpx.Permission(PermRead), httpx.Permission(PermBrief)
	httpx.Handle(api, httpx.Op{ID: "list-briefs", Method: "GET", Path: "/api/v1/briefs", Tag: tag, Access: read, Summary: "Daily and monthly briefs the caller sees, newest day first"},
		func(ctx context.Context, in *struct {
			httpx.PageIn
			Kind string `query:"kind" enum:"daily,monthly"`
		}) (*body[httpx.Page[Brief]], error) {
			return out(s.Briefs(ctx, in.Kind, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "make-brief", Method: "POST", Path: "/api/v1/briefs", Tag: tag, Access: write, Status: 201, Summary: "Make the draft of a brief, or make it again", Errors: []int{409}},
		func(ctx context.Context, in *struct{ Body NewBrief }) (*body[*Brief], error) {
			return out(s.MakeBrief(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-brief", Method: "GET", Path: "/api/v1/briefs/{id}", Tag: tag, Access: read, Summary: "Show a brief", Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*body[*Brief], error) {
			return out(s.Brief(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "issue-brief", Method: "POST", Path: "/api/v1/briefs/{id}/issue", Tag: tag, Access: write, Status: 200, Summary: "Issue a brief: it stays as it is", Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
			httpx.VersionIn
			Body struct {
				Version int64 `json:"version,omitempty"`
			}
		}) (*body[*Brief], error) {
			v, err := in.Version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			return out(s.IssueBrief(ctx, in.ID, v))
		})
	httpx.Handle(api, httpx.Op{ID: "get-brief-file", Method: "GET", Path: "/api/v1/briefs/{id}/file", Tag: tag, Access: read, Summary: "A brief as a Word file, a workbook or a page to print", Errors: []int{404}},
		func(ctx context.Context, in *struct {
			ID     string `path:"id" maxLength:"60"`
			Format string `query:"format" enum:"docx,xlsx,html" default:"docx"`
		}) (*huma.StreamResponse, error) {
			name, write, err := s.BriefFile(ctx, in.ID, in.Format)
			if err != nil {
				return nil, err
			}
			return download(name, in.Format, write), nil
		})
}

func download(name, format string, write func(io.Writer) error) *huma.StreamResponse {
	types := map[string]string{"docx": document.WordType, "html": document.PageType, "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	return &huma.StreamResponse{Body: func(w huma.Context) {
		w.SetHeader("Content-Type", types[format])
		w.SetHeader("Content-Disposition", httpx.Attachment(name))
		_ = write(w.BodyWriter()) // the caller may be gone
	}}
}
