package cases

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/workflow"
)

// addReporter seals who brought the case up. A case of the administration's own has the person who typed it in.
func (s *Service) addReporter(ctx context.Context, tx *db.Tx, c *Case, n *Report) error {
	r := Reporter{ID: db.NewID(tx), CaseID: c.ID, Channel: c.Channel, SourceNumber: n.SourceNumber, Words: c.Body, At: c.ReportedAt}
	if p := auth.From(ctx); p != nil && n.Reporter == nil {
		r.UserID = p.UserID
	}
	s.sealReporter(&r, n.Reporter)
	return insertReporter(ctx, tx, &r)
}

// sealReporter fills in who it is. Residents and those who left a number get a code to follow the case with.
func (s *Service) sealReporter(r *Reporter, n *NewReporter) {
	if n == nil {
		return
	}
	r.Anonymous, r.WantsReply = n.Anonymous, n.WantsReply
	if name := clean(n.Name); name != "" && !n.Anonymous {
		r.Name = s.Box.Seal([]byte(name), "case_reporter.name."+r.ID)
	}
	if phone := clean(n.Phone); phone != "" {
		r.Phone = s.Box.Seal([]byte(phone), "case_reporter.phone."+r.ID)
		r.PhoneIndex = s.Box.BlindIndex("case_reporter.phone", phone)
	}
	if r.Phone != "" || r.Channel == FromResident {
		r.Token = s.tokenOf(s.FollowCode(r.ID))
	}
}

func insertReporter(ctx context.Context, tx *db.Tx, r *Reporter) error {
	return tx.Queue(ctx, nil, "INSERT INTO case_reporter ("+reporterColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		r.ID, r.CaseID, r.Channel, r.SourceNumber, r.Anonymous, r.Name, r.Phone, r.PhoneIndex, r.Words, r.Token, r.WantsReply, r.UserID, r.At)
}

// codeLetters are those of Crockford's base 32: none looks like another.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// FollowCode returns the code with which somebody follows what was reported, such as 7K2M-Q4ZD-91XE: 60 bits of a keyed
// digest of the reporter's id. It is not stored; the program can tell it again, nobody else can compute it.
func (s *Service) FollowCode(reporter string) string {
	sum := sha256.Sum256([]byte(s.Box.BlindIndex("case_reporter.code", reporter)))
	var b strings.Builder
	for i := range 12 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeLetters[sum[i]&31])
	}
	return b.String()
}

// tokenOf is what is stored of a code, "" if it cannot be one. Case, hyphens and letters that look like digits do not
// matter.
func (s *Service) tokenOf(code string) string {
	code = strings.Map(func(r rune) rune {
		r = mask.HalfWidth(r)
		switch {
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		case r == '-' || r == ' ':
			return -1
		}
		switch r {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, code)
	if len(code) != 12 || strings.Trim(code, codeLetters) != "" {
		return ""
	}
	return s.Box.BlindIndex("case_reporter.token", code)
}

// ByCodeTx returns who holds a follow-up code, and the case as it is now: the one it was merged into, if it was. NotFound
// for a code that nobody has.
func (s *Service) ByCodeTx(ctx context.Context, tx *db.Tx, code string) (*Reporter, *Case, error) {
	none := errs.NotFound("cases.no_code", "There is no report with this code; look at it again letter by letter.")
	token := s.tokenOf(code)
	if token == "" {
		return nil, nil, none
	}
	r, err := db.Get[Reporter](ctx, tx, "SELECT "+reporterColumns+" FROM case_reporter WHERE token = $1 AND token <> ''", token)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil, none
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := keptCase(ctx, tx, r.CaseID)
	if err != nil {
		return nil, nil, err
	}
	return &r, s.shown(c, tx), nil
}

// keptCase is the case, or the one it was merged into.
func keptCase(ctx context.Context, tx *db.Tx, id string) (*Case, error) {
	c, err := find(ctx, tx, id)
	if err == nil && c.MergedInto != "" {
		c, err = find(ctx, tx, c.MergedInto)
	}
	return c, err
}

// SupportTx adds somebody who has the same matter ("me too") to an open case and returns the row of that person. The same
// telephone counts once. A sensitive or ended case takes no support.
func (s *Service) SupportTx(ctx context.Context, tx *db.Tx, number string, n NewReporter, words string) (*Reporter, *Case, error) {
	c, err := db.Get[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE number = $1", number)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil, notFound()
	}
	if err != nil {
		return nil, nil, err
	}
	kept, err := keptCase(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	if kept.Sensitive || kept.EndedAt != nil || kept.State == Closed {
		return nil, nil, errs.Conflict("cases.no_support", "This case has ended or is not public; report your matter on its own.")
	}
	r := Reporter{ID: db.NewID(tx), CaseID: kept.ID, Channel: FromResident, Words: mask.Text(clean(words)), At: tx.Time()}
	s.sealReporter(&r, &n)
	voice := 1
	if r.PhoneIndex != "" {
		known, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_reporter WHERE case_id = $1 AND phone_index = $2", kept.ID, r.PhoneIndex)
		if err != nil {
			return nil, nil, err
		}
		if known > 0 {
			voice = 0
		}
	}
	if err := insertReporter(ctx, tx, &r); err != nil {
		return nil, nil, err
	}
	if err := addVoices(ctx, tx, kept, voice); err != nil {
		return nil, nil, err
	}
	return &r, s.shown(kept, tx), s.aside(ctx, tx, kept, "support", "", Jointly, map[string]any{"reporter": r.ID, "voices": kept.Voices})
}

// addVoices counts reports behind a case; it is no change that somebody who works on the case has to look at again.
func addVoices(ctx context.Context, tx *db.Tx, c *Case, n int) error {
	c.Voices += n
	_, err := tx.Exec(ctx, "UPDATE case_file SET voices = voices + $1 WHERE id = $2", n, c.ID)
	return err
}

// aside records what happens beside the workflow: history, audit entry and event, with the state as it is.
func (s *Service) aside(ctx context.Context, tx *db.Tx, c *Case, action, note, seen string, detail map[string]any) error {
	t := &step{def: s.current, action: workflow.Action{Code: action}, from: c.State, was: *c, c: c, m: &Move{}, note: note, seen: seen, detail: detail}
	return s.record(ctx, tx, t)
}

// SayTx adds words of somebody who reported to the case. They do not touch any clock.
func (s *Service) SayTx(ctx context.Context, tx *db.Tx, r *Reporter, c *Case, words string) error {
	words = mask.Text(clean(words))
	if words == "" || utf8.RuneCountInString(words) > maxNote {
		return errs.Invalid("cases.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.words", Message: "1 to 1000 characters"})
	}
	if c.EndedAt != nil && c.State != Closed {
		return errs.Conflict("cases.ended_for_reporter", "This report has ended; say that it is not solved, or report it anew.")
	}
	return s.aside(AsReporter(ctx, r.ID), tx, c, "comment", words, ForReporter, map[string]any{"reporter": r.ID})
}

// AnswerTx keeps what one of several people who reported says about the ending after another one's answer has closed the
// matter: within the window, once, and never "not solved", which takes the case up again.
func (s *Service) AnswerTx(ctx context.Context, tx *db.Tx, r *Reporter, c *Case, m Move) error {
	ctx = AsReporter(ctx, r.ID)
	if c.State == Closed {
		m.Version = c.Version
		_, err := s.ActTx(ctx, tx, c.ID, "answer", m)
		return err
	}
	if c.State != Archived {
		return errs.Conflict("cases.not_asked", "Nothing is asked about this report now.")
	}
	// The row is held until the commit, so that an answer sent twice at once counts once.
	if _, err := tx.Exec(ctx, "UPDATE case_reporter SET wants_reply = wants_reply WHERE id = $1", r.ID); err != nil {
		return err
	}
	t := &step{def: s.current, action: workflow.Action{Code: "answer"}, from: c.State, was: *c, c: c, m: &m, seen: Internal, detail: map[string]any{"reporter": r.ID}}
	if err := s.withinWindow(ctx, tx, t); err != nil {
		return err
	}
	if answered, err := hasAnswered(ctx, tx, r.ID, c); err != nil || answered {
		if err == nil {
			err = errs.Conflict("cases.answered", "You have answered already. Thank you.")
		}
		return err
	}
	if err := s.keepAnswer(ctx, tx, t); err != nil {
		return err
	}
	return s.record(ctx, tx, t)
}

// AskedTx reports whether the ending waits for this person's answer.
func (s *Service) AskedTx(ctx context.Context, tx *db.Tx, r *Reporter, c *Case) (bool, error) {
	if c.State == Closed || c.State == Archived && c.ClosedAt != nil && tx.Now().Sub(c.ClosedAt.Time) < reopenDays*24*time.Hour {
		answered, err := hasAnswered(ctx, tx, r.ID, c)
		return !answered, err
	}
	return false, nil
}

// hasAnswered asks only about the present ending: after a rework the question is put again.
func hasAnswered(ctx context.Context, tx *db.Tx, reporter string, c *Case) (bool, error) {
	if c.ClosedAt == nil {
		return false, nil
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_revisit WHERE case_id = $1 AND reporter_id = $2 AND at >= $3", c.ID, reporter, *c.ClosedAt)
	return n > 0, err
}

// FirstReporterTx returns the id of who brought the case up first.
func (s *Service) FirstReporterTx(ctx context.Context, tx *db.Tx, id string) (string, error) {
	return db.Get[string](ctx, tx, "SELECT id FROM case_reporter WHERE case_id = $1 ORDER BY id LIMIT 1", id)
}

// ReportsOfPhoneTx counts what one telephone has reported since a time.
func (s *Service) ReportsOfPhoneTx(ctx context.Context, tx *db.Tx, phone string, since time.Time) (int, error) {
	return db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_reporter WHERE phone_index = $1 AND phone_index <> '' AND at >= $2",
		s.Box.BlindIndex("case_reporter.phone", phone), clock.At(since))
}
