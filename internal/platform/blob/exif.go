package blob

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// exif is the little that is read from EXIF (CIPA DC-008) before it is removed.
type exif struct {
	orientation    int
	taken, offset  string
	make, model    string
	lat, lon       [3]float64
	latRef, lonRef string
	hasLat, hasLon bool
}

// Tags that are read.
const (
	tagMake, tagModel, tagOrientation = 0x010F, 0x0110, 0x0112
	tagDateTime, tagExifIFD           = 0x0132, 0x8769
	tagGPSIFD                         = 0x8825
	tagTaken, tagOffset               = 0x9003, 0x9011
	tagLatRef, tagLat                 = 1, 2
	tagLonRef, tagLon                 = 3, 4
)

// maxEntries bounds a directory; real ones have under 100.
const maxEntries = 512

// parse reads TIFF data and ignores whatever is out of bounds: metadata from outside may be anything.
func (e *exif) parse(b []byte) {
	if len(b) < 8 {
		return
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
	default:
		return
	}
	t := tiff{b, order}
	var exifAt, gpsAt uint32
	t.each(order.Uint32(b[4:]), func(f field) {
		switch f.tag {
		case tagOrientation:
			e.orientation = int(f.short())
		case tagMake:
			e.make = f.text()
		case tagModel:
			e.model = f.text()
		case tagDateTime:
			if e.taken == "" {
				e.taken = f.text()
			}
		case tagExifIFD:
			exifAt = f.long()
		case tagGPSIFD:
			gpsAt = f.long()
		}
	})
	t.each(exifAt, func(f field) {
		switch f.tag {
		case tagTaken:
			e.taken = f.text()
		case tagOffset:
			e.offset = f.text()
		}
	})
	t.each(gpsAt, func(f field) {
		switch f.tag {
		case tagLatRef:
			e.latRef = f.text()
		case tagLat:
			e.lat, e.hasLat = f.degrees()
		case tagLonRef:
			e.lonRef = f.text()
		case tagLon:
			e.lon, e.hasLon = f.degrees()
		}
	})
}

// turned reports whether the picture must be turned to stand upright, which only EXIF knows.
func (e *exif) turned() bool { return e.orientation >= 2 && e.orientation <= 8 }

// orientationOnly is TIFF data with the orientation and nothing else.
func (e *exif) orientationOnly() []byte {
	return []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(e.orientation), 0, 0, 0, 0, 0, 0}
}

func (e *exif) capture(zone *time.Location) Capture {
	c := Capture{Device: strings.TrimSpace(e.model)}
	if !strings.HasPrefix(c.Device, e.make) {
		c.Device = strings.TrimSpace(e.make + " " + e.model)
	}
	const layout = "2006:01:02 15:04:05"
	if t, err := time.Parse(layout+"-07:00", e.taken+e.offset); err == nil && e.offset != "" {
		c.TakenAt = t.In(zone)
	} else if t, err := time.ParseInLocation(layout, e.taken, zone); err == nil {
		c.TakenAt = t
	}
	lat := e.lat[0] + e.lat[1]/60 + e.lat[2]/3600
	lon := e.lon[0] + e.lon[1]/60 + e.lon[2]/3600
	if e.hasLat && e.hasLon && lat <= 90 && lon <= 180 && (lat != 0 || lon != 0) {
		c.HasGPS, c.Lat, c.Lon = true, lat, lon
		if e.latRef == "S" {
			c.Lat = -lat
		}
		if e.lonRef == "W" {
			c.Lon = -lon
		}
	}
	return c
}

type tiff struct {
	b     []byte
	order binary.ByteOrder
}

// field is one directory entry; data holds its values wherever they lie, and is empty if that is out of bounds.
type field struct {
	tag, kind uint16
	order     binary.ByteOrder
	data      []byte
}

// sizes of the field types: byte, ASCII, short, long, rational.
var sizes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}

func (t tiff) each(at uint32, fn func(field)) {
	if at == 0 || uint64(at)+2 > uint64(len(t.b)) {
		return
	}
	n := min(int(t.order.Uint16(t.b[at:])), maxEntries)
	for i := range n {
		from := uint64(at) + 2 + uint64(i)*12
		if from+12 > uint64(len(t.b)) {
			return
		}
		entry := t.b[from : from+12]
		f := field{tag: t.order.Uint16(entry), kind: t.order.Uint16(entry[2:]), order: t.order}
		size := sizes[f.kind] * uint64(t.order.Uint32(entry[4:]))
		if size == 0 {
			continue
		}
		if size <= 4 {
			f.data = entry[8 : 8+size]
		} else if start := uint64(t.order.Uint32(entry[8:])); start+size <= uint64(len(t.b)) {
			f.data = t.b[start : start+size]
		}
		fn(f)
	}
}

func (f field) short() uint16 {
	if f.kind != 3 || len(f.data) < 2 {
		return 0
	}
	return f.order.Uint16(f.data)
}

func (f field) long() uint32 {
	if f.kind != 4 || len(f.data) < 4 {
		return 0
	}
	return f.order.Uint32(f.data)
}

func (f field) text() string {
	if f.kind != 2 {
		return ""
	}
	text, _, _ := bytes.Cut(f.data[:min(len(f.data), 64)], []byte{0})
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		return ""
	}
	return string(text)
}

func (f field) degrees() (out [3]float64, ok bool) {
	if f.kind != 5 || len(f.data) < 24 {
		return out, false
	}
	for i := range out {
		over, under := f.order.Uint32(f.data[i*8:]), f.order.Uint32(f.data[i*8+4:])
		if under == 0 {
			return out, false
		}
		if out[i] = float64(over) / float64(under); out[i] > math.MaxUint16 {
			return out, false
		}
	}
	return out, true
}
