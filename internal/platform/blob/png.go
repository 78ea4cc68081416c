package blob

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that make the picture (PNG third edition); text, time, EXIF, animation and unknown ones go.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true,
	"iCCP": true, "sBIT": true, "bKGD": true, "pHYs": true, "cICP": true,
}

// cleanPNG copies the chunks that make the picture, with their checksums checked, and drops the others and what follows the end.
func cleanPNG(in []byte) (p picture, err error) {
	if !bytes.HasPrefix(in, []byte(pngMagic)) {
		return p, damaged("no start of a PNG")
	}
	out := bytes.NewBuffer(make([]byte, 0, len(in)))
	out.WriteString(pngMagic)
	data := false
	var rest bytes.Buffer // chunks between IHDR and IEND
	for at := len(pngMagic); ; {
		if at+12 > len(in) {
			return p, damaged("the PNG has no end")
		}
		size := binary.BigEndian.Uint32(in[at:])
		if uint64(at)+12+uint64(size) > uint64(len(in)) {
			return p, damaged("a PNG chunk is cut off")
		}
		end := at + 12 + int(size)
		name, body, whole := string(in[at+4:at+8]), in[at+8:end-4], in[at:end]
		if crc32.ChecksumIEEE(in[at+4:end-4]) != binary.BigEndian.Uint32(in[end-4:]) {
			return p, damaged("the checksum of a PNG chunk is wrong")
		}
		first := at == len(pngMagic)
		at = end
		switch {
		case first != (name == "IHDR"):
			return p, damaged("the PNG does not begin with its header")
		case first:
			if len(body) != 13 {
				return p, damaged("the PNG header has another length")
			}
			p.width, p.height = int(int32(binary.BigEndian.Uint32(body))), int(int32(binary.BigEndian.Uint32(body[4:])))
			out.Write(whole)
		case name == "eXIf":
			p.exif.parse(body)
		case name == "IEND":
			if !data {
				return p, damaged("the PNG holds no picture")
			}
			if p.exif.turned() {
				writeChunk(out, "eXIf", p.exif.orientationOnly())
			}
			out.Write(rest.Bytes())
			out.Write(whole)
			p.data = out.Bytes()
			return p, nil
		case pngKept[name]:
			data = data || name == "IDAT"
			rest.Write(whole)
		}
	}
}

func writeChunk(out *bytes.Buffer, name string, body []byte) {
	var word [4]byte
	binary.BigEndian.PutUint32(word[:], uint32(len(body)))
	out.Write(word[:])
	out.WriteString(name)
	out.Write(body)
	binary.BigEndian.PutUint32(word[:], crc32.Update(crc32.ChecksumIEEE([]byte(name)), crc32.IEEETable, body))
	out.Write(word[:])
}
