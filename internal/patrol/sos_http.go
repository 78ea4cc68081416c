package patrol

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/track"
)

type callIn struct{ Body callForHelp }

type callForHelp struct {
	Position *Fix `json:"position,omitempty" doc:"Where the phone is, if it knows"`
}

type endCallIn struct{ Body callEnd }

type callEnd struct {
	Note string `json:"note,omitempty" maxLength:"800" doc:"Such as 误触"`
}

type sosIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body sosAnswer
}

type sosAnswer struct {
	Version int64 `json:"version" minimum:"1"`
}

type sosEndIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body sosEnd
}

type sosEnd struct {
	Version int64  `json:"version" minimum:"1"`
	Note    string `json:"note" maxLength:"800" doc:"How it ended; the officer sees it"`
}

func (s *Service) sosRoutes(api huma.API) {
	own, manage := httpx.Permission(PermDuty), httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "call-for-help", Method: http.MethodPost, Path: "/api/v1/patrol/duty/sos", Summary: "Call for help: the position is shared for half an hour, off duty too", Tag: tag, Access: own},
		func(ctx context.Context, in *callIn) (*body[*SOS], error) {
			var at *track.Point
			if in.Body.Position != nil {
				if p, ok := in.Body.Position.point(); ok {
					at = &p
				}
			}
			return out(s.CallForHelp(ctx, at))
		})
	httpx.Handle(api, httpx.Op{ID: "end-own-call", Method: http.MethodPost, Path: "/api/v1/patrol/duty/sos/end", Summary: "End one's own call for help", Tag: tag, Access: own, Errors: []int{404}},
		func(ctx context.Context, in *endCallIn) (*body[*SOS], error) {
			return out(s.EndMySOS(ctx, in.Body.Note))
		})
	httpx.Handle(api, httpx.Op{ID: "list-calls-for-help", Method: http.MethodGet, Path: "/api/v1/patrol/sos", Summary: "List calls for help in the caller's areas, open ones first", Tag: tag, Access: httpx.Permission(PermLive)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[SOS]], error) {
			list, err := s.SOSCalls(ctx)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "acknowledge-call-for-help", Method: http.MethodPost, Path: "/api/v1/patrol/sos/{id}/acknowledge", Summary: "Take care of a call for help", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *sosIn) (*body[*SOS], error) {
			return out(s.AcknowledgeSOS(ctx, in.ID, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "resolve-call-for-help", Method: http.MethodPost, Path: "/api/v1/patrol/sos/{id}/resolve", Summary: "End a call for help and say how", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *sosEndIn) (*body[*SOS], error) {
			return out(s.ResolveSOS(ctx, in.ID, in.Body.Version, in.Body.Note))
		})
}
