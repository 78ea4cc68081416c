package rectify

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

type effectIn struct {
	Wave string `query:"wave" required:"true" maxLength:"60"`
}

type standings struct {
	Items []Standing `json:"items"`
}

type chosen struct {
	Topics int `json:"topics"`
}

type found struct {
	Found int `json:"found"`
}

type againIn struct {
	ID string `path:"id" maxLength:"60"`
}

type chooseIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Items []string `json:"items,omitempty" maxItems:"2000" doc:"published items; none: those with the most voices"`
	}
}

type returnsIn struct {
	httpx.PageIn
	Wave    string      `query:"wave" maxLength:"60" doc:"in which it came back"`
	Earlier string      `query:"earlier" maxLength:"60" doc:"wave of the closed item"`
	State   ReturnState `query:"state" enum:"proposed,confirmed,dismissed" maxLength:"12"`
	Kind    ReturnKind  `query:"kind" enum:"recurs,asked_again,feedback" maxLength:"12"`
}

type decideIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body ReturnDecision
}

// effectRoutes registers what tells whether it helped.
func (s *Service) effectRoutes(api huma.API) {
	read := httpx.Permission(PermRead)
	httpx.Handle(api, httpx.Op{ID: "get-loop-picture", Method: http.MethodGet, Path: "/api/v1/rectifications/picture", Tag: tag, Access: read,
		Summary: "The closed loop of a wave: every figure with the list that it counts", Errors: []int{404}},
		func(ctx context.Context, in *effectIn) (*body[*Picture], error) { return out(s.Picture(ctx, in.Wave)) })
	httpx.Handle(api, httpx.Op{ID: "get-effect", Method: http.MethodGet, Path: "/api/v1/rectifications/effect", Tag: tag, Access: read,
		Summary: "Whether what was done helped, as the next wave tells", Errors: []int{404}},
		func(ctx context.Context, in *effectIn) (*body[*EffectReport], error) {
			return out(s.Effect(ctx, in.Wave))
		})
	httpx.Handle(api, httpx.Op{ID: "export-effect", Method: http.MethodGet, Path: "/api/v1/rectifications/effect/export", Tag: tag, Access: read,
		Summary: "Effect by field, by street and by unit as a workbook", Errors: []int{404}},
		func(ctx context.Context, in *effectIn) (*huma.StreamResponse, error) {
			name, file, err := s.EffectFile(ctx, in.Wave)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(o huma.Context) {
				o.SetHeader("Content-Type", sheet.XLSX.ContentType())
				o.SetHeader("Content-Disposition", httpx.Attachment(name))
				o.SetHeader("Cache-Control", "no-store")
				_, _ = o.BodyWriter().Write(file) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "list-standings", Method: http.MethodGet, Path: "/api/v1/rectifications/standings", Tag: tag, Access: read,
		Summary: "What became of the issued items by street, lead unit or field"},
		func(ctx context.Context, in *waveIn) (*body[standings], error) {
			list, err := s.Standings(ctx, in.Wave, in.By)
			return out(standings{list}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-item-effect", Method: http.MethodGet, Path: "/api/v1/rectifications/{id}/effect", Tag: tag, Access: read,
		Summary: "What the next wave says of an item", Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*body[*ItemEffect], error) { return out(s.ItemEffect(ctx, in.ID)) })
	s.againRoutes(api)
	s.returnRoutes(api)
}

func (s *Service) againRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-asked-again", Method: http.MethodGet, Path: "/api/v1/waves/{id}/asked-again", Tag: tag, Access: httpx.Permission(PermRead),
		Summary: "Published matters that a wave asks the residents about again", Errors: []int{404}},
		func(ctx context.Context, in *againIn) (*body[*AgainList], error) { return out(s.Again(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "choose-asked-again", Method: http.MethodPost, Path: "/api/v1/waves/{id}/asked-again", Tag: tag, Access: httpx.Permission(PermPublish), Status: http.StatusOK,
		Summary: "Lay down what a wave asks again, before answers come in", Errors: []int{404, 409}},
		func(ctx context.Context, in *chooseIn) (*body[chosen], error) {
			n, err := s.ChooseAgain(ctx, in.ID, in.Body.Items)
			return out(chosen{n}, err)
		})
}

func (s *Service) returnRoutes(api huma.API) {
	merge := httpx.Permission(PermMerge)
	httpx.Handle(api, httpx.Op{ID: "list-returns", Method: http.MethodGet, Path: "/api/v1/rectification-returns", Tag: tag, Access: httpx.Permission(PermRead),
		Summary: "Closed matters that may be back, newest first"},
		func(ctx context.Context, in *returnsIn) (*body[httpx.Page[Return]], error) {
			return out(s.Returns(ctx, ReturnFilter{WaveID: in.Wave, Earlier: in.Earlier, State: in.State, Kind: in.Kind}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "find-returns", Method: http.MethodPost, Path: "/api/v1/waves/{id}/returns", Tag: tag, Access: merge, Status: http.StatusOK,
		Summary: "Look for closed matters in the items of a wave"},
		func(ctx context.Context, in *againIn) (*body[found], error) {
			n, err := s.FindReturns(ctx, in.ID)
			return out(found{n}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "confirm-return", Method: http.MethodPost, Path: "/api/v1/rectification-returns/{id}/confirm", Tag: tag, Access: merge, Status: http.StatusOK,
		Summary: "A closed matter is back: mark the later item, or open it again", Errors: []int{404, 409}},
		func(ctx context.Context, in *decideIn) (*body[*Return], error) {
			return out(s.ConfirmReturn(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "dismiss-return", Method: http.MethodPost, Path: "/api/v1/rectification-returns/{id}/dismiss", Tag: tag, Access: merge, Status: http.StatusOK,
		Summary: "It is another matter, with the reason", Errors: []int{404, 409}},
		func(ctx context.Context, in *decideIn) (*body[*Return], error) {
			return out(s.DismissReturn(ctx, in.ID, in.Body))
		})
}
