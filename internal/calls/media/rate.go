package media

import (
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// How much a party may send depends on who of the others gets least: one whose network carries little would otherwise get pictures
// late, in pieces and at the cost of the voices. Browsers report what reaches them (REMB); the least share goes to who sends.
const (
	leastPicture = 60_000    // bits a second; below that a picture is none, and the voice is what counts
	mostPicture  = 4_000_000 // more than any page sends: no bound
	voiceTakes   = 50_000    // of each other in the call, with all that is around it
)

// heed notes how much reaches a viewer.
func (x *peer) heed(bits float32) {
	x.reaches.Store(max(int64(bits), 1))
	x.room.share()
}

// share tells everybody how much to send at most.
func (r *room) share() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, from := range r.peers {
		from.mu.Lock()
		s := from.sources[webrtc.RTPCodecTypeVideo]
		from.mu.Unlock()
		if s == nil {
			continue
		}
		most := int64(mostPicture)
		for _, viewer := range r.peers {
			if viewer == from || viewer.held.Load() || viewer.gone.Load() {
				continue
			}
			if reaches, others := viewer.reaches.Load(), int64(len(r.peers)-1); reaches > 0 {
				most = min(most, (reaches-others*voiceTakes)/others)
			}
		}
		s.bound(max(most, leastPicture))
	}
}

// bound tells a sender how much, unless it has been told nearly the same.
func (s *source) bound(bits int64) {
	was := s.told.Load()
	if was > 0 && bits > was-was/20 && bits < was+was/20 || was == 0 && bits == mostPicture {
		return
	}
	s.told.Store(bits)
	_ = s.from.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: float32(bits), SSRCs: []uint32{uint32(s.track.SSRC())}}})
}
