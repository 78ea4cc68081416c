package cases

import (
	"image"
	_ "image/jpeg" // photos come as JPEG, PNG or WebP
	_ "image/png"
	"io"
	"math/bits"

	_ "golang.org/x/image/webp"
)

// maxLookPixels bounds the pictures that are unpacked for their look; phones send smaller ones.
const maxLookPixels = 26_000_000

// looking lets two pictures be unpacked at a time: each takes tens of megabytes.
var looking = make(chan struct{}, 2)

// lookOf returns the perceptual digest of a picture: 64 comparisons of neighbouring brightnesses in a grid of nine by
// eight ("difference hash", Krawetz 2013). It survives scaling, compression and a change of light. 0 if the picture
// cannot be read or is uniform.
func lookOf(r io.ReadSeeker) int64 {
	config, _, err := image.DecodeConfig(r)
	if err != nil || config.Width*config.Height > maxLookPixels {
		return 0
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	looking <- struct{}{}
	defer func() { <-looking }()
	img, _, err := image.Decode(r)
	if err != nil {
		return 0
	}
	return difference(shrink(img))
}

const (
	lookColumns = 9
	lookRows    = 8
)

// shrink averages the brightness of a picture over the cells of the grid, from at most 32 × 32 samples per cell.
func shrink(img image.Image) (out [lookRows][lookColumns]int64) {
	b := img.Bounds()
	grey := greyOf(img)
	for y := range lookRows {
		for x := range lookColumns {
			x0, x1 := b.Min.X+x*b.Dx()/lookColumns, b.Min.X+(x+1)*b.Dx()/lookColumns
			y0, y1 := b.Min.Y+y*b.Dy()/lookRows, b.Min.Y+(y+1)*b.Dy()/lookRows
			var sum, n int64
			for j := y0; j < y1; j += max(1, (y1-y0)/32) {
				for i := x0; i < x1; i += max(1, (x1-x0)/32) {
					sum += grey(i, j)
					n++
				}
			}
			out[y][x] = sum * 16 / max(n, 1)
		}
	}
	return out
}

// greyOf reads the brightness of a pixel, 0 to 255; photos keep it apart from their colours.
func greyOf(img image.Image) func(x, y int) int64 {
	if p, ok := img.(*image.YCbCr); ok {
		return func(x, y int) int64 { return int64(p.Y[p.YOffset(x, y)]) }
	}
	return func(x, y int) int64 {
		r, g, b, _ := img.At(x, y).RGBA()
		return int64((299*r + 587*g + 114*b) / 1000 >> 8)
	}
}

func difference(cells [lookRows][lookColumns]int64) int64 {
	var look uint64
	for _, row := range cells {
		for x := range lookColumns - 1 {
			look <<= 1
			if row[x] > row[x+1] {
				look |= 1
			}
		}
	}
	return int64(look)
}

// Alike is how much two looks have in common, 0 to 1, 0 if one is unknown.
func Alike(a, b int64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	same := 64 - bits.OnesCount64(uint64(a^b))
	return max(0, float64(same-32)/32)
}
