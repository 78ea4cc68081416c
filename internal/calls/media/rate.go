package media

import (
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// How much a party may send depends on who of the others gets least: one whose network carries little would otherwise get pictures
// late, in pieces and at the cost of the voices. Browsers report how much of the pictures reaches them (REMB), at most half as much
// again as was sent: so a report near what is sent is a bound, and one well above it says that there is room.
const (
	leastPicture = 60_000    // bits a second; less is no picture
	freePicture  = 1_500_000 // more than any page sends
	voiceTakes   = 45_000    // of what a browser sends in all, which is what it is told
	roomAbove    = 1.15      // times what is sent
	rateOver     = 1_000     // milliseconds over which is counted what is sent
)

// count adds a packet of so many bytes to what the source sends.
func (s *source) count(bytes int) {
	s.bytes += int64(bytes)
	now := nowMs()
	if past := now - s.since.Load(); past >= rateOver {
		s.rate.Store(s.bytes * 8 * 1000 / past)
		s.since.Store(now)
		s.bytes = 0
	}
}

// sends is how many bits a second come from the source, 0 from one that has fallen silent.
func (s *source) sends(now int64) int64 {
	if now-s.since.Load() > 3*rateOver {
		return 0
	}
	return s.rate.Load()
}

// picture returns the source of a party's pictures, nil without one.
func (x *peer) picture() *source {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sources[webrtc.RTPCodecTypeVideo]
}

// heed takes a report of how many bits a second of pictures reach a viewer. Who sends much is bound more than who sends little.
func (x *peer) heed(bits float64) {
	r, now := x.room, nowMs()
	r.mu.Lock()
	all, total := map[*source]int64{}, int64(0)
	for _, other := range r.peers {
		if s := other.picture(); other != x && s != nil {
			all[s] = s.sends(now)
			total += all[s]
		}
	}
	caps := map[*source]int64{}
	for s, rate := range all {
		was := x.caps[s]
		switch {
		case total > 0 && bits < roomAbove*float64(total):
			caps[s] = max(int64(bits*float64(rate)/float64(total)), leastPicture)
		case was > 0 && was < freePicture:
			caps[s] = was + was/7 + 10_000
		default:
		}
	}
	x.caps = caps
	r.mu.Unlock()
	r.share()
}

// share tells everybody how much to send at most.
func (r *room) share() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, from := range r.peers {
		s := from.picture()
		if s == nil {
			continue
		}
		most := int64(freePicture)
		for _, viewer := range r.peers {
			if limit := viewer.caps[s]; limit > 0 && viewer != from && !viewer.held.Load() && !viewer.gone.Load() {
				most = min(most, limit)
			}
		}
		s.bound(most)
	}
}

// bound tells a sender how much of pictures, unless it has been told nearly the same.
func (s *source) bound(bits int64) {
	was := s.told.Load()
	if was > 0 && bits > was-was/20 && bits < was+was/20 || was == 0 && bits == freePicture {
		return
	}
	s.told.Store(bits)
	_ = s.from.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: float32(bits + voiceTakes), SSRCs: []uint32{uint32(s.track.SSRC())}}})
}
