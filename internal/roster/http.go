package roster

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "roster"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.planRoutes(api)
	s.swapRoutes(api)
	s.fileRoutes(api)
}

// WeekIn names an area and a week. Exported: a parameter of an embedded type is read only then.
type WeekIn struct {
	Area string `query:"area" required:"true" maxLength:"20"`
	Day  string `query:"day" required:"true" maxLength:"10" doc:"A day of the week, such as 2026-11-24"`
}

type shiftIn struct{ Body NewShift }

type dropShiftIn struct {
	ID      string `path:"id" maxLength:"60"`
	Version int64  `query:"version" required:"true"`
}

type copyIn struct{ Body weekCopy }

type weekCopy struct {
	AreaCode string `json:"area_code" maxLength:"20"`
	From     string `json:"from" maxLength:"10" doc:"A day of the week to copy"`
	To       string `json:"to" maxLength:"10" doc:"A day of the week to fill"`
}

type copied struct {
	Copied int `json:"copied"`
	Passed int `json:"passed" doc:"Did not fit: the officer has left or has another shift"`
}

type kindsIn struct {
	Area string `query:"area" required:"true" maxLength:"20"`
}

type kindIn struct{ Body newKind }

type newKind struct {
	AreaCode string `json:"area_code" maxLength:"20"`
	Name     string `json:"name" maxLength:"80"`
	FromMin  int    `json:"from_min" minimum:"0" maximum:"1439"`
	Minutes  int    `json:"minutes" minimum:"30" maximum:"960"`
}

type changeKindIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body changedKind
}

type changedKind struct {
	Name    string `json:"name" maxLength:"80"`
	FromMin int    `json:"from_min" minimum:"0" maximum:"1439"`
	Minutes int    `json:"minutes" minimum:"30" maximum:"960"`
	Version int64  `json:"version"`
}

type termsIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body terms
}

type terms struct {
	FullTime bool `json:"full_time" doc:"Tracks to come are kept for 90 days, otherwise 30"`
}

func (s *Service) planRoutes(api huma.API) {
	read, plan := httpx.Permission(PermRead), httpx.Permission(PermPlan)
	httpx.Handle(api, httpx.Op{ID: "get-roster-week", Method: http.MethodGet, Path: "/api/v1/roster/week", Summary: "Show the plan of a week with how it came out", Tag: tag, Access: read},
		func(ctx context.Context, in *WeekIn) (*body[*Week], error) {
			return out(s.WeekOf(ctx, in.Area, in.Day))
		})
	httpx.Handle(api, httpx.Op{ID: "add-shift", Method: http.MethodPost, Path: "/api/v1/roster/shifts", Summary: "Plan a shift", Tag: tag, Access: plan, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *shiftIn) (*body[*Shift], error) { return out(s.Put(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "remove-shift", Method: http.MethodDelete, Path: "/api/v1/roster/shifts/{id}", Summary: "Take a shift out of the plan", Tag: tag, Access: plan, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *dropShiftIn) (*struct{}, error) {
			return nil, s.Remove(ctx, in.ID, in.Version)
		})
	httpx.Handle(api, httpx.Op{ID: "copy-roster-week", Method: http.MethodPost, Path: "/api/v1/roster/copies", Summary: "Copy the plan of a week to another", Tag: tag, Access: plan},
		func(ctx context.Context, in *copyIn) (*body[copied], error) {
			n, passed, err := s.CopyWeek(ctx, in.Body.AreaCode, in.Body.From, in.Body.To)
			return out(copied{n, passed}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-shift-kinds", Method: http.MethodGet, Path: "/api/v1/roster/kinds", Summary: "List the usual shifts of an area", Tag: tag, Access: read},
		func(ctx context.Context, in *kindsIn) (*body[httpx.Page[Kind]], error) {
			list, err := s.Kinds(ctx, in.Area)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "add-shift-kind", Method: http.MethodPost, Path: "/api/v1/roster/kinds", Summary: "Add a usual shift", Tag: tag, Access: plan, Status: 201},
		func(ctx context.Context, in *kindIn) (*body[*Kind], error) {
			return out(s.AddKind(ctx, Kind{AreaCode: in.Body.AreaCode, Name: in.Body.Name, FromMin: in.Body.FromMin, Minutes: in.Body.Minutes}))
		})
	httpx.Handle(api, httpx.Op{ID: "change-shift-kind", Method: http.MethodPut, Path: "/api/v1/roster/kinds/{id}", Summary: "Change a usual shift; what is planned stays", Tag: tag, Access: plan, Errors: []int{404, 409}},
		func(ctx context.Context, in *changeKindIn) (*body[*Kind], error) {
			return out(s.ChangeKind(ctx, Kind{ID: in.ID, Name: in.Body.Name, FromMin: in.Body.FromMin, Minutes: in.Body.Minutes, Version: in.Body.Version}))
		})
	httpx.Handle(api, httpx.Op{ID: "retire-shift-kind", Method: http.MethodDelete, Path: "/api/v1/roster/kinds/{id}", Summary: "Take a usual shift out of use", Tag: tag, Access: plan, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *dropShiftIn) (*struct{}, error) {
			return nil, s.RetireKind(ctx, in.ID, in.Version)
		})
	httpx.Handle(api, httpx.Op{ID: "set-officer-terms", Method: http.MethodPut, Path: "/api/v1/roster/officers/{id}/terms", Summary: "Say whether an officer works full time", Tag: tag, Access: plan, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *termsIn) (*struct{}, error) {
			return nil, s.SetTerms(ctx, in.ID, in.Body.FullTime)
		})
}

type ownRoster struct {
	Shifts []Planned `json:"shifts" doc:"Today and the next two weeks"`
	Swaps  []Swap    `json:"swaps"`
}

type askIn struct{ Body swapRequest }

type swapRequest struct {
	ShiftID string `json:"shift_id" maxLength:"60"`
	To      string `json:"to" maxLength:"60" doc:"Id of the colleague"`
	Reason  string `json:"reason" maxLength:"800"`
}

type swapIDIn struct {
	ID string `path:"id" maxLength:"60"`
}

type decideIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body swapDecision
}

type swapDecision struct {
	Approve bool   `json:"approve"`
	Note    string `json:"note,omitempty" maxLength:"800" doc:"Needed to refuse"`
}

func (s *Service) swapRoutes(api huma.API) {
	own := httpx.Permission(walks)
	httpx.Handle(api, httpx.Op{ID: "get-own-roster", Method: http.MethodGet, Path: "/api/v1/roster/mine", Summary: "Show one's own shifts and swaps", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[ownRoster], error) {
			shifts, swaps, err := s.Mine(ctx)
			return out(ownRoster{shifts, append([]Swap{}, swaps...)}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-colleagues", Method: http.MethodGet, Path: "/api/v1/roster/colleagues", Summary: "List who could take one's shift", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Officer]], error) {
			list, err := s.Colleagues(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "ask-swap", Method: http.MethodPost, Path: "/api/v1/roster/swaps", Summary: "Ask that a colleague takes one's shift", Tag: tag, Access: own, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *askIn) (*body[*Swap], error) {
			return out(s.AskSwap(ctx, in.Body.ShiftID, in.Body.To, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "withdraw-swap", Method: http.MethodPost, Path: "/api/v1/roster/swaps/{id}/withdraw", Summary: "Take one's request back", Tag: tag, Access: own, Errors: []int{404, 409}},
		func(ctx context.Context, in *swapIDIn) (*body[*Swap], error) { return out(s.WithdrawSwap(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "list-swaps", Method: http.MethodGet, Path: "/api/v1/roster/swaps", Summary: "List requests to swap shifts, open ones first", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Swap]], error) {
			list, err := s.Swaps(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "decide-swap", Method: http.MethodPost, Path: "/api/v1/roster/swaps/{id}/decide", Summary: "Approve or refuse a swap", Tag: tag, Access: httpx.Permission(PermPlan), Errors: []int{404, 409}},
		func(ctx context.Context, in *decideIn) (*body[*Swap], error) {
			return out(s.DecideSwap(ctx, in.ID, in.Body.Approve, in.Body.Note))
		})
}

type exportIn struct {
	WeekIn
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File   huma.FormFile `form:"file" required:"true"`
		DryRun bool          `form:"dry_run" required:"false" doc:"check and count, store nothing"`
	}]
}

func (s *Service) fileRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "export-roster-week", Method: http.MethodGet, Path: "/api/v1/roster/export", Summary: "Download the plan of a week", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *exportIn) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.Export(ctx, in.Area, in.Day, sheet.Format(in.Format), &file); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				c.SetHeader("Content-Type", sheet.Format(in.Format).ContentType())
				c.SetHeader("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("排班 "+in.Day+"."+in.Format))
				_, _ = file.WriteTo(c.BodyWriter()) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "import-roster", Method: http.MethodPost, Path: "/api/v1/roster/import", Summary: "Plan the shifts of a file", Tag: tag, Access: httpx.Permission(PermPlan), MaxBody: 8 << 20},
		func(ctx context.Context, in *importIn) (*body[*ImportReport], error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }() // read only: nothing can be lost
			return out(s.Import(ctx, form.File, form.DryRun))
		})
}
