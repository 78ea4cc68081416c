package media

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"yiwang/internal/platform/clock"
)

// Config says where the server listens.
type Config struct {
	UDP, TCP  string   // HOST:PORT
	Addresses []string // IP addresses by which phones reach this server, where they are not the machine's own
	Secret    []byte   // signs the credentials of the relay
	Clock     clock.Clock
}

// Server carries calls. It is safe for concurrent use.
type Server struct {
	addresses []string
	host      net.IP // bound to; nil for every address
	secret    []byte
	clock     clock.Clock
	packets   *packetSplit
	streams   *streamSplit
	api       *webrtc.API
	relay     *turn.Server
	quota     quota
	own       []netip.Addr // addresses of this machine

	mu     sync.Mutex
	rooms  map[string]*room
	echoes map[*webrtc.PeerConnection]bool
	closed bool
}

// Listen opens the ports; the caller closes the server.
func Listen(c Config) (s *Server, err error) {
	for _, a := range c.Addresses {
		if net.ParseIP(a) == nil {
			return nil, fmt.Errorf("--media-address %q: write an IP address", a)
		}
	}
	packets, err := listenUDP(c.UDP)
	if err != nil {
		return nil, fmt.Errorf("listen for calls: %w", err)
	}
	streams, err := net.Listen("tcp", c.TCP)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for calls: %w", err), packets.Close())
	}
	s = &Server{addresses: c.Addresses, secret: c.Secret, clock: c.Clock, packets: splitPackets(packets), streams: splitStreams(streams, c.Clock.Now),
		rooms: map[string]*room{}, echoes: map[*webrtc.PeerConnection]bool{}, quota: quota{by: map[string]int{}}}
	if ip := packets.LocalAddr().(*net.UDPAddr).IP; !ip.IsUnspecified() { //nolint:forcetypeassert // a UDP socket has such an address
		s.host = ip
	}
	s.own = ownAddresses()
	if err = s.prepare(); err == nil {
		err = s.startRelay()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func listenUDP(address string) (*net.UDPConn, error) {
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, err
	}
	return net.ListenUDP("udp", at)
}

// Close ends every call and gives the ports back.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	rooms, echoes := s.rooms, s.echoes
	s.rooms, s.echoes = map[string]*room{}, map[*webrtc.PeerConnection]bool{}
	s.mu.Unlock()
	var err error
	for _, r := range rooms {
		r.end()
	}
	for pc := range echoes {
		err = errors.Join(err, pc.Close())
	}
	if s.relay != nil {
		err = errors.Join(err, s.relay.Close())
	}
	return errors.Join(err, s.packets.Close(), s.streams.Close())
}

// Timing of connectivity: after 4 s without a sign a party counts as lost, after 30 more its connection is given up.
const (
	lostAfter  = 4 * time.Second
	failAfter  = 30 * time.Second
	checkEvery = time.Second
)

// prepare sets up what every connection shares: ports, codecs, repair of lost packets.
func (s *Server) prepare() error {
	var se webrtc.SettingEngine
	se.LoggerFactory = quiet{}
	se.SetICEUDPMux(webrtc.NewICEUDPMux(quiet{}.NewLogger("ice"), s.packets.ice))
	se.SetICETCPMux(ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: s.streams.ice, Logger: quiet{}.NewLogger("ice"), ReadBufferSize: 64, WriteBufferSize: 1 << 20}))
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled) // the parties find the server, not the other way round
	se.SetICETimeouts(lostAfter, failAfter, checkEvery)
	se.DisableActiveTCP(true)
	if s.host != nil {
		se.SetIncludeLoopbackCandidate(s.host.IsLoopback())
		se.SetIPFilter(func(ip net.IP) bool { return ip.Equal(s.host) })
	}
	if len(s.addresses) > 0 {
		if err := se.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: s.addresses, AsCandidateType: webrtc.ICECandidateTypeHost}); err != nil {
			return err
		}
	}
	var codecs webrtc.MediaEngine
	feedback := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, c := range []struct {
		kind  webrtc.RTPCodecType
		codec webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: opus}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: videoRate, RTCPFeedback: feedback}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: videoRate, SDPFmtpLine: "apt=96"}}},
	} {
		if err := codecs.RegisterCodec(c.codec, c.kind); err != nil {
			return fmt.Errorf("calls: %w", err)
		}
	}
	var repair interceptor.Registry
	repair.Add(repairs{s.now}) // innermost: before what sends again
	// Lost packets are asked for and sent again, senders hear how much arrives. Nothing keeps statistics of every packet.
	log := quiet{}
	if err := errors.Join(
		webrtc.ConfigureNackWithOptions(&codecs, &repair, []nack.GeneratorOption{nack.WithGeneratorLoggerFactory(log)}, nack.WithResponderLoggerFactory(log)),
		webrtc.ConfigureRTCPReportsWithOptions(&repair, []report.ReceiverOption{report.WithReceiverLoggerFactory(log)}, report.WithSenderLoggerFactory(log)),
		webrtc.ConfigureTWCCSenderWithOptions(&codecs, &repair, twcc.WithLoggerFactory(log)),
	); err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	s.api = webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(&codecs), webrtc.WithInterceptorRegistry(&repair))
	return nil
}

func (s *Server) now() time.Time { return s.clock.Now() }

func (s *Server) udpPort() int {
	return s.packets.LocalAddr().(*net.UDPAddr).Port //nolint:forcetypeassert // a UDP socket has such an address
}

func (s *Server) tcpPort() int {
	return s.streams.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener has such an address
}

// Ports returns the UDP and the TCP port.
func (s *Server) Ports() (udp, tcp int) { return s.udpPort(), s.tcpPort() }

func ownAddresses() []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().Unmap())
		}
	}
	return out
}

// local reports whether the media port answers at an address of this machine.
func (s *Server) local(ip netip.Addr) bool {
	if s.host != nil {
		bound, _ := netip.AddrFromSlice(s.host)
		return bound.Unmap() == ip
	}
	return slices.Contains(s.own, ip)
}

// announced reports whether the server calls itself by an address.
func (s *Server) announced(ip netip.Addr) bool {
	return slices.ContainsFunc(s.addresses, func(a string) bool { got, err := netip.ParseAddr(a); return err == nil && got.Unmap() == ip })
}

// inward is where the media port is reached on the machine itself.
func (s *Server) inward() net.IP {
	if s.host != nil {
		return s.host
	}
	return net.IPv4(127, 0, 0, 1)
}

// outward is an address of the machine that others may know.
func (s *Server) outward() net.IP {
	for _, a := range s.own {
		if !a.IsLoopback() && !a.IsLinkLocalUnicast() && a.Is4() {
			return a.AsSlice()
		}
	}
	return net.IPv4(127, 0, 0, 1)
}

// quiet keeps the library's chatter out of the log but for errors, which are rare there.
type quiet struct{}

// NewLogger implements logging.LoggerFactory.
func (quiet) NewLogger(scope string) logging.LeveledLogger { return quietLog{scope} }

type quietLog struct{ scope string }

func (quietLog) Trace(string)          {}
func (quietLog) Tracef(string, ...any) {}
func (quietLog) Debug(string)          {}
func (quietLog) Debugf(string, ...any) {}
func (quietLog) Info(string)           {}
func (quietLog) Infof(string, ...any)  {}
func (quietLog) Warn(string)           {}
func (quietLog) Warnf(string, ...any)  {}
func (l quietLog) Error(text string)   { slog.Debug("calls", "part", l.scope, "error", text) }
func (l quietLog) Errorf(format string, args ...any) {
	slog.Debug("calls", "part", l.scope, "error", fmt.Sprintf(format, args...))
}
