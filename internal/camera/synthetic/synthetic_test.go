package synthetic

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"math/bits"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 4, 0, 1, 0, time.UTC)

func get(t *testing.T, address string) []byte {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	data, found := Answer(u, noon)
	if !found {
		t.Fatalf("%s gives nothing", address)
	}
	return data
}

// boxes are the boxes of a file by name, those within moov, trak and moof among them.
func boxes(t *testing.T, data []byte, into map[string][]byte) map[string][]byte {
	t.Helper()
	for len(data) > 0 {
		n := int(binary.BigEndian.Uint32(data))
		if n < 8 || n > len(data) {
			t.Fatalf("a box of %d bytes in %d", n, len(data))
		}
		name := string(data[4:8])
		into[name] = data[8:n]
		if strings.Contains("moov trak mdia minf stbl moof traf", name) {
			boxes(t, data[8:n], into)
		}
		data = data[n:]
	}
	return into
}

// bitReader reads what bitWriter wrote.
type bitReader struct {
	data []byte
	at   int
}

func (r *bitReader) bit() int {
	b := r.data[r.at/8] >> (7 - r.at%8) & 1
	r.at++
	return int(b)
}

func (r *bitReader) bits(n int) (v int) {
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *bitReader) ue() int {
	zeros := 0
	for r.bit() == 0 {
		zeros++
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// more reports whether anything but the stop bit is left.
func (r *bitReader) more() bool {
	last := len(r.data)*8 - 1 - bits.TrailingZeros8(r.data[len(r.data)-1])
	return r.at < last
}

// decode applies a sample to the picture before it.
func decode(t *testing.T, sample []byte, m *planes) {
	t.Helper()
	if int(binary.BigEndian.Uint32(sample)) != len(sample)-4 {
		t.Fatal("the length of the unit is wrong")
	}
	whole := sample[4] == headWhole
	r := &bitReader{data: bytes.ReplaceAll(sample[5:], []byte{0, 0, 3}, []byte{0, 0})}
	r.ue()
	kind := r.ue()
	r.ue()
	r.bits(4)
	if whole {
		r.ue()
		r.bits(2)
	} else {
		r.bits(3)
	}
	if r.ue(); r.ue() != 1 || whole != (kind == 7) {
		t.Fatal("the head of the slice is wrong")
	}
	for n := 0; n < across*down && r.more(); n++ {
		if !whole {
			if n += r.ue(); !r.more() {
				break
			}
		}
		if got := r.ue(); got != 25 && got != 30 {
			t.Fatalf("macroblock %d is of type %d", n, got)
		}
		at := (r.at + 7) / 8
		put(m, n, r.data[at:at+384])
		r.at = (at + 384) * 8
	}
}

func put(m *planes, n int, block []byte) {
	x, y := n%across*16, n/across*16
	for row := range 16 {
		copy(m.y[(y+row)*wide+x:][:16], block[row*16:])
	}
	for row := range 8 {
		copy(m.cb[(y/2+row)*wide/2+x/2:][:8], block[256+row*8:])
		copy(m.cr[(y/2+row)*wide/2+x/2:][:8], block[320+row*8:])
	}
}

func TestLive_SegmentsHoldThePicturesThatWereDrawn(t *testing.T) {
	list := string(get(t, "synthetic://7/live.m3u8"))
	if strings.Count(list, "#EXTINF") != listed || !strings.Contains(list, `#EXT-X-MAP:URI="init.mp4"`) {
		t.Fatalf("playlist: %s", list)
	}
	head := boxes(t, get(t, "synthetic://7/init.mp4"), map[string][]byte{})
	if !bytes.Contains(head["stsd"], sequence()) || !bytes.Contains(head["stsd"], parameters()) {
		t.Fatal("the header does not say how to decode")
	}
	names := strings.Fields(list)
	name := names[len(names)-1]
	file := get(t, "synthetic://7/"+name)
	found := boxes(t, file, map[string][]byte{})
	run, media := found["trun"], found["mdat"]
	n := int(binary.BigEndian.Uint32(run[4:]))
	if offset := int(binary.BigEndian.Uint32(run[8:])); n != perSegment || !bytes.Equal(file[offset:], media) {
		t.Fatalf("%d samples, media at %d", n, offset)
	}
	first := int64(binary.BigEndian.Uint64(found["tfdt"][4:])) / frameDuration
	m, changed := &planes{}, 0
	for i := range n {
		size := int(binary.BigEndian.Uint32(run[12+8*i:]))
		decode(t, media[:size], m)
		media = media[size:]
		if want := split(picture(7, first+int64(i))); *m != *want {
			t.Fatalf("picture %d is another", i)
		}
		if i > 0 {
			changed += size
		}
	}
	if len(media) != 0 || changed == 0 || changed > 9*100_000 {
		t.Fatalf("%d bytes too many, %d for what changed", len(media), changed)
	}
}

func TestPicture_IsAJPEGThatChangesWithTime(t *testing.T) {
	data := get(t, "synthetic://3/picture.jpg")
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil || m.Bounds().Dx() != wide || m.Bounds().Dy() != high {
		t.Fatalf("%v", err)
	}
	bright := 0
	for x := range wide {
		for y := range 32 {
			if r, _, _, _ := m.At(x, y).RGBA(); r>>8 > 200 {
				bright++
			}
		}
	}
	if bright < 400 {
		t.Errorf("only %d bright points in the banner: nothing is written there", bright)
	}
	u, _ := url.Parse("synthetic://3/picture.jpg")
	if later, _ := Answer(u, noon.Add(2*time.Second)); bytes.Equal(later, data) {
		t.Error("nothing moves")
	}
}

func TestAnswer_GivesNothingElse(t *testing.T) {
	for _, address := range []string{"synthetic://7/", "synthetic://7/1.m4s", "synthetic://7/9999999999.m4s", "synthetic://7/../live.m3u8", "synthetic://x/live.m3u8", "synthetic://u@7/live.m3u8", "http://7/live.m3u8", "synthetic://1234567/live.m3u8"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, found := Answer(u, noon); found {
			t.Errorf("%s gives something", address)
		}
	}
}

func TestSegments_AreMadeOnceForAllWhoLookAtTheSameTime(t *testing.T) {
	var s segments
	got := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = s.get(7, 100, 92) })
	}
	all.Wait()
	for i := range got {
		if &got[i][0] != &got[0][0] {
			t.Fatal("a segment was made twice")
		}
	}
	s.get(7, 109, 101)
	if len(s.of) != 1 {
		t.Errorf("%d segments are kept, one is still answered", len(s.of))
	}
}

func BenchmarkSegment(b *testing.B) {
	for n := range b.N {
		segment(n%14, int64(n))
	}
}
