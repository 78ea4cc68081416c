package calls

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
)

const tag = "calls"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.callRoutes(api)
	s.mediaRoutes(api)
	s.recordingRoutes(api)
}

type beginIn struct{ Body NewCall }

type callIn struct {
	ID string `path:"id" maxLength:"60"`
}

type actIn struct {
	ID     string `path:"id" maxLength:"60"`
	Action Action `path:"action" enum:"accept,decline,hang_up,hold,resume,move,invite,record,stop_recording,agree,refuse,end"`
	Body   Said
}

// Asked is what the log of calls can be asked for. Exported: a parameter of an embedded type is read only then.
type Asked struct {
	Case   string    `query:"case" maxLength:"60"`
	User   string    `query:"user" maxLength:"60" doc:"Calls in which this person was"`
	Ending Ending    `query:"ending" enum:"hung_up,declined,busy,missed,cancelled,lost,by_centre"`
	Missed bool      `query:"missed" doc:"Only what nobody answered"`
	Mine   bool      `query:"mine" doc:"Only the caller's own"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
}

type callsIn struct {
	Asked
	httpx.PageIn
}

type exportIn struct {
	Asked
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

func (in *Asked) filter() Filter {
	f := Filter{CaseID: in.Case, User: in.User, Ending: in.Ending, Missed: in.Missed, Mine: in.Mine}
	if !in.From.IsZero() {
		f.From = clock.Ptr(in.From)
	}
	if !in.To.IsZero() {
		f.To = clock.Ptr(in.To)
	}
	return f
}

type peopleIn struct {
	Words string `query:"words" maxLength:"60" doc:"In name or unit"`
}

func (s *Service) callRoutes(api huma.API) {
	own := httpx.Permission(PermCall)
	httpx.Handle(api, httpx.Op{ID: "begin-call", Method: http.MethodPost, Path: "/api/v1/calls", Summary: "Call somebody, or the centre of one's area", Tag: tag, Access: own, Status: 201, Errors: []int{404, 409}},
		func(ctx context.Context, in *beginIn) (*body[*Call], error) { return out(s.Begin(ctx, in.Body)) })
	httpx.Handle(api, httpx.Op{ID: "list-calls", Method: http.MethodGet, Path: "/api/v1/calls", Summary: "List calls, newest first", Tag: tag, Access: own},
		func(ctx context.Context, in *callsIn) (*body[httpx.Page[Call]], error) {
			return out(s.List(ctx, in.filter(), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "export-calls", Method: http.MethodGet, Path: "/api/v1/calls/export", Summary: "The log of calls as a table, at most 10,000, newest first", Tag: tag, Access: httpx.Permission(PermRecord)},
		func(ctx context.Context, in *exportIn) (*huma.StreamResponse, error) {
			var file bytes.Buffer
			if err := s.Export(ctx, in.filter(), sheet.Format(in.Format), &file); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(w huma.Context) {
				w.SetHeader("Content-Type", sheet.Format(in.Format).ContentType())
				w.SetHeader("Content-Disposition", httpx.Attachment("通话记录."+in.Format))
				_, _ = w.BodyWriter().Write(file.Bytes()) // the caller may be gone
			}}, nil
		})
	httpx.Handle(api, httpx.Op{ID: "get-current-call", Method: http.MethodGet, Path: "/api/v1/calls/current", Summary: "Show the call one is in, and what rings", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[Now], error) { return out(s.Current(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "list-callable", Method: http.MethodGet, Path: "/api/v1/calls/people", Summary: "List who can be called", Tag: tag, Access: httpx.Permission(PermDesk)},
		func(ctx context.Context, in *peopleIn) (*body[httpx.Page[Person]], error) {
			list, err := s.People(ctx, in.Words)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "get-call", Method: http.MethodGet, Path: "/api/v1/calls/{id}", Summary: "Show a call with its recordings and who looked at them", Tag: tag, Access: own, Errors: []int{404}},
		func(ctx context.Context, in *callIn) (*body[*Detail], error) { return out(s.Get(ctx, in.ID)) })
	httpx.Handle(api, httpx.Op{ID: "act-in-call", Method: http.MethodPost, Path: "/api/v1/calls/{id}/actions/{action}", Summary: "Accept, decline, hang up, hold, invite, record and the rest", Tag: tag, Access: own, Errors: []int{404, 409}},
		func(ctx context.Context, in *actIn) (*body[*Call], error) {
			return out(s.Act(ctx, in.ID, in.Action, in.Body))
		})
}

type offerIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body offer
}

type offer struct {
	Device string `json:"device" maxLength:"60"`
	SDP    string `json:"sdp" maxLength:"60000" doc:"Offer of the browser"`
	Fresh  bool   `json:"fresh,omitempty" doc:"A new connection; otherwise the path of the one that stands is renewed"`
}

type trialIn struct{ Body trial }

type trial struct {
	SDP string `json:"sdp" maxLength:"60000"`
}

type answer struct {
	SDP string `json:"sdp" doc:"Answer for the browser; complete"`
}

// Relay says how to reach the relay.
type Relay struct {
	Host       string     `json:"host,omitempty" doc:"Empty: the name by which the caller reaches this server"`
	UDPPort    int        `json:"udp_port"`
	TCPPort    int        `json:"tcp_port"`
	Username   string     `json:"username"`
	Credential string     `json:"credential"`
	ExpiresAt  clock.Time `json:"expires_at"`
}

func (s *Service) relay(ctx context.Context) (*Relay, error) {
	if err := auth.Require(ctx, PermCall); err != nil {
		return nil, err
	}
	m := s.media()
	if m == nil {
		return nil, noMedia()
	}
	host, name, credential, until := m.Credentials(auth.From(ctx).UserID)
	udp, tcp := m.Ports()
	return &Relay{Host: host, UDPPort: udp, TCPPort: tcp, Username: name, Credential: credential, ExpiresAt: clock.At(until)}, nil
}

func (s *Service) mediaRoutes(api huma.API) {
	own := httpx.Permission(PermCall)
	httpx.Handle(api, httpx.Op{ID: "get-call-relay", Method: http.MethodGet, Path: "/api/v1/calls/relay", Summary: "Get credentials of the relay", Tag: tag, Access: own, Errors: []int{503}},
		func(ctx context.Context, _ *struct{}) (*body[*Relay], error) { return out(s.relay(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "connect-call", Method: http.MethodPost, Path: "/api/v1/calls/{id}/connection", Summary: "Connect the caller's part of a call", Tag: tag, Access: own, Errors: []int{404, 409, 503}},
		func(ctx context.Context, in *offerIn) (*body[answer], error) {
			sdp, err := s.Connect(ctx, in.ID, in.Body.Device, in.Body.SDP, in.Body.Fresh)
			return out(answer{sdp}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "try-call-network", Method: http.MethodPost, Path: "/api/v1/calls/trials", Summary: "Try whether pictures and voices would pass", Tag: tag, Access: own, Errors: []int{503}},
		func(ctx context.Context, in *trialIn) (*body[answer], error) {
			sdp, err := s.Try(ctx, in.Body.SDP)
			return out(answer{sdp}, err)
		})
}
