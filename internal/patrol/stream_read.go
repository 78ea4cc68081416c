package patrol

import (
	"encoding/binary"
	"errors"

	"yiwang/internal/track"
)

// Live is a frame of the position stream as a listener reads it.
type Live struct {
	Whole, Full bool
	Epoch       uint32
	Change      uint64
	Now         int64 // milliseconds since 1970
	Gone        []uint32
	Spots       []LiveSpot
}

// LiveSpot is where the holder of a slot is.
type LiveSpot struct {
	Slot  uint32
	Point track.Point // Flags holds SOS alone
	Busy  bool
	Grid  uint32
}

var errFrame = errors.New("a frame of the position stream is damaged")

// ReadLive reads a frame, for programs that listen.
func ReadLive(b []byte) (f Live, err error) {
	r := frameReader{b: b}
	if r.byte() != frameFormat {
		return f, errFrame
	}
	kind := r.byte()
	f.Whole, f.Full = kind&frameWhole != 0, kind&frameFull != 0
	f.Epoch, f.Change, f.Now = uint32(r.unsigned()), r.unsigned(), int64(r.unsigned())
	slot := uint32(0)
	for n := r.count(); n > 0 && !r.bad; n-- {
		slot += uint32(r.unsigned())
		f.Gone = append(f.Gone, slot)
	}
	slot = 0
	var lat, lon int64
	for n := r.count(); n > 0 && !r.bad; n-- {
		slot += uint32(r.unsigned())
		lat += r.signed()
		lon += r.signed()
		x := LiveSpot{Slot: slot, Point: track.Point{Lat: int32(lat), Lon: int32(lon), At: f.Now - int64(r.unsigned()),
			Battery: track.NoBattery, Speed: track.NoSpeed, Heading: track.NoHeading, Accuracy: track.NoAccuracy}}
		state := r.byte()
		x.Busy = state&recordBusy != 0
		if state&recordSOS != 0 {
			x.Point.Flags = track.SOS
		}
		if f.Full {
			x.Point.Battery = uint8(r.unsigned() - 1)
			x.Point.Speed, x.Point.Heading, x.Point.Accuracy = uint16(r.unsigned()-1), uint16(r.unsigned()-1), uint16(r.unsigned()-1)
			x.Grid = uint32(r.unsigned())
		}
		f.Spots = append(f.Spots, x)
	}
	if r.bad || len(r.b) > 0 {
		return Live{}, errFrame
	}
	return f, nil
}

// frameReader reads numbers; once something is missing it is bad and gives zeros.
type frameReader struct {
	b   []byte
	bad bool
}

func (r *frameReader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *frameReader) unsigned() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *frameReader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is a number of things that take at least a byte each.
func (r *frameReader) count() int {
	n := r.unsigned()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}
