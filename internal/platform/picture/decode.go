package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // decoder
	_ "image/png"  // decoder
	"io"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder
)

// maxFile bounds what is read of a stored picture; stored ones were measured when they came in.
const maxFile = 32 << 20

// Open reads a JPEG, PNG or WebP picture, turns it upright and shrinks it so that no side is longer than side pixels.
// What is transparent becomes white. An error means that the file is no picture.
func Open(r io.Reader, side int) (*image.RGBA, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode picture: %w", err)
	}
	return upright(shrink(m, side), orientation(data)), nil
}

func shrink(m image.Image, side int) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(out, out.Bounds(), m, b.Min, draw.Over)
	} else {
		xdraw.ApproxBiLinear.Scale(out, out.Bounds(), m, b, xdraw.Over, nil)
	}
	return out
}

// bare is the TIFF data that a stored picture carries when it must be turned: a directory with the orientation alone.
var bare = []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0}

// orientation returns 1 to 8 as EXIF counts (CIPA DC-008, table 6). Stored pictures hold nothing else of EXIF, in one form,
// so the place of that form is found without reading the container.
func orientation(data []byte) int {
	at := bytes.Index(data, bare)
	if at < 0 || at+len(bare) >= len(data) {
		return 1
	}
	if o := int(data[at+len(bare)]); o >= 2 && o <= 8 {
		return o
	}
	return 1
}

// upright turns and mirrors a picture as its orientation asks.
func upright(m *image.RGBA, o int) *image.RGBA {
	if o < 2 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch o {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.SetRGBA(tx, ty, m.RGBAAt(x, y))
		}
	}
	return out
}
