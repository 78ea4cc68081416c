package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"
)

// streamSplit accepts TCP connections and hands each to the side that its first bytes name: connectivity checks come behind a
// length of two bytes (RFC 4571), the relay's clients begin with a STUN message.
type streamSplit struct {
	net.Listener
	ice, relay *streamSide
}

// streamSide is one half of the port as a listener of its own.
type streamSide struct {
	addr   net.Addr
	in     chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// firstBytes is how long a connection may take to say what it is; undecided how many may be at it at once.
const (
	firstBytes = 10 * time.Second
	undecided  = 256
)

func splitStreams(l net.Listener, now func() time.Time) *streamSplit {
	s := &streamSplit{Listener: l}
	s.ice, s.relay = &streamSide{addr: l.Addr(), in: make(chan net.Conn), closed: make(chan struct{})}, &streamSide{addr: l.Addr(), in: make(chan net.Conn), closed: make(chan struct{})}
	go s.run(now)
	return s
}

func (s *streamSplit) run(now func() time.Time) {
	places := make(chan struct{}, undecided)
	for {
		conn, err := s.Accept()
		if errors.Is(err, net.ErrClosed) {
			s.ice.end()
			s.relay.end()
			return
		}
		if err != nil {
			continue
		}
		select {
		case places <- struct{}{}:
		default:
			_ = conn.Close() // too many at once
			continue
		}
		go func() {
			defer func() { <-places }()
			s.sort(conn, now)
		}()
	}
}

func (s *streamSplit) sort(conn net.Conn, now func() time.Time) {
	read := bufio.NewReaderSize(conn, 4096)
	_ = conn.SetReadDeadline(now().Add(firstBytes))
	head, err := read.Peek(8)
	_ = conn.SetReadDeadline(time.Time{})
	if err != nil {
		_ = conn.Close()
		return
	}
	side := s.ice
	if head[0]&0xC0 == 0 && binary.BigEndian.Uint32(head[4:]) == stunCookie {
		side = s.relay
	}
	select {
	case side.in <- &begun{conn, read}:
	case <-side.closed:
		_ = conn.Close()
	}
}

// begun is a connection whose first bytes were looked at.
type begun struct {
	net.Conn
	read *bufio.Reader
}

// Read reads what was looked at first.
func (b *begun) Read(p []byte) (int, error) { return b.read.Read(p) }

// Accept returns the next connection of this side.
func (s *streamSide) Accept() (net.Conn, error) {
	select {
	case c := <-s.in:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Close ends this side; the port is closed by who opened it.
func (s *streamSide) Close() error {
	s.end()
	return nil
}

func (s *streamSide) end() { s.once.Do(func() { close(s.closed) }) }

// Addr is the port's address.
func (s *streamSide) Addr() net.Addr { return s.addr }
