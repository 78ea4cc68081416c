package survey

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Submission is one respondent's finished answers, checked against the form and without those of hidden questions.
type Submission struct {
	Key         string // made by the sender, the same for every repetition
	WaveID      string
	Version     int // of the wave that Answers were checked with
	Form        *Form
	Group       Group
	Channel     Channel
	Mode        Mode
	Street      string
	Community   string
	Weight      float64 // 1 ÷ inclusion probability of the person, 0 if not known
	Interviewer string  // who asked or keyed it; kept as a digest
	Device      string  // random name of a device; kept as a digest
	Seconds     int
	Paradata    Paradata
	Answers     form.Answers
	Again       map[string]AgainVerdict // by topic: what is said of matters asked again
}

// RecordTx stores an answer, its comments in the pool, and counts it. It returns false, and changes nothing, when the key was stored
// before. Conflict when the wave takes no answers, or changed since the answers were checked (ErrStale). It asks for no permission: the
// collection of answers decides who may send what. Nothing it writes leads from an answer to a person, an invitation or a comment: ids
// are random, a targeted answer keeps only the hour it came in, and there is no audit entry and no event of its own.
func (s *Service) RecordTx(ctx context.Context, tx *db.Tx, in Submission) (stored bool, err error) {
	state, err := holdStamp(ctx, tx, in.WaveID)
	if err != nil {
		return false, err
	}
	if state.Version != in.Version {
		return false, ErrStale
	}
	if state.State != Piloting && state.State != Fieldwork {
		return false, errs.Conflict("survey.not_in_fieldwork", fmt.Sprintf("Answers come in while a wave is piloting or in fieldwork; this one is %s.", state.State))
	}
	r := Response{ID: randomID(), WaveID: in.WaveID, Channel: in.Channel, Mode: in.Mode, Pilot: state.State == Piloting, Street: in.Street, Community: in.Community,
		Group: in.Group, Seconds: in.Seconds, SubmittedAt: clock.At(in.moment(tx.Now())), RowKey: s.submissionKey(in.Key), BaseWeight: in.Weight,
		Paradata: db.JSON[Paradata]{V: in.Paradata}}
	if in.Interviewer != "" {
		r.Interviewer = s.rowKey("interviewer|" + in.WaveID + "|" + in.Interviewer)[:16]
	}
	if in.Device != "" {
		r.Device = s.rowKey("device|" + in.Device)[:16]
	}
	kept := fold(in.Form, in.Answers, &r)
	r.RowHash = r.RowKey
	n, err := tx.Exec(ctx, insertStatement("response", responseColumns, 1)+" ON CONFLICT DO NOTHING", r.values()...)
	if err != nil || n == 0 {
		return false, err
	}
	if err := addTally(ctx, tx, r.WaveID, map[Cell]int{r.cell(): 1}); err != nil {
		return false, err
	}
	if err := s.countAgain(ctx, tx, &r, in.Again); err != nil {
		return false, err
	}
	return true, s.poolComments(ctx, tx, &r, kept)
}

// RecordedTx reports whether an answer with the key is stored.
func (s *Service) RecordedTx(ctx context.Context, tx *db.Tx, waveID, key string) (bool, error) {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM response WHERE wave_id = $1 AND row_key = $2", waveID, s.submissionKey(key))
	return n > 0, err
}

// Receipt returns the short number that the sender of an answer gets. The same key has the same number, and nobody finds the answer by it.
func (s *Service) Receipt(key string) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	digest := s.rowKey("receipt|" + key)
	out := make([]byte, 0, 9)
	for i := range 8 {
		if i == 4 {
			out = append(out, '-')
		}
		out = append(out, letters[digest[i]%32])
	}
	return string(out)
}

func (s *Service) submissionKey(key string) string { return s.rowKey("submission|" + key) }

// moment is when an answer counts as sent: whoever holds a list of visits must not find the answer by its minute.
func (in *Submission) moment(now time.Time) time.Time {
	if in.Channel == Targeted {
		return now.Truncate(time.Hour)
	}
	return now.Truncate(time.Minute)
}

// randomID returns a UUID without time (RFC 9562, version 4).
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
	b[6], b[8] = 0x40|b[6]&0x0f, 0x80|b[8]&0x3f
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
