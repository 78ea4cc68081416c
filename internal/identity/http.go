package identity

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// FromRequest finds out who sends a request, for httpx.Outer: a bearer token (wrong ones are an error), else the session
// cookie (an ended one counts as none, so that a browser that still carries it can sign in and read public pages). A
// page that sends X-CSRF-Token must send the right one.
func (s *Service) FromRequest(r *http.Request) (*auth.Principal, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		token, ok := strings.CutPrefix(h, "Bearer ")
		if !ok {
			return nil, errs.Unauthorized("identity.bad_scheme", "Use Authorization: Bearer TOKEN.")
		}
		return s.admit(r, token)
	}
	token := sessionOf(r)
	if token == "" {
		return nil, nil // nobody is signed in, which is no failure here
	}
	p, err := s.admit(r, token)
	if errs.KindOf(err) == errs.KindUnauthorized {
		return nil, nil // as above
	} else if err != nil {
		return nil, err
	}
	if sent := r.Header.Get("X-CSRF-Token"); sent != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(CSRFToken(token))) != 1 {
		return nil, errs.Forbidden("identity.bad_csrf", "The page is older than the session; reload it.")
	}
	return p, nil
}

// admit authenticates, and keeps whoever has to change the password or enrol a second factor at just that: beside the
// public pages only the own session and account answer.
func (s *Service) admit(r *http.Request, token string) (*auth.Principal, error) {
	g, err := s.stand(r.Context(), token)
	if err != nil {
		return nil, err
	}
	open := strings.HasPrefix(r.URL.Path, "/api/v1/session") || strings.HasPrefix(r.URL.Path, "/api/v1/account/") || strings.HasPrefix(r.URL.Path, "/api/v1/public/")
	if len(g.due) > 0 && !open {
		return nil, errs.Forbidden("identity.something_due", "Change the password or enrol the second factor first.").With(map[string][]string{"due": g.due})
	}
	p := g.principal
	return &p, nil
}

// sessionOf returns the session token of the cookie, or "". A machine's token does not come in a cookie.
func sessionOf(r *http.Request) string {
	for _, c := range r.CookiesNamed(httpx.CookieName) {
		if !strings.HasPrefix(c.Value, tokenPrefix) {
			return c.Value
		}
	}
	return ""
}

func (s *Service) cookie(token string) http.Cookie {
	c := http.Cookie{Name: httpx.CookieName, Value: token, Path: "/", HttpOnly: true, Secure: s.cfg.SecureCookies, SameSite: http.SameSiteLaxMode} //nolint:gosec // Secure follows the installation: a browser drops a Secure cookie on plain HTTP, which loopback is
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// Unkept is embedded in answers that no cache may keep. It is exported because the HTTP framework skips embedded
// fields that are not.
type Unkept struct {
	CacheControl string `header:"Cache-Control"`
}

var noStore = Unkept{"no-store"}

type none struct{}

// ByID is embedded in inputs whose path names one row.
type ByID struct {
	ID string `path:"id" maxLength:"40"`
}

// Routes registers every operation of the module.
func (s *Service) Routes(api huma.API) {
	s.sessionRoutes(api)
	s.accountRoutes(api)
	s.unitRoutes(api)
	s.userRoutes(api)
	s.portraitRoutes(api)
	s.grantRoutes(api)
	s.securityRoutes(api)
	s.noticeRoutes(api)
}

type signInIn struct {
	Agent   string `header:"User-Agent"`
	Session string `cookie:"yiwang_session"`
	Body    struct {
		Username string `json:"username" maxLength:"64"`
		Password string `json:"password" maxLength:"512"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"One-time code or recovery code, once the answer was identity.totp_required"`
	}
}

type meOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Unkept
	Body Me
}

func (s *Service) sessionRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "sign-in", Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in", Tag: "identity", Access: httpx.Public,
		MaxBody: 8 << 10, Errors: []int{401, 403},
		Description: "Answers with the session cookie. Where the account has a second factor and code is missing, the answer is 401 with code " +
			"identity.totp_required and nothing is kept; send the same again with code. Other codes: identity.bad_credentials, identity.bad_code, " +
			"identity.locked_out (current.until says how long), identity.account_shut, identity.slow_down (429)."}, s.handleSignIn)
	httpx.Handle(api, httpx.Op{ID: "get-session", Method: http.MethodGet, Path: "/api/v1/session", Summary: "Who am I, what may I do, where", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, _ *none) (*meOut, error) {
			me, err := s.Me(ctx)
			if err != nil {
				return nil, err
			}
			return &meOut{Unkept: noStore, Body: *me}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "sign-out", Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out", Tag: "identity", Access: httpx.SignedIn, Status: 204},
		func(ctx context.Context, _ *none) (*struct {
			SetCookie []http.Cookie `header:"Set-Cookie"`
			Clear     string        `header:"Clear-Site-Data"`
		}, error) {
			out := &struct {
				SetCookie []http.Cookie `header:"Set-Cookie"`
				Clear     string        `header:"Clear-Site-Data"`
			}{[]http.Cookie{s.cookie("")}, `"cache"`}
			return out, s.SignOut(ctx)
		})
	type switchPostIn struct {
		Body struct {
			PostID string `json:"post_id" maxLength:"40"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "switch-post", Method: http.MethodPut, Path: "/api/v1/session/post", Summary: "Work in another of my posts", Tag: "identity", Access: httpx.SignedIn, Status: 204},
		func(ctx context.Context, in *switchPostIn) (*none, error) {
			return nil, s.SwitchPost(ctx, in.Body.PostID)
		})
}

func (s *Service) handleSignIn(ctx context.Context, in *signInIn) (*meOut, error) {
	opened, err := s.SignIn(ctx, Credentials{Username: in.Body.Username, Password: in.Body.Password, Code: in.Body.Code,
		Address: audit.OriginFrom(ctx).Address, Agent: in.Agent, Replaces: in.Session})
	if err != nil {
		return nil, err
	}
	return &meOut{SetCookie: []http.Cookie{s.cookie(opened.Token)}, Unkept: noStore, Body: opened.Me}, nil
}

type listOut[T any] struct {
	Body httpx.Page[T]
}

// whole is a list that is short by nature and comes as one page.
func whole[T any](items []T, err error) (*listOut[T], error) {
	return &listOut[T]{httpx.Page[T]{Items: items, Total: len(items)}}, err
}

func (s *Service) accountRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-my-sessions", Method: http.MethodGet, Path: "/api/v1/account/sessions", Summary: "My open sessions", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, _ *none) (*listOut[Session], error) { return whole(s.Sessions(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "end-my-session", Method: http.MethodDelete, Path: "/api/v1/account/sessions/{id}", Summary: "End one of my sessions", Tag: "identity", Access: httpx.SignedIn, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*none, error) { return nil, s.EndSession(ctx, in.ID) })
	type signInsIn struct{ httpx.PageIn }
	httpx.Handle(api, httpx.Op{ID: "list-my-sign-ins", Method: http.MethodGet, Path: "/api/v1/account/sign-ins", Summary: "When and from where I signed in", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, in *signInsIn) (*listOut[SignInRecord], error) {
			page, err := s.MySignIns(ctx, in.Limit, in.Cursor)
			return &listOut[SignInRecord]{page}, err
		})
	type ownPasswordIn struct {
		Body struct {
			Current string `json:"current" maxLength:"512"`
			Next    string `json:"next" maxLength:"512"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "change-my-password", Method: http.MethodPost, Path: "/api/v1/account/password", Summary: "Change my password", Tag: "identity", Access: httpx.SignedIn, Status: 204, MaxBody: 8 << 10,
		Description: "Ends my other sessions. 422 identity.weak_password lists the broken rules, identity.password_used says it was used before; 403 identity.wrong_password."},
		func(ctx context.Context, in *ownPasswordIn) (*none, error) {
			return nil, s.ChangePassword(ctx, in.Body.Current, in.Body.Next)
		})
	s.secondFactorRoutes(api)
	s.tokenRoutes(api)
}

func (s *Service) secondFactorRoutes(api huma.API) {
	type enrolFactorIn struct {
		Body *struct {
			Password string `json:"password,omitempty" maxLength:"512" doc:"Needed ten minutes after signing in and later"`
		}
	}
	type enrolFactorOut struct {
		Unkept
		Body Enrolment
	}
	httpx.Handle(api, httpx.Op{ID: "enrol-second-factor", Method: http.MethodPost, Path: "/api/v1/account/totp", Summary: "Begin a second factor", Tag: "identity", Access: httpx.SignedIn, Errors: []int{409}},
		func(ctx context.Context, in *enrolFactorIn) (*enrolFactorOut, error) {
			password := ""
			if in.Body != nil {
				password = in.Body.Password
			}
			e, err := s.EnrolTOTP(ctx, password)
			if err != nil {
				return nil, err
			}
			return &enrolFactorOut{noStore, *e}, nil
		})
	type confirmFactorIn struct {
		Body struct {
			Code string `json:"code" maxLength:"12"`
		}
	}
	type confirmFactorOut struct {
		Unkept
		Body struct {
			RecoveryCodes []string `json:"recovery_codes" doc:"Each good once; shown this once"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "confirm-second-factor", Method: http.MethodPost, Path: "/api/v1/account/totp/confirm", Summary: "Switch my second factor on", Tag: "identity", Access: httpx.SignedIn, Errors: []int{409}},
		func(ctx context.Context, in *confirmFactorIn) (*confirmFactorOut, error) {
			codes, err := s.ConfirmTOTP(ctx, in.Body.Code)
			if err != nil {
				return nil, err
			}
			out := &confirmFactorOut{Unkept: noStore}
			out.Body.RecoveryCodes = codes
			return out, nil
		})
	type removeFactorIn struct {
		Body struct {
			Code     string `json:"code" maxLength:"40" doc:"One-time code or recovery code"`
			Password string `json:"password,omitempty" maxLength:"512" doc:"Needed ten minutes after signing in and later"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "disable-second-factor", Method: http.MethodPost, Path: "/api/v1/account/totp/remove", Summary: "Switch my second factor off", Tag: "identity", Access: httpx.SignedIn, Status: 204, Errors: []int{409}},
		func(ctx context.Context, in *removeFactorIn) (*none, error) {
			return nil, s.DisableTOTP(ctx, in.Body.Password, in.Body.Code)
		})
}

func (s *Service) tokenRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-my-tokens", Method: http.MethodGet, Path: "/api/v1/tokens", Summary: "My API tokens", Tag: "identity", Access: httpx.SignedIn},
		func(ctx context.Context, _ *none) (*listOut[Token], error) { return whole(s.Tokens(ctx)) })
	type tokenIn struct{ Body NewToken }
	type tokenOut struct {
		Unkept
		Body Token
	}
	httpx.Handle(api, httpx.Op{ID: "create-my-token", Method: http.MethodPost, Path: "/api/v1/tokens", Summary: "Make an API token", Tag: "identity", Access: httpx.SignedIn, Status: 201, Errors: []int{409},
		Description: "The secret is in this answer and nowhere else afterwards."},
		func(ctx context.Context, in *tokenIn) (*tokenOut, error) {
			t, err := s.CreateToken(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return &tokenOut{noStore, *t}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "revoke-my-token", Method: http.MethodDelete, Path: "/api/v1/tokens/{id}", Summary: "Revoke one of my API tokens", Tag: "identity", Access: httpx.SignedIn, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*none, error) { return nil, s.RevokeToken(ctx, in.ID) })
}
