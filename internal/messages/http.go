package messages

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

const tag = "messages"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

func whole[T any](items []T, err error) (*body[httpx.Page[T]], error) {
	return out(httpx.Whole(items), err)
}

// ByID names a message.
type ByID struct {
	ID string `path:"id" maxLength:"60"`
}

// ByPlace names a template.
type ByPlace struct {
	Event    string   `path:"event" maxLength:"40"`
	Audience Audience `path:"audience" maxLength:"20"`
	Channel  Channel  `path:"channel" maxLength:"20"`
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.listRoutes(api)
	s.templateRoutes(api)
	s.ruleRoutes(api)
	s.ownRoutes(api)
}

func (s *Service) listRoutes(api huma.API) {
	type listIn struct {
		httpx.PageIn
		State   State   `query:"state" enum:"queued,sending,sent,delivered,failed,suppressed"`
		Channel Channel `query:"channel" enum:"sms,email"`
		Event   string  `query:"event" maxLength:"40"`
		Case    string  `query:"case" maxLength:"60" doc:"Id of a case"`
		Query   string  `query:"q" maxLength:"30" doc:"Part of the case's number"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-messages", Method: http.MethodGet, Path: "/api/v1/messages", Summary: "Messages about my areas, newest first", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *listIn) (*body[httpx.Page[Message]], error) {
			return out(s.List(ctx, Filter{State: in.State, Channel: in.Channel, Event: in.Event, Case: in.Case, Query: in.Query}, in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "get-message", Method: http.MethodGet, Path: "/api/v1/messages/{id}", Summary: "One message with its tries and receipts", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *ByID) (*body[*Detail], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "retry-message", Method: http.MethodPost, Path: "/api/v1/messages/{id}/actions/retry", Summary: "Send a failed or suppressed message again", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *ByID) (*body[*Message], error) { return out(s.Retry(ctx, in.ID)) })
	type testIn struct {
		Body struct {
			Channel Channel `json:"channel" enum:"sms,email"`
			Address string  `json:"to" minLength:"3" maxLength:"120"`
		}
	}
	httpx.Handle(api, httpx.Op{ID: "test-message", Method: http.MethodPost, Path: "/api/v1/message-channels/test", Summary: "Send a test message", Tag: tag, Access: httpx.Permission(PermManage), Status: 201},
		func(ctx context.Context, in *testIn) (*body[*Message], error) {
			return out(s.Test(ctx, in.Body.Channel, in.Body.Address))
		})
	httpx.Handle(api, httpx.Op{ID: "list-message-channels", Method: http.MethodGet, Path: "/api/v1/message-channels", Summary: "How each channel did in the last 24 hours", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[ChannelState]], error) {
			return whole(s.Channels(ctx))
		})
	type receiptsIn struct {
		Timestamp string `header:"X-Yiwang-Timestamp" maxLength:"20" doc:"Seconds since 1970"`
		Signature string `header:"X-Yiwang-Signature" maxLength:"80" doc:"HMAC-SHA256 with the gateway's secret over timestamp, line break and body, in hexadecimal"`
		RawBody   []byte // JSON; as a JSON body the router would want it to be a string
	}
	type taken struct {
		Taken int `json:"taken"`
	}
	httpx.Handle(api, httpx.Op{ID: "take-message-receipts", Method: http.MethodPost, Path: "/api/v1/public/message-receipts", Summary: "Receipts of the text message gateway, signed", Tag: tag, Access: httpx.Public, Errors: []int{403, 503}},
		func(ctx context.Context, in *receiptsIn) (*body[taken], error) {
			n, err := s.TakeReceipts(ctx, in.Timestamp, in.Signature, in.RawBody)
			return out(taken{n}, err)
		})
}

func (s *Service) templateRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-message-templates", Method: http.MethodGet, Path: "/api/v1/message-templates", Summary: "Wording in force per event, audience and channel", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[httpx.Page[Template]], error) {
			return whole(s.Templates(ctx))
		})
	httpx.Handle(api, httpx.Op{ID: "list-message-template-versions", Method: http.MethodGet, Path: "/api/v1/message-templates/{event}/{audience}/{channel}", Summary: "Versions of one wording, newest first", Tag: tag, Access: httpx.Permission(PermRead), Errors: []int{404}},
		func(ctx context.Context, in *ByPlace) (*body[httpx.Page[Template]], error) {
			return whole(s.TemplateVersions(ctx, in.Event, in.Audience, in.Channel))
		})
	type rewordIn struct {
		ByPlace
		Body Wording
	}
	httpx.Handle(api, httpx.Op{ID: "reword-message-template", Method: http.MethodPut, Path: "/api/v1/message-templates/{event}/{audience}/{channel}", Summary: "Put a new wording in force", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *rewordIn) (*body[*Template], error) {
			return out(s.Reword(ctx, in.Event, in.Audience, in.Channel, in.Body))
		})
	type previewIn struct {
		Body struct {
			Channel Channel `json:"channel" enum:"notice,sms,email"`
			Subject string  `json:"subject,omitempty" maxLength:"400"`
			Text    string  `json:"text" maxLength:"8000"`
		}
	}
	type shown struct {
		Subject string `json:"subject,omitempty"`
		Text    string `json:"text"`
	}
	httpx.Handle(api, httpx.Op{ID: "preview-message-template", Method: http.MethodPost, Path: "/api/v1/message-templates/preview", Summary: "A wording with sample values", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, in *previewIn) (*body[shown], error) {
			subject, text, err := s.Preview(ctx, in.Body.Channel, Wording{Subject: in.Body.Subject, Text: in.Body.Text})
			return out(shown{subject, text}, err)
		})
}

func (s *Service) ruleRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-message-rules", Method: http.MethodGet, Path: "/api/v1/message-rules", Summary: "Quiet hours and bounds", Tag: tag, Access: httpx.Permission(PermRead)},
		func(ctx context.Context, _ *struct{}) (*body[Rules], error) { return out(s.Rules(ctx)) })
	type rulesIn struct{ Body Rules }
	httpx.Handle(api, httpx.Op{ID: "set-message-rules", Method: http.MethodPut, Path: "/api/v1/message-rules", Summary: "Change quiet hours and bounds", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{409}},
		func(ctx context.Context, in *rulesIn) (*body[Rules], error) { return out(s.SetRules(ctx, in.Body)) })
}

func (s *Service) ownRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-own-contact", Method: http.MethodGet, Path: "/api/v1/account/contact", Summary: "Where I am reached beside the console", Tag: tag, Access: httpx.SignedIn},
		func(ctx context.Context, _ *struct{}) (*body[Contact], error) { return out(s.OwnContact(ctx)) })
	type setIn struct{ Body NewContact }
	httpx.Handle(api, httpx.Op{ID: "set-own-contact", Method: http.MethodPut, Path: "/api/v1/account/contact", Summary: "Say where I am reached and about what", Tag: tag, Access: httpx.SignedIn, Errors: []int{409}},
		func(ctx context.Context, in *setIn) (*body[Contact], error) { return out(s.SetContact(ctx, in.Body)) })
	type choice struct {
		Event    string    `json:"event"`
		Name     string    `json:"name"`
		Channels []Channel `json:"channels"`
	}
	httpx.Handle(api, httpx.Op{ID: "list-contact-choices", Method: http.MethodGet, Path: "/api/v1/account/contact-choices", Summary: "What I may be told beside the console", Tag: tag, Access: httpx.SignedIn},
		func(context.Context, *struct{}) (*body[httpx.Page[choice]], error) {
			var list []choice
			for _, t := range s.shipped {
				if t.Audience == ToReporter || t.Channel == Notice {
					continue
				}
				at := slices.IndexFunc(list, func(c choice) bool { return c.Event == t.Event })
				if at < 0 {
					at, list = len(list), append(list, choice{Event: t.Event, Name: t.Name})
				}
				if !slices.Contains(list[at].Channels, t.Channel) {
					list[at].Channels = append(list[at].Channels, t.Channel)
				}
			}
			return whole(list, nil)
		})
}
