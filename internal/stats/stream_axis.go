package stats

// streamAxis codes what a row belongs to while the file goes by: the labels of one column, or the pairs of two other axes.
// Codes count from 0 in order of first appearance; -1 is missing.
type streamAxis struct {
	slot        int // of the column; -1 without one: every row has code 0
	left, right *streamAxis
	names       []string
	pairs       [][2]int32
	short       codeTable
	long        map[string]int32
	code        int32 // of the row at hand
}

func labelAxis(slot int) *streamAxis {
	a := &streamAxis{slot: slot, long: map[string]int32{}}
	if slot < 0 {
		a.names = []string{""}
	}
	return a
}

func pairAxis(left, right *streamAxis) *streamAxis {
	return &streamAxis{slot: -1, left: left, right: right}
}

func (a *streamAxis) size() int {
	if a.left != nil {
		return len(a.pairs)
	}
	return len(a.names)
}

// label codes a cell. Labels of up to seven bytes, which are nearly all, never touch the heap again.
func (a *streamAxis) label(text []byte) int32 {
	if len(text) == 0 {
		return -1
	}
	if len(text) < 8 {
		key := uint64(len(text)) << 56
		for i, b := range text {
			key |= uint64(b) << (8 * i)
		}
		c, fresh := a.short.code(key, int32(len(a.names)))
		if fresh {
			a.names = append(a.names, string(text))
		}
		return c
	}
	c, ok := a.long[string(text)]
	if !ok {
		c = int32(len(a.names))
		name := string(text)
		a.long[name] = c
		a.names = append(a.names, name)
	}
	return c
}

// pair codes a combination of codes of the two axes.
func (a *streamAxis) pair(left, right int32) int32 {
	if left < 0 || right < 0 {
		return -1
	}
	c, fresh := a.short.code(uint64(left)<<32|uint64(right), int32(len(a.pairs)))
	if fresh {
		a.pairs = append(a.pairs, [2]int32{left, right})
	}
	return c
}

// merge adds the levels of another part of the file and returns their codes here. The axes below must have been merged before.
func (a *streamAxis) merge(from *streamAxis, left, right []int32) []int32 {
	out := make([]int32, from.size())
	for i := range out {
		if from.left != nil {
			p := from.pairs[i]
			out[i] = a.pair(left[p[0]], right[p[1]])
		} else if from.slot >= 0 {
			out[i] = a.label([]byte(from.names[i]))
		}
	}
	return out
}

// codeTable finds the code of a key by open addressing.
type codeTable struct {
	keys  []uint64
	codes []int32 // code + 1; 0 is free
	used  int
}

// code returns the code of the key, and next, marked as fresh, for a key not seen before.
func (t *codeTable) code(key uint64, next int32) (code int32, fresh bool) {
	if t.used*2 >= len(t.keys) {
		t.grow()
	}
	mask := uint64(len(t.keys) - 1)
	for at := key * 0x9E3779B97F4A7C15 >> 20 & mask; ; at = (at + 1) & mask {
		switch {
		case t.codes[at] == 0:
			t.keys[at], t.codes[at] = key, next+1
			t.used++
			return next, true
		case t.keys[at] == key:
			return t.codes[at] - 1, false
		}
	}
}

func (t *codeTable) grow() {
	old := *t
	t.keys, t.codes, t.used = make([]uint64, max(64, 4*len(old.keys))), make([]int32, max(64, 4*len(old.keys))), 0
	for i, c := range old.codes {
		if c > 0 {
			t.code(old.keys[i], c-1)
		}
	}
}
