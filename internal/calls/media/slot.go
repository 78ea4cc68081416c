package media

import (
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const (
	videoRate = 90_000
	audioRate = 48_000
	// A new source begins this long after the last packet of the one before.
	videoStep = videoRate / 20
	audioStep = audioRate / 50
)

var (
	opus  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: audioRate, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	codec = map[webrtc.RTPCodecType]webrtc.RTPCodecCapability{
		webrtc.RTPCodecTypeAudio: {MimeType: webrtc.MimeTypeOpus, ClockRate: audioRate, Channels: 2},
		webrtc.RTPCodecTypeVideo: {MimeType: webrtc.MimeTypeVP8, ClockRate: videoRate},
	}
)

// slot is one place for a track of somebody else in a connection. Sources may change; numbers and times of what goes out run on.
type slot struct {
	track *webrtc.TrackLocalStaticRTP
	step  uint32

	mu       sync.Mutex
	source   *source // whose packets went out last
	begun    bool
	sequence uint16 // added to the source's
	time     uint32
	lastSeq  uint16
	lastTime uint32
}

// send forwards a packet.
func (s *slot) send(from *source, p *rtp.Packet) {
	out := rtp.Packet{Header: p.Header, Payload: p.Payload}
	out.Extension, out.Extensions, out.ExtensionProfile = false, nil, 0 // numbered for the other connection
	s.mu.Lock()
	if s.source != from {
		s.source = from
		if s.begun {
			s.sequence, s.time = s.lastSeq+1-p.SequenceNumber, s.lastTime+s.step-p.Timestamp
		}
	}
	out.SequenceNumber += s.sequence
	out.Timestamp += s.time
	if !s.begun || int16(out.SequenceNumber-s.lastSeq) > 0 {
		s.begun, s.lastSeq, s.lastTime = true, out.SequenceNumber, out.Timestamp
	}
	s.mu.Unlock()
	_ = s.track.WriteRTP(&out) // a connection that goes away is noticed by its state
}
