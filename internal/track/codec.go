package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Codec is the way a chunk is written; a stored chunk names it in its first byte.
type Codec byte

// Delta writes each point as its difference from the one before: a byte that says which fields changed, and variable-length
// integers for those that did. The browser reads the same bytes.
const Delta Codec = 1

// What the first byte of a point says.
const (
	newStep     = 1 << iota // the time step differs from the last one
	moved                   // latitude or longitude changed
	newSpeed                // speed
	newHeading              // heading
	newAccuracy             // accuracy
	newBattery              // battery
	newFlags                // flags
)

// MaxPoints is the largest number of points in one chunk.
const MaxPoints = 100_000

// ErrChunk is what a chunk that cannot be read returns, wrapped with the reason.
var ErrChunk = errors.New("the chunk is damaged")

// Encode packs points, which must be in the order of time, into a chunk. Points at 10 seconds take about seven bytes each.
func Encode(points []Point) []byte {
	b := make([]byte, 0, 16+8*len(points))
	b = append(b, byte(Delta))
	b = binary.AppendUvarint(b, uint64(len(points)))
	last, step := Point{}, int64(0)
	for _, p := range points {
		b = appendPoint(b, &p, &last, &step)
		last = p
	}
	return b
}

func appendPoint(b []byte, p, last *Point, step *int64) []byte {
	mask, at := byte(0), len(b)
	b = append(b, 0)
	if s := p.At - last.At; s != *step {
		mask |= newStep
		b = binary.AppendVarint(b, s-*step)
		*step = s
	}
	if p.Lat != last.Lat || p.Lon != last.Lon {
		mask |= moved
		b = binary.AppendVarint(b, int64(p.Lat)-int64(last.Lat))
		b = binary.AppendVarint(b, int64(p.Lon)-int64(last.Lon))
	}
	if p.Speed != last.Speed {
		mask |= newSpeed
		b = binary.AppendVarint(b, int64(int16(p.Speed-last.Speed)))
	}
	if p.Heading != last.Heading {
		mask |= newHeading
		b = binary.AppendVarint(b, turn(p.Heading, last.Heading))
	}
	if p.Accuracy != last.Accuracy {
		mask |= newAccuracy
		b = binary.AppendVarint(b, int64(int16(p.Accuracy-last.Accuracy)))
	}
	if p.Battery != last.Battery {
		mask |= newBattery
		b = append(b, p.Battery)
	}
	if p.Flags != last.Flags {
		mask |= newFlags
		b = append(b, byte(p.Flags))
	}
	b[at] = mask
	return b
}

// turn is the change of heading the short way round, so that a walk to the north does not jump between 359 and 0; the
// unknown heading is written as a step of its own.
func turn(to, from uint16) int64 {
	if to == NoHeading {
		return 360
	}
	if from == NoHeading {
		return int64(to)
	}
	d := int64(to) - int64(from)
	switch {
	case d >= 180:
		d -= 360
	case d < -180:
		d += 360
	}
	return d
}

func turned(from uint16, by int64) uint16 {
	switch {
	case by == 360:
		return NoHeading
	case from == NoHeading:
		return uint16(by)
	}
	return uint16(((int64(from)+by)%360 + 360) % 360)
}

// Decode reads a chunk that Encode wrote. A damaged or foreign one is ErrChunk, never a panic and never more memory than
// the chunk can hold.
func Decode(b []byte) ([]Point, error) { return AppendDecoded(nil, b) }

// AppendDecoded is Decode into a slice of the caller.
func AppendDecoded(out []Point, b []byte) ([]Point, error) {
	if len(b) == 0 || Codec(b[0]) != Delta {
		return out, fmt.Errorf("%w: unknown codec", ErrChunk)
	}
	r := reader{b: b[1:]}
	n := r.uvarint()
	if n > MaxPoints || n > uint64(len(r.b)) { // every point takes a byte at least
		return out, fmt.Errorf("%w: %d points", ErrChunk, n)
	}
	last, step := Point{}, int64(0)
	for range n {
		last = r.point(last, &step)
		if r.failed {
			return out, fmt.Errorf("%w: it ends too soon", ErrChunk)
		}
		out = append(out, last)
	}
	if len(r.b) > 0 {
		return out, fmt.Errorf("%w: %d bytes too many", ErrChunk, len(r.b))
	}
	return out, nil
}

type reader struct {
	b      []byte
	failed bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	return advance(r, v, n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	return advance(r, v, n)
}

func advance[T int64 | uint64](r *reader, v T, n int) T {
	if n <= 0 {
		r.failed, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.failed = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) point(last Point, step *int64) Point {
	mask, p := r.byte(), last
	if mask&newStep != 0 {
		*step += r.varint()
	}
	p.At += *step
	if mask&moved != 0 {
		p.Lat = clamp(int64(p.Lat) + r.varint())
		p.Lon = clamp(int64(p.Lon) + r.varint())
	}
	if mask&newSpeed != 0 {
		p.Speed += uint16(r.varint())
	}
	if mask&newHeading != 0 {
		p.Heading = turned(p.Heading, r.varint())
	}
	if mask&newAccuracy != 0 {
		p.Accuracy += uint16(r.varint())
	}
	if mask&newBattery != 0 {
		p.Battery = r.byte()
	}
	if mask&newFlags != 0 {
		p.Flags = Flags(r.byte())
	}
	return p
}

func clamp(v int64) int32 { return int32(max(math.MinInt32, min(math.MaxInt32, v))) }
