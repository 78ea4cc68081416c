package patrol

import (
	"context"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/track"
)

const tag = "patrol"

type body[T any] struct{ Body T }

func out[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}

// Routes registers the operations of this module.
func (s *Service) Routes(api huma.API) {
	s.dutyRoutes(api)
	s.liveRoutes(api)
	s.peopleRoutes(api)
	s.trackRoutes(api)
	s.streamRoutes(api)
	s.deviceRoutes(api)
	s.exportRoutes(api)
	s.sosRoutes(api)
}

type onIn struct{ Body duty }

type duty struct {
	Minutes int `json:"minutes,omitempty" minimum:"0" maximum:"960" doc:"Length; 0 for eight hours"`
}

type mine struct {
	Running *Session  `json:"running" doc:"Null off duty"`
	Ended   []Session `json:"ended"`
	SOS     *SOS      `json:"sos" doc:"Null while no call for help is open"`
	Devices []Device  `json:"trackers" doc:"Trackers given to the officer, which stop when duty ends or can be stopped by hand"`
}

type pointsIn struct{ Body fixes }

type fixes struct {
	Points []Fix `json:"points" minItems:"1" maxItems:"5000"`
}

// Fix is a position as the officers' app sends it; what it does not know it leaves out.
type Fix struct {
	At       clock.Time `json:"at"`
	Lat      float64    `json:"lat"`
	Lon      float64    `json:"lon"`
	Speed    *float64   `json:"speed,omitempty" doc:"Metres per second"`
	Heading  *float64   `json:"heading,omitempty" doc:"Degrees from north"`
	Accuracy *float64   `json:"accuracy,omitempty" doc:"Metres"`
	Battery  *float64   `json:"battery,omitempty" doc:"Percent"`
	SOS      bool       `json:"sos,omitempty"`
}

func (f *Fix) point() (p track.Point, ok bool) {
	if p, ok = track.At(f.At.UnixMilli(), f.Lat, f.Lon); !ok {
		return p, false
	}
	for _, set := range []struct {
		value *float64
		apply func(float64)
	}{{f.Speed, p.SetSpeed}, {f.Heading, p.SetHeading}, {f.Accuracy, p.SetAccuracy}, {f.Battery, p.SetBattery}} {
		if set.value != nil {
			set.apply(*set.value)
		}
	}
	flag(&p, track.SOS, f.SOS)
	return p, true
}

type looks struct {
	Looks   []Looked  `json:"looks"`
	Refused []Refused `json:"refused" doc:"What was turned away of one's points, by day"`
}

func (s *Service) dutyRoutes(api huma.API) {
	own := httpx.Permission(PermDuty)
	httpx.Handle(api, httpx.Op{ID: "go-on-duty", Method: http.MethodPost, Path: "/api/v1/patrol/duty", Summary: "Go on duty: from now on one's positions are kept", Tag: tag, Access: own, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *onIn) (*body[*Session], error) {
			return out(s.GoOnDuty(ctx, in.Body.Minutes))
		})
	httpx.Handle(api, httpx.Op{ID: "go-off-duty", Method: http.MethodDelete, Path: "/api/v1/patrol/duty", Summary: "Go off duty: nothing is kept or shown any more", Tag: tag, Access: own, Errors: []int{404}},
		func(ctx context.Context, _ *struct{}) (*body[*Session], error) { return out(s.GoOffDuty(ctx)) })
	httpx.Handle(api, httpx.Op{ID: "get-duty", Method: http.MethodGet, Path: "/api/v1/patrol/duty", Summary: "Show one's own sessions", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[mine], error) {
			running, ended, err := s.Mine(ctx)
			if err != nil {
				return nil, err
			}
			sos, err := s.MySOS(ctx)
			if err != nil {
				return nil, err
			}
			devices, err := s.MyDevices(ctx)
			return out(mine{running, ended, sos, devices}, err)
		})
	httpx.Handle(api, httpx.Op{ID: "send-points", Method: http.MethodPost, Path: "/api/v1/patrol/points", Summary: "Send one's own positions; answered when they are durable", Tag: tag, Access: own, Errors: []int{413, 429, 503}},
		func(ctx context.Context, in *pointsIn) (*body[Receipt], error) {
			points, bad := make([]track.Point, 0, len(in.Body.Points)), 0
			for i := range in.Body.Points {
				if p, ok := in.Body.Points[i].point(); ok {
					points = append(points, p)
				} else {
					bad++
				}
			}
			r, err := s.Send(ctx, points)
			r.Bad += bad
			return out(r, err)
		})
	httpx.Handle(api, httpx.Op{ID: "list-looks", Method: http.MethodGet, Path: "/api/v1/patrol/looks", Summary: "Show who looked at one's own track, and what was turned away", Tag: tag, Access: own},
		func(ctx context.Context, _ *struct{}) (*body[looks], error) {
			l, r, err := s.WhoLooked(ctx)
			return out(looks{l, r}, err)
		})
}

type sessionsIn struct {
	httpx.PageIn
	Officer string    `query:"officer" maxLength:"60"`
	From    time.Time `query:"from" required:"true"`
	To      time.Time `query:"to" required:"true"`
}

type endIn struct {
	ID   string `path:"id" maxLength:"60"`
	Body ending
}

type ending struct {
	Reason string `json:"reason" maxLength:"800" doc:"The officer sees it"`
}

func (s *Service) liveRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "list-duty-sessions", Method: http.MethodGet, Path: "/api/v1/patrol/sessions", Summary: "List who was on duty in the caller's areas", Tag: tag, Access: httpx.Permission(PermLive)},
		func(ctx context.Context, in *sessionsIn) (*body[httpx.Page[Session]], error) {
			return out(s.Sessions(ctx, in.Officer, clock.At(in.From), clock.At(in.To), in.PageIn))
		})
	httpx.Handle(api, httpx.Op{ID: "end-duty-session", Method: http.MethodPost, Path: "/api/v1/patrol/sessions/{id}/end", Summary: "End somebody's session, with a reason", Tag: tag, Access: httpx.Permission(PermManage), Errors: []int{404, 409}},
		func(ctx context.Context, in *endIn) (*body[*Session], error) {
			return out(s.End(ctx, in.ID, in.Body.Reason))
		})
	httpx.Handle(api, httpx.Op{ID: "list-positions", Method: http.MethodGet, Path: "/api/v1/patrol/positions", Summary: "Show where those on duty in the caller's areas are", Tag: tag, Access: httpx.Permission(PermLive)},
		func(ctx context.Context, in *positionsIn) (*body[Positions], error) {
			return out(s.Positions(ctx, in.Since))
		})
}

type positionsIn struct {
	Since uint64 `query:"since" doc:"Change of the last answer; 0 for everybody"`
}

type trackIn struct {
	Officer string    `path:"officer" maxLength:"60"`
	From    time.Time `query:"from" required:"true"`
	To      time.Time `query:"to" required:"true"`
	Reason  string    `query:"reason" maxLength:"800" doc:"Why; needed for anybody's track but one's own"`
}

func (s *Service) trackRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-track", Method: http.MethodGet, Path: "/api/v1/patrol/tracks/{officer}", Summary: "Fetch a track as packed chunks, each behind its length as a variable-length integer",
		Tag: tag, Access: httpx.SignedIn, Errors: []int{404}},
		func(ctx context.Context, in *trackIn) (*huma.StreamResponse, error) {
			chunks, err := s.Chunks(ctx, Look{Officer: in.Officer, From: clock.At(in.From), To: clock.At(in.To), Reason: in.Reason})
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(ctx huma.Context) {
				ctx.SetHeader("Content-Type", "application/octet-stream")
				ctx.SetHeader("Cache-Control", "private, no-store")
				var head [binary.MaxVarintLen64]byte
				for _, c := range chunks {
					_, _ = ctx.BodyWriter().Write(head[:binary.PutUvarint(head[:], uint64(len(c)))]) // the caller may be gone
					_, _ = ctx.BodyWriter().Write(c)
				}
			}}, nil
		})
}

type deviceIn struct{ Body NewDevice }

type devicesIn struct {
	Officer string `query:"officer" maxLength:"60"`
}

type given struct {
	Device
	Token string `json:"token" doc:"Shown once"`
	MQTT  string `json:"mqtt,omitempty" doc:"Of OwnTracks: where it may send by MQTT instead, mqtt://HOST:PORT or mqtts://; without a host that of the pages"`
}

type idIn struct {
	ID string `path:"id" maxLength:"60"`
}

func (s *Service) deviceRoutes(api huma.API) {
	manage := httpx.Permission(PermManage)
	httpx.Handle(api, httpx.Op{ID: "add-tracker", Method: http.MethodPost, Path: "/api/v1/patrol/devices", Summary: "Give out a tracker for an officer", Tag: tag, Access: manage, Status: 201, Errors: []int{409}},
		func(ctx context.Context, in *deviceIn) (*body[given], error) {
			d, token, err := s.AddDevice(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			one := given{Device: *d, Token: token}
			if d.Kind == "owntracks" {
				one.MQTT = s.MQTT
			}
			return out(one, nil)
		})
	httpx.Handle(api, httpx.Op{ID: "list-trackers", Method: http.MethodGet, Path: "/api/v1/patrol/devices", Summary: "List trackers", Tag: tag, Access: manage},
		func(ctx context.Context, in *devicesIn) (*body[httpx.Page[Device]], error) {
			list, err := s.Devices(ctx, in.Officer)
			return out(httpx.Whole(list), err)
		})
	httpx.Handle(api, httpx.Op{ID: "revoke-tracker", Method: http.MethodDelete, Path: "/api/v1/patrol/devices/{id}", Summary: "Revoke a tracker", Tag: tag, Access: manage, Status: 204, Errors: []int{404}},
		func(ctx context.Context, in *idIn) (*struct{}, error) { return nil, s.RevokeDevice(ctx, in.ID) })
}
