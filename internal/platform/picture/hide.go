package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
)

// Area is a rectangle of a picture in shares of its width and height, seen upright.
type Area struct {
	X float64 `json:"x" minimum:"0" maximum:"1"`
	Y float64 `json:"y" minimum:"0" maximum:"1"`
	W float64 `json:"w" minimum:"0" maximum:"1"`
	H float64 `json:"h" minimum:"0" maximum:"1"`
}

// Valid reports an area that lies in the picture and is not empty.
func (a Area) Valid() bool {
	const slack = 1e-6
	for _, v := range []float64{a.X, a.Y, a.W, a.H} {
		if math.IsNaN(v) || v < 0 || v > 1+slack {
			return false
		}
	}
	return a.W > 0 && a.H > 0 && a.X+a.W <= 1+slack && a.Y+a.H <= 1+slack
}

// blocks is into how many blocks the longer side of an area is averaged: fewer than a number plate has characters and far
// fewer than a face has features, so that no pattern of blocks can be matched to a letter or a person.
const blocks = 4

// Hide makes the areas of a picture unrecognisable: every block becomes its mean colour, rounded to 32 steps so that less
// than the mean is left of it. The picture itself is changed.
func Hide(m *image.RGBA, areas []Area) {
	for _, a := range areas {
		w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
		r := image.Rect(int(a.X*w), int(a.Y*h), int(math.Ceil((a.X+a.W)*w)), int(math.Ceil((a.Y+a.H)*h))).Intersect(m.Rect)
		if r.Empty() {
			continue
		}
		step := max(1, (max(r.Dx(), r.Dy())+blocks-1)/blocks)
		for y := r.Min.Y; y < r.Max.Y; y += step {
			for x := r.Min.X; x < r.Max.X; x += step {
				block := image.Rect(x, y, x+step, y+step).Intersect(r)
				draw.Draw(m, block, image.NewUniform(mean(m, block)), image.Point{}, draw.Src)
			}
		}
	}
}

func mean(m *image.RGBA, r image.Rectangle) color.RGBA {
	var red, green, blue, n int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := m.RGBAAt(x, y)
			red, green, blue, n = red+int(c.R), green+int(c.G), blue+int(c.B), n+1
		}
	}
	coarse := func(sum int) uint8 { return uint8(min(255, sum/n&^7+4)) }
	return color.RGBA{coarse(red), coarse(green), coarse(blue), 255}
}

// quality of the JPEG files made here.
const quality = 84

// JPEG encodes a picture without any metadata.
func JPEG(m *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}
