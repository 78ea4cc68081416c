package cases

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/i18n"
)

type requestsIn struct {
	httpx.PageIn
	Kind   string   `query:"kind" enum:"extension,suspension,waiting"`
	State  []string `query:"state" maxItems:"5" doc:"open, approved, refused, ended, withdrawn"`
	Area   string   `query:"area" maxLength:"20"`
	Ground string   `query:"ground" maxLength:"20"`
	Review bool     `query:"review" doc:"Review due within three days, or missed"`
}

type limitsIn struct {
	Body struct {
		Version int         `json:"version" doc:"Version it was made from"`
		Rules   []LimitRule `json:"rules" maxItems:"1000"`
		Note    string      `json:"note" minLength:"1" maxLength:"1200" doc:"Why"`
	}
}

type emergencyIn struct{ Body NewEmergency }

type previewIn struct {
	Area     string   `query:"area" maxLength:"20"`
	Category []string `query:"category" maxItems:"50"`
}

type endIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Version int64  `json:"version"`
		Note    string `json:"note" minLength:"1" maxLength:"1200"`
	}
}

type preview struct {
	Clocks int `json:"clocks" doc:"Running clocks it would switch"`
}

func whole[T any](items []T, err error) (*body[httpx.Page[T]], error) {
	return out(httpx.Whole(items), err)
}

func (s *Service) clockRoutes(api huma.API) {
	read, set := httpx.Permission(PermRead), httpx.Permission(PermClocks)
	httpx.Handle(api, httpx.Op{ID: "explain-case-clocks", Method: http.MethodGet, Path: "/api/v1/cases/{id}/clocks", Summary: "Why a case is due when, what is used and left, which tier was over", Tag: tag, Access: read, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*Clocks], error) {
			return out(s.Clocks(ctx, in.ID, i18n.Lang(ctx)))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-requests", Method: http.MethodGet, Path: "/api/v1/case-requests", Summary: "Requests for time and suspensions of the cases the caller sees; the register of suspensions", Tag: tag, Access: read},
		func(ctx context.Context, in *requestsIn) (*body[httpx.Page[Asked]], error) {
			return out(s.Requests(ctx, RequestFilter{Kind: in.Kind, States: in.State, Area: in.Area, Ground: in.Ground, Review: in.Review}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "list-public-suspensions", Method: http.MethodGet, Path: "/api/v1/public/suspensions", Summary: "Public register of suspended cases", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[OnHold]], error) {
			return whole(s.PublicSuspensions(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "list-public-forced", Method: http.MethodGet, Path: "/api/v1/public/forced-closures", Summary: "Public list of cases closed by force in the last year", Tag: tag, Access: httpx.Public},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Forced]], error) {
			return whole(s.PublicForced(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "list-case-limits", Method: http.MethodGet, Path: "/api/v1/case-limits", Summary: "Versions of the time limits, the one in force first", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Limits]], error) {
			return whole(s.LimitVersions(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "set-case-limits", Method: http.MethodPost, Path: "/api/v1/case-limits", Summary: "Put a new version of the time limits in force", Tag: tag, Access: set, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *limitsIn) (*body[*Limits], error) {
			return out(s.SetLimits(ctx, in.Body.Version, in.Body.Rules, in.Body.Note))
		})
	s.emergencyRoutes(api, read, set)
}

func (s *Service) emergencyRoutes(api huma.API, read, set httpx.Access) {
	httpx.Handle(api, httpx.Op{ID: "list-case-emergencies", Method: http.MethodGet, Path: "/api/v1/case-emergencies", Summary: "Emergencies: limits of their categories count around the clock", Tag: tag, Access: read},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Emergency]], error) {
			return whole(s.Emergencies(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "preview-case-emergency", Method: http.MethodGet, Path: "/api/v1/case-emergency-preview", Summary: "How many running clocks an emergency would switch", Tag: tag, Access: set},
		func(ctx context.Context, in *previewIn) (*body[preview], error) {
			n, err := s.WouldSwitch(ctx, NewEmergency{AreaCode: in.Area, Categories: in.Category})
			return out(preview{n}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "declare-case-emergency", Method: http.MethodPost, Path: "/api/v1/case-emergencies", Summary: "Begin an emergency", Tag: tag, Access: set, Status: 201},
		func(ctx context.Context, in *emergencyIn) (*body[*Emergency], error) {
			return out(s.Declare(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "end-case-emergency", Method: http.MethodPost, Path: "/api/v1/case-emergencies/{id}/end", Summary: "End an emergency", Tag: tag, Access: set, Errors: []int{404, 409}},
		func(ctx context.Context, in *endIn) (*body[*Emergency], error) {
			return out(s.EndEmergency(ctx, in.ID, in.Body.Version, in.Body.Note))
		})
}
