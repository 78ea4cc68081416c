package media

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"
)

// Recorded is a finished file of what one person sent.
type Recorded struct {
	Path    string
	Room    string
	User    string
	Started time.Time // when the first frame was written; zero if none was
	Length  time.Duration
	Wide    int // of the first picture; 0 without one
	High    int
}

// recorder puts packets in order, into frames, into a file.
type recorder struct {
	room, user string
	clock      func() time.Time

	mu     sync.Mutex
	file   *os.File
	out    *webm
	audio  *samplebuilder.SampleBuilder
	video  *samplebuilder.SampleBuilder
	begun  time.Time
	tracks [2]line
	shown  bool // a whole picture was written
	ended  bool
}

// line turns the times of one track into those of the file.
type line struct {
	begun  bool
	first  uint32
	offset int64
	rate   int64
}

// Packets that wait for one that is late.
const (
	audioWait = 32
	videoWait = 256
)

// Record writes what a party sends to a new file from now on, until Leave or StopRecording. Its end is in the value that these return.
// A second call while one runs does nothing. ErrGone if the party is not connected.
func (s *Server) Record(room, user, path string) error {
	_, x := s.find(room, user)
	if x == nil {
		return ErrGone
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.file != nil {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	r := &recorder{room: room, user: user, clock: s.now, file: file, out: beginWebm(file),
		audio:  samplebuilder.New(audioWait, &codecs.OpusPacket{}, audioRate),
		video:  samplebuilder.New(videoWait, &codecs.VP8Packet{}, videoRate),
		tracks: [2]line{{rate: audioRate / 1000}, {rate: videoRate / 1000}}}
	x.file = r
	go x.askPicture()
	return nil
}

// StopRecording ends the file of a party; nil if none runs.
func (s *Server) StopRecording(room, user string) *Recorded {
	if _, x := s.find(room, user); x != nil {
		return x.stopFile()
	}
	return nil
}

func (x *peer) stopFile() *Recorded {
	x.mu.Lock()
	file := x.file
	x.file = nil
	x.mu.Unlock()
	if file == nil {
		return nil
	}
	done, err := file.finish()
	if err != nil {
		return nil // what stands in the file is found again by its row
	}
	return done
}

// push takes a packet and keeps it until those before it have come.
func (r *recorder) push(video bool, p *rtp.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	builder := r.audio
	if video {
		builder = r.video
	}
	builder.Push(p)
	for {
		sample := builder.Pop()
		if sample == nil {
			return
		}
		r.frame(video, sample.PacketTimestamp, sample.Data)
	}
}

func (r *recorder) frame(video bool, stamp uint32, data []byte) {
	if len(data) == 0 {
		return
	}
	track, number, whole := &r.tracks[0], byte(trackAudio), true
	if video {
		track, number, whole = &r.tracks[1], trackVideo, data[0]&1 == 0
		if r.shown = r.shown || whole; !r.shown {
			return // nothing to build on yet
		}
	}
	now := r.clock()
	if r.begun.IsZero() {
		r.begun = now
	}
	if !track.begun {
		track.begun, track.first, track.offset = true, stamp, now.Sub(r.begun).Milliseconds()
	}
	ms := track.offset + int64(int32(stamp-track.first))/track.rate
	if behind := now.Sub(r.begun).Milliseconds() - ms; behind > 2000 || behind < -2000 {
		track.first, track.offset = stamp, now.Sub(r.begun).Milliseconds() // a hold, or a new connection
		ms = track.offset
	}
	r.out.block(number, ms, whole, data)
}

// finish ends the file.
func (r *recorder) finish() (*Recorded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, os.ErrClosed
	}
	r.ended = true
	err := errors.Join(r.out.finish(), r.file.Sync(), r.file.Close())
	return &Recorded{Path: r.file.Name(), Room: r.room, User: r.user, Started: r.begun, Length: time.Duration(r.out.last) * time.Millisecond, Wide: r.out.wide, High: r.out.high}, err
}
