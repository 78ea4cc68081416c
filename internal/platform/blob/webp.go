package blob

import (
	"bytes"
	"encoding/binary"

	"yiwang/internal/platform/errs"
)

// Flags of the VP8X chunk (RFC 9649, section 2.7).
const (
	webpAnimated = 0x02
	webpXMP      = 0x04
	webpEXIF     = 0x08
)

// cleanWebP copies the chunks that make the picture and drops EXIF, XMP, unknown chunks and what follows the end.
func cleanWebP(in []byte) (p picture, err error) {
	if len(in) < 20 || uint64(binary.LittleEndian.Uint32(in[4:]))+8 > uint64(len(in)) {
		return p, damaged("the WebP is cut off")
	}
	end := int(binary.LittleEndian.Uint32(in[4:])) + 8
	var body bytes.Buffer
	extended := -1 // place of the VP8X flags in body
	data := false
	for at := 12; at < end; {
		if at+8 > end {
			return p, damaged("a WebP chunk is cut off")
		}
		name, size := string(in[at:at+4]), uint64(binary.LittleEndian.Uint32(in[at+4:]))
		if uint64(at)+8+size > uint64(end) {
			return p, damaged("a WebP chunk is cut off")
		}
		chunk := in[at+8 : at+8+int(size)]
		at += 8 + int(size+size&1)
		switch name {
		case "VP8X":
			if len(chunk) < 10 || extended >= 0 || data {
				return p, damaged("the WebP header is out of place")
			}
			if chunk[0]&webpAnimated != 0 {
				return p, errs.Invalid("blob.animated", "The picture is animated; send a still one.")
			}
			extended = body.Len() + 8
			p.width, p.height = int(uint24(chunk[4:]))+1, int(uint24(chunk[7:]))+1
			writeRIFF(&body, name, append([]byte{chunk[0] &^ (webpXMP | webpEXIF)}, chunk[1:10]...))
		case "VP8 ", "VP8L":
			w, h, ok := webpSize(name, chunk)
			if !ok || data || p.width != 0 && (p.width != w || p.height != h) {
				return p, damaged("the WebP frame does not fit its header")
			}
			data, p.width, p.height = true, w, h
			writeRIFF(&body, name, chunk)
		case "ALPH", "ICCP":
			writeRIFF(&body, name, chunk)
		case "EXIF":
			p.exif.parse(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00")))
		}
	}
	if !data {
		return p, damaged("the WebP holds no picture")
	}
	if p.exif.turned() && extended >= 0 {
		body.Bytes()[extended] |= webpEXIF
		writeRIFF(&body, "EXIF", p.exif.orientationOnly())
	}
	out := bytes.NewBuffer(make([]byte, 0, body.Len()+12))
	writeRIFF(out, "RIFF", append([]byte("WEBP"), body.Bytes()...))
	p.data = out.Bytes()
	return p, nil
}

func writeRIFF(out *bytes.Buffer, name string, body []byte) {
	out.WriteString(name)
	_ = binary.Write(out, binary.LittleEndian, uint32(len(body))) // a Buffer never fails
	out.Write(body)
	if len(body)%2 == 1 {
		out.WriteByte(0)
	}
}

// webpSize reads the measures from the frame itself (RFC 6386 section 9.1; RFC 9649 section 3.4).
func webpSize(name string, b []byte) (width, height int, ok bool) {
	if name == "VP8 " {
		if len(b) < 10 || b[0]&1 != 0 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
			return 0, 0, false
		}
		return int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff), true
	}
	if len(b) < 5 || b[0] != 0x2f {
		return 0, 0, false
	}
	bits := binary.LittleEndian.Uint32(b[1:])
	return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, true
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
