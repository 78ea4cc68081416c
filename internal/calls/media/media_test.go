package media_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"yiwang/internal/calls/media"
	"yiwang/internal/calls/media/robot"
	"yiwang/internal/platform/clock"
)

func listen(t *testing.T) *media.Server {
	t.Helper()
	s, err := media.Listen(media.Config{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Secret: []byte("secret"), Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

type party struct {
	*robot.Robot
	ups, downs atomic.Int32
	stop       context.CancelFunc
}

// join connects a robot and lets it talk.
func join(t *testing.T, s *media.Server, room, user string, seat int, o robot.Options) *party {
	t.Helper()
	r, err := robot.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &party{Robot: r}
	t.Cleanup(func() { _ = r.Close() })
	offer, err := r.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.Join(media.Party{Room: room, User: user, Seat: seat, Up: func(up bool) {
		if up {
			p.ups.Add(1)
		} else {
			p.downs.Add(1)
		}
	}}, offer, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Answer(answer); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.Connected(ctx); err != nil {
		t.Fatalf("%s does not connect: %v\n%s", user, err, answer)
	}
	talking, stop := context.WithCancel(context.Background())
	p.stop = stop
	t.Cleanup(stop)
	go r.Talk(talking, 25, 2000)
	return p
}

// until waits for what other goroutines bring about.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !done() {
		select {
		case <-end.C:
			t.Fatalf("waited in vain: %s", what)
		case <-look.C:
		}
	}
}

func sees(p *party, place int) func() bool {
	pictures, voices := p.Counts(place)
	return func() bool { a, b := p.Counts(place); return a > pictures+20 && b > voices+10 }
}

func TestJoin_EverybodySeesAndHearsEverybodyElseByPlace(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "a sees b", sees(a, 0))
	until(t, "b sees a", sees(b, 0))
	c := join(t, s, "call", "c", 2, robot.Options{})
	other := join(t, s, "other call", "d", 0, robot.Options{})
	until(t, "a sees c in the second place", sees(a, 1))
	until(t, "c sees b in the second place", sees(c, 1))
	if p, v := other.Counts(0); p+v != 0 {
		t.Errorf("another call hears %d packets", p+v)
	}
	s.Leave("call", "b")
	until(t, "a still sees c", sees(a, 1))
	if n := s.Busy(); n != 3 {
		t.Errorf("%d connections", n)
	}
}

func TestJoin_ConnectsThroughTheRelayAlone(t *testing.T) {
	s := listen(t)
	udp, tcp := relays(s)
	a := join(t, s, "call", "a", 0, robot.Options{Relay: udp})
	b := join(t, s, "call", "b", 1, robot.Options{Relay: tcp})
	until(t, "a sees b", sees(a, 0))
	until(t, "b sees a", sees(b, 0))
}

// relays returns the relay over UDP and over TCP, with credentials.
func relays(s *media.Server) (udp, tcp []webrtc.ICEServer) {
	_, name, credential, _ := s.Credentials("user-a")
	u, t := s.Ports()
	one := func(port int, over string) []webrtc.ICEServer {
		return []webrtc.ICEServer{{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=%s", port, over)}, Username: name, Credential: credential}}
	}
	return one(u, "udp"), one(t, "tcp")
}

func TestRelays_ExpireAndAreRefusedWhenForged(t *testing.T) {
	c := clock.NewFake(clock.System.Now())
	s, err := media.Listen(media.Config{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Secret: []byte("secret"), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	udp, _ := relays(s)
	good := udp[0]
	credential, _ := good.Credential.(string)
	if n := relayed(t, good.URLs[0], good.Username, credential); n == 0 {
		t.Error("good credentials open no relay")
	}
	if n := relayed(t, good.URLs[0], strings.Replace(good.Username, ":", "9:", 1), credential); n != 0 {
		t.Error("a name whose end was moved opens a relay")
	}
	c.Advance(3 * time.Hour)
	if n := relayed(t, good.URLs[0], good.Username, credential); n != 0 {
		t.Error("credentials open a relay after their end")
	}
}

// relayed counts the relay candidates that credentials bring.
func relayed(t *testing.T, url, name, credential string) int {
	t.Helper()
	r, err := robot.New(robot.Options{Relay: []webrtc.ICEServer{{URLs: []string{url}, Username: name, Credential: credential}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	offer, err := r.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(offer, "typ relay")
}

func TestJoin_ConnectsByTCPWhereUDPDoesNotPass(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{TCPOnly: true})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "a sees b", sees(a, 0))
	until(t, "b sees a", sees(b, 0))
}

func TestHold_NothingPassesWhileHeldAndAllAfter(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "b sees a", sees(b, 0))
	s.Hold("call", "a", true)
	seen, heard := b.Counts(0)
	got, _ := a.Counts(0)
	c := join(t, s, "call", "c", 2, robot.Options{})
	until(t, "c sees b", sees(c, 1)) // time passes in which a would be seen
	if p, v := b.Counts(0); p > seen+10 || v > heard+5 {
		t.Errorf("b got %d pictures and %d voices of who is held", p-seen, v-heard)
	}
	if p, _ := a.Counts(0); p > got+10 {
		t.Errorf("who is held got %d packets", p-got)
	}
	s.Hold("call", "a", false)
	until(t, "b sees a again", sees(b, 0))
	until(t, "a sees b again", sees(a, 0))
}

func TestJoin_ANewPathAndANewDeviceGoOnInTheSamePlace(t *testing.T) {
	s := listen(t)
	a := join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "b sees a", sees(b, 0))
	offer, err := a.Offer(true)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.Join(media.Party{Room: "call", User: "a"}, offer, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Answer(answer); err != nil {
		t.Fatal(err)
	}
	until(t, "b sees a on the new path", sees(b, 0))
	again := join(t, s, "call", "a", 0, robot.Options{})
	until(t, "b sees the new device", sees(b, 0))
	until(t, "the new device sees b", sees(again, 0))
	if _, err := s.Join(media.Party{Room: "call", User: "nobody"}, offer, false); err == nil {
		t.Error("a path was renewed that never was")
	}
	if n := s.Busy(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

func TestRecord_WritesAFileThatStandsByItself(t *testing.T) {
	s := listen(t)
	join(t, s, "call", "a", 0, robot.Options{})
	b := join(t, s, "call", "b", 1, robot.Options{})
	until(t, "b sees a", sees(b, 0))
	path := filepath.Join(t.TempDir(), "a.webm")
	if err := s.Record("call", "a", path); err != nil {
		t.Fatal(err)
	}
	until(t, "frames are written", func() bool { at, err := os.Stat(path); return err == nil && at.Size() > 100_000 })
	open, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if clusters := bytes.Count(open, []byte{0x1F, 0x43, 0xB6, 0x75}); clusters == 0 {
		t.Error("an unfinished file holds no cluster")
	}
	got := s.StopRecording("call", "a")
	if got == nil || got.Length < 500*time.Millisecond || got.Wide != 640 || got.High != 480 || got.User != "a" {
		t.Fatalf("recorded %+v", got)
	}
	if s.StopRecording("call", "a") != nil {
		t.Error("stopped twice")
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkWebm(t, whole)
}

func TestClose_GivesThePortsBack(t *testing.T) {
	s := listen(t)
	join(t, s, "call", "a", 0, robot.Options{})
	udp, _ := s.Ports()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := net.ListenPacket("udp", (&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: udp}).String())
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
	if _, err := s.Join(media.Party{Room: "x", User: "y"}, "", true); err == nil {
		t.Error("a closed server takes a party")
	}
}
