package synthetic

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/print"
)

// Texts of the picture.
const (
	banner = "演示画面  非真实场所"
	signs  = "0123456789:-号机 "
)

var (
	sky     = [...]color.RGBA{{0x9d, 0xb6, 0xc9, 255}, {0xb3, 0xc0, 0xb8, 255}, {0xa9, 0xad, 0xc4, 255}}
	walls   = [...]color.RGBA{{0x8a, 0x8f, 0x96, 255}, {0xa3, 0x97, 0x8b, 255}, {0x7d, 0x8b, 0x8c, 255}, {0x98, 0x9c, 0x8e, 255}}
	coats   = [...]color.RGBA{{0xb8, 0x3a, 0x34, 255}, {0x2f, 0x5f, 0xa8, 255}, {0xe0, 0xe0, 0xdc, 255}, {0x3a, 0x7d, 0x55, 255}}
	pane    = color.RGBA{0x5d, 0x6f, 0x7f, 255}
	asphalt = color.RGBA{0x4b, 0x4f, 0x55, 255}
	paving  = color.RGBA{0x8b, 0x8b, 0x86, 255}
	paint   = color.RGBA{0xd9, 0xd9, 0xd2, 255}
	dark    = color.RGBA{0x1d, 0x22, 0x28, 255}
)

func fill(m *image.RGBA, x, y, w, h int, c color.RGBA) {
	draw.Draw(m, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
}

// variety is how many streets there are.
const variety = 64

// streets keeps what does not move of every number that was asked for.
var streets sync.Map // number → *image.RGBA

// street is what does not move: houses, pavement, carriageway, and the banner.
func street(number int) *image.RGBA {
	if m, ok := streets.Load(number); ok {
		return m.(*image.RGBA)
	}
	m := image.NewRGBA(image.Rect(0, 0, wide, high))
	fill(m, 0, 0, wide, 150, sky[number%len(sky)])
	for i, x := 0, 0; x < wide; i++ {
		w, h := 64+16*((number+i*5)%4), 64+16*((number*3+i*7)%4)
		fill(m, x, 150-h, w-4, h, walls[(number+i)%len(walls)])
		for wy := 150 - h + 10; wy < 138; wy += 18 {
			for wx := x + 8; wx < x+w-16; wx += 16 {
				fill(m, wx, wy, 8, 10, pane)
			}
		}
		x += w
	}
	fill(m, 0, 150, wide, 18, paving)
	fill(m, 0, 168, wide, 88, asphalt)
	fill(m, 0, 256, wide, 16, paving)
	for x := (number % 3) * 8; x < wide; x += 40 {
		fill(m, x, 210, 22, 3, paint)
	}
	crossing := 96 + 48*(number%6)
	for y := 172; y < 252; y += 12 {
		fill(m, crossing, y, 40, 6, paint)
	}
	fill(m, 0, 0, wide, 32, dark)
	write(m, 8, 23, banner)
	streets.Store(number, m)
	return m
}

// picture is what the camera of a number sees at a tick; perSecond ticks make a second.
func picture(number int, tick int64) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, wide, high))
	copy(m.Pix, street(number%variety).Pix)
	write(m, 424, 23, fmt.Sprintf("%d号机", number%1000))
	for lane := range 2 {
		for n := range 2 {
			length, pace := 56+8*n, int64(6+2*n+number%3)
			x := int((tick*pace + int64(number*37+n*300)) % (wide + 200))
			y := 182
			if lane == 1 {
				x, y = wide+100-x, 224
			}
			car(m, x-100, y, length, coats[(number+lane*2+n)%len(coats)])
		}
	}
	at := time.Unix(tick/perSecond, 0).In(clock.Nanjing)
	write(m, 216, 23, at.Format("2006-01-02 15:04:05"))
	return m
}

func car(m *image.RGBA, x, y, length int, c color.RGBA) {
	fill(m, x+10, y-10, length-22, 12, c)
	fill(m, x+14, y-7, length-30, 8, pane)
	fill(m, x, y, length, 14, c)
	fill(m, x+8, y+10, 10, 8, dark)
	fill(m, x+length-18, y+10, 10, 8, dark)
}

// letters are the texts of this package as masks, drawn once: the face itself is not kept.
var letters = sync.OnceValue(func() map[rune]*image.Alpha {
	out := map[rune]*image.Alpha{}
	data, err := print.Face(print.Regular)
	if err != nil {
		return out
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		return out
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 19, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return out
	}
	for _, r := range banner + signs {
		width, _ := face.GlyphAdvance(r)
		mask := image.NewAlpha(image.Rect(0, 0, width.Ceil(), 28))
		(&font.Drawer{Dst: mask, Src: image.Opaque, Face: face, Dot: fixed.P(0, 20)}).DrawString(string(r))
		out[r] = mask
	}
	return out
})

// write writes a text with its line at y.
func write(m *image.RGBA, x, y int, text string) {
	for _, r := range text {
		mask := letters()[r]
		if mask == nil {
			continue
		}
		b := mask.Bounds().Add(image.Pt(x, y-20))
		draw.DrawMask(m, b, image.White, image.Point{}, mask, image.Point{}, draw.Over)
		x += mask.Bounds().Dx()
	}
}
