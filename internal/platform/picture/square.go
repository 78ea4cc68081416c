package picture

import (
	"image"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// Square cuts the largest square out of a picture and scales it to side pixels: the middle of a wide one, and of a high one a
// part nearer to the top, where the face of a portrait is.
func Square(m *image.RGBA, side int) *image.RGBA {
	b := m.Bounds()
	edge := min(b.Dx(), b.Dy())
	from := image.Pt(b.Min.X+(b.Dx()-edge)/2, b.Min.Y+(b.Dy()-edge)/4)
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	xdraw.ApproxBiLinear.Scale(out, out.Bounds(), m, image.Rectangle{Min: from, Max: from.Add(image.Pt(edge, edge))}, draw.Src, nil)
	return out
}
