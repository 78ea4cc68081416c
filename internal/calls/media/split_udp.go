package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// packetSplit reads one UDP socket: connectivity checks, DTLS and media are for who reads ice, what speaks to the relay is handed
// to relay (RFC 8656, RFC 7983). The socket is read by the reader of ice itself, since nearly every packet is for it.
type packetSplit struct {
	*net.UDPConn
	ice   *mediaSide
	relay *packetSide
}

// mediaSide is the half of the socket that media pass. It names addresses without allocating (ice.AddrPortReaderWriter).
type mediaSide struct {
	*net.UDPConn
	relay *packetSide
}

// packetSide is the relay's half of the socket as a connection of its own. Writes go straight out.
type packetSide struct {
	net.PacketConn
	in     chan packet
	closed chan struct{}
	once   sync.Once
}

type packet struct {
	data []byte
	from netip.AddrPort
}

const (
	packetQueue = 1024 // packets of the relay that wait to be read; more are dropped, as a network would
	maxPacket   = 1600
	// Twenty calls bring 160 packets at the same instant when their pictures fall together.
	socketBuffer = 4 << 20
)

func splitPackets(c *net.UDPConn) *packetSplit {
	_, _ = c.SetReadBuffer(socketBuffer), c.SetWriteBuffer(socketBuffer) // the system may give less
	relay := &packetSide{PacketConn: c, in: make(chan packet, packetQueue), closed: make(chan struct{})}
	return &packetSplit{UDPConn: c, ice: &mediaSide{c, relay}, relay: relay}
}

var packetPool = sync.Pool{New: func() any { b := make([]byte, maxPacket); return &b }}

// ReadFromAddrPort returns the next packet that is not for the relay.
func (m *mediaSide) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := m.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			m.relay.end()
			return 0, from, err
		}
		if err != nil {
			continue // such as a port that is unreachable for one packet, or the write deadline of one side
		}
		if !forRelay(b[:n]) {
			return n, from, nil
		}
		m.relay.hand(b[:n], from)
	}
}

// WriteToAddrPort sends a packet.
func (m *mediaSide) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return m.WriteToUDPAddrPort(b, to)
}

// hand puts a packet into the relay's queue, unless it is full.
func (s *packetSide) hand(b []byte, from netip.AddrPort) {
	if len(b) > maxPacket {
		return
	}
	buffer := packetPool.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
	n := copy((*buffer)[:maxPacket], b)
	select {
	case s.in <- packet{(*buffer)[:n], from}:
	default:
		packetPool.Put(buffer)
	}
}

// STUN as both sides speak it: two zero bits, a type, a length, the cookie.
const (
	stunCookie      = 0x2112A442
	stunHead        = 20
	methodBinding   = 0x001
	attributeUser   = 0x0006
	channelDataLow  = 0x40
	channelDataHigh = 0x7F
)

// forRelay reports whether a packet speaks to the relay: channel data, and STUN of any method but the binding requests with a
// user name and binding answers of connectivity checks.
func forRelay(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	if b[0] >= channelDataLow && b[0] <= channelDataHigh {
		return true
	}
	if len(b) < stunHead || b[0]&0xC0 != 0 || binary.BigEndian.Uint32(b[4:8]) != stunCookie {
		return false
	}
	kind := binary.BigEndian.Uint16(b)
	method := kind&0x000F | kind&0x00E0>>1 | kind&0x3E00>>2
	if method != methodBinding {
		return true
	}
	return kind&0x0110 == 0 && !hasUser(b) // a plain question for one's own address
}

func hasUser(b []byte) bool {
	for rest := b[stunHead:]; len(rest) >= 4; {
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if binary.BigEndian.Uint16(rest) == attributeUser {
			return len(rest) >= 4+size && bytes.IndexByte(rest[4:4+size], ':') > 0
		}
		step := 4 + (size+3)&^3
		if step > len(rest) {
			return false
		}
		rest = rest[step:]
	}
	return false
}

// ReadFrom returns the next packet of this side.
func (s *packetSide) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-s.in:
		n := copy(b, p.data)
		whole := p.data[:maxPacket]
		packetPool.Put(&whole)
		return n, net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.from.Addr().Unmap(), p.from.Port())), nil
	case <-s.closed:
		return 0, nil, net.ErrClosed
	}
}

// Close ends this side; the socket is closed by who opened it.
func (s *packetSide) Close() error {
	s.end()
	return nil
}

func (s *packetSide) end() { s.once.Do(func() { close(s.closed) }) }

// SetReadDeadline does nothing: the relay's reader waits until it is closed.
func (s *packetSide) SetReadDeadline(time.Time) error { return nil }

// SetDeadline does nothing, for the same reason.
func (s *packetSide) SetDeadline(time.Time) error { return nil }
