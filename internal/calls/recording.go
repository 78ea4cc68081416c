package calls

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yiwang/internal/calls/media"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// Recording is what one person sent in a call, as a WebM file.
type Recording struct {
	ID        string     `db:"id" json:"id"`
	CallID    string     `db:"call_id" json:"call_id"`
	UserID    string     `db:"user_id" json:"user_id"`
	Name      string     `db:"name" json:"name"`
	AreaCode  string     `db:"area_code" json:"-"`
	State     Keeping    `db:"state" json:"state" enum:"writing,kept,empty,lost,deleted"`
	BegunAt   clock.Time `db:"begun_at" json:"begun_at"`
	LengthMs  int64      `db:"length_ms" json:"length_ms" doc:"0 where the server ended in between"`
	Bytes     int64      `db:"bytes" json:"bytes"`
	Wide      int        `db:"wide" json:"wide" doc:"Of the first picture; 0 for voice alone"`
	High      int        `db:"high" json:"high"`
	SHA256    string     `db:"sha256" json:"-"`
	ExpiresAt clock.Time `db:"expires_at" json:"expires_at" doc:"Deleted then"`
}

const recordingColumns = "id, call_id, user_id, name, area_code, state, begun_at, length_ms, bytes, wide, high, sha256, expires_at"

// Keeping says what became of a recording.
type Keeping string

// The states of a recording.
const (
	Writing Keeping = "writing"
	Kept    Keeping = "kept"
	Empty   Keeping = "empty" // nothing was sent
	Gone    Keeping = "lost"  // its file is missing
	Deleted Keeping = "deleted"
)

// Look is somebody's look at a recording.
type Look struct {
	ID          string     `db:"id" json:"id"`
	RecordingID string     `db:"recording_id" json:"recording_id"`
	CallID      string     `db:"call_id" json:"-"`
	ByID        string     `db:"by_id" json:"by_id"`
	ByName      string     `db:"by_name" json:"by_name"`
	At          clock.Time `db:"at" json:"at"`
	Reason      string     `db:"reason" json:"reason"`
}

const lookColumns = "id, recording_id, call_id, by_id, by_name, at, reason"

const (
	recordingKept = 365 * 24 * time.Hour
	lookLasts     = time.Hour // a look opens the file for this long
)

// recordParty begins the file of a party, once.
func (s *Service) recordParty(ctx context.Context, m *media.Server, c *Call, p *Party) error {
	if m.Records(c.ID, p.UserID) {
		return nil
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		r := Recording{ID: db.NewID(tx), CallID: c.ID, UserID: p.UserID, Name: p.Name, AreaCode: c.AreaCode, State: Writing, BegunAt: tx.Time(), ExpiresAt: clock.At(tx.Now().Add(recordingKept))}
		if err := db.InsertMany(ctx, tx, "calls_recording", recordingColumns, "", [][]any{{r.ID, r.CallID, r.UserID, r.Name, r.AreaCode, r.State, r.BegunAt, r.LengthMs, r.Bytes,
			r.Wide, r.High, r.SHA256, r.ExpiresAt}}); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "calls.recording_begun", Object: "call", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"of": p.UserID, "asked_by": c.RecordBy}}); err != nil {
			return err
		}
		err := m.Record(c.ID, p.UserID, s.pathOf(r.ID))
		if errors.Is(err, media.ErrGone) {
			return errs.Conflict("calls.no_connection", "There is no connection to renew; make a fresh one.")
		}
		return err
	})
}

func (s *Service) pathOf(recording string) string { return filepath.Join(s.Dir, recording+".webm") }

// keep moves a finished file into the store and notes it; how says what is known of it, nil of one that was cut off.
func (s *Service) keep(ctx context.Context, path string, how *media.Recorded) error {
	id := strings.TrimSuffix(filepath.Base(path), ".webm")
	key, size, err := s.store(ctx, path)
	if err != nil {
		return err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := db.Get[Recording](ctx, tx, "SELECT "+recordingColumns+" FROM calls_recording WHERE id = $1", id)
		if err != nil || r.State != Writing {
			return err
		}
		r.State, r.SHA256, r.Bytes = Kept, key, size
		if how != nil {
			r.LengthMs, r.Wide, r.High = how.Length.Milliseconds(), how.Wide, how.High
			if !how.Started.IsZero() {
				r.BegunAt = clock.At(how.Started)
			}
		}
		if how != nil && how.Started.IsZero() {
			r.State, r.SHA256 = Empty, ""
		}
		if _, err := tx.Exec(ctx, "UPDATE calls_recording SET state = $1, sha256 = $2, bytes = $3, length_ms = $4, wide = $5, high = $6, begun_at = $7 WHERE id = $8",
			r.State, r.SHA256, r.Bytes, r.LengthMs, r.Wide, r.High, r.BegunAt, r.ID); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "calls.recording_kept", Object: "call", ObjectID: r.CallID, Area: r.AreaCode, Detail: map[string]any{"of": r.UserID, "bytes": r.Bytes, "sha256": r.SHA256}}); err != nil || r.State != Kept {
			return err
		}
		return r.tell(ctx, tx, TopicKept)
	})
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// tell says what became of a recording, to who keeps the case of its call too.
func (r *Recording) tell(ctx context.Context, tx *db.Tx, topic string) error {
	caseID, err := db.Get[string](ctx, tx, "SELECT case_id FROM calls_call WHERE id = $1", r.CallID)
	if err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, topic, r.CallID, Recorded{CallID: r.CallID, CaseID: caseID, RecordingID: r.ID, Name: r.Name, LengthMs: r.LengthMs, Bytes: r.Bytes, SHA256: r.SHA256,
		BegunAt: r.BegunAt, ExpiresAt: r.ExpiresAt})
}

// store puts a file into the store under its hash.
func (s *Service) store(ctx context.Context, path string) (key string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	key = hex.EncodeToString(h.Sum(nil))
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	return key, size, s.Files.Put(ctx, key, f, size)
}

// adopt keeps recordings that a server left behind in writing.
func (s *Service) adopt(ctx context.Context) error {
	var left []string
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		left, err = db.All[string](ctx, tx, "SELECT id FROM calls_recording WHERE state = 'writing' ORDER BY id LIMIT 1000")
		return err
	}); err != nil {
		return err
	}
	var wrong error
	for _, id := range left {
		err := s.keep(ctx, s.pathOf(id), nil)
		if errors.Is(err, os.ErrNotExist) {
			err = s.DB.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE calls_recording SET state = 'lost' WHERE id = $1 AND state = 'writing'", id)
				return err
			})
		}
		wrong = errors.Join(wrong, err)
	}
	return wrong
}

// LookAt notes why somebody wants to see a recording and opens it for an hour. Needs calls.record in its area; NotFound where there is none or its
// time is over.
func (s *Service) LookAt(ctx context.Context, recording, reason string) (out *Look, err error) {
	if err := prose.Check("calls.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.recordingTx(ctx, tx, recording)
		if err != nil {
			return err
		}
		p := auth.From(ctx)
		out = &Look{ID: db.NewID(tx), RecordingID: r.ID, CallID: r.CallID, ByID: p.UserID, ByName: p.Name, At: tx.Time(), Reason: reason}
		if err := db.InsertMany(ctx, tx, "calls_look", lookColumns, "", [][]any{{out.ID, out.RecordingID, out.CallID, out.ByID, out.ByName, out.At, out.Reason}}); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "calls.look", Object: "call", ObjectID: r.CallID, Area: r.AreaCode, Detail: map[string]any{"recording": r.ID, "of": r.UserID}})
	})
	return out, err
}

// Open opens the file of a recording that the caller has looked at within the hour; the caller closes it.
func (s *Service) Open(ctx context.Context, recording, look string) (file io.ReadCloser, r *Recording, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r, err = s.recordingTx(ctx, tx, recording); err != nil {
			return err
		}
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM calls_look WHERE id = $1 AND recording_id = $2 AND by_id = $3 AND at > $4", look, recording, auth.From(ctx).UserID,
			clock.At(tx.Now().Add(-lookLasts)))
		if err == nil && n == 0 {
			return errs.Forbidden("calls.no_reason", "Say first why you look at the recording.")
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	file, err = s.Files.Open(ctx, r.SHA256)
	return file, r, err
}

func (s *Service) recordingTx(ctx context.Context, tx *db.Tx, id string) (*Recording, error) {
	if err := auth.Require(ctx, PermRecord); err != nil {
		return nil, err
	}
	r, err := db.Get[Recording](ctx, tx, "SELECT "+recordingColumns+" FROM calls_recording WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && (r.State != Kept || !auth.From(ctx).Covers(r.AreaCode) || !tx.Now().Before(r.ExpiresAt.Time)) {
		return nil, errs.NotFound("calls.no_recording", "There is no such recording, or you may not see it.")
	}
	return &r, err
}

// Forget deletes recordings whose year is over. The program calls it every hour.
func (s *Service) Forget(ctx context.Context) error {
	for {
		var due []Recording
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = db.All[Recording](ctx, tx, "SELECT "+recordingColumns+" FROM calls_recording WHERE state = 'kept' AND expires_at <= $1 ORDER BY id LIMIT 100", tx.Time())
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for i := range due { // before the rows say so: what failed here is tried again, and a file that is gone is no failure
			if err := s.Files.Delete(ctx, due[i].SHA256); err != nil {
				return err
			}
		}
		if err := s.DB.Tx(ctx, func(tx *db.Tx) error { return forgetTx(ctx, tx, due) }); err != nil {
			return err
		}
	}
}

func forgetTx(ctx context.Context, tx *db.Tx, due []Recording) error {
	for i := range due {
		r := &due[i]
		if _, err := tx.Exec(ctx, "UPDATE calls_recording SET state = 'deleted' WHERE id = $1", r.ID); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "calls.recording_deleted", Object: "call", ObjectID: r.CallID, Area: r.AreaCode, Detail: map[string]any{"recording": r.ID}}); err != nil {
			return err
		}
		if err := r.tell(ctx, tx, TopicDeleted); err != nil {
			return err
		}
	}
	return nil
}
