package patrol

import (
	"context"
	"encoding/json"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/track"
)

// Handset is an OwnTracks phone that has named its tracker and that tracker's token.
type Handset struct {
	OfficerID string
	s         *Service
	token     string
}

// Handset returns the phone of an OwnTracks tracker, nil for nobody.
func (s *Service) Handset(id, token string) *Handset {
	d, ok := s.officerOf(token)
	if !ok || d.ID != id {
		return nil
	}
	return &Handset{OfficerID: d.OfficerID, s: s, token: token}
}

// Take takes a message of the phone. It returns when the positions are durable, or settled as they can never be kept, and whether
// the officer is on duty; an error means that the message must come again.
func (p *Handset) Take(ctx context.Context, payload []byte) (onDuty bool, err error) {
	d, ok := p.s.officerOf(p.token)
	if !ok {
		return false, errs.Unauthorized("patrol.unknown_device", "The password of the tracker is missing or unknown.")
	}
	points, bad, err := fromOwnTracks(payload, p.s.DB.Clock().Now())
	if err != nil {
		bad++ // not JSON: it will never become any
	}
	return p.s.takeOf(ctx, &d, points, bad)
}

// Command is what is said to the phone on a topic it listens to: on that of its commands whether to report, on others nothing.
func (p *Handset) Command(topic string) []byte {
	if !strings.HasSuffix(topic, "/cmd") {
		return nil
	}
	_, on := p.s.Running(p.OfficerID)
	out, _ := json.Marshal(commandOf(on)) // plain values never fail
	return out
}

// OnTurn has fn told of every officer whose time on duty begins or ends, on whichever server and by whomever, so that phones can be
// told. fn must return at once.
func (s *Service) OnTurn(fn func(officer string)) {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	s.gate.turned = fn
}

// command is a message by which OwnTracks apps change how they report; the app heeds it where its setting remoteConfiguration is on.
type command struct {
	Type          string        `json:"_type"`
	Action        string        `json:"action"`
	Configuration configuration `json:"configuration"`
}

type configuration struct {
	Type       string `json:"_type"`
	Monitoring int    `json:"monitoring"`
}

// Ways in which OwnTracks apps report.
const (
	quiet = -1 // only what the person sends by hand
	move  = 2  // all the time
)

// commandOf lets a phone report on duty and be quiet off duty.
func commandOf(onDuty bool) command {
	c := command{Type: "cmd", Action: "setConfiguration", Configuration: configuration{Type: "configuration", Monitoring: quiet}}
	if onDuty {
		c.Configuration.Monitoring = move
	}
	return c
}

// answerOf is what an OwnTracks phone reads after a call: off duty that it be quiet, and on duty, once somebody sent a position by
// hand, that it report. A quiet phone asks nothing by itself, so that touch is how reporting begins again over HTTP.
func answerOf(onDuty, byHand bool) []byte {
	if onDuty && !byHand {
		return []byte("[]")
	}
	out, _ := json.Marshal([]command{commandOf(onDuty)}) // plain values never fail
	return out
}

// TakeBy takes points as a tracker would send them, for the demonstration. Errors as Take.
func (s *Service) TakeBy(ctx context.Context, d *Device, points []track.Point) error {
	_, err := s.takeOf(ctx, d, points, 0)
	return err
}

// takeOf takes what a tracker sent, whichever way it came: positions, a call for help, and that it was heard of. It returns whether
// the officer is on duty. TooMany above the pace of a tracker; other errors as Take.
func (s *Service) takeOf(ctx context.Context, d *Device, points []track.Point, bad int) (onDuty bool, err error) {
	if !s.limiter.Allow(d.ID) {
		return false, errs.TooMany("patrol.too_fast", "This tracker sends too often; wait a moment.")
	}
	if _, err := s.Take(ctx, d.OfficerID, points, bad); err != nil {
		return false, err
	}
	if err := s.callByTracker(ctx, d, points); err != nil {
		return false, err
	}
	s.seen.note(d.ID, s.DB.Clock().Now())
	_, onDuty = s.Running(d.OfficerID)
	return onDuty, nil
}
