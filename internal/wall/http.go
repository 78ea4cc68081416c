package wall

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const tag = "wall"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

type pictureIn struct {
	Area  string `query:"area" maxLength:"20" doc:"District, street or community; the largest of the caller if absent"`
	Theme string `query:"theme" maxLength:"20" doc:"Code of a theme, all for everything"`
}

type screenIn struct{ Body NewScreen }

type screenIDIn struct {
	ID string `path:"id" maxLength:"60"`
}

// givenScreen is a screen with the token of its link.
type givenScreen struct {
	Screen
	Token string `json:"token" doc:"Shown once; the link is /screen#token"`
}

type openIn struct {
	Body opening
}

type opening struct {
	Token string `json:"token" minLength:"20" maxLength:"100"`
}

type openedOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Cache     string      `header:"Cache-Control"`
	Body      *Screen
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	show := httpx.Permission(PermShow)
	httpx.Handle(api, httpx.Op{ID: "get-wall", Method: http.MethodGet, Path: "/api/v1/wall/picture", Summary: "Show what the wall of an area shows under a theme", Tag: tag, Access: show, Errors: []int{404}},
		func(ctx context.Context, in *pictureIn) (*body[*Picture], error) {
			return out(s.Picture(ctx, in.Area, in.Theme))
		})
	httpx.Handle(api, httpx.Op{ID: "list-themes", Method: http.MethodGet, Path: "/api/v1/wall/themes", Summary: "The themes by which the wall and maps show cases", Tag: tag, Access: httpx.SignedIn},
		func(context.Context, *struct{}) (*body[httpx.Page[Theme]], error) {
			return out(httpx.Whole(Themes()), nil)
		})
	httpx.Handle(api, httpx.Op{ID: "add-screen", Method: http.MethodPost, Path: "/api/v1/wall/screens", Summary: "Give a link that opens the wall on a screen", Tag: tag, Access: show, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *screenIn) (*body[givenScreen], error) {
			x, token, err := s.AddScreen(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return out(givenScreen{*x, token}, nil)
		})
	httpx.Handle(api, httpx.Op{ID: "list-screens", Method: http.MethodGet, Path: "/api/v1/wall/screens", Summary: "List the screens of the caller's areas", Tag: tag, Access: show},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Screen]], error) {
			list, err := s.Screens(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "revoke-screen", Method: http.MethodDelete, Path: "/api/v1/wall/screens/{id}", Summary: "End the link of a screen", Tag: tag, Access: show, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *screenIDIn) (*struct{}, error) { return nil, s.RevokeScreen(ctx, in.ID) })
	httpx.Handle(api, httpx.Op{ID: "open-screen", Method: http.MethodPost, Path: "/api/v1/wall/opening", Summary: "Open the wall with the token of a link", Tag: tag, Access: httpx.Public, Errors: []int{401}},
		func(ctx context.Context, in *openIn) (*openedOut, error) {
			x, cookie, err := s.Open(ctx, in.Body.Token)
			if err != nil {
				return nil, err
			}
			return &openedOut{SetCookie: cookie, Cache: "no-store", Body: x}, nil
		})
}
