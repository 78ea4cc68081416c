package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
)

// caller sends requests over connections it keeps, as the browsers of the dispatchers would, and takes as little of the
// machine as it can: the server under test runs on the same cores.
type caller struct {
	address string
	mu      sync.Mutex
	idle    []*wire
}

// wire is one connection.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	body bytes.Buffer
}

// callTimeout bounds one call.
const callTimeout = 30 * time.Second

// call sends a request with a cookie and hands the body of the answer to read, which must not keep it.
func (c *caller) call(ctx context.Context, method, path string, who *http.Cookie, body []byte, read func([]byte) error) error {
	w, err := c.wire(ctx)
	if err != nil {
		return err
	}
	status, whole, err := w.exchange(method, path, c.address, who, body)
	if err != nil {
		return errors.Join(err, w.conn.Close())
	}
	defer func() {
		if whole {
			c.keep(w)
		}
	}()
	if !whole {
		err = w.conn.Close()
	}
	if status >= 300 {
		return refused{status, w.body.String()}
	}
	return errors.Join(err, read(w.body.Bytes()))
}

func (c *caller) wire(ctx context.Context) (*wire, error) {
	if w := c.kept(); w != nil {
		return w, nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReader(conn)}, nil
}

// kept returns a connection that lies idle, nil if there is none.
func (c *caller) kept() *wire {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.idle)
	if n == 0 {
		return nil
	}
	w := c.idle[n-1]
	c.idle = c.idle[:n-1]
	return w
}

// forget closes what it keeps: the server closes connections that lie idle while rows are filled in.
func (c *caller) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.idle {
		_ = w.conn.Close()
	}
	c.idle = nil
}

func (c *caller) keep(w *wire) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, w)
}

// exchange sends one request and reads its answer; whole says that the connection can be used again.
func (w *wire) exchange(method, path, host string, who *http.Cookie, body []byte) (status int, whole bool, err error) {
	w.out = append(w.out[:0], method+" "+path+" HTTP/1.1\r\nHost: "+host+"\r\nCookie: "+who.Name+"="+who.Value+"\r\n"...)
	if body != nil {
		w.out = append(w.out, "Content-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n"...)
	}
	w.out = append(append(w.out, "\r\n"...), body...)
	if err := w.conn.SetDeadline(clock.System.Now().Add(callTimeout)); err != nil {
		return 0, false, err
	}
	if _, err := w.conn.Write(w.out); err != nil {
		return 0, false, err
	}
	return w.answer()
}

func (w *wire) answer() (status int, whole bool, err error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, false, errors.Join(fmt.Errorf("no answer: %q", line), err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, err
	}
	length, chunked, whole := int64(0), false, true
	for {
		line, err = w.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ": ")
		switch {
		case strings.EqualFold(name, "Content-Length"):
			length, err = strconv.ParseInt(value, 10, 64)
		case strings.EqualFold(name, "Transfer-Encoding"):
			chunked = value == "chunked"
		case strings.EqualFold(name, "Connection"):
			whole = value != "close"
		}
		if err != nil {
			return 0, false, err
		}
	}
	w.body.Reset()
	if !chunked {
		_, err = io.CopyN(&w.body, w.in, length)
		return status, whole, err
	}
	if _, err = w.body.ReadFrom(httputil.NewChunkedReader(w.in)); err == nil {
		_, err = w.in.Discard(2) // the line that ends the chunks
	}
	return status, whole, err
}

// refused is an answer of the server that is no success.
type refused struct {
	status int
	text   string
}

func (r refused) Error() string { return fmt.Sprintf("HTTP %d: %s", r.status, r.text) }
