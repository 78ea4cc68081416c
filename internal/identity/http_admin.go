package identity

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

type oneOut[T any] struct{ Body T }

func one[T any](v T, err error) (*oneOut[T], error) { return &oneOut[T]{v}, err }

func page[T any](p httpx.Page[T], err error) (*listOut[T], error) { return &listOut[T]{p}, err }

func (s *Service) unitRoutes(api huma.API) {
	type listIn struct {
		httpx.PageIn
		Parent string `query:"parent" maxLength:"40"`
		Area   string `query:"area" maxLength:"20" doc:"Only units inside this area"`
		Kind   string `query:"kind" enum:"government,department,community,enterprise"`
		Level  string `query:"level" maxLength:"20"`
		Text   string `query:"q" maxLength:"60"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-units", Method: http.MethodGet, Path: "/api/v1/units", Summary: "Governments, departments, communities, enterprises", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, in *listIn) (*listOut[Unit], error) {
			return page(s.Units(ctx, UnitFilter{Parent: in.Parent, Area: in.Area, Kind: in.Kind, Level: in.Level, Text: in.Text, Limit: in.Limit, Cursor: in.Cursor}))
		})
	httpx.Handle(api, httpx.Op{ID: "get-unit", Method: http.MethodGet, Path: "/api/v1/units/{id}", Summary: "One unit", Tag: "identity", Access: httpx.SignedIn, Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*oneOut[Unit], error) { return one(s.Unit(ctx, in.ID)) })
	type addIn struct{ Body Unit }
	httpx.Handle(api, httpx.Op{ID: "add-unit", Method: http.MethodPost, Path: "/api/v1/units", Summary: "Enter a unit", Tag: "identity", Access: httpx.Permission(PermManage), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *addIn) (*oneOut[Unit], error) { return one(s.AddUnit(ctx, in.Body)) })
	type changeIn struct {
		ByID
		Body Unit
	}
	httpx.Handle(api, httpx.Op{ID: "change-unit", Method: http.MethodPut, Path: "/api/v1/units/{id}", Summary: "Change a unit", Tag: "identity", Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*oneOut[Unit], error) {
			return one(s.ChangeUnit(ctx, in.ID, in.Body))
		})
}

func (s *Service) userRoutes(api huma.API) {
	type listIn struct {
		httpx.PageIn
		Unit  string `query:"unit" maxLength:"40"`
		State string `query:"state" enum:"open,disabled,locked"`
		Text  string `query:"q" maxLength:"60"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-users", Method: http.MethodGet, Path: "/api/v1/users", Summary: "Accounts in my areas", Tag: "identity", Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *listIn) (*listOut[User], error) {
			return page(s.Users(ctx, UserFilter{Unit: in.Unit, State: in.State, Text: in.Text, Limit: in.Limit, Cursor: in.Cursor}))
		})
	httpx.Handle(api, httpx.Op{ID: "get-user", Method: http.MethodGet, Path: "/api/v1/users/{id}", Summary: "One account with its posts", Tag: "identity", Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*oneOut[User], error) { return one(s.User(ctx, in.ID)) })
	type addIn struct{ Body NewUser }
	httpx.Handle(api, httpx.Op{ID: "add-user", Method: http.MethodPost, Path: "/api/v1/users", Summary: "Open an account without rights", Tag: "identity", Access: httpx.Permission(PermManage), Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *addIn) (*oneOut[User], error) { return one(s.AddUser(ctx, in.Body)) })
	type changeIn struct {
		ByID
		Body UserPatch
	}
	httpx.Handle(api, httpx.Op{ID: "change-user", Method: http.MethodPut, Path: "/api/v1/users/{id}", Summary: "Change name and unit of an account", Tag: "identity", Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*oneOut[User], error) {
			return one(s.ChangeUser(ctx, in.ID, in.Body))
		})
	type userStepIn struct {
		ByID
		Body struct {
			Reason string `json:"reason,omitempty" maxLength:"200"`
		}
	}
	for _, step := range []string{"disable", "enable", "lock", "unlock"} {
		httpx.Handle(api, httpx.Op{ID: step + "-user", Method: http.MethodPost, Path: "/api/v1/users/{id}/actions/" + step, Summary: "Account: " + step, Tag: "identity",
			Access: httpx.Permission(accountSteps[step].permission), Errors: []int{404}},
			func(ctx context.Context, in *userStepIn) (*oneOut[User], error) {
				return one(s.StepUser(ctx, in.ID, step, in.Body.Reason))
			})
	}
	type resetPasswordIn struct {
		ByID
		Body struct {
			Password string `json:"password" maxLength:"512" doc:"Temporary; the person changes it at the next sign-in"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "reset-password", Method: http.MethodPost, Path: "/api/v1/users/{id}/actions/reset-password", Summary: "Give an account a temporary password", Tag: "identity",
		Access: httpx.Permission(PermManage), Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *resetPasswordIn) (*none, error) {
			return nil, s.ResetPassword(ctx, in.ID, in.Body.Password)
		})
	httpx.Handle(api, httpx.Op{ID: "reset-second-factor", Method: http.MethodPost, Path: "/api/v1/users/{id}/actions/reset-second-factor", Summary: "Remove a lost second factor", Tag: "identity",
		Access: httpx.Permission(PermSecurity), Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*none, error) { return nil, s.ResetTOTP(ctx, in.ID) })
}

func (s *Service) grantRoutes(api huma.API) {
	type listIn struct {
		httpx.PageIn
		State string `query:"state" enum:"requested,active,rejected,ended"`
		Role  string `query:"role" maxLength:"40"`
		Unit  string `query:"unit" maxLength:"40"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-posts", Method: http.MethodGet, Path: "/api/v1/posts", Summary: "Posts in my areas, newest first", Tag: "identity", Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *listIn) (*listOut[Post], error) {
			return page(s.Posts(ctx, PostFilter{State: in.State, Role: in.Role, Unit: in.Unit, Limit: in.Limit, Cursor: in.Cursor}))
		})
	type requestIn struct {
		ByID
		Body NewPost
	}
	httpx.Handle(api, httpx.Op{ID: "request-post", Method: http.MethodPost, Path: "/api/v1/users/{id}/posts", Summary: "Ask for a post for somebody", Tag: "identity", Access: httpx.Permission(PermManage), Status: 201, Errors: []int{404, 409},
		Description: "The post gives no rights until the security administrator grants it."},
		func(ctx context.Context, in *requestIn) (*oneOut[Post], error) {
			return one(s.RequestPost(ctx, in.ID, in.Body))
		})
	type postStepIn struct {
		ByID
		Body struct {
			Version int64  `json:"version"`
			Note    string `json:"note,omitempty" maxLength:"200"`
		}
	}
	for _, moves := range postMoves {
		for step, move := range moves {
			httpx.Handle(api, httpx.Op{ID: step + "-post", Method: http.MethodPost, Path: "/api/v1/posts/{id}/actions/" + step, Summary: "Post: " + step, Tag: "identity",
				Access: httpx.Permission(move.permission), Errors: []int{404, 409}},
				func(ctx context.Context, in *postStepIn) (*oneOut[Post], error) {
					return one(s.StepPost(ctx, in.ID, step, in.Body.Note, in.Body.Version))
				})
		}
	}
}

func (s *Service) securityRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-roles", Method: http.MethodGet, Path: "/api/v1/roles", Summary: "Roles and what they permit", Tag: "identity", Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *none) (*listOut[Role], error) { return whole(s.Roles(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "list-permissions", Method: http.MethodGet, Path: "/api/v1/permissions", Summary: "Every permission of this release", Tag: "identity", Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *none) (*listOut[string], error) { return whole(s.KnownPermissions(ctx)) })
	type addIn struct{ Body Role }
	httpx.Handle(api, httpx.Op{ID: "add-role", Method: http.MethodPost, Path: "/api/v1/roles", Summary: "Enter a role", Tag: "identity", Access: httpx.Permission(PermSecurity), Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *addIn) (*oneOut[Role], error) { return one(s.AddRole(ctx, in.Body)) })
	type changeIn struct {
		Code string `path:"code" maxLength:"40"`
		Body Role
	}
	httpx.Handle(api, httpx.Op{ID: "change-role", Method: http.MethodPut, Path: "/api/v1/roles/{code}", Summary: "Change a role", Tag: "identity", Access: httpx.Permission(PermSecurity), Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*oneOut[Role], error) {
			return one(s.ChangeRole(ctx, in.Code, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "get-security-policy", Method: http.MethodGet, Path: "/api/v1/security/policy", Summary: "Passwords, lock-out, sessions", Tag: "identity", Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *none) (*oneOut[CurrentPolicy], error) { return one(s.SecurityPolicy(ctx)) })
	type policyIn struct{ Body CurrentPolicy }
	httpx.Handle(api, httpx.Op{ID: "change-security-policy", Method: http.MethodPut, Path: "/api/v1/security/policy", Summary: "Change the policy", Tag: "identity", Access: httpx.Permission(PermSecurity), Errors: []int{409}},
		func(ctx context.Context, in *policyIn) (*oneOut[CurrentPolicy], error) {
			return one(s.ChangePolicy(ctx, in.Body))
		})
	type signInsIn struct {
		httpx.PageIn
		User    string `query:"user" maxLength:"40"`
		Outcome string `query:"result" enum:"signed_in,bad_password,code_required,bad_code,locked_out,account_shut,signed_out"`
		Address string `query:"address" maxLength:"60"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-sign-ins", Method: http.MethodGet, Path: "/api/v1/sign-ins", Summary: "The sign-in log", Tag: "identity", Access: httpx.Permission(PermAudit)},
		func(ctx context.Context, in *signInsIn) (*listOut[SignInRecord], error) {
			return page(s.SignIns(ctx, SignInFilter{User: in.User, Outcome: in.Outcome, Address: in.Address, Limit: in.Limit, Cursor: in.Cursor}))
		})
}

func (s *Service) noticeRoutes(api huma.API) {
	type listIn struct {
		httpx.PageIn
		Unread bool `query:"unread" doc:"Leave out what was read"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-notices", Method: http.MethodGet, Path: "/api/v1/notices", Summary: "My notices, newest first", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, in *listIn) (*oneOut[NoticePage], error) {
			return one(s.Notices(ctx, in.Unread, in.Limit, in.Cursor))
		})
	httpx.Handle(api, httpx.Op{ID: "read-notice", Method: http.MethodPost, Path: "/api/v1/notices/{id}/read", Summary: "I read this notice", Tag: "identity", Access: httpx.SignedIn, Status: 204},
		func(ctx context.Context, in *ByID) (*none, error) { return nil, s.ReadNotices(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "read-all-notices", Method: http.MethodPost, Path: "/api/v1/notices/read", Summary: "I read all my notices", Tag: "identity", Access: httpx.SignedIn, Status: 204},
		func(ctx context.Context, _ *none) (*none, error) { return nil, s.ReadNotices(ctx, "") })
}
