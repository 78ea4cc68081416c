package blob

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/webp"

	"yiwang/internal/platform/errs"
)

// tiffWith is EXIF as a phone writes it: orientation 6, a device, a time, a place in Gulou.
func tiffWith(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}) []byte {
	type entry struct {
		tag, kind uint16
		n         uint32
		value     []byte
	}
	short := func(v uint16) []byte { return order.AppendUint16(nil, v) }
	long := func(v uint32) []byte { return order.AppendUint32(nil, v) }
	text := func(s string) entry { return entry{0, 2, uint32(len(s) + 1), append([]byte(s), 0)} }
	rationals := func(v ...uint32) []byte {
		var b []byte
		for _, x := range v {
			b = order.AppendUint32(b, x)
		}
		return b
	}
	tagged := func(tag uint16, e entry) entry { e.tag = tag; return e }
	var b []byte
	if order.String() == "LittleEndian" {
		b = []byte("II*\x00")
	} else {
		b = []byte("MM\x00*")
	}
	b = append(b, long(8)...)
	// Directories have fixed sizes, so their places are known: IFD0 at 8, EXIF at 200, GPS at 400, values from 600.
	values := []byte{}
	dir := func(at int, list ...entry) {
		b = append(b, make([]byte, max(0, at-len(b)))...)
		d := short(uint16(len(list)))
		for _, e := range list {
			d = append(append(append(d, short(e.tag)...), short(e.kind)...), long(e.n)...)
			v := e.value
			if len(v) > 4 {
				v = long(uint32(600 + len(values)))
				values = append(values, e.value...)
			}
			d = append(d, append(v, make([]byte, 4-len(v))...)...)
		}
		b = append(append(b, d...), long(0)...)
	}
	dir(8, tagged(tagMake, text("Huawei")), tagged(tagModel, text("Mate 70")), entry{tagOrientation, 3, 1, short(6)},
		entry{tagExifIFD, 4, 1, long(200)}, entry{tagGPSIFD, 4, 1, long(400)})
	dir(200, tagged(tagTaken, text("2026:11:20 08:30:15")))
	dir(400, tagged(tagLatRef, text("N")), entry{tagLat, 5, 3, rationals(32, 1, 3, 1, 5832, 100)},
		tagged(tagLonRef, text("E")), entry{tagLon, 5, 3, rationals(118, 1, 46, 1, 1234, 100)})
	b = append(b, make([]byte, 600-len(b))...)
	return append(b, values...)
}

const secretText = "张三 住希望小区 3 幢"

func noise(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range img.Pix {
		img.Pix[i] = byte(r.IntN(256)) | 3
	}
	img.Set(0, 0, color.White)
	return img
}

func segmentOf(marker byte, body string) []byte {
	var b bytes.Buffer
	writeSegment(&b, marker, []byte(body))
	return b.Bytes()
}

func chunkOf(name, body string) []byte {
	var b bytes.Buffer
	writeChunk(&b, name, []byte(body))
	return b.Bytes()
}

func riffOf(name, body string) []byte {
	var b bytes.Buffer
	writeRIFF(&b, name, []byte(body))
	return b.Bytes()
}

// plainJPEG and the picture of the same bits with everything that must go.
func jpegs(t testing.TB, tiff []byte) (plain, loaded []byte) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise(64, 48), nil); err != nil {
		t.Fatal(err)
	}
	plain = b.Bytes()
	loaded = append([]byte(nil), plain[:2]...)
	for _, s := range [][]byte{
		segmentOf(mAPP0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01"+secretText[:3]),
		segmentOf(mAPP1, "Exif\x00\x00"+string(tiff)),
		segmentOf(mAPP1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+secretText),
		segmentOf(0xED, "Photoshop 3.0\x008BIM"+secretText), segmentOf(mCOM, secretText),
		segmentOf(mAPP2, "MPF\x00"+secretText), segmentOf(mAPP2, "ICC_PROFILE\x00\x01\x01profile"), {0xFF, 0xFF, 0xFF}, // fill bytes
	} {
		loaded = append(loaded, s...)
	}
	loaded = append(loaded[:len(loaded)-3], plain[2:]...)
	return plain, append(loaded, "PK\x03\x04<script>alert(1)</script>"+secretText...)
}

func pngs(t testing.TB, tiff []byte) (plain, loaded []byte) {
	var b bytes.Buffer
	if err := png.Encode(&b, noise(64, 48)); err != nil {
		t.Fatal(err)
	}
	plain = b.Bytes()
	head := len(pngMagic) + 25
	loaded = append([]byte(nil), plain[:head]...)
	for _, c := range [][]byte{chunkOf("tEXt", "Author\x00"+secretText), chunkOf("iTXt", "XML:com.adobe.xmp\x00"+secretText),
		chunkOf("eXIf", string(tiff)), chunkOf("tIME", "1234567"), chunkOf("prVt", secretText), chunkOf("pHYs", "123456789")} {
		loaded = append(loaded, c...)
	}
	return plain, append(append(loaded, plain[head:]...), "%PDF-1.7 "+secretText...)
}

// onePixel is a lossless WebP of one transparent pixel, written down from RFC 9649.
const onePixel = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="

func webps(t testing.TB, tiff []byte) (plain, loaded []byte) {
	plain, err := base64.StdEncoding.DecodeString(onePixel)
	if err != nil {
		t.Fatal(err)
	}
	frame := string(plain[20 : 20+binary.LittleEndian.Uint32(plain[16:])])
	body := "WEBP" + string(riffOf("VP8X", "\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00")) + string(riffOf("VP8L", frame)) +
		string(riffOf("EXIF", string(tiff))) + string(riffOf("XMP ", secretText)) + string(riffOf("PRIV", secretText))
	return plain, append(riffOf("RIFF", body), secretText...)
}

func cleaners() map[Type]func([]byte) (picture, error) {
	return map[Type]func([]byte) (picture, error){JPEG: cleanJPEG, PNG: cleanPNG, WebP: cleanWebP}
}

func loadedPictures(t testing.TB) map[Type][][2][]byte {
	out := map[Type][][2][]byte{}
	for _, tiff := range [][]byte{tiffWith(binary.LittleEndian), tiffWith(binary.BigEndian)} {
		for kind, load := range map[Type]func(testing.TB, []byte) ([]byte, []byte){JPEG: jpegs, PNG: pngs, WebP: webps} {
			plain, loaded := load(t, tiff)
			out[kind] = append(out[kind], [2][]byte{plain, loaded})
		}
	}
	return out
}

func decode(t testing.TB, kind Type, data []byte) image.Image {
	t.Helper()
	read := map[Type]func(b []byte) (image.Image, error){
		JPEG: func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		PNG:  func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		WebP: func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
	}[kind]
	img, err := read(data)
	if err != nil {
		t.Fatalf("%s does not decode: %v", kind, err)
	}
	return img
}

func TestClean_TakesOutWhatTellsOnPeopleAndKeepsThePicture(t *testing.T) {
	t.Parallel()
	for kind, pairs := range loadedPictures(t) {
		for _, pair := range pairs {
			p, err := cleaners()[kind](pair[1])
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			for _, trace := range []string{secretText, "张", "Huawei", "2026:11:20", "xmp", "8BIM", "<script", "PK\x03\x04", "%PDF", "MPF", "PRIV"} {
				if bytes.Contains(p.data, []byte(trace)) {
					t.Errorf("%s still contains %q", kind, trace)
				}
			}
			before, after := decode(t, kind, pair[0]), decode(t, kind, p.data)
			if before.Bounds() != after.Bounds() || p.width != after.Bounds().Dx() || p.height != after.Bounds().Dy() {
				t.Fatalf("%s: %v became %v (%d × %d)", kind, before.Bounds(), after.Bounds(), p.width, p.height)
			}
			for y := range p.height {
				for x := range p.width {
					if before.At(x, y) != after.At(x, y) {
						t.Fatalf("%s: pixel %d,%d changed", kind, x, y)
					}
				}
			}
			c := p.exif.capture(time.FixedZone("UTC+8", 8*3600))
			if !c.HasGPS || math.Abs(c.Lat-32.0662) > 1e-6 || math.Abs(c.Lon-118.770094) > 1e-5 || c.Device != "Huawei Mate 70" ||
				!c.TakenAt.Equal(time.Date(2026, 11, 20, 0, 30, 15, 0, time.UTC)) {
				t.Errorf("%s: capture %+v", kind, c)
			}
			again, err := cleaners()[kind](p.data)
			if err != nil || !bytes.Equal(again.data, p.data) {
				t.Errorf("%s: cleaning twice differs from once (%v)", kind, err)
			}
			if again.exif.orientation != 6 || again.exif.capture(time.UTC) != (Capture{}) {
				t.Errorf("%s: after cleaning EXIF says %+v", kind, again.exif)
			}
		}
	}
	jpg := loadedPictures(t)[JPEG][0][1]
	if p, _ := cleanJPEG(jpg); !bytes.Contains(p.data, []byte("ICC_PROFILE")) {
		t.Error("the colour profile was lost")
	}
}

func TestClean_KeepsEveryScanOfAProgressiveJPEG(t *testing.T) {
	t.Parallel()
	plain, _ := jpegs(t, nil)
	// The encoder writes one scan; a comment and a restart marker between two copies of it stand for the general shape.
	sos := bytes.Index(plain, []byte{0xFF, mSOS})
	scan := plain[sos : len(plain)-2]
	two := append(append([]byte(nil), plain[:len(plain)-2]...), segmentOf(mCOM, secretText)...)
	two = append(append(two, scan...), 0xFF, mEOI)
	p, err := cleanJPEG(two)
	if err != nil || bytes.Count(p.data, []byte{0xFF, mSOS}) != 2 || bytes.Contains(p.data, []byte(secretText)) {
		t.Errorf("%d scans, %v", bytes.Count(p.data, []byte{0xFF, mSOS}), err)
	}
}

func TestClean_RefusesEveryTruncation(t *testing.T) {
	t.Parallel()
	for kind, pairs := range loadedPictures(t) {
		plain := pairs[0][0]
		for n := range plain {
			if _, err := cleaners()[kind](plain[:n]); errs.KindOf(err) != errs.KindInvalid {
				t.Fatalf("%s cut to %d of %d bytes: %v", kind, n, len(plain), err)
			}
		}
	}
}

func TestClean_RefusesWhatIsInconsistent(t *testing.T) {
	t.Parallel()
	jpg, _ := jpegs(t, nil)
	pic, _ := pngs(t, nil)
	web, _ := webps(t, nil)
	frame := string(web[20 : 20+binary.LittleEndian.Uint32(web[16:])])
	broken := append([]byte(nil), pic...)
	broken[40] ^= 1
	sof := bytes.Index(jpg, []byte{0xFF, 0xC0})
	sofLen := 2 + int(binary.BigEndian.Uint16(jpg[sof+2:]))
	twoFrames := append(append(append([]byte(nil), jpg[:sof]...), jpg[sof:sof+sofLen]...), jpg[sof:]...)
	for name, k := range map[string]struct {
		clean func([]byte) (picture, error)
		data  []byte
		code  string
	}{
		"two frames":           {cleanJPEG, twoFrames, "blob.damaged"},
		"start inside":         {cleanJPEG, append(append([]byte{0xFF, mSOI}, 0xFF, mSOI), jpg[2:]...), "blob.damaged"},
		"no picture":           {cleanJPEG, []byte{0xFF, mSOI, 0xFF, mEOI}, "blob.damaged"},
		"checksum":             {cleanPNG, broken, "blob.damaged"},
		"no header":            {cleanPNG, append([]byte(pngMagic), chunkOf("IEND", "")...), "blob.damaged"},
		"no data":              {cleanPNG, append(append([]byte(nil), pic[:33]...), chunkOf("IEND", "")...), "blob.damaged"},
		"chunk of 4 GB":        {cleanPNG, append(append([]byte(nil), pic[:33]...), "\xff\xff\xff\xffIDATxxxx"...), "blob.damaged"},
		"animation":            {cleanWebP, riffOf("RIFF", "WEBP"+string(riffOf("VP8X", "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"))), "blob.animated"},
		"frame beyond canvas":  {cleanWebP, riffOf("RIFF", "WEBP"+string(riffOf("VP8X", "\x00\x00\x00\x00\x09\x00\x00\x09\x00\x00"))+string(riffOf("VP8L", frame))), "blob.damaged"},
		"two frames in a WebP": {cleanWebP, riffOf("RIFF", "WEBP"+strings.Repeat(string(riffOf("VP8L", frame)), 2)), "blob.damaged"},
	} {
		if _, err := k.clean(k.data); codeOf(err) != k.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, pairs := range loadedPictures(f) {
		f.Add(pairs[0][0])
		f.Add(pairs[0][1])
		f.Add(pairs[1][1])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for kind, clean := range cleaners() {
			p, err := clean(data)
			if err != nil {
				continue
			}
			_ = p.exif.capture(time.UTC)
			again, err := clean(p.data)
			if err != nil || !bytes.Equal(again.data, p.data) {
				t.Fatalf("%s: cleaning is not stable (%v)", kind, err)
			}
		}
	})
}

// crcFixed sets the checksum of the PNG header after its measures were changed.
func crcFixed(data []byte) []byte {
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}
