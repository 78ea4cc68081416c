package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"
)

// packetSplit reads one UDP socket and hands each packet to the side it is for: connectivity checks, DTLS and media to ice,
// what speaks to the relay to relay (RFC 8656, RFC 7983).
type packetSplit struct {
	net.PacketConn
	ice, relay *packetSide
}

// packetSide is one half of the socket as a connection of its own. Writes go straight out.
type packetSide struct {
	net.PacketConn
	in     chan packet
	closed chan struct{}
	once   sync.Once
}

type packet struct {
	data []byte
	from net.Addr
}

const (
	packetQueue = 1024 // packets of one side that wait to be read; more are dropped, as a network would
	maxPacket   = 1600
)

func splitPackets(c net.PacketConn) *packetSplit {
	s := &packetSplit{PacketConn: c}
	s.ice, s.relay = newSide(c), newSide(c)
	go s.run()
	return s
}

func newSide(c net.PacketConn) *packetSide {
	return &packetSide{PacketConn: c, in: make(chan packet, packetQueue), closed: make(chan struct{})}
}

var packetPool = sync.Pool{New: func() any { b := make([]byte, maxPacket); return &b }}

func (s *packetSplit) run() {
	for {
		buffer := packetPool.Get().(*[]byte) //nolint:forcetypeassert // the pool holds nothing else
		n, from, err := s.ReadFrom(*buffer)
		if err != nil {
			packetPool.Put(buffer)
			var passing net.Error
			if errors.As(err, &passing) && passing.Timeout() {
				continue // a write deadline of one side is no end of reading
			}
			if errors.Is(err, net.ErrClosed) {
				s.ice.end()
				s.relay.end()
				return
			}
			continue // such as a port that is unreachable for one packet
		}
		side := s.ice
		if forRelay((*buffer)[:n]) {
			side = s.relay
		}
		select {
		case side.in <- packet{(*buffer)[:n], from}:
		default:
			packetPool.Put(buffer)
		}
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
		return n, p.from, nil
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

// SetReadDeadline does nothing: the readers of both sides wait until they are closed.
func (s *packetSide) SetReadDeadline(time.Time) error { return nil }

// SetDeadline does nothing, for the same reason.
func (s *packetSide) SetDeadline(time.Time) error { return nil }
