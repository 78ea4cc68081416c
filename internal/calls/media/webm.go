package media

import (
	"encoding/binary"
	"io"
	"math"
)

// webm writes a WebM file (a Matroska subset, RFC 9559) of one Opus and one VP8 track as blocks come: whatever stands is playable
// when the program ends at once. Length and index are filled in by finish.
type webm struct {
	w         io.WriterAt
	at        int64 // where the next byte goes
	duration  int64 // where the length stands
	seek      int64 // where the place of the index stands
	segment   int64 // where the segment's data begins
	cluster   int64 // when the cluster began, ms; -1 before the first
	sizeAt    int64 // where its size stands
	cues      []cue
	last      int64
	err       error
	hasVideo  bool
	wide      int
	high      int
	measureAt int64
}

type cue struct{ time, place int64 }

// Elements that are written.
const (
	idEBML, idSegment, idInfo, idTracks, idCluster, idCues, idSeekHead = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B, 0x114D9B74

	trackAudio, trackVideo = 1, 2
	clusterLasts           = 5000 // ms; a block's time is 16 bits
)

func element(id uint32, data ...[]byte) []byte {
	var body []byte
	for _, d := range data {
		body = append(body, d...)
	}
	out := idBytes(id)
	out = append(out, 0x08, 0, 0, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint64(out[len(out)-8:], uint64(len(body))|1<<56)
	return append(out, body...)
}

func idBytes(id uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return b
}

func number(id uint32, v uint64) []byte { return element(id, binary.BigEndian.AppendUint64(nil, v)) }
func text(id uint32, s string) []byte   { return element(id, []byte(s)) }
func float(id uint32, v float64) []byte {
	return element(id, binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
}

// beginWebm writes the head.
func beginWebm(w io.WriterAt) *webm {
	m := &webm{w: w, cluster: -1}
	m.put(element(idEBML, number(0x4286, 1), number(0x42F7, 1), number(0x42F2, 4), number(0x42F3, 8), text(0x4282, "webm"), number(0x4287, 4), number(0x4285, 2)))
	m.put(idBytes(idSegment))
	m.put([]byte{0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}) // unknown size, until finish
	m.segment = m.at
	position := number(0x53AC, 0)
	head := element(idSeekHead, element(0x4DBB, element(0x53AB, idBytes(idCues)), position))
	m.seek = m.at + int64(len(head)) - 8
	m.put(head)
	length := float(0x4489, 0)
	info := element(idInfo, number(0x2AD7B1, 1_000_000), text(0x4D80, "yiwang"), text(0x5741, "yiwang"), length)
	m.duration = m.at + int64(len(info)) - 8
	m.put(info)
	opusHead := []byte("OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00")
	audio := element(0xAE, number(0xD7, trackAudio), number(0x73C5, trackAudio), number(0x83, 2), text(0x86, "A_OPUS"), element(0x63A2, opusHead),
		number(0x56BB, 80_000_000), element(0xE1, float(0xB5, audioRate), number(0x9F, 2)))
	size := [][]byte{number(0xB0, 640), number(0xBA, 480)}
	video := element(0xAE, number(0xD7, trackVideo), number(0x73C5, trackVideo), number(0x83, 1), text(0x86, "V_VP8"), element(0xE0, size...))
	tracks := element(idTracks, audio, video)
	m.measureAt = m.at + int64(len(tracks)) - int64(len(size[1])) - 8
	m.put(tracks)
	return m
}

func (m *webm) put(b []byte) {
	if m.err != nil {
		return
	}
	if _, m.err = m.w.WriteAt(b, m.at); m.err == nil {
		m.at += int64(len(b))
	}
}

func (m *webm) patch(at int64, v uint64) {
	if m.err == nil {
		_, m.err = m.w.WriteAt(binary.BigEndian.AppendUint64(nil, v), at)
	}
}

// block writes a frame at ms since the beginning. whole marks a picture that needs none before it.
func (m *webm) block(track byte, ms int64, whole bool, frame []byte) {
	if ms < m.last {
		ms = m.last // players want the order of time
	}
	if m.cluster < 0 || ms-m.cluster > clusterLasts || track == trackVideo && whole && ms-m.cluster > 500 {
		m.open(ms)
	}
	if track == trackVideo && whole {
		m.measure(frame)
		m.cues = append(m.cues, cue{ms, m.sizeAt - 4 - m.segment})
	}
	m.last = ms
	head := []byte{0x80 | track, 0, 0, 0}
	binary.BigEndian.PutUint16(head[1:], uint16(ms-m.cluster))
	if whole {
		head[3] = 0x80
	}
	m.put(element(0xA3, head, frame))
	m.patch(m.sizeAt, uint64(m.at-m.sizeAt-8)|1<<56)
}

func (m *webm) open(ms int64) {
	m.cluster = ms
	m.put(idBytes(idCluster))
	m.sizeAt = m.at
	m.put([]byte{0x01, 0, 0, 0, 0, 0, 0, 0})
	m.put(number(0xE7, uint64(ms)))
}

// measure notes the size of the first whole picture (RFC 6386, 9.1).
func (m *webm) measure(frame []byte) {
	if m.hasVideo || len(frame) < 10 {
		return
	}
	m.hasVideo = true
	m.wide, m.high = int(binary.LittleEndian.Uint16(frame[6:])&0x3FFF), int(binary.LittleEndian.Uint16(frame[8:])&0x3FFF)
	m.patch(m.measureAt, uint64(m.wide))
	m.patch(m.measureAt+8+1+8, uint64(m.high))
}

// finish fills in index and length.
func (m *webm) finish() error {
	m.patch(m.duration, math.Float64bits(float64(m.last)))
	if len(m.cues) > 0 {
		m.patch(m.seek, uint64(m.at-m.segment))
		var points [][]byte
		for _, c := range m.cues {
			points = append(points, element(0xBB, number(0xB3, uint64(c.time)), element(0xB7, number(0xF7, trackVideo), number(0xF1, uint64(c.place)))))
		}
		m.put(element(idCues, points...))
	}
	m.patch(m.segment-8, uint64(m.at-m.segment)|1<<56)
	return m.err
}
