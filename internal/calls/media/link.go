package media

import (
	"github.com/pion/webrtc/v4"

	"yiwang/internal/platform/clock"
)

// nowMs only spaces requests of one connection; nothing is kept of it.
func nowMs() int64 { return clock.System.Now().UnixMilli() }

// placeOf is where somebody in a seat appears to who sits in another.
func placeOf(viewer, seat int) int {
	if seat > viewer {
		return seat - 1
	}
	return seat
}

// put lets a party's new connection take the place of its old one.
func (r *room) put(x *peer) {
	r.mu.Lock()
	old := r.peers[x.User]
	r.peers[x.User] = x
	r.mu.Unlock()
	if old != nil {
		x.held.Store(old.held.Load())
		old.mu.Lock()
		file := old.file
		old.file = nil
		old.mu.Unlock()
		x.mu.Lock()
		x.file = file
		x.mu.Unlock()
		old.close()
	}
	r.link()
}

func (x *peer) close() {
	x.gone.Store(true)
	_ = x.pc.Close() // it is not used again
}

// link works out anew who sends to which places and how much, and asks for whole pictures where somebody is new.
func (r *room) link() {
	defer r.share()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, from := range r.peers {
		from.mu.Lock()
		for kind, s := range from.sources {
			to := []*slot{}
			for _, viewer := range r.peers {
				if viewer == from || viewer.held.Load() || viewer.gone.Load() {
					continue
				}
				place := viewer.audio[placeOf(viewer.Seat, from.Seat)]
				if kind == webrtc.RTPCodecTypeVideo {
					place = viewer.video[placeOf(viewer.Seat, from.Seat)]
				}
				if place != nil {
					to = append(to, place)
				}
			}
			before := s.to.Swap(&to)
			if kind == webrtc.RTPCodecTypeVideo && len(to) > len(*before) {
				s.askPicture()
			}
		}
		from.mu.Unlock()
	}
}

// at returns who appears in a place of a viewer, nil if nobody.
func (r *room) at(viewer *peer, place int) *peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.peers {
		if x != viewer && placeOf(viewer.Seat, x.Seat) == place {
			return x
		}
	}
	return nil
}

func (r *room) end() {
	r.mu.Lock()
	peers := r.peers
	r.peers = map[string]*peer{}
	r.mu.Unlock()
	for _, x := range peers {
		x.stopFile()
		x.close()
	}
}

func (s *Server) find(name, user string) (*room, *peer) {
	s.mu.Lock()
	r := s.rooms[name]
	s.mu.Unlock()
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r, r.peers[user]
}

// Leave ends a party's connection and its recording; the last one out closes the room. It returns what was recorded of the party, nil if nothing.
func (s *Server) Leave(name, user string) *Recorded {
	r, x := s.find(name, user)
	if x == nil {
		return nil
	}
	file := x.stopFile()
	r.mu.Lock()
	delete(r.peers, user)
	empty := len(r.peers) == 0
	r.mu.Unlock()
	x.close()
	r.link()
	if empty {
		s.mu.Lock()
		if s.rooms[name] == r {
			delete(s.rooms, name)
		}
		s.mu.Unlock()
	}
	return file
}

// Hold stops what a party sends and gets, or lets it run again.
func (s *Server) Hold(name, user string, held bool) {
	if r, x := s.find(name, user); x != nil {
		x.held.Store(held)
		r.link()
		if !held {
			x.askPicture()
		}
	}
}

// Rooms returns the calls in which anybody is connected.
func (s *Server) Rooms() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.rooms {
		names = append(names, name)
	}
	return names
}

// Busy returns how many connections stand.
func (s *Server) Busy() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		r.mu.Lock()
		n += len(r.peers)
		r.mu.Unlock()
	}
	return n
}

// Records reports whether a file of what a party sends is being written.
func (s *Server) Records(name, user string) bool {
	_, x := s.find(name, user)
	if x == nil {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.file != nil
}
