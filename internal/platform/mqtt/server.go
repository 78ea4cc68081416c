package mqtt

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/platform/clock"
)

// Client is a device that has proven who it is. Prefix is the topic it may publish below and subscribe to, such as
// "owntracks/4711"; Take settles what it sends.
type Client struct {
	Prefix string
	// Take returns when the message is durable or can never be taken. An error means that it was not kept: it is not acknowledged,
	// and the connection is closed, so that the device sends it again.
	Take func(ctx context.Context, topic string, payload []byte) error
	// Greet returns what is to be said to the device when it subscribes to the topic; nil for nothing.
	Greet func(topic string) []byte
}

// Judge decides by user name and password who a device is; nil for nobody.
type Judge func(ctx context.Context, user, password string) (*Client, error)

// Bounds of a server.
const (
	maxClients   = 20_000
	helloWait    = 10 * time.Second
	usualSilence = 10 * time.Minute // for devices that name no keep-alive
	maxStray     = 50               // messages outside the own topics before a device is disconnected
	writeWait    = 10 * time.Second
)

// Server takes messages of devices. It is safe for concurrent use.
type Server struct {
	judge   Judge
	mu      sync.Mutex
	clients map[string]*client // by prefix and client id: the latest connection of a session
	all     map[*client]bool
	wg      sync.WaitGroup

	// Counts since the start, for the metrics.
	Taken, Stray, Refused, Repeated atomic.Int64
}

// New returns a server that asks judge.
func New(judge Judge) *Server {
	return &Server{judge: judge, clients: map[string]*client{}, all: map[*client]bool{}}
}

// Serve takes connections of the listener until ctx ends; it returns when all have ended and what they sent is settled.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-ctx.Done()
		_ = l.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.all {
			_ = c.conn.Close()
		}
	}()
	for {
		conn, err := l.Accept()
		if err != nil {
			cancel()
			s.wg.Wait()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		c := &client{server: s, conn: conn, in: bufio.NewReader(conn), wishes: map[string]byte{}, pending: map[uint16]bool{}}
		s.mu.Lock()
		full := len(s.all) >= maxClients || ctx.Err() != nil
		if !full {
			s.all[c] = true
			s.wg.Add(1)
		}
		s.mu.Unlock()
		if full {
			_ = conn.Close()
			continue
		}
		go func() {
			defer s.wg.Done()
			defer s.forget(c)
			defer func() {
				if p := recover(); p != nil { // a device must not end the server
					slog.Error("an MQTT message could not be read", "panic", p)
				}
			}()
			c.run(ctx)
		}()
	}
}

func (s *Server) forget(c *client) {
	_ = c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
	if s.clients[c.key] == c {
		delete(s.clients, c.key)
	}
}

// take makes c the connection of its session; an older one of the same id is closed, as the standard asks.
func (s *Server) take(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.clients[c.key]; old != nil {
		_ = old.conn.Close()
	}
	s.clients[c.key] = c
}

// Tell sends a message to the connected devices whose prefix it is and that subscribed to the topic; it returns how many.
func (s *Server) Tell(prefix, topic string, payload []byte) (told int) {
	s.mu.Lock()
	var to []*client
	for c := range s.all {
		if c.who != nil && c.who.Prefix == prefix {
			to = append(to, c)
		}
	}
	s.mu.Unlock()
	for _, c := range to {
		if c.wants(topic) && c.tell(topic, payload) == nil {
			told++
		}
	}
	return told
}

// client is one connection.
type client struct {
	server  *Server
	conn    net.Conn
	in      *bufio.Reader
	who     *Client
	key     string
	stray   int
	pending map[uint16]bool // QoS 2 messages that are settled and wait for their release

	mu     sync.Mutex // guards wishes and writing
	wishes map[string]byte
}

func (c *client) write(b []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.SetWriteDeadline(deadline(writeWait))
	_, err := c.conn.Write(b)
	return err
}

func (c *client) wants(topic string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for filter := range c.wishes {
		if matches(filter, topic) {
			return true
		}
	}
	return false
}

func (c *client) tell(topic string, payload []byte) error {
	body := binary.BigEndian.AppendUint16(nil, uint16(len(topic)))
	return c.write(encode(publish, 0, append(append(body, topic...), payload...)))
}

// run speaks with a device until it goes or breaks the rules.
func (c *client) run(ctx context.Context) {
	_ = c.conn.SetReadDeadline(deadline(helloWait))
	silence, ok := c.greet(ctx)
	for ok && ctx.Err() == nil {
		_ = c.conn.SetReadDeadline(deadline(silence))
		p, err := readPacket(c.in)
		if err != nil || p.kind == disconnect {
			return
		}
		ok = c.answer(ctx, p) == nil
	}
}

// greet answers the first packet and returns after how long a silence the device counts as gone.
func (c *client) greet(ctx context.Context) (time.Duration, bool) {
	p, err := readPacket(c.in)
	if err != nil {
		return 0, false
	}
	h, code, err := readHello(p)
	if err != nil {
		return 0, false
	}
	if code == accepted {
		c.who, err = c.server.judge(ctx, h.user, h.password)
		switch {
		case err != nil:
			code = notNow
		case c.who == nil:
			code = wrongPassword
			c.server.Refused.Add(1)
		}
	}
	if err := c.write(encode(connack, 0, []byte{0, code})); err != nil || code != accepted {
		return 0, false
	}
	c.key = c.who.Prefix + " " + h.id
	if h.id == "" {
		c.key += c.conn.RemoteAddr().String()
	}
	c.server.take(c)
	if h.keepAlive == 0 {
		return usualSilence, true
	}
	return time.Duration(h.keepAlive) * time.Second * 3 / 2, true
}

func (c *client) answer(ctx context.Context, p packet) error {
	switch p.kind {
	case publish:
		return c.published(ctx, p)
	case pubrel:
		f := fields{rest: p.body}
		id := f.u16()
		if f.bad || p.flags != 2 {
			return errMalformed
		}
		delete(c.pending, id)
		return c.acknowledge(pubcomp, id)
	case subscribe, unsubscribe:
		return c.subscribed(p)
	case pingreq:
		return c.write(encode(pingresp, 0, nil))
	case puback, pubrec, pubcomp: // nothing of ours asks for one
		return nil
	}
	return errMalformed
}

func (c *client) acknowledge(kind byte, id uint16) error {
	return c.write(encode(kind, 0, binary.BigEndian.AppendUint16(nil, id)))
}

// published settles a message and acknowledges it.
func (c *client) published(ctx context.Context, p packet) error {
	m, err := readMessage(p)
	if err != nil {
		return err
	}
	switch {
	case m.qos == 2 && c.pending[m.id]:
		c.server.Repeated.Add(1)
	case !below(m.topic, c.who.Prefix):
		c.server.Stray.Add(1)
		if c.stray++; c.stray > maxStray {
			return errMalformed
		}
	case len(m.payload) == 0: // the deletion of a retained message, which is not kept anyway
	default:
		if err := c.who.Take(ctx, m.topic, m.payload); err != nil {
			return err
		}
		c.server.Taken.Add(1)
	}
	switch m.qos {
	case 1:
		return c.acknowledge(puback, m.id)
	case 2:
		if len(c.pending) >= 1000 {
			return errMalformed
		}
		c.pending[m.id] = true
		return c.acknowledge(pubrec, m.id)
	}
	return nil
}

// below reports whether a topic is the prefix or under it.
func below(topic, prefix string) bool {
	return topic == prefix || len(topic) > len(prefix) && topic[:len(prefix)] == prefix && topic[len(prefix)] == '/'
}

// failure is the answer to a wish for foreign topics.
const failure = 0x80

// subscribed notes the wishes that lie below the own prefix; others fail.
func (c *client) subscribed(p packet) error {
	id, wishes, err := readSubscription(p)
	if err != nil {
		return err
	}
	answer := binary.BigEndian.AppendUint16(nil, id)
	var greetings []wish
	c.mu.Lock()
	for _, w := range wishes {
		switch {
		case p.kind == unsubscribe:
			delete(c.wishes, w.filter)
		case !below(w.filter, c.who.Prefix) || len(c.wishes) >= 20:
			answer = append(answer, failure)
		default:
			c.wishes[w.filter] = 0
			answer = append(answer, 0) // what is said to devices needs no acknowledgement
			greetings = append(greetings, w)
		}
	}
	c.mu.Unlock()
	kind := byte(suback)
	if p.kind == unsubscribe {
		kind = unsuback
	}
	if err := c.write(encode(kind, 0, answer)); err != nil {
		return err
	}
	for _, w := range greetings {
		if c.who.Greet == nil {
			break
		}
		if b := c.who.Greet(w.filter); b != nil {
			if err := c.tell(w.filter, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// deadline is the moment so long from now, for the sockets of the machine.
func deadline(d time.Duration) time.Time { return clock.System.Now().Add(d) }
