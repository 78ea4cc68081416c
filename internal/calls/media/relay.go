package media

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the scheme of expiring credentials names it (draft-uberti-behave-turn-rest-00)
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/turn/v5"
)

const (
	realm = "yiwang"
	// credentialsLast is how long credentials open a relay, and renew one that stands: longer than a call lasts.
	credentialsLast = 2 * time.Hour
	relaysPerUser   = 16
)

// Credentials returns what opens the relay to a user until the time given: the name holds the end, the secret signs it. host is the
// address configured for phones, "" where they use the name by which they reach the server.
func (s *Server) Credentials(user string) (host, name, credential string, until time.Time) {
	if len(s.addresses) > 0 {
		host = s.addresses[0]
	}
	until = s.now().Add(credentialsLast)
	name = strconv.FormatInt(until.Unix(), 10) + ":" + user
	return host, name, s.sign(name), until
}

func (s *Server) sign(name string) string {
	h := hmac.New(sha1.New, s.secret)
	_, _ = h.Write([]byte(name))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// admit answers the relay's question for the key of a name, while the name has not expired.
func (s *Server) admit(a *turn.RequestAttributes) (user string, key []byte, ok bool) {
	end, user, found := strings.Cut(a.Username, ":")
	at, err := strconv.ParseInt(end, 10, 64)
	if !found || err != nil || user == "" || s.now().Unix() > at {
		return "", nil, false
	}
	return user, turn.GenerateAuthKey(a.Username, a.Realm, s.sign(a.Username)), true
}

func (s *Server) startRelay() (err error) {
	ground := &relayGround{server: s}
	s.relay, err = turn.NewServer(turn.ServerConfig{
		Realm: realm, AuthHandler: s.admit, LoggerFactory: quiet{},
		QuotaHandler: func(name, _ string, _ net.Addr) bool { return s.quota.admits(name) },
		EventHandler: turn.EventHandler{
			OnAllocationCreated: func(_, _ net.Addr, _, name, _ string, _ net.Addr, _ int) { s.quota.add(name, 1) },
			OnAllocationDeleted: func(_, _ net.Addr, _, name, _ string) { s.quota.add(name, -1) },
		},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: s.packets.relay, RelayAddressGenerator: ground, PermissionHandler: s.mayReach}},
		ListenerConfigs:   []turn.ListenerConfig{{Listener: s.streams.relay, RelayAddressGenerator: ground, PermissionHandler: s.mayReach}},
	})
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	return nil
}

// quota counts the relays of each user.
type quota struct {
	mu sync.Mutex
	by map[string]int
}

func userOf(name string) string {
	if _, user, ok := strings.Cut(name, ":"); ok {
		return user
	}
	return name
}

func (q *quota) admits(name string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.by[userOf(name)] < relaysPerUser
}

func (q *quota) add(name string, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.by[userOf(name)] += n; q.by[userOf(name)] <= 0 {
		delete(q.by, userOf(name))
	}
}

// mayReach keeps the relay from being a way into the network behind it: only this server's own addresses can be reached.
func (s *Server) mayReach(_ net.Addr, peer net.IP) bool {
	ip, ok := netip.AddrFromSlice(peer)
	return ok && (s.announced(ip.Unmap()) || s.local(ip.Unmap()))
}

// relayGround makes the sockets of relayed connections: on the machine itself, bound to no port known outside.
type relayGround struct{ server *Server }

// Validate implements turn.RelayAddressGenerator.
func (g *relayGround) Validate() error { return nil }

// AllocatePacketConn opens a socket that reaches the media port only.
func (g *relayGround) AllocatePacketConn(turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	s := g.server
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: s.host})
	if err != nil {
		return nil, nil, err
	}
	port := conn.LocalAddr().(*net.UDPAddr).Port //nolint:forcetypeassert // a UDP socket has such an address
	shown := s.host
	if len(s.addresses) > 0 {
		if ip := net.ParseIP(s.addresses[0]); ip != nil {
			shown = ip
		}
	}
	if shown == nil || shown.IsUnspecified() {
		shown = s.outward()
	}
	return &relayed{UDPConn: conn, server: s}, &net.UDPAddr{IP: shown, Port: port}, nil
}

var errNoTCP = errors.New("the relay carries datagrams only")

// AllocateListener refuses: nobody needs TCP behind the relay.
func (g *relayGround) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoTCP
}

// AllocateConn refuses too.
func (g *relayGround) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNoTCP }

// relayed sends to the media port and drops everything else. An address that the server has only on the outside is reached on
// the inside, and answers from there appear to come from outside again.
type relayed struct {
	*net.UDPConn
	server *Server
	mu     sync.Mutex
	shown  *net.UDPAddr // how the peer calls the media port
}

// WriteTo implements net.PacketConn.
func (r *relayed) WriteTo(b []byte, to net.Addr) (int, error) {
	addr, ok := to.(*net.UDPAddr)
	if !ok || addr.Port != r.server.udpPort() {
		return len(b), nil
	}
	ip, _ := netip.AddrFromSlice(addr.IP)
	if r.server.local(ip.Unmap()) {
		return r.UDPConn.WriteTo(b, addr)
	}
	if !r.server.announced(ip.Unmap()) {
		return len(b), nil
	}
	r.mu.Lock()
	r.shown = addr
	r.mu.Unlock()
	return r.UDPConn.WriteTo(b, &net.UDPAddr{IP: r.server.inward(), Port: addr.Port})
}

// ReadFrom implements net.PacketConn.
func (r *relayed) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := r.UDPConn.ReadFrom(b)
	if addr, ok := from.(*net.UDPAddr); ok && addr.Port == r.server.udpPort() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.shown != nil {
			return n, r.shown, err
		}
	}
	return n, from, err
}
