package synthetic

import "encoding/binary"

// Times in the file are in milliseconds.
const (
	scale         = 1000
	frameDuration = scale / perSecond
)

// box is a box of ISO/IEC 14496-12: length, name, content.
func box(name string, content ...[]byte) []byte {
	length := 8
	for _, c := range content {
		length += len(c)
	}
	out := append(binary.BigEndian.AppendUint32(make([]byte, 0, length), uint32(length)), name...)
	for _, c := range content {
		out = append(out, c...)
	}
	return out
}

// words writes numbers of four bytes.
func words(numbers ...uint32) []byte {
	out := make([]byte, 0, 4*len(numbers))
	for _, n := range numbers {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

// halves writes numbers of two bytes.
func halves(numbers ...uint16) []byte {
	out := make([]byte, 0, 2*len(numbers))
	for _, n := range numbers {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	return out
}

// straight is the matrix of a picture that is neither turned nor scaled.
var straight = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

// header is the beginning of the live picture: one track of H.264 without any samples.
func header() []byte {
	sps, pps := sequence(), parameters()
	config := append([]byte{1, sps[1], sps[2], sps[3], 0xFF, 0xE1}, halves(uint16(len(sps)))...) // lengths of four bytes, one set of each
	config = append(append(config, sps...), 1)
	config = append(append(config, halves(uint16(len(pps)))...), pps...)
	entry := box("avc1", make([]byte, 6), halves(1, 0, 0), words(0, 0, 0), halves(wide, high), words(0x480000, 0x480000, 0), halves(1), make([]byte, 32), halves(0x18, 0xFFFF), box("avcC", config))
	table := box("stbl", box("stsd", words(0, 1), entry), box("stts", words(0, 0)), box("stsc", words(0, 0)), box("stsz", words(0, 0, 0)), box("stco", words(0, 0)))
	media := box("mdia",
		box("mdhd", words(0, 0, 0, scale, 0), halves(0x55C4, 0)), // language undetermined
		box("hdlr", words(0, 0), []byte("vide"), words(0, 0, 0), []byte{0}),
		box("minf", box("vmhd", words(1, 0, 0)), box("dinf", box("dref", words(0, 1), box("url ", words(1)))), table))
	track := box("trak", box("tkhd", words(3, 0, 0, 1, 0, 0, 0, 0, 0, 0), straight, words(wide<<16, high<<16)), media)
	movie := box("moov", box("mvhd", words(0, 0, 0, scale, 0, 0x10000, 0x1000000, 0, 0), straight, words(0, 0, 0, 0, 0, 0, 2)), track,
		box("mvex", box("trex", words(0, 1, 1, frameDuration, 0, 0))))
	return append(box("ftyp", []byte("iso5"), words(512), []byte("iso5iso6mp41")), movie...)
}

// Flags of samples: the first of a segment depends on no other, the rest do.
const (
	flagsWhole   = 0x02000000
	flagsChanged = 0x01010000
)

// fragment is a segment of the live picture.
func fragment(n int64, samples [][]byte) []byte {
	rows := make([]uint32, 0, 2*len(samples))
	for i, s := range samples {
		flags := uint32(flagsChanged)
		if i == 0 {
			flags = flagsWhole
		}
		rows = append(rows, uint32(len(s)), flags)
	}
	decode := binary.BigEndian.AppendUint64(words(0x01000000), uint64(n*perSegment*frameDuration))
	made := func(offset int) []byte {
		run := box("trun", words(0x000601, uint32(len(samples)), uint32(offset)), words(rows...))
		return box("moof", box("mfhd", words(0, uint32(n))),
			box("traf", box("tfhd", words(0x020000, 1)), box("tfdt", decode), run)) // offsets count from the beginning of moof
	}
	return append(made(len(made(0))+8), box("mdat", samples...)...)
}
