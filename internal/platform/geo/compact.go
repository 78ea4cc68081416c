package geo

import "errors"

// The compact text of a shape: zig-zag differences in five-bit groups (characters 63…126), a space between rings and a
// semicolon between polygons. About six bytes a vertex, ASCII, loss-free.
const (
	ringMark    = ' '
	polygonMark = ';'
)

// Compact returns the shape as text for a column.
func (s Shape) Compact() string {
	out := make([]byte, 0, 7*s.Vertices()+16)
	for i, p := range s {
		if i > 0 {
			out = append(out, polygonMark)
		}
		for j, r := range p {
			if j > 0 {
				out = append(out, ringMark)
			}
			var prev Vertex
			for _, v := range r {
				out = appendDelta(out, int64(v.X)-int64(prev.X))
				out = appendDelta(out, int64(v.Y)-int64(prev.Y))
				prev = v
			}
		}
	}
	return string(out)
}

func appendDelta(out []byte, d int64) []byte {
	u := uint64(d<<1) ^ uint64(d>>63)
	for u >= 32 {
		out = append(out, byte(u&31|32)+63)
		u >>= 5
	}
	return append(out, byte(u)+63)
}

var errCompact = errors.New("stored shape is damaged")

// ParseCompact reads what Compact wrote; "" is the empty shape.
func ParseCompact(text string) (Shape, error) {
	if text == "" {
		return nil, nil
	}
	s := Shape{Polygon{nil}}
	var prev Vertex
	ring := make(Ring, 0, len(text)/6+1)
	flush := func() error {
		if len(ring) < 3 {
			return errCompact
		}
		p := s[len(s)-1]
		p[len(p)-1] = ring
		ring, prev = nil, Vertex{}
		return nil
	}
	for i := 0; i < len(text); {
		switch text[i] {
		case ringMark, polygonMark:
			if err := flush(); err != nil {
				return nil, err
			}
			if text[i] == polygonMark {
				s = append(s, Polygon{nil})
			} else {
				s[len(s)-1] = append(s[len(s)-1], nil)
			}
			i++
			continue
		}
		dx, n := readDelta(text[i:])
		dy, m := readDelta(text[i+n:])
		if n == 0 || m == 0 {
			return nil, errCompact
		}
		i += n + m
		prev = Vertex{prev.X + int32(dx), prev.Y + int32(dy)}
		ring = append(ring, prev)
	}
	return s, flush()
}

// readDelta returns the number and the bytes it took; 0 bytes when the text is damaged.
func readDelta(text string) (int64, int) {
	var u uint64
	for i := 0; i < len(text) && i < 13; i++ {
		c := text[i]
		if c < 63 || c > 126 {
			return 0, 0
		}
		c -= 63
		u |= uint64(c&31) << (5 * i)
		if c < 32 {
			return int64(u>>1) ^ -int64(u&1), i + 1
		}
	}
	return 0, 0
}
