package integration

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

const tag = "integration"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// ByID names a partner, a webhook or a delivery.
type ByID struct {
	ID string `path:"id" maxLength:"60"`
}

type replayIn struct {
	ByID
	Body struct {
		Since clock.Time `json:"since" doc:"Failed deliveries that were queued from then on"`
	}
}

// Replayed says how many deliveries are sent again.
type Replayed struct {
	Queued int64 `json:"queued"`
}

type versionIn struct {
	ByID
	Body struct {
		Version int64 `json:"version"`
	}
}

// Routes registers the operations of this module. Open311 stands beside them: see Open311.
func (s *Service) Routes(api huma.API) {
	s.partnerRoutes(api)
	s.webhookRoutes(api)
}

func (s *Service) partnerRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-partners", Method: http.MethodGet, Path: "/api/v1/partners", Summary: "Partner systems", Tag: tag, Access: manage},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Partner]], error) {
			list, err := s.Partners(ctx)
			return out(httpx.Whole(list), err)
		})
	type addIn struct{ Body Partner }
	httpx.Handle(api, httpx.Op{ID: "add-partner", Method: http.MethodPost, Path: "/api/v1/partners", Summary: "Enter a partner system; its key is shown once", Tag: tag, Access: manage, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *addIn) (*body[*Partner], error) { return out(s.AddPartner(ctx, in.Body)) })
	type changeIn struct {
		ByID
		Body Partner
	}
	httpx.Handle(api, httpx.Op{ID: "change-partner", Method: http.MethodPut, Path: "/api/v1/partners/{id}", Summary: "Change a partner system", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*body[*Partner], error) {
			return out(s.ChangePartner(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "renew-partner-key", Method: http.MethodPost, Path: "/api/v1/partners/{id}/actions/renew-key", Summary: "Give a partner another key; the old one ends", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *versionIn) (*body[*Partner], error) {
			return out(s.RenewKey(ctx, in.ID, in.Body.Version))
		})
}

func (s *Service) webhookRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "list-webhooks", Method: http.MethodGet, Path: "/api/v1/webhooks", Summary: "Addresses that hear of events", Tag: tag, Access: manage},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Webhook]], error) {
			list, err := s.Webhooks(ctx)
			return out(httpx.Whole(list), err)
		})
	type addIn struct{ Body Webhook }
	httpx.Handle(api, httpx.Op{ID: "add-webhook", Method: http.MethodPost, Path: "/api/v1/webhooks", Summary: "Enter an address; its signing secret is shown once", Tag: tag, Access: manage, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *addIn) (*body[*Webhook], error) { return out(s.AddWebhook(ctx, in.Body)) })
	type changeIn struct {
		ByID
		Body Webhook
	}
	httpx.Handle(api, httpx.Op{ID: "change-webhook", Method: http.MethodPut, Path: "/api/v1/webhooks/{id}", Summary: "Change a webhook, switch it on or off", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *changeIn) (*body[*Webhook], error) {
			return out(s.ChangeWebhook(ctx, in.ID, in.Body))
		})
	httpx.Handle(api, httpx.Op{ID: "renew-webhook-secret", Method: http.MethodPost, Path: "/api/v1/webhooks/{id}/actions/renew-secret", Summary: "Give a webhook another signing secret", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *versionIn) (*body[*Webhook], error) {
			return out(s.RenewSecret(ctx, in.ID, in.Body.Version))
		})
	httpx.Handle(api, httpx.Op{ID: "ping-webhook", Method: http.MethodPost, Path: "/api/v1/webhooks/{id}/actions/ping", Summary: "Send a test event", Tag: tag, Access: manage, Status: 204, Errors: []int{404, 409}},
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, s.Ping(ctx, in.ID) })
	type listIn struct {
		httpx.PageIn
		ByID
		State string `query:"state" enum:"queued,sending,delivered,failed"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-webhook-deliveries", Method: http.MethodGet, Path: "/api/v1/webhooks/{id}/deliveries", Summary: "What a webhook was sent, newest first", Tag: tag, Access: manage, Errors: []int{404}},
		func(ctx context.Context, in *listIn) (*body[httpx.Page[Delivery]], error) {
			return out(s.Deliveries(ctx, in.ID, in.State, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "replay-webhook", Method: http.MethodPost, Path: "/api/v1/webhooks/{id}/actions/replay", Summary: "Send again whatever failed since a time, at most 20,000 at once", Tag: tag, Access: manage,
		Status: 200, Errors: []int{404, 409}},
		func(ctx context.Context, in *replayIn) (*body[Replayed], error) {
			n, err := s.ReplayFailed(ctx, in.ID, in.Body.Since)
			return out(Replayed{n}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "replay-webhook-delivery", Method: http.MethodPost, Path: "/api/v1/webhook-deliveries/{id}/actions/replay", Summary: "Send a delivery again", Tag: tag, Access: manage, Errors: []int{404, 409}},
		func(ctx context.Context, in *ByID) (*body[*Delivery], error) { return out(s.Replay(ctx, in.ID)) })
}
