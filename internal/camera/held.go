package camera

import (
	"io"
	"sync"

	"yiwang/internal/platform/errs"
)

// Bounds of pieces that are fetched and not yet handed over, of all cameras together and of one person.
const (
	maxPieces     = 64
	maxPiecesEach = 6 // a browser asks for that many at once
	maxHeld       = 128 << 20
	maxHeldEach   = 32 << 20
)

// held bounds what waits in memory between media servers and browsers: segments are large, and some phones are slow.
type held struct {
	mu  sync.Mutex
	all share
	of  map[string]share // by who looks
}

type share struct {
	pieces int
	bytes  int64
}

// claim is the room of one piece. Its methods are called by one goroutine.
type claim struct {
	in    *held
	who   string
	bytes int64
}

// claim takes room for a piece of somebody's; Unavailable while there is none. It is given back by release.
func (h *held) claim(who string) (*claim, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := h.of[who]
	if h.all.pieces >= maxPieces || own.pieces >= maxPiecesEach {
		return nil, busy()
	}
	if h.of == nil {
		h.of = map[string]share{}
	}
	h.all.pieces++
	own.pieces++
	h.of[who] = own
	return &claim{in: h, who: who}, nil
}

// grow takes room for bytes more; Unavailable if there is none.
func (c *claim) grow(bytes int64) error {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	own := c.in.of[c.who]
	if c.in.all.bytes+bytes > maxHeld || own.bytes+bytes > maxHeldEach {
		return busy()
	}
	c.bytes += bytes
	c.in.all.bytes += bytes
	own.bytes += bytes
	c.in.of[c.who] = own
	return nil
}

// release gives the room back.
func (c *claim) release() {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	own := c.in.of[c.who]
	c.in.all.pieces--
	c.in.all.bytes -= c.bytes
	own.pieces--
	own.bytes -= c.bytes
	if c.in.of[c.who] = own; own.pieces == 0 {
		delete(c.in.of, c.who)
	}
}

// reader takes room for what is read.
func (c *claim) reader(from io.Reader) io.Reader { return &claiming{from, c} }

type claiming struct {
	from io.Reader
	c    *claim
}

// Read refuses what there is no room for.
func (r *claiming) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if full := r.c.grow(int64(n)); full != nil {
		return 0, full
	}
	return n, err
}

func busy() error {
	return errs.Unavailable("camera.busy", "Too many live pictures are under way; it goes on in a moment.")
}
