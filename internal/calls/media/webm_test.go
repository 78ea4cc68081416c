package media_test

import (
	"encoding/binary"
	"math"
	"testing"
)

// el is an element of a Matroska file.
type el struct {
	id   uint32
	at   int // of its data
	data []byte
}

// elements reads the elements of one level; every size must fit.
func elements(t *testing.T, b []byte, base int) (out []el) {
	t.Helper()
	for at := 0; at < len(b); {
		n := 1
		for mask := byte(0x80); n <= 4 && b[at]&mask == 0; mask >>= 1 {
			n++
		}
		var id uint32
		for i := range n {
			id = id<<8 | uint32(b[at+i])
		}
		at += n
		if b[at] != 1 {
			t.Fatalf("element %X: its size is not of eight bytes", id)
		}
		size := int(binary.BigEndian.Uint64(b[at:]) &^ (1 << 56))
		at += 8
		if size < 0 || at+size > len(b) {
			t.Fatalf("element %X at %d: %d bytes, %d left", id, base+at, size, len(b)-at)
		}
		out = append(out, el{id, base + at, b[at : at+size]})
		at += size
	}
	return out
}

func find(all []el, id uint32) *el {
	for i := range all {
		if all[i].id == id {
			return &all[i]
		}
	}
	return nil
}

// checkWebm reads a finished file: head, length, tracks, blocks in the order of time, and an index that points at clusters.
func checkWebm(t *testing.T, b []byte) {
	t.Helper()
	top := elements(t, b, 0)
	if len(top) != 2 || top[0].id != 0x1A45DFA3 || top[1].id != 0x18538067 {
		t.Fatalf("%d elements on top", len(top))
	}
	segment := top[1]
	parts := elements(t, segment.data, segment.at)
	info := find(parts, 0x1549A966)
	length := find(elements(t, info.data, info.at), 0x4489)
	if ms := math.Float64frombits(binary.BigEndian.Uint64(length.data)); ms < 500 || ms > 60_000 {
		t.Errorf("the file says it lasts %v ms", ms)
	}
	starts := map[int]bool{}
	pictures, last := 0, int64(-1)
	for _, p := range parts {
		if p.id != 0x1F43B675 {
			continue
		}
		starts[p.at-8-4-segment.at] = true
		inside := elements(t, p.data, p.at)
		begin := int64(binary.BigEndian.Uint64(inside[0].data))
		for _, block := range inside[1:] {
			at := begin + int64(int16(binary.BigEndian.Uint16(block.data[1:])))
			if at < last {
				t.Errorf("a block of %d ms after one of %d", at, last)
			}
			last = at
			if block.data[0] == 0x82 {
				pictures++
			}
		}
	}
	if pictures < 10 {
		t.Errorf("%d pictures", pictures)
	}
	index := find(parts, 0x1C53BB6B)
	if index == nil {
		t.Fatal("no index")
	}
	seek := find(parts, 0x114D9B74)
	entry := elements(t, elements(t, seek.data, 0)[0].data, 0)
	if at := int(binary.BigEndian.Uint64(entry[1].data)); at+segment.at != index.at-8-4 {
		t.Errorf("the head says the index is at %d, it is at %d", at, index.at-12-segment.at)
	}
	for _, point := range elements(t, index.data, 0) {
		positions := elements(t, elements(t, point.data, 0)[1].data, 0)
		if at := int(binary.BigEndian.Uint64(positions[1].data)); !starts[at] {
			t.Errorf("the index points at %d, where no cluster begins", at)
		}
	}
}
