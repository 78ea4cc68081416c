package camera

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"yiwang/internal/platform/clock"
)

// peers makes connections that meet on the loopback.
func peers(t *testing.T) func() *webrtc.PeerConnection {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings))
	return func() *webrtc.PeerConnection {
		p, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Close() })
		return p
	}
}

// complete sets a description and returns it with all candidates, as WHEP without trickling asks.
func complete(t *testing.T, p *webrtc.PeerConnection, d webrtc.SessionDescription) string {
	t.Helper()
	all := webrtc.GatheringCompletePromise(p)
	if err := p.SetLocalDescription(d); err != nil {
		t.Fatal(err)
	}
	<-all
	return p.LocalDescription().SDP
}

// whepServer is a media server that sends video to whoever asks by WHEP, until the session is deleted.
func whepServer(t *testing.T, connect func() *webrtc.PeerConnection) (*httptest.Server, chan struct{}) {
	t.Helper()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && r.URL.Path == "/cam/whep/s1" {
			close(ended)
			return
		}
		offer, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/cam/whep" || r.Header.Get("Content-Type") != "application/sdp" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		p := connect()
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}, "video", "camera")
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := p.AddTrack(track); err != nil {
			t.Error(err)
			return
		}
		if err := p.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err != nil {
			t.Error(err)
			return
		}
		answer, err := p.CreateAnswer(nil)
		if err != nil {
			t.Error(err)
			return
		}
		w.Header().Set("Location", "whep/s1")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, complete(t, p, answer))
		go func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for n := uint16(0); ; n++ {
				select {
				case <-ended:
					_ = p.Close()
					return
				case <-tick.C:
					_ = track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 1800}, Payload: []byte{0x65, 1, 2, 3}})
				}
			}
		}()
	}))
	t.Cleanup(server.Close)
	return server, ended
}

func TestStream_RealPeersExchangePicturesByWHEPAndPartWithTheLook(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		connect := peers(t)
		server, ended := whepServer(t, connect)
		s.Hosts = append(s.Hosts, strings.TrimPrefix(server.URL, "http://"))
		in := m.spec()
		in.WHEP = server.URL + "/cam/whep"
		x, err := s.Add(as("centre"), in)
		if err != nil {
			t.Fatal(err)
		}
		look, err := s.Begin(as("street1"), x.ID, "看现场")
		if err != nil {
			t.Fatal(err)
		}
		browser := connect()
		if _, err := browser.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
		seen := make(chan []byte, 1)
		browser.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			if p, _, err := track.ReadRTP(); err == nil {
				seen <- p.Payload
			}
		})
		offer, err := browser.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := s.Stream(as("street1"), look.ID, complete(t, browser, offer))
		if err != nil {
			t.Fatal(err)
		}
		if err := browser.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
			t.Fatal(err)
		}
		select {
		case payload := <-seen:
			if len(payload) == 0 || payload[0] != 0x65 {
				t.Errorf("the picture arrives as %x", payload)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("no picture came")
		}
		if err := s.End(as("street1"), look.ID); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			t.Fatal("the media server still sends")
		}
	})
}
