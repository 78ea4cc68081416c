package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// plate draws black strokes on white in the right half, red in the upper left corner.
func plate(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x > w/2 && x/3%2 == 0 {
				c = color.RGBA{0, 0, 0, 255}
			}
			if x < 4 && y < 4 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHide_LeavesFewColoursInsideAndEverythingOutsideAsItWas(t *testing.T) {
	t.Parallel()
	m, before := plate(240, 80), plate(240, 80)
	Hide(m, []Area{{0.5, 0, 0.5, 1}})
	inside := map[color.RGBA]int{}
	for y := range 80 {
		for x := range 240 {
			if x >= 120 {
				inside[m.RGBAAt(x, y)]++
			} else if m.RGBAAt(x, y) != before.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d outside the area changed", x, y)
			}
		}
	}
	if len(inside) > blocks*blocks {
		t.Errorf("%d colours are left inside", len(inside))
	}
	for c := range inside {
		if c.R < 60 || c.R > 230 {
			t.Errorf("a stroke can still be seen: %v", c)
		}
	}
}

func TestArea_MustLieInThePicture(t *testing.T) {
	t.Parallel()
	for _, a := range []Area{{0, 0, 0, 1}, {-0.1, 0, 0.5, 0.5}, {0.6, 0, 0.5, 0.5}, {0, 0.9, 0.1, 0.2}, {0, 0, 2, 1}} {
		if a.Valid() {
			t.Errorf("%+v was accepted", a)
		}
	}
	if !(Area{0, 0, 1, 1}).Valid() || !(Area{0.2, 0.3, 0.1, 0.1}).Valid() {
		t.Error("an area inside was refused")
	}
}

func TestOpen_ShrinksAndRefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	m, err := Open(bytes.NewReader(encoded(t, plate(240, 80))), 60)
	if err != nil || m.Rect.Dx() != 60 || m.Rect.Dy() != 20 {
		t.Errorf("%v, %v", m, err)
	}
	for _, bad := range []string{"", "no picture", "\xff\xd8\xff<script>"} {
		if _, err := Open(strings.NewReader(bad), 60); err == nil {
			t.Errorf("%q was taken for a picture", bad)
		}
	}
}

func TestOpen_TurnsThePictureAsItsCameraWasHeld(t *testing.T) {
	t.Parallel()
	// Where the red corner lies after the turn, in shares of width and height.
	for o, at := range map[int][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}} {
		m := upright(plate(24, 8), o)
		w, h := m.Rect.Dx(), m.Rect.Dy()
		if (o >= 5) != (h > w) {
			t.Errorf("orientation %d: %d × %d", o, w, h)
		}
		x, y := at[0]*(w-1), at[1]*(h-1)
		if m.RGBAAt(x, y) != (color.RGBA{255, 0, 0, 255}) {
			t.Errorf("orientation %d: the corner is not at %d,%d", o, x, y)
		}
	}
	if o := orientation(append(append([]byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00"), bare...), 6, 0, 0)); o != 6 {
		t.Errorf("orientation %d is read", o)
	}
	if o := orientation([]byte("nothing")); o != 1 {
		t.Errorf("orientation %d without a mark", o)
	}
}

func TestJPEG_HoldsNothingButThePicture(t *testing.T) {
	t.Parallel()
	data, err := JPEG(plate(64, 48))
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"Exif", "http://ns.adobe.com", "Photoshop", "ICC_PROFILE"} {
		if bytes.Contains(data, []byte(mark)) {
			t.Errorf("%s stands in the file", mark)
		}
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != 64 || c.Height != 48 {
		t.Errorf("%+v, %v", c, err)
	}
}
