package blob

import (
	"bytes"
	"encoding/binary"
)

// picture is a cleaned picture: its bytes, its measures, and what was taken out of it.
type picture struct {
	data          []byte
	width, height int
	exif          exif
}

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	mSOI, mEOI, mSOS = 0xD8, 0xD9, 0xDA
	mAPP0, mAPP1     = 0xE0, 0xE1
	mAPP2, mAPP14    = 0xE2, 0xEE
	mAPP15, mCOM     = 0xEF, 0xFE
)

// cleanJPEG copies the segments that make the picture and leaves out EXIF, XMP, IPTC, comments, thumbnails and whatever
// follows the end. The compressed data is copied bit by bit. Of EXIF only the orientation stays.
func cleanJPEG(in []byte) (p picture, err error) {
	if len(in) < 4 || in[0] != 0xFF || in[1] != mSOI {
		return p, damaged("no start of a JPEG")
	}
	out := bytes.NewBuffer(make([]byte, 0, len(in)))
	out.Write(in[:2])
	var head bytes.Buffer // everything up to the first scan, so that the orientation can go in front
	sink, scanned := &head, false
	for at := 2; ; {
		marker, next, ok := nextMarker(in, at)
		if !ok {
			return p, damaged("the JPEG has no end")
		}
		if at = next; marker == mEOI {
			break
		}
		if marker == 0x01 || marker >= 0xD0 && marker <= 0xD7 {
			sink.Write([]byte{0xFF, marker})
			continue
		}
		if marker == mSOI || at+2 > len(in) {
			return p, damaged("a JPEG segment is out of place")
		}
		size := int(binary.BigEndian.Uint16(in[at:]))
		if size < 2 || at+size > len(in) {
			return p, damaged("a JPEG segment is cut off")
		}
		body := in[at+2 : at+size]
		at += size
		if isFrame(marker) && len(body) >= 6 {
			if p.width != 0 {
				return p, damaged("the JPEG has two frames")
			}
			p.height, p.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
		}
		if kept, keep := p.segment(marker, body); keep {
			writeSegment(sink, marker, kept)
		}
		if marker == mSOS {
			if !scanned {
				p.flushHead(out, &head)
				sink, scanned = out, true
			}
			end := scanEnd(in, at)
			out.Write(in[at:end])
			at = end
		}
	}
	if !scanned || p.width == 0 {
		return p, damaged("the JPEG holds no picture")
	}
	out.Write([]byte{0xFF, mEOI})
	p.data = out.Bytes()
	return p, nil
}

// segment decides what stays of a segment, and reads EXIF before it goes.
func (p *picture) segment(marker byte, body []byte) ([]byte, bool) {
	switch {
	case marker == mAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		bare := append([]byte(nil), body[:14]...)
		bare[12], bare[13] = 0, 0 // no thumbnail: it may show what was cropped away
		return bare, true
	case marker == mAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		p.exif.parse(body[6:])
		return nil, false
	case marker == mAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")):
		return body, true
	case marker == mAPP14 && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		return body[:12], true // says how colours are stored
	case marker >= mAPP0 && marker <= mAPP15, marker == mCOM, marker >= 0xF0 && marker <= 0xFD:
		return nil, false
	}
	return body, true
}

func (p *picture) flushHead(out, head *bytes.Buffer) {
	body := head.Bytes()
	// JFIF demands to be the first segment; EXIF follows it.
	if len(body) >= 4 && body[0] == 0xFF && body[1] == mAPP0 {
		n := 2 + int(binary.BigEndian.Uint16(body[2:]))
		out.Write(body[:n])
		body = body[n:]
	}
	if p.exif.turned() {
		writeSegment(out, mAPP1, append([]byte("Exif\x00\x00"), p.exif.orientationOnly()...))
	}
	out.Write(body)
}

func writeSegment(out *bytes.Buffer, marker byte, body []byte) {
	out.Write([]byte{0xFF, marker})
	_ = binary.Write(out, binary.BigEndian, uint16(len(body)+2)) // a Buffer never fails
	out.Write(body)
}

// nextMarker finds the marker at or after at, skipping fill bytes; next is the place behind it.
func nextMarker(in []byte, at int) (marker byte, next int, ok bool) {
	for at < len(in) && in[at] == 0xFF {
		at++
		if at < len(in) && in[at] != 0xFF {
			return in[at], at + 1, in[at] != 0
		}
	}
	return 0, 0, false
}

// scanEnd finds the marker that ends the entropy-coded data: 0xFF neither stuffed nor a restart.
func scanEnd(in []byte, at int) int {
	for at < len(in) {
		i := bytes.IndexByte(in[at:], 0xFF)
		if i < 0 || at+i+1 >= len(in) {
			return len(in)
		}
		at += i
		if next := in[at+1]; next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7) {
			return at
		}
		at++
		if in[at] != 0xFF {
			at++
		}
	}
	return len(in)
}

func isFrame(marker byte) bool {
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
}
