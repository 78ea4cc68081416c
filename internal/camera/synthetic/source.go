package synthetic

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"maps"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Scheme begins the addresses of this package.
const Scheme = "synthetic"

var numberPattern = regexp.MustCompile(`^[0-9]{1,6}$`)

// Has reports whether an address is one of this package.
func Has(u *url.URL) bool {
	return u.Scheme == Scheme && u.User == nil && numberPattern.MatchString(u.Host)
}

// Addresses returns where the live picture and the snapshots of a number are.
func Addresses(number int) (live, picture string) {
	return fmt.Sprintf("%s://%d/live.m3u8", Scheme, number), fmt.Sprintf("%s://%d/picture.jpg", Scheme, number)
}

// Of the live picture.
const (
	perSecond     = 5
	perSegment    = 2 * perSecond
	segmentLength = 2 * time.Second
	listed        = 4 // segments in the playlist
	kept          = 8 // segments that are still answered after that
)

// Answer returns what an address holds at an instant; false if there is nothing.
func Answer(u *url.URL, now time.Time) (data []byte, found bool) {
	if !Has(u) {
		return nil, false
	}
	number, _ := strconv.Atoi(u.Host) // digits, as Has saw
	newest := now.Unix()/int64(segmentLength/time.Second) - 1
	switch name := strings.TrimPrefix(u.Path, "/"); name {
	case "picture.jpg":
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture(number, now.UnixMilli()*perSecond/1000), &jpeg.Options{Quality: 85}); err != nil {
			return nil, false
		}
		return b.Bytes(), true
	case "live.m3u8":
		return playlist(newest), true
	case "init.mp4":
		return header(), true
	default:
		digits, isSegment := strings.CutSuffix(name, ".m4s")
		n, err := strconv.ParseInt(digits, 10, 64)
		if !isSegment || err != nil || n > newest || n < newest-kept {
			return nil, false
		}
		return made.get(number, n, newest-kept), true
	}
}

// playlist names the newest segments.
func playlist(newest int64) []byte {
	var b bytes.Buffer
	first := newest - listed + 1
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n", first)
	for n := first; n <= newest; n++ {
		fmt.Fprintf(&b, "#EXTINF:2.0,\n%d.m4s\n", n)
	}
	return b.Bytes()
}

// made holds the segments that were asked for: who looks at the same street is sent the same bytes.
var made segments

// segments are drawn once each, two at a time.
type segments struct {
	mu   sync.Mutex
	of   map[place]*drawn
	turn [2]sync.Mutex
}

type place struct {
	number int
	n      int64
}

type drawn struct {
	once sync.Once
	data []byte
}

// get returns a segment and forgets those before the oldest that is still answered.
func (s *segments) get(number int, n, oldest int64) []byte {
	s.mu.Lock()
	if s.of == nil {
		s.of = map[place]*drawn{}
	}
	at := place{number, n}
	one := s.of[at]
	if one == nil {
		one = &drawn{}
		s.of[at] = one
		maps.DeleteFunc(s.of, func(p place, _ *drawn) bool { return p.n < oldest })
	}
	s.mu.Unlock()
	one.once.Do(func() {
		turn := &s.turn[number%len(s.turn)]
		turn.Lock()
		defer turn.Unlock()
		one.data = segment(number, n)
	})
	return one.data
}

// segment is two seconds of pictures, the first complete, the others what changed.
func segment(number int, n int64) []byte {
	var before *planes
	samples := make([][]byte, perSegment)
	for i := range samples {
		now := split(picture(number, n*perSegment+int64(i)))
		samples[i] = slice(now, before, i, n)
		before = now
	}
	return fragment(n, samples)
}
