package geo

import (
	"fmt"
	"strconv"
)

// maxNumber bounds the text of one coordinate; a double needs at most 25 characters.
const maxNumber = 40

// parser reads nested coordinate lists. The text is valid JSON already; only its shape is checked here.
type parser struct {
	text     []byte
	at       int
	path     []int // positions in the lists that are open
	vertices int
	datum    Datum
}

func (p *parser) shape() (Shape, error) {
	var s Shape
	err := p.list(func() error {
		poly, err := p.polygon()
		s = append(s, poly)
		return err
	})
	return s, err
}

func (p *parser) polygon() (Polygon, error) {
	var poly Polygon
	err := p.list(func() error {
		r, err := p.ring()
		poly = append(poly, r)
		return err
	})
	if err == nil && len(poly) == 0 {
		err = p.fail("there is no ring")
	}
	return poly, err
}

func (p *parser) ring() (Ring, error) {
	var r Ring
	err := p.list(func() error {
		if p.vertices++; p.vertices > MaxVertices {
			return p.fail("more than %d positions: simplify the outline", MaxVertices)
		}
		v, err := p.position()
		r = append(r, v)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(r) < 4:
		return nil, p.fail("a ring needs four positions, the last equal to the first; there are %d", len(r))
	case r[0] != r[len(r)-1]:
		return nil, p.fail("the ring is not closed: repeat %s at its end", r[0])
	}
	return r[:len(r)-1], nil
}

func (p *parser) position() (Vertex, error) {
	var xy [2]float64
	n := 0
	err := p.list(func() error {
		v, err := p.number()
		if n < 2 {
			xy[n] = v
		}
		n++
		return err
	})
	if err != nil {
		return Vertex{}, err
	}
	if n < 2 || n > 4 {
		return Vertex{}, p.fail("a position is [longitude, latitude]")
	}
	if _, err := At(xy[0], xy[1]); err != nil { // before conversion: the message shows the value as written
		hint := "write degrees, not metres"
		if _, swapped := At(xy[1], xy[0]); swapped == nil {
			hint = "longitude comes first"
		}
		return Vertex{}, p.fail("%w: %s", err, hint)
	}
	v, err := At(p.datum.ToWGS84(xy[0], xy[1]))
	if err != nil {
		return Vertex{}, p.fail("%w", err)
	}
	return v, nil
}

// list reads a list and calls item at each of its items.
func (p *parser) list(item func() error) error {
	if p.peek() != '[' {
		return p.fail("a list is expected")
	}
	p.at++
	p.path = append(p.path, 0)
	for p.peek() != ']' {
		if p.text[p.at] == ',' { // the text is valid JSON: a comma stands between two items
			p.at++
			p.path[len(p.path)-1]++
		}
		if err := item(); err != nil {
			return err
		}
	}
	p.at++
	p.path = p.path[:len(p.path)-1]
	return nil
}

// fail makes an error that starts with the place, such as coordinates[0][12].
func (p *parser) fail(format string, args ...any) error {
	place := "coordinates"
	for _, n := range p.path {
		place += "[" + strconv.Itoa(n) + "]"
	}
	return fmt.Errorf(place+": "+format, args...)
}

func (p *parser) number() (float64, error) {
	c := p.peek()
	if c != '-' && (c < '0' || c > '9') {
		return 0, p.fail("a number is expected")
	}
	from := p.at
	for p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != ']' && p.text[p.at] > ' ' {
		p.at++
	}
	if p.at-from > maxNumber {
		return 0, p.fail("a number of %d characters: round it to seven decimals", p.at-from)
	}
	v, err := strconv.ParseFloat(string(p.text[from:p.at]), 64)
	if err != nil {
		return 0, p.fail("%q is no coordinate", p.text[from:p.at])
	}
	return v, nil
}

// peek skips white space and returns the next character, 0 at the end.
func (p *parser) peek() byte {
	for p.at < len(p.text) && p.text[p.at] <= ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}
