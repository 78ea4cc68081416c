package sensor

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

// givenSource is a platform with its token, which no cache may keep.
type givenSource struct {
	CacheControl string `header:"Cache-Control"`
	Body         tokened
}

type tokened struct {
	Source Source `json:"source"`
	Token  string `json:"token" doc:"Shown once"`
}

func given(x *Source, token string, err error) (*givenSource, error) {
	if err != nil {
		return nil, err
	}
	return &givenSource{"no-store", tokened{*x, token}}, nil
}

func (s *Service) sourceRoutes(api huma.API) {
	may := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-sensor-sources", Method: http.MethodGet, Path: "/api/v1/sensor-sources", Summary: "List platforms that send readings", Tag: tag, Access: may},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Source]], error) {
			list, err := s.Sources(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "add-sensor-source", Method: http.MethodPost, Path: "/api/v1/sensor-sources", Summary: "Register a platform; its token is shown once", Tag: tag, Access: may, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *body[NewSource]) (*givenSource, error) {
			return given(s.AddSource(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "renew-sensor-source", Method: http.MethodPost, Path: "/api/v1/sensor-sources/{id}/token", Summary: "Give a platform a new token", Tag: tag, Access: may, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*givenSource, error) { return given(s.RenewSource(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "revoke-sensor-source", Method: http.MethodDelete, Path: "/api/v1/sensor-sources/{id}", Summary: "Revoke the token of a platform", Tag: tag, Access: may, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.RevokeSource(ctx, in.ID) })
}

func (s *Service) ruleRoutes(api huma.API) {
	may := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-sensor-rules", Method: http.MethodGet, Path: "/api/v1/sensor-rules", Summary: "List the rules that hold in the caller's areas", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" maxLength:"30"`
		}) (*body[httpx.Page[Rule]], error) {
			list, err := s.Rules(ctx, in.Kind)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "add-sensor-rule", Method: http.MethodPost, Path: "/api/v1/sensor-rules", Summary: "Write a rule", Tag: tag, Access: may, Status: 201, Errors: []int{404}},
		func(ctx context.Context, in *body[NewRule]) (*body[*Rule], error) {
			return out(s.AddRule(ctx, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "change-sensor-rule", Method: http.MethodPut, Path: "/api/v1/sensor-rules/{id}", Summary: "Change a rule; it begins anew", Tag: tag, Access: may, Errors: []int{404, 409}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body NewRule
		}) (*body[*Rule], error) {
			return out(s.ChangeRule(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "drop-sensor-rule", Method: http.MethodDelete, Path: "/api/v1/sensor-rules/{id}", Summary: "Delete a rule and clear what it raised", Tag: tag, Access: may, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.DropRule(ctx, in.ID) })
}
