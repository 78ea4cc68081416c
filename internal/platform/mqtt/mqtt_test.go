package mqtt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"yiwang/internal/testkit"
)

// desk is a running server with one device: user "w", password "secret", topics below "sensors/w".
type desk struct {
	*Server
	t       *testing.T
	address string
	mu      sync.Mutex
	got     []string
	broken  bool // the program cannot keep anything now
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t}
	d.Server = New(func(_ context.Context, user, password string) (*Client, error) {
		if user != "w" || password != "secret" {
			return nil, nil //nolint:nilnil // nobody is an answer
		}
		return &Client{Prefix: "sensors/w", Owner: "walker", Take: d.keep, Greet: func(topic string) []byte {
			if strings.HasSuffix(topic, "/cmd") {
				return []byte("stop")
			}
			return nil
		}}, nil
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return d
}

func (d *desk) keep(_ context.Context, topic string, payload []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		return errors.New("disk full")
	}
	d.got = append(d.got, topic+"="+string(payload))
	return nil
}

func (d *desk) kept() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got)
}

// line speaks the protocol byte by byte.
type line struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (d *desk) dial(user, password string) (*line, byte) {
	d.t.Helper()
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	l := &line{d.t, conn, bufio.NewReader(conn)}
	body := append(text("MQTT"), 4, 0xC2, 0, 60)
	body = append(append(append(body, text("id-1")...), text(user)...), text(password)...)
	l.send(encode(connect, 0, body))
	p := l.read()
	if p.kind != connack || len(p.body) != 2 {
		d.t.Fatalf("got %+v", p)
	}
	return l, p.body[1]
}

func text(s string) []byte { return append([]byte{byte(len(s) >> 8), byte(len(s))}, s...) }

func (l *line) send(b []byte) {
	l.t.Helper()
	if _, err := l.conn.Write(b); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) read() packet {
	l.t.Helper()
	p, err := readPacket(l.in)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// gone reports whether the server closed the connection without another word.
func (l *line) gone() bool {
	_, err := readPacket(l.in)
	return err != nil
}

func say(flags byte, topic string, id uint16, payload string) []byte {
	body := text(topic)
	if flags&6 != 0 {
		body = append(body, byte(id>>8), byte(id))
	}
	return encode(publish, flags, append(body, payload...))
}

func TestPublish_IsAcknowledgedOnlyWhenItIsKept(t *testing.T) {
	d := open(t)
	l, code := d.dial("w", "secret")
	if code != accepted {
		t.Fatalf("refused with %d", code)
	}
	l.send(say(2, "sensors/w/a", 7, "1"))
	if p := l.read(); p.kind != puback || !bytes.Equal(p.body, []byte{0, 7}) || len(d.kept()) != 1 {
		t.Fatalf("%+v, kept %v", p, d.kept())
	}
	d.mu.Lock()
	d.broken = true
	d.mu.Unlock()
	l.send(say(2, "sensors/w/a", 8, "2"))
	if !l.gone() {
		t.Fatal("what was not kept is acknowledged")
	}
	d.mu.Lock()
	d.broken = false
	d.mu.Unlock()
	l, _ = d.dial("w", "secret")
	l.send(say(2|8, "sensors/w/a", 8, "2")) // DUP
	if p := l.read(); p.kind != puback || len(d.kept()) != 2 {
		t.Fatalf("%+v, kept %v", p, d.kept())
	}
}

func TestPublish_ExactlyOnceOnOneConnection(t *testing.T) {
	d := open(t)
	l, _ := d.dial("w", "secret")
	for _, flags := range []byte{4, 4 | 8} {
		l.send(say(flags, "sensors/w/a", 9, "x"))
		if p := l.read(); p.kind != pubrec {
			t.Fatalf("got %+v", p)
		}
	}
	l.send(encode(pubrel, 2, []byte{0, 9}))
	if p := l.read(); p.kind != pubcomp || len(d.kept()) != 1 || d.Repeated.Load() != 1 {
		t.Fatalf("%+v, kept %v", p, d.kept())
	}
}

func TestPublish_ForeignTopicsAreDroppedCountedAndInTheEndCutOff(t *testing.T) {
	d := open(t)
	l, _ := d.dial("w", "secret")
	for i := range maxStray {
		l.send(say(2, "sensors/water/a", uint16(i+1), "x")) // begins like the own prefix, and is another's
		if p := l.read(); p.kind != puback {
			t.Fatalf("got %+v", p)
		}
	}
	l.send(say(2, "owntracks/4711", 99, "x"))
	if !l.gone() || len(d.kept()) != 0 || d.Stray.Load() != maxStray+1 {
		t.Fatalf("kept %v, %d stray", d.kept(), d.Stray.Load())
	}
}

func TestConnect_WrongPasswordOldVersionAndRubbishAreTurnedAway(t *testing.T) {
	d := open(t)
	if l, code := d.dial("w", "wrong"); code != wrongPassword || !l.gone() || d.Refused.Load() != 1 {
		t.Fatalf("code %d", code)
	}
	for name, b := range map[string][]byte{
		"HTTP": []byte("GET / HTTP/1.1\r\n\r\n"), "publish first": say(0, "sensors/w/a", 0, "x"), "too large": {0x30, 0xff, 0xff, 0xff, 0x7f}, "reserved flag": encode(connect, 0, append(text("MQTT"), 4, 1, 0, 0, 0, 0)),
	} {
		conn, err := net.Dial("tcp", d.address)
		if err != nil {
			t.Fatal(err)
		}
		l := &line{t, conn, bufio.NewReader(conn)}
		l.send(b)
		if !l.gone() {
			t.Errorf("%s: answered", name)
		}
		_ = conn.Close()
	}
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	l := &line{t, conn, bufio.NewReader(conn)}
	l.send(encode(connect, 0, append(append(text("MQTT"), 5, 2, 0, 60, 0), text("id")...)))
	if p := l.read(); p.kind != connack || p.body[1] != wrongVersion {
		t.Fatalf("version 5: %+v", p)
	}
}

func TestSubscribe_OwnTopicsOnlyAndTheProgramCanSpeak(t *testing.T) {
	d := open(t)
	l, _ := d.dial("w", "secret")
	l.send(encode(subscribe, 2, append(append([]byte{0, 1}, append(text("#"), 1)...), append(text("sensors/w/phone/cmd"), 1)...)))
	if p := l.read(); p.kind != suback || !bytes.Equal(p.body, []byte{0, 1, failure, 0}) {
		t.Fatalf("got %+v", p)
	}
	if p := l.read(); p.kind != publish || !bytes.HasSuffix(p.body, []byte("stop")) {
		t.Fatalf("greeting: %+v", p)
	}
	if d.Greet("walker") != 1 || d.Greet("another") != 0 || d.Greet("") != 0 {
		t.Fatal("told the wrong ones")
	}
	if p := l.read(); p.kind != publish || !bytes.HasSuffix(p.body, []byte("stop")) {
		t.Fatalf("got %+v", p)
	}
	newer, _ := d.dial("w", "secret")
	if !l.gone() { // the same session from elsewhere
		t.Fatal("two connections of one session")
	}
	newer.send(encode(pingreq, 0, nil))
	if p := newer.read(); p.kind != pingresp {
		t.Fatalf("got %+v", p)
	}
}

func TestMosquitto_EveryQualityOfServiceRetainedAndWills(t *testing.T) {
	pub := testkit.Program(t, "mosquitto_pub", "mosquitto-clients")
	d := open(t)
	host, port, _ := net.SplitHostPort(d.address)
	run := func(args ...string) error {
		return exec.Command(pub, append([]string{"-h", host, "-p", port, "-u", "w"}, args...)...).Run()
	}
	for _, args := range [][]string{
		{"-P", "secret", "-t", "sensors/w/a", "-m", "q0", "-q", "0"}, {"-P", "secret", "-t", "sensors/w/a", "-m", "q1", "-q", "1"}, {"-P", "secret", "-t", "sensors/w/a", "-m", "q2", "-q", "2"},
		{"-P", "secret", "-t", "sensors/w/a", "-m", "kept", "-q", "1", "-r"}, {"-P", "secret", "-t", "sensors/w/a", "-n", "-q", "1", "-r"},
		{"-P", "secret", "-t", "sensors/w/a", "-m", "will", "-q", "1", "--will-topic", "sensors/w/gone", "--will-payload", "lost"},
		{"-P", "secret", "-t", "sensors/other/a", "-m", "foreign", "-q", "1"},
		{"-P", "secret", "-t", "sensors/w/a", "-m", "long session", "-q", "1", "-c", "-i", "phone"},
	} {
		if err := run(args...); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
	if err := run("-P", "wrong", "-t", "sensors/w/a", "-m", "x", "-q", "1"); err == nil {
		t.Error("a wrong password is accepted")
	}
	want := []string{"sensors/w/a=kept", "sensors/w/a=long session", "sensors/w/a=q0", "sensors/w/a=q1", "sensors/w/a=q2", "sensors/w/a=will"}
	got := d.kept()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("kept %v", got)
	}
	if d.Stray.Load() != 1 {
		t.Errorf("%d stray", d.Stray.Load())
	}
}

func FuzzPackets(f *testing.F) {
	f.Add(say(2, "sensors/w/a", 7, "1"))
	f.Add(encode(connect, 0, append(text("MQTT"), 4, 0xC2, 0, 60)))
	f.Fuzz(func(_ *testing.T, b []byte) {
		p, err := readPacket(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		_, _, _ = readHello(p)
		_, _ = readMessage(p)
		_, _, _ = readSubscription(p)
	})
}
