package fieldwork

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// NewAttempt is one try to reach a household or unit, as the interviewer reports it, perhaps hours later from a place without network.
type NewAttempt struct {
	ID           string      `json:"id" format:"uuid" doc:"made by the sender; the same attempt is stored once"`
	InvitationID string      `json:"invitation_id" maxLength:"60"`
	Outcome      Outcome     `json:"outcome" maxLength:"8"`
	Note         string      `json:"note,omitempty" maxLength:"200" doc:"kept sealed; no names"`
	At           *clock.Time `json:"at,omitempty"`
	NextAt       *clock.Time `json:"next_at,omitempty" doc:"appointment"`
}

// Attempt is a stored try. A completed interview leaves none.
type Attempt struct {
	ID           string      `db:"id" json:"id"`
	WaveID       string      `db:"wave_id" json:"-"`
	InvitationID string      `db:"invitation_id" json:"-"`
	Mode         survey.Mode `db:"mode" json:"mode"`
	Outcome      Outcome     `db:"outcome" json:"outcome"`
	Note         string      `db:"note" json:"note,omitempty"`
	By           string      `db:"by_id" json:"-"`
	At           clock.Time  `db:"at" json:"at"`
}

// Try records an attempt at an address of the caller's own list, once for one id. Needs PermCollect. Invalid for an outcome that the mode
// does not have or a time that cannot be; Conflict when the address has ended. The attempt itself is the record; no second one is kept
// in the audit trail, as its minute would tell when somebody was at home.
func (s *Service) Try(ctx context.Context, in NewAttempt) (a *Assignment, err error) {
	if err := auth.Require(ctx, PermCollect); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err = s.tryTx(ctx, tx, in)
		return err
	})
	return a, err
}

func (s *Service) tryTx(ctx context.Context, tx *db.Tx, in NewAttempt) (*Assignment, error) {
	a, err := findOwn(ctx, tx, in.InvitationID)
	if err != nil {
		return nil, err
	}
	known, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM fieldwork_attempt WHERE id = $1", in.ID)
	if err != nil || known > 0 {
		return a, err
	}
	kind, err := checkOutcome(in.Outcome, a.Mode)
	if err != nil {
		return nil, err
	}
	if a.Closed {
		return nil, errs.Conflict("fieldwork.assignment_closed", "This address has ended already.").With(a)
	}
	if in.Note = strings.TrimSpace(in.Note); utf8.RuneCountInString(in.Note) > 100 {
		return nil, errs.Invalid("fieldwork.note_too_long", "The note has at most 100 characters.", errs.Field{Location: "body.note", Message: "too long"})
	}
	at, now := tx.Now(), tx.Now()
	if in.At != nil {
		if at = in.At.Time; at.After(now.Add(5*time.Minute)) || at.Before(now.AddDate(0, 0, -31)) {
			return nil, errs.Invalid("fieldwork.bad_time", "The attempt lies in the future or more than a month back; check the clock of the device.", errs.Field{Location: "body.at", Message: "within the last month"})
		}
	}
	if in.NextAt != nil && in.NextAt.Before(at) {
		return nil, errs.Invalid("fieldwork.bad_time", "The appointment lies before the attempt.", errs.Field{Location: "body.next_at", Message: "after the attempt"})
	}
	if err := s.insertAttempt(ctx, tx, &Attempt{ID: in.ID, WaveID: a.WaveID, InvitationID: a.InvitationID, Mode: a.Mode, Outcome: in.Outcome, Note: in.Note, At: clock.At(at)}); err != nil {
		return nil, err
	}
	a.Outcome, a.Attempts, a.NextAt, a.Closed = stronger(a.Outcome, in.Outcome), a.Attempts+1, in.NextAt, kind.Final
	return a, saveAssignment(ctx, tx, a)
}

func (s *Service) insertAttempt(ctx context.Context, tx *db.Tx, t *Attempt) error {
	note := ""
	if t.Note != "" {
		note = s.box.Seal([]byte(t.Note), "fieldwork_attempt/"+t.ID)
	}
	_, err := tx.Exec(ctx, `INSERT INTO fieldwork_attempt (id, wave_id, invitation_id, mode, outcome, note, by_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, t.ID, t.WaveID, t.InvitationID, t.Mode, t.Outcome, note, auth.From(ctx).UserID, t.At)
	if err != nil {
		return fmt.Errorf("store attempt: %w", err)
	}
	return nil
}

func saveAssignment(ctx context.Context, tx *db.Tx, a *Assignment) error {
	n, err := tx.Exec(ctx, `UPDATE fieldwork_assignment SET outcome = $1, attempts = $2, next_at = $3, closed = $4, version = version + 1
		WHERE invitation_id = $5 AND version = $6`, a.Outcome, a.Attempts, a.NextAt, a.Closed, a.InvitationID, a.Version)
	if err == nil && n == 0 {
		return errs.Conflict("fieldwork.assignment_changed", "Somebody changed this assignment in the meantime; look again.")
	}
	a.Version++
	return err
}

// attemptsOf returns the attempts at invitations, oldest first, with their notes open.
func (s *Service) attemptsOf(ctx context.Context, tx *db.Tx, waveID string) (map[string][]Attempt, error) {
	out := map[string][]Attempt{}
	err := db.Each(ctx, tx, `SELECT t.id, t.wave_id, t.invitation_id, t.mode, t.outcome, t.note, t.by_id, t.at FROM fieldwork_attempt t
		JOIN fieldwork_assignment a ON a.invitation_id = t.invitation_id
		WHERE t.wave_id = $1 AND a.interviewer = $2 ORDER BY t.at, t.id`, []any{waveID, auth.From(ctx).UserID}, func(t *Attempt) error {
		if t.Note != "" {
			plain, err := s.box.Open(t.Note, "fieldwork_attempt/"+t.ID)
			if err != nil {
				return err
			}
			t.Note = string(plain)
		}
		out[t.InvitationID] = append(out[t.InvitationID], *t)
		return nil
	})
	return out, err
}

// dayOf cuts a time to its day in Nanjing.
func dayOf(t time.Time) time.Time {
	y, m, d := t.In(clock.Nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing)
}

// randomID names a row without the time that other ids begin with.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
	return hex.EncodeToString(b[:])
}
