package mqtt

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
)

// Client is a device that has proven who it is. Prefix is the topic it may publish below and subscribe to, such as
// "owntracks/4711"; Take settles what it sends.
type Client struct {
	Prefix string
	// Owner names who is meant by Server.Greet; "" for a device to which nothing is said unless it asks.
	Owner string
	// Take returns when the message is durable or can never be taken. An error means that it was not kept: it is not acknowledged,
	// and the connection is closed, so that the device sends it again.
	Take func(ctx context.Context, topic string, payload []byte) error
	// Greet returns what is to be said to the device on a topic it subscribed to: at once, and whenever Server.Greet is called;
	// nil for nothing.
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

	// Counts since the start; what they mean say the metrics.
	Taken, Failed, Stray, Refused, Repeated count
}

// New returns a server that asks judge.
func New(judge Judge) *Server {
	of := func(outcome string) count { return count{total: messages.WithLabelValues(outcome)} }
	return &Server{judge: judge, clients: map[string]*client{}, all: map[*client]bool{},
		Taken: of("taken"), Failed: of("failed"), Stray: of("stray"), Repeated: of("repeated"), Refused: count{total: turnedAway}}
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
			connected.Inc()
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
	connected.Dec()
	_ = c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
	if s.clients[c.key] == c {
		delete(s.clients, c.key)
	}
}

// take makes c the connection of its session; an older one of the same id is closed, as the standard asks.
func (s *Server) take(c *client, who *Client, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.who, c.key = who, key
	if old := s.clients[key]; old != nil {
		_ = old.conn.Close()
	}
	s.clients[key] = c
}

// Greet says anew to the connected devices of an owner, on each topic they subscribed to, what is to be said there now. What cannot
// be said since a device has gone is said when it comes back and subscribes. It returns how many messages were sent.
func (s *Server) Greet(owner string) (said int) {
	if owner == "" {
		return 0
	}
	s.mu.Lock()
	var to []*client
	for c := range s.all {
		if c.who != nil && c.who.Owner == owner {
			to = append(to, c)
		}
	}
	s.mu.Unlock()
	for _, c := range to {
		said += c.say(c.wanted())
	}
	return said
}

// client is one connection.
type client struct {
	server  *Server
	conn    net.Conn
	in      *bufio.Reader
	who     *Client // set once, under the server's lock
	key     string
	stray   int
	pending map[uint16]bool // QoS 2 messages that are settled and wait for their release

	saying sync.Mutex // held from asking what is to be said until it is: what was true before is not said after
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

// wanted are the topics subscribed to.
func (c *client) wanted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.wishes))
}

// say sends what is to be said on these topics and returns how many messages were sent.
func (c *client) say(topics []string) (said int) {
	if c.who.Greet == nil {
		return 0
	}
	c.saying.Lock()
	defer c.saying.Unlock()
	for _, topic := range topics {
		if b := c.who.Greet(topic); b != nil && !strings.ContainsAny(topic, "+#") && c.tell(topic, b) == nil {
			said++
		}
	}
	return said
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
	var who *Client
	if code == accepted {
		who, err = c.server.judge(ctx, h.user, h.password)
		switch {
		case err != nil:
			code = notNow
		case who == nil:
			code = wrongPassword
			c.server.Refused.add()
		}
	}
	if err := c.write(encode(connack, 0, []byte{0, code})); err != nil || code != accepted {
		return 0, false
	}
	key := who.Prefix + " " + h.id
	if h.id == "" {
		key += c.conn.RemoteAddr().String()
	}
	c.server.take(c, who, key)
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
		c.server.Repeated.add()
	case !below(m.topic, c.who.Prefix):
		c.server.Stray.add()
		if c.stray++; c.stray > maxStray {
			return errMalformed
		}
	case len(m.payload) == 0: // the deletion of a retained message, which is not kept anyway
	default:
		if err := c.who.Take(ctx, m.topic, m.payload); err != nil {
			c.server.Failed.add()
			return err
		}
		c.server.Taken.add()
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
	var begun []string
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
			begun = append(begun, w.filter)
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
	c.say(begun)
	return nil
}

// deadline is the moment so long from now, for the sockets of the machine.
func deadline(d time.Duration) time.Time { return clock.System.Now().Add(d) }
