package patrol

import (
	"cmp"
	"encoding/binary"
	"slices"

	"yiwang/internal/track"
)

// A frame of the position stream is one binary message. Numbers are variable-length integers, signed ones in zigzag:
//
//	format (1 byte, 1), kind (1 byte: 1 everything, forget what you have; 2 records tell more)
//	epoch of the server, change reached, now (ms since 1970)
//	n, then n slots that are gone, ascending, each as the difference to the one before
//	n, then n records, ascending by slot:
//	  slot (difference), lat, lon (millionths of a degree, signed differences to the record before), age of the fix (ms)
//	  state (1 byte: 1 calls for help, 2 works on a case)
//	  if records tell more: battery + 1, speed in dm/s + 1, heading + 1, accuracy in m + 1, grid; 0 is unknown
//
// A slot numbers an appearance on duty and says nothing about who it is; names go in text messages of their own, to those alone
// who may see them.
const frameFormat = 1

// Kinds of frames and states of records.
const (
	frameWhole = 1
	frameFull  = 2

	recordSOS  = 1
	recordBusy = 2
)

// spot is a record of a frame before it is written.
type spot struct {
	slot, grid uint32
	busy       bool
	point      track.Point
	session    *Session
}

// frame is what is sent at once.
type frame struct {
	whole, full bool
	epoch       uint32
	change      uint64
	now         int64
	gone        []uint32
	spots       []spot
}

// append writes the frame behind b. It sorts what it holds.
func (f *frame) append(b []byte) []byte {
	kind := byte(0)
	if f.whole {
		kind |= frameWhole
	}
	if f.full {
		kind |= frameFull
	}
	b = append(b, frameFormat, kind)
	b = binary.AppendUvarint(b, uint64(f.epoch))
	b = binary.AppendUvarint(b, f.change)
	b = binary.AppendUvarint(b, uint64(max(0, f.now)))
	slices.Sort(f.gone)
	slices.SortFunc(f.spots, func(a, b spot) int { return cmp.Compare(a.slot, b.slot) })
	b = binary.AppendUvarint(b, uint64(len(f.gone)))
	last := uint32(0)
	for _, slot := range f.gone {
		b = binary.AppendUvarint(b, uint64(slot-last))
		last = slot
	}
	b = binary.AppendUvarint(b, uint64(len(f.spots)))
	last = 0
	var lat, lon int32
	for i := range f.spots {
		x := &f.spots[i]
		b = binary.AppendUvarint(b, uint64(x.slot-last))
		b = binary.AppendVarint(b, int64(x.point.Lat)-int64(lat))
		b = binary.AppendVarint(b, int64(x.point.Lon)-int64(lon))
		b = binary.AppendUvarint(b, uint64(max(0, f.now-x.point.At)))
		b = append(b, x.state())
		if f.full {
			b = x.appendMore(b)
		}
		last, lat, lon = x.slot, x.point.Lat, x.point.Lon
	}
	return b
}

func (x *spot) state() (b byte) {
	if x.point.Flags.Has(track.SOS) {
		b |= recordSOS
	}
	if x.busy {
		b |= recordBusy
	}
	return b
}

func (x *spot) appendMore(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(x.point.Battery+1)) // 255 is unknown and becomes 0
	for _, v := range []uint16{x.point.Speed, x.point.Heading, x.point.Accuracy} {
		b = binary.AppendUvarint(b, uint64(v+1)) // 65535 likewise
	}
	return binary.AppendUvarint(b, uint64(x.grid))
}
