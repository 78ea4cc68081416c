// Package robot is a party of a call without a person: it offers as the pages do, sends pictures and voice of its own making
// and counts what it gets. Tests and the benchmark call with it.
package robot

import (
	"context"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Options say how a robot connects.
type Options struct {
	Relay   []webrtc.ICEServer // if any, nothing else is used
	TCPOnly bool
	Others  int // places for others; 0 for three
}

// Robot is one party. Close ends it.
type Robot struct {
	PC       *webrtc.PeerConnection
	audio    *webrtc.TrackLocalStaticRTP
	video    *webrtc.TrackLocalStaticRTP
	up       chan struct{}
	upOnce   atomic.Bool
	pictures [4]atomic.Int64 // packets of pictures, by place
	voices   [4]atomic.Int64
	asked    atomic.Int64 // whole pictures that were asked for
	shown    atomic.Int64 // packets of pictures that were sent
	said     atomic.Int64 // packets of voice
	bound    atomic.Int64 // bits a second that it was told to send at most
	from     [4]atomic.Uint32
	state    atomic.Value
}

// New makes a robot that has not called yet.
func New(o Options) (*Robot, error) {
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if o.TCPOnly {
		se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	var codecs webrtc.MediaEngine
	if err := codecs.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	config := webrtc.Configuration{ICEServers: o.Relay}
	if len(o.Relay) > 0 {
		config.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	// Nothing of what repairs and measures a connection: a robot is to cost little, and counts what comes.
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(&codecs), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(config)
	if err != nil {
		return nil, err
	}
	r := &Robot{PC: pc, up: make(chan struct{})}
	if err := r.seats(o.Others); err != nil {
		return nil, errors.Join(err, pc.Close())
	}
	pc.OnICEConnectionStateChange(func(s webrtc.ICEConnectionState) {
		r.state.Store(s.String())
		if s == webrtc.ICEConnectionStateConnected && r.upOnce.CompareAndSwap(false, true) {
			close(r.up)
		}
	})
	pc.OnTrack(r.count)
	return r, nil
}

func (r *Robot) seats(others int) (err error) {
	if others == 0 {
		others = 3
	}
	if r.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "voice", "robot"); err != nil {
		return err
	}
	if r.video, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "picture", "robot"); err != nil {
		return err
	}
	for i := range others {
		for _, track := range []*webrtc.TrackLocalStaticRTP{r.audio, r.video} {
			if i > 0 {
				if _, err = r.PC.AddTransceiverFromKind(track.Kind(), webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
					return err
				}
				continue
			}
			t, err := r.PC.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv})
			if err != nil {
				return err
			}
			go r.hear(t.Sender())
		}
	}
	return nil
}

func (r *Robot) hear(s *webrtc.RTPSender) {
	for {
		reports, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, report := range reports {
			if most, ok := report.(*rtcp.ReceiverEstimatedMaximumBitrate); ok {
				r.bound.Store(int64(most.Bitrate))
				continue
			}
			r.asked.Add(1)
		}
	}
}

func (r *Robot) count(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	id := t.ID()
	place := int(id[len(id)-1] - '0')
	if place < 0 || place >= len(r.voices) {
		return
	}
	if t.Kind() == webrtc.RTPCodecTypeVideo {
		r.from[place].Store(uint32(t.SSRC()))
	}
	buffer := make([]byte, 1600)
	for {
		if _, _, err := t.Read(buffer); err != nil {
			return
		}
		if t.Kind() == webrtc.RTPCodecTypeVideo {
			r.pictures[place].Add(1)
		} else {
			r.voices[place].Add(1)
		}
	}
}

// Offer makes an offer; restart asks for a new network path of the same connection. It is complete: candidates of the robot are in it.
func (r *Robot) Offer(restart bool) (string, error) {
	offer, err := r.PC.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(r.PC)
	if err := r.PC.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-gathered
	return r.PC.LocalDescription().SDP, nil
}

// Answer takes the server's answer.
func (r *Robot) Answer(sdp string) error {
	return r.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp})
}

// Connected waits until the connection stands.
func (r *Robot) Connected(ctx context.Context) error {
	select {
	case <-r.up:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Counts returns how many packets of pictures and of voice came in a place.
func (r *Robot) Counts(place int) (pictures, voices int64) {
	return r.pictures[place].Load(), r.voices[place].Load()
}

// Reports says to the server how many bits a second reach the robot, as browsers reckon from the pictures in a place.
func (r *Robot) Reports(place int, bits float32) error {
	return r.PC.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: bits, SSRCs: []uint32{r.from[place].Load()}}})
}

// Bound returns how many bits a second the robot was told to send at most, 0 if it was told nothing.
func (r *Robot) Bound() int64 { return r.bound.Load() }

// Sent returns how many packets of pictures and of voice were sent.
func (r *Robot) Sent() (pictures, voices int64) { return r.shown.Load(), r.said.Load() }

// Close ends the robot.
func (r *Robot) Close() error { return r.PC.Close() }

// Talk sends until ctx ends: voice of 50 packets a second, pictures of so many a second with so many bytes each, every fiftieth a
// whole one.
func (r *Robot) Talk(ctx context.Context, pictures, size int) {
	voice, picture := time.NewTicker(20*time.Millisecond), time.NewTicker(time.Second/time.Duration(pictures))
	defer voice.Stop()
	defer picture.Stop()
	whole, part := picture8(size, true), picture8(size, false)
	sound := make([]byte, 60)
	var a, v uint16
	var n, at, shown uint32
	for {
		select {
		case <-ctx.Done():
			return
		case <-voice.C:
			a, at = a+1, at+960
			r.said.Add(1)
			_ = r.audio.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: a, Timestamp: at}, Payload: sound})
		case <-picture.C:
			shown += 90000 / uint32(pictures)
			frame := part
			if n%50 == 0 {
				frame = whole
			}
			for _, payload := range frame {
				v++
				r.shown.Add(1)
				_ = r.video.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: v, Timestamp: shown, Marker: payload.last}, Payload: payload.data})
			}
			n++
		}
	}
}

type piece struct {
	data []byte
	last bool
}

// picture8 is a VP8 frame that looks like one from outside, in packets (RFC 7741): its inside says nothing.
func picture8(size int, whole bool) (out []piece) {
	frame := make([]byte, max(size, 10))
	frame[0] = 0x11
	if whole {
		frame[0] = 0x10
		copy(frame[3:], []byte{0x9d, 0x01, 0x2a})
		binary.LittleEndian.PutUint16(frame[6:], 640)
		binary.LittleEndian.PutUint16(frame[8:], 480)
	}
	const part = 1100
	for at := 0; at < len(frame); at += part {
		head := byte(0)
		if at == 0 {
			head = 0x10
		}
		end := min(at+part, len(frame))
		out = append(out, piece{append([]byte{head}, frame[at:end]...), end == len(frame)})
	}
	return out
}
