package synthetic

import (
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
)

// Size of the picture: whole macroblocks of 16 by 16.
const (
	wide   = 480
	high   = 272
	across = wide / 16
	down   = high / 16
)

// planes is a picture in brightness and two colour differences of half the size, in the range of video.
type planes struct {
	y      [wide * high]byte
	cb, cr [wide * high / 4]byte
}

// split turns a drawing into planes (ITU-R BT.601, 16 to 235 and 240); the colour is that of the upper left of four points.
func split(m *image.RGBA) *planes {
	p := &planes{}
	for row := range high {
		for col := range wide {
			i := row*m.Stride + col*4
			y, cb, cr := color.RGBToYCbCr(m.Pix[i], m.Pix[i+1], m.Pix[i+2])
			p.y[row*wide+col] = byte(16 + int(y)*219/255)
			if row%2 == 0 && col%2 == 0 {
				k := row/2*(wide/2) + col/2
				p.cb[k], p.cr[k] = byte(16+int(cb)*224/255), byte(16+int(cr)*224/255)
			}
		}
	}
	return p
}

// block returns the 384 samples of a macroblock.
func (p *planes) block(n int) []byte {
	out := make([]byte, 0, 384)
	x, y := n%across*16, n/across*16
	for row := range 16 {
		out = append(out, p.y[(y+row)*wide+x:][:16]...)
	}
	for _, plane := range []*[wide * high / 4]byte{&p.cb, &p.cr} {
		for row := range 8 {
			out = append(out, plane[(y/2+row)*(wide/2)+x/2:][:8]...)
		}
	}
	return out
}

// bitWriter writes bits from the highest of each byte down.
type bitWriter struct {
	data []byte
	free int // bits of the last byte that are not written
}

func (w *bitWriter) put(value uint64, count int) {
	for i := count - 1; i >= 0; i-- {
		if w.free == 0 {
			w.data, w.free = append(w.data, 0), 8
		}
		w.free--
		w.data[len(w.data)-1] |= byte(value>>i&1) << w.free
	}
}

// ue writes a number in Exp-Golomb code (clause 9.1); the signed 0 is written alike.
func (w *bitWriter) ue(v int) {
	n := bits.Len(uint(v + 1))
	w.put(uint64(v+1), 2*n-1)
}

// end writes the stop bit and fills the byte.
func (w *bitWriter) end() []byte {
	w.put(1, 1)
	w.free = 0
	return w.data
}

// unit is a NAL unit: its head, and a body in which three bytes cannot be taken for a start code (clause 7.4.1).
func unit(head byte, body []byte) []byte {
	out := append(make([]byte, 0, len(body)+16), head)
	zeros := 0
	for _, b := range body {
		if zeros == 2 && b <= 3 {
			out, zeros = append(out, 3), 0
		}
		if zeros++; b != 0 {
			zeros = 0
		}
		out = append(out, b)
	}
	return out
}

// Heads of NAL units: type 7, 8, 5 and 1, all of them referred to.
const (
	headSequence = 0x67
	headPicture  = 0x68
	headWhole    = 0x65
	headChanged  = 0x41
)

// sequence is the sequence parameter set (clause 7.3.2.1.1): baseline, level 3, frames in the order they are shown.
func sequence() []byte {
	w := &bitWriter{}
	w.put(66, 8)   // profile
	w.put(0xC0, 8) // constraints of baseline and main
	w.put(30, 8)   // level
	w.ue(0)        // number of this set
	w.ue(0)        // frame numbers of four bits
	w.ue(2)        // order of showing is that of decoding
	w.ue(1)        // one picture is referred to
	w.put(0, 1)    // no gaps in frame numbers
	w.ue(across - 1)
	w.ue(down - 1)
	w.put(0b11, 2) // frames only; direct inference of 8 by 8
	w.put(0b00, 2) // not cropped; no usability information
	return unit(headSequence, w.end())
}

// parameters is the picture parameter set (clause 7.3.2.2): variable length codes, one slice group, filter controlled by the slice.
func parameters() []byte {
	w := &bitWriter{}
	w.ue(0)       // number of this set
	w.ue(0)       // of the sequence
	w.put(0, 2)   // variable length codes; no order of fields
	w.ue(0)       // one slice group
	w.ue(0)       // one reference forwards
	w.ue(0)       // and backwards
	w.put(0, 3)   // no weights
	w.ue(0)       // first quantiser
	w.ue(0)       // of switching pictures
	w.ue(0)       // chroma alike
	w.put(0b1, 1) // filter control is in the slice
	w.put(0, 2)   // intra prediction unconstrained; no redundant pictures
	return unit(headPicture, w.end())
}

// slice is a picture as one slice (clause 7.3.3), with its length before it: complete if it is the first of a segment, else what
// differs from the picture before.
func slice(now, before *planes, i int, segment int64) []byte {
	w, head := &bitWriter{}, byte(headChanged)
	w.ue(0) // first macroblock
	if i == 0 {
		head = headWhole
		w.ue(7) // I, all of the picture
	} else {
		w.ue(5) // P, all of the picture
	}
	w.ue(0)             // picture parameter set
	w.put(uint64(i), 4) // frame number
	if i == 0 {
		w.ue(int(segment % 2)) // two complete pictures in a row differ in this
		w.put(0, 2)            // show those before; not kept for long
	} else {
		w.put(0, 3) // as many references as usual; their order; none is dropped by hand
	}
	w.ue(0) // quantiser as it was
	w.ue(1) // no filter
	skipped := 0
	for n := range across * down {
		block := now.block(n)
		if i > 0 {
			if string(block) == string(before.block(n)) {
				skipped++
				continue
			}
			w.ue(skipped)
			skipped = 0
			w.ue(30) // I_PCM among P
		} else {
			w.ue(25) // I_PCM
		}
		w.free = 0
		w.data = append(w.data, block...)
	}
	if skipped > 0 {
		w.ue(skipped)
	}
	body := unit(head, w.end())
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}
