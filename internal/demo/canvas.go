package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"slices"
)

// Size of a drawing.
const (
	wide = 400
	high = 300
)

// canvas is a drawing in flat colours.
type canvas struct {
	img *image.RGBA
	rnd *rand.Rand
}

func newCanvas(r *rand.Rand) *canvas {
	return &canvas{image.NewRGBA(image.Rect(0, 0, wide, high)), r}
}

// rgb is a colour such as 0xd9e2ec.
func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

func (c *canvas) rect(x, y, w, h int, hex uint32) {
	draw.Draw(c.img, image.Rect(x, y, x+w, y+h), image.NewUniform(rgb(hex)), image.Point{}, draw.Src)
}

// shade fills rows from top to bottom with colours between two.
func (c *canvas) shade(y, h int, from, to uint32) {
	a, b := rgb(from), rgb(to)
	for i := range h {
		t := float64(i) / float64(max(1, h-1))
		mix := func(p, q uint8) uint8 { return uint8(float64(p) + t*(float64(q)-float64(p))) }
		draw.Draw(c.img, image.Rect(0, y+i, wide, y+i+1), image.NewUniform(color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}), image.Point{}, draw.Src)
	}
}

// glow lightens towards the middle of a circle.
func (c *canvas) glow(cx, cy, radius int, hex uint32, strength float64) {
	g := rgb(hex)
	for y := max(0, cy-radius); y < min(high, cy+radius); y++ {
		for x := max(0, cx-radius); x < min(wide, cx+radius); x++ {
			d := math.Hypot(float64(x-cx), float64(y-cy)) / float64(radius)
			if d >= 1 {
				continue
			}
			t := strength * (1 - d) * (1 - d)
			p := c.img.RGBAAt(x, y)
			mix := func(a, b uint8) uint8 { return uint8(float64(a) + t*(float64(b)-float64(a))) }
			c.img.SetRGBA(x, y, color.RGBA{mix(p.R, g.R), mix(p.G, g.G), mix(p.B, g.B), 255})
		}
	}
}

func (c *canvas) disc(cx, cy, rx, ry int, hex uint32) {
	for y := -ry; y <= ry; y++ {
		half := int(float64(rx) * math.Sqrt(max(0, 1-float64(y*y)/float64(max(1, ry*ry)))))
		c.rect(cx-half, cy+y, 2*half+1, 1, hex)
	}
}

// poly fills a polygon given as x, y, x, y, …
func (c *canvas) poly(hex uint32, xy ...int) {
	top, bottom := high, 0
	for i := 1; i < len(xy); i += 2 {
		top, bottom = min(top, xy[i]), max(bottom, xy[i])
	}
	for y := max(0, top); y <= min(high-1, bottom); y++ {
		var cuts []int
		x1, y1 := xy[len(xy)-2], xy[len(xy)-1]
		for corner := range slices.Chunk(xy, 2) {
			x2, y2 := corner[0], corner[1]
			if (y1 <= y) != (y2 <= y) {
				cuts = append(cuts, x1+(y-y1)*(x2-x1)/(y2-y1))
			}
			x1, y1 = x2, y2
		}
		if len(cuts) == 2 { // the figures are convex
			c.rect(min(cuts[0], cuts[1]), y, max(cuts[0], cuts[1])-min(cuts[0], cuts[1])+1, 1, hex)
		}
	}
}

func (c *canvas) line(x1, y1, x2, y2, thick int, hex uint32) {
	n := max(1, int(math.Hypot(float64(x2-x1), float64(y2-y1))))
	for i := range n + 1 {
		c.rect(x1+(x2-x1)*i/n-thick/2, y1+(y2-y1)*i/n-thick/2, thick, thick, hex)
	}
}

// sag draws a hanging cable.
func (c *canvas) sag(x1, y1, x2, y2, depth int, hex uint32) {
	px, py := x1, y1
	for i := 1; i <= 16; i++ {
		t := float64(i) / 16
		x, y := x1+(x2-x1)*i/16, y1+int(t*float64(y2-y1)+4*t*(1-t)*float64(depth))
		c.line(px, py, x, y, 2, hex)
		px, py = x, y
	}
}

// facade draws a block of flats with windows.
func (c *canvas) facade(x, y, w, h int, wall, pane uint32) {
	c.rect(x, y, w, h, wall)
	for wy := y + 12; wy < y+h-24; wy += 34 {
		for wx := x + 12; wx < x+w-20; wx += 32 {
			c.rect(wx, wy, 20, 20, pane)
			c.rect(wx+9, wy, 2, 20, wall)
		}
	}
}

// person draws a figure with its feet at y.
func (c *canvas) person(x, y int, coat uint32) {
	c.rect(x-7, y-22, 6, 22, 0x39424e)
	c.rect(x+1, y-22, 6, 22, 0x39424e)
	c.rect(x-10, y-52, 20, 32, coat)
	c.disc(x, y-62, 8, 9, 0xe3b899)
	c.rect(x-8, y-71, 16, 5, 0x2b2b2b)
}

func (c *canvas) jpeg() ([]byte, error) {
	for range 900 { // grain, so that no two drawings are the same file
		x, y := c.rnd.IntN(wide), c.rnd.IntN(high)
		p := c.img.RGBAAt(x, y)
		d := uint8(c.rnd.IntN(14))
		c.img.SetRGBA(x, y, color.RGBA{p.R - min(p.R, d), p.G - min(p.G, d), p.B - min(p.B, d), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, c.img, &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("draw a photo: %w", err)
	}
	return b.Bytes(), nil
}
