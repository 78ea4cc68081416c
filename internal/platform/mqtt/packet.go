package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Types of control packets.
const (
	connect     = 1
	connack     = 2
	publish     = 3
	puback      = 4
	pubrec      = 5
	pubrel      = 6
	pubcomp     = 7
	subscribe   = 8
	suback      = 9
	unsubscribe = 10
	unsuback    = 11
	pingreq     = 12
	pingresp    = 13
	disconnect  = 14
)

// maxPacket bounds what one packet may hold.
const maxPacket = 256 << 10

var (
	errMalformed = errors.New("mqtt: malformed packet")
	errTooLarge  = errors.New("mqtt: packet too large")
)

// packet is a control packet as read: its type, flags and what follows.
type packet struct {
	kind, flags byte
	body        []byte
}

func readPacket(r *bufio.Reader) (p packet, err error) {
	first, err := r.ReadByte()
	if err != nil {
		return p, err
	}
	p.kind, p.flags = first>>4, first&15
	n, shift := 0, 0
	for {
		b, err := r.ReadByte()
		if err != nil {
			return p, err
		}
		n |= int(b&127) << shift
		if b < 128 {
			break
		}
		if shift += 7; shift > 21 {
			return p, errMalformed
		}
	}
	if n > maxPacket {
		return p, errTooLarge
	}
	p.body = make([]byte, n)
	_, err = io.ReadFull(r, p.body)
	return p, err
}

// encode writes a packet.
func encode(kind, flags byte, body []byte) []byte {
	out := []byte{kind<<4 | flags}
	n := len(body)
	for {
		b := byte(n & 127)
		if n >>= 7; n > 0 {
			out = append(out, b|128)
			continue
		}
		out = append(out, b)
		break
	}
	return append(out, body...)
}

// fields reads the fields of a packet one after the other; bad is set once something is missing.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) take(n int) []byte {
	if f.bad || n > len(f.rest) {
		f.bad = true
		return make([]byte, min(n, 2))
	}
	out := f.rest[:n]
	f.rest = f.rest[n:]
	return out
}

func (f *fields) u8() byte     { return f.take(1)[0] }
func (f *fields) u16() uint16  { return binary.BigEndian.Uint16(f.take(2)) }
func (f *fields) data() []byte { return f.take(int(f.u16())) }

// text is a string of the protocol: UTF-8 without NUL.
func (f *fields) text() string {
	s := string(f.data())
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		f.bad = true
	}
	return s
}

// hello is what a device says when it connects.
type hello struct {
	level          byte
	id             string
	user, password string
	clean          bool
	keepAlive      uint16
}

// Return codes of a connection.
const (
	accepted      = 0
	wrongVersion  = 1
	wrongID       = 2
	notNow        = 3
	wrongPassword = 4
)

func readHello(p packet) (h hello, code byte, err error) {
	f := fields{rest: p.body}
	name := f.text()
	h.level = f.u8()
	if p.kind != connect || p.flags != 0 || f.bad || name != "MQTT" && name != "MQIsdp" {
		return h, 0, errMalformed
	}
	if h.level != 4 || name != "MQTT" {
		return h, wrongVersion, nil
	}
	flags := f.u8()
	h.keepAlive = f.u16()
	h.id = f.text()
	h.clean = flags&2 != 0
	if flags&1 != 0 || flags&4 == 0 && flags&0x38 != 0 || flags&0x18 == 0x18 || flags&0x80 == 0 && flags&0x40 != 0 {
		return h, 0, errMalformed
	}
	if flags&4 != 0 { // a will: read, and never published, as a device that is gone is seen by its silence
		f.text()
		f.data()
	}
	if flags&0x80 != 0 {
		h.user = f.text()
	}
	if flags&0x40 != 0 {
		h.password = string(f.data())
	}
	if f.bad || len(f.rest) > 0 {
		return h, 0, errMalformed
	}
	if h.id == "" && !h.clean {
		return h, wrongID, nil
	}
	return h, accepted, nil
}

// message is a publication as read.
type message struct {
	topic    string
	id       uint16
	qos      byte
	retained bool
	again    bool
	payload  []byte
}

func readMessage(p packet) (m message, err error) {
	f := fields{rest: p.body}
	m.qos, m.retained, m.again = p.flags>>1&3, p.flags&1 != 0, p.flags&8 != 0
	m.topic = f.text()
	if m.qos > 0 {
		m.id = f.u16()
	}
	m.payload = f.rest
	if f.bad || m.qos == 3 || m.qos > 0 && m.id == 0 || m.topic == "" || strings.ContainsAny(m.topic, "+#") {
		return m, errMalformed
	}
	return m, nil
}

// wish is a topic a device subscribes to.
type wish struct {
	filter string
	qos    byte
}

func readSubscription(p packet) (id uint16, wishes []wish, err error) {
	f := fields{rest: p.body}
	id = f.u16()
	for len(f.rest) > 0 && !f.bad {
		w := wish{filter: f.text()}
		if p.kind == subscribe {
			w.qos = f.u8()
		}
		wishes = append(wishes, w)
		if w.filter == "" || w.qos > 2 {
			f.bad = true
		}
	}
	if f.bad || p.flags != 2 || id == 0 || len(wishes) == 0 {
		return 0, nil, errMalformed
	}
	return id, wishes, nil
}
