package media

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Seats is how many can be in a call; each sees the others in the order of their seats, its own left out.
const Seats = 4

// Party is somebody in a room.
type Party struct {
	Room string
	User string
	Seat int // 0 to Seats-1
	// Up is told that the connection stands or came back, and false when it was lost. It must not block.
	Up func(up bool)
}

// room is a call as far as packets go.
type room struct {
	mu    sync.Mutex
	peers map[string]*peer // by user
}

// peer is one connection of a party.
type peer struct {
	Party
	pc    *webrtc.PeerConnection
	room  *room
	audio [Seats - 1]*slot
	video [Seats - 1]*slot
	held  atomic.Bool
	gone  atomic.Bool
	caps  map[*source]int64 // bits a second that this party can take of each; kept by the room's lock

	mu      sync.Mutex
	sources map[webrtc.RTPCodecType]*source
	file    *recorder
}

// source is a track that a party sends.
type source struct {
	from  *peer
	track *webrtc.TrackRemote
	to    atomic.Pointer[[]*slot]
	asked atomic.Int64 // when a whole picture was asked for, Unix milliseconds
	told  atomic.Int64 // how many bits a second of pictures to send at most; 0 for nothing said
	rate  atomic.Int64 // bits a second that came, since the time below
	since atomic.Int64
	bytes int64 // of its reader alone
}

// errFull is returned where a seat does not exist.
var errFull = errors.New("no such seat")

// Join connects a party, or connects it anew: an offer for a connection that stands is a restart of its network path unless fresh is
// set. The answer is complete; nothing more has to be exchanged.
func (s *Server) Join(p Party, offer string, fresh bool) (answer string, err error) {
	if p.Seat < 0 || p.Seat >= Seats {
		return "", errFull
	}
	s.mu.Lock()
	r := s.rooms[p.Room]
	if r == nil {
		r = &room{peers: map[string]*peer{}}
		s.rooms[p.Room] = r
	}
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return "", ErrGone
	}
	r.mu.Lock()
	old := r.peers[p.User]
	r.mu.Unlock()
	if old != nil && !fresh && !old.gone.Load() {
		return old.answer(offer)
	}
	if !fresh && old == nil {
		return "", ErrGone
	}
	next, err := s.connect(r, p)
	if err != nil {
		return "", err
	}
	if answer, err = next.begin(offer); err != nil {
		return "", errors.Join(err, next.pc.Close())
	}
	r.put(next)
	return answer, nil
}

// ErrGone says that there is no connection to restart: the caller offers a fresh one.
var ErrGone = errors.New("the connection is not known here")

func (s *Server) connect(r *room, p Party) (*peer, error) {
	pc, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	x := &peer{Party: p, pc: pc, room: r, sources: map[webrtc.RTPCodecType]*source{}}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { x.take(t) })
	tell := func(up bool) {
		if !x.gone.Load() && x.Up != nil {
			x.Up(up)
		}
	}
	pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		switch state {
		case webrtc.ICEConnectionStateConnected, webrtc.ICEConnectionStateCompleted:
			tell(true)
		case webrtc.ICEConnectionStateDisconnected, webrtc.ICEConnectionStateFailed, webrtc.ICEConnectionStateClosed:
			tell(false)
		default:
		}
	})
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateClosed || state == webrtc.PeerConnectionStateFailed { // also where the other side took leave
			tell(false)
		}
	})
	return x, nil
}

// begin takes the first offer and fills its places for others.
func (x *peer) begin(offer string) (string, error) {
	if err := x.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	var audio, video int
	for _, t := range x.pc.GetTransceivers() {
		places, n, step := &x.audio, &audio, uint32(audioStep)
		if t.Kind() == webrtc.RTPCodecTypeVideo {
			places, n, step = &x.video, &video, videoStep
		}
		if *n == len(places) {
			continue
		}
		track, err := webrtc.NewTrackLocalStaticRTP(codec[t.Kind()], t.Kind().String()+string(rune('0'+*n)), "place"+string(rune('0'+*n)))
		if err != nil {
			return "", err
		}
		sender, err := x.pc.AddTrack(track)
		if err != nil {
			return "", err
		}
		places[*n] = &slot{track: track, step: step}
		place := *n
		*n++
		go x.listen(sender, t.Kind(), place)
	}
	return x.settle()
}

// answer takes a further offer of the same connection.
func (x *peer) answer(offer string) (string, error) {
	if err := x.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	return x.settle()
}

// gatherTime bounds the search for one's own addresses, which asks nobody.
const gatherTime = 3 * time.Second

func (x *peer) settle() (string, error) {
	answer, err := x.pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(x.pc)
	if err := x.pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	timer := time.NewTimer(gatherTime)
	defer timer.Stop()
	select {
	case <-gathered:
	case <-timer.C:
	}
	return x.pc.LocalDescription().SDP, nil
}

// listen reads what a party reports about a place, and passes the wish for a whole picture on to who is in it.
func (x *peer) listen(sender *webrtc.RTPSender, kind webrtc.RTPCodecType, place int) {
	for {
		reports, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		if kind != webrtc.RTPCodecTypeVideo {
			continue
		}
		for _, r := range reports {
			switch r := r.(type) {
			case *rtcp.ReceiverEstimatedMaximumBitrate:
				x.heed(float64(r.Bitrate))
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				if from := x.room.at(x, place); from != nil {
					from.askPicture()
				}
			}
		}
	}
}

// pictureEvery is the least time between two requests for a whole picture.
const pictureEvery = 300

// askPicture asks a party for a whole picture.
func (x *peer) askPicture() {
	x.mu.Lock()
	s := x.sources[webrtc.RTPCodecTypeVideo]
	x.mu.Unlock()
	if s != nil {
		s.askPicture()
	}
}

func (s *source) askPicture() {
	now, was := nowMs(), s.asked.Load()
	if now-was < pictureEvery || !s.asked.CompareAndSwap(was, now) {
		return
	}
	_ = s.from.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(s.track.SSRC())}})
}

// take forwards a track for as long as it comes.
func (x *peer) take(track *webrtc.TrackRemote) {
	s := &source{from: x, track: track}
	s.to.Store(&[]*slot{})
	x.mu.Lock()
	x.sources[track.Kind()] = s
	x.mu.Unlock()
	x.room.link()
	video := track.Kind() == webrtc.RTPCodecTypeVideo
	buffer := make([]byte, maxPacket)
	var p rtp.Packet // of the buffer: who keeps it takes a copy
	for {
		n, _, err := track.Read(buffer)
		if err != nil {
			return
		}
		if p.Unmarshal(buffer[:n]) != nil || len(p.Payload) == 0 || x.held.Load() {
			continue
		}
		for _, place := range *s.to.Load() {
			place.send(s, &p)
		}
		if video {
			s.count(n)
		}
		x.write(video, &p)
	}
}

func (x *peer) write(video bool, p *rtp.Packet) {
	x.mu.Lock()
	file := x.file
	x.mu.Unlock()
	if file != nil {
		file.push(video, &rtp.Packet{Header: rtp.Header{Version: p.Version, Marker: p.Marker, PayloadType: p.PayloadType, SequenceNumber: p.SequenceNumber, Timestamp: p.Timestamp, SSRC: p.SSRC},
			Payload: bytes.Clone(p.Payload)})
	}
}
