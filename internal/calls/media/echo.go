package media

import (
	"time"

	"github.com/pion/webrtc/v4"
)

// A trial of the network ends by itself.
const (
	echoLasts = 40 * time.Second
	maxEchoes = 64
)

// Echo answers the trial of somebody's network: what is sent over a data channel comes back. It ends after 40 seconds. ErrGone if too many try at once.
func (s *Server) Echo(offer string) (answer string, err error) {
	s.mu.Lock()
	if s.closed || len(s.echoes) >= maxEchoes {
		s.mu.Unlock()
		return "", ErrGone
	}
	pc, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err == nil {
		s.echoes[pc] = true
	}
	s.mu.Unlock()
	if err != nil {
		return "", err
	}
	end := func() {
		s.mu.Lock()
		delete(s.echoes, pc)
		s.mu.Unlock()
		_ = pc.Close() // it is not used again
	}
	time.AfterFunc(echoLasts, end)
	pc.OnDataChannel(func(d *webrtc.DataChannel) {
		d.OnMessage(func(m webrtc.DataChannelMessage) { _ = d.Send(m.Data[:min(len(m.Data), 1024)]) })
	})
	x := &peer{pc: pc}
	if answer, err = x.answer(offer); err != nil {
		end()
	}
	return answer, err
}
