package patrol

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/identity"
	"yiwang/internal/platform/httpx"
)

type peopleIn struct {
	IDs []string `query:"ids" maxItems:"100" required:"true" doc:"Of officers, separated by commas"`
}

type policeIn struct {
	Within string `query:"within" maxLength:"16"`
}

type why struct {
	Reason string `json:"reason" maxLength:"800" doc:"The person sees it"`
}

type phoneIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body why
}

type phoneNumber struct {
	Phone string `json:"phone"`
}

func (s *Service) peopleRoutes(api huma.API) {
	live := httpx.Permission(PermLive)
	httpx.Handle(api, httpx.Op{ID: "list-people-on-duty", Method: http.MethodGet, Path: "/api/v1/patrol/people", Summary: "Who these are of those on duty in the caller's areas", Tag: tag, Access: live},
		func(ctx context.Context, in *peopleIn) (*body[httpx.Page[OnShift]], error) {
			list, err := s.People(ctx, in.IDs)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-portrait-on-duty", Method: http.MethodGet, Path: "/api/v1/patrol/people/{id}/portrait", Summary: "Photograph of somebody on duty in the caller's areas", Tag: tag, Access: live, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
			return identity.ShowPicture(s.Portrait(ctx, in.ID))
		})
	httpx.Handle(api, httpx.Op{ID: "show-phone-on-duty", Method: http.MethodPost, Path: "/api/v1/patrol/people/{id}/phone", Summary: "Telephone number of somebody on duty, with a reason that is kept", Tag: tag, Access: live, Errors: []int{404}},
		func(ctx context.Context, in *phoneIn) (*body[phoneNumber], error) {
			number, err := s.Phone(ctx, in.ID, in.Body.Reason)
			return out(phoneNumber{number}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-police-grids", Method: http.MethodGet, Path: "/api/v1/patrol/police", Summary: "Police grids with their community police officers", Tag: tag, Access: live},
		func(ctx context.Context, in *policeIn) (*body[httpx.Page[PoliceGrid]], error) {
			list, err := s.Police(ctx, in.Within)
			return out(httpx.Whole(list), err)
		})
}
