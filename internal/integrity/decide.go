package integrity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/survey"
)

// Verdict is what was decided about an answer or a finding.
type Verdict string

// Verdicts. Keeping what was set aside takes it back into the score.
const (
	Open     Verdict = "open"
	Keep     Verdict = "keep"
	SetAside Verdict = "set_aside"
)

// Choice names what is decided: single answers, a finding with its answers, or all open answers with a flag.
type Choice struct {
	Answers []string `json:"answers,omitempty" maxItems:"200"`
	Finding string   `json:"finding,omitempty" maxLength:"32"`
	Flag    string   `json:"flag,omitempty" maxLength:"20" doc:"all open answers with this flag"`
	Street  string   `json:"street,omitempty" maxLength:"12" doc:"with flag: only this street"`
	Expect  int      `json:"expect,omitempty" doc:"with flag: how many answers the caller saw; another number is a conflict"`
	Verdict Verdict  `json:"verdict" enum:"keep,set_aside"`
	Reason  string   `json:"reason" minLength:"4" maxLength:"500"`
}

// Decision is one recorded judgement.
type Decision struct {
	ID        string            `db:"id" json:"id"`
	Subject   string            `db:"subject" json:"-"`
	Label     string            `db:"label" json:"label" doc:"what was decided about, in words"`
	Members   db.JSON[[]string] `db:"members" json:"-"`
	N         int               `db:"n" json:"n" doc:"answers concerned"`
	Changed   int               `db:"-" json:"changed" doc:"answers whose part in the score changed"`
	Verdict   Verdict           `db:"verdict" json:"verdict" enum:"keep,set_aside"`
	Reason    string            `db:"reason" json:"reason"`
	Actor     string            `db:"actor" json:"actor"`
	ActorName string            `db:"actor_name" json:"actor_name"`
	At        clock.Time        `db:"at" json:"at"`
}

// Decide keeps answers or sets them aside, with a reason, and appends who did it. Needs PermDecide in the wave's district;
// Conflict once the wave is scored, and when a bulk choice covers another number of answers than the caller saw.
func (s *Service) Decide(ctx context.Context, waveID string, c Choice) (d *Decision, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err = s.DecideTx(ctx, tx, waveID, c)
		return err
	})
	return d, err
}

// DecideTx is Decide inside the caller's transaction.
func (s *Service) DecideTx(ctx context.Context, tx *db.Tx, waveID string, c Choice) (*Decision, error) {
	w, err := s.judgeable(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	actor := auth.From(ctx)
	d := &Decision{ID: db.NewID(tx), Verdict: c.Verdict, Reason: strings.TrimSpace(c.Reason), Actor: actor.UserID, ActorName: actor.Name, At: tx.Time()}
	if err := s.resolve(ctx, tx, w, &c, d); err != nil {
		return nil, err
	}
	d.N = len(d.Members.V)
	if d.Changed, err = s.surveys.SetAsideTx(ctx, tx, w, d.Members.V, c.Verdict == SetAside); err != nil {
		return nil, err
	}
	return d, errors.Join(
		insertDecision(ctx, tx, w.ID, d),
		s.setVerdict(ctx, tx, w, d),
		audit.Log(ctx, tx, audit.Entry{Action: "integrity.decided", Object: "wave", ObjectID: w.ID, Area: w.Area,
			Detail: map[string]any{"decision": d.ID, "about": d.Label, "verdict": d.Verdict, "answers": d.N, "changed": d.Changed, "reason": d.Reason}}),
		outbox.Emit(ctx, tx, TopicDecided, w.ID, Event{WaveID: w.ID, Changed: d.Changed, Verdict: d.Verdict}))
}

func (c *Choice) check() error {
	named := 0
	for _, given := range []bool{len(c.Answers) > 0, c.Finding != "", c.Flag != ""} {
		if given {
			named++
		}
	}
	if named != 1 {
		return errs.Invalid("integrity.bad_choice", "Name answers, a finding or a flag; exactly one of them.", errs.Field{Location: "body", Message: "answers, finding or flag"})
	}
	if c.Verdict != Keep && c.Verdict != SetAside {
		return errs.Invalid("integrity.bad_choice", "The verdict is keep or set_aside.", errs.Field{Location: "body.verdict", Message: "keep or set_aside"})
	}
	if utf8.RuneCountInString(strings.TrimSpace(c.Reason)) < 4 {
		return errs.Invalid("integrity.reason_required", "Say why, in at least four characters.", errs.Field{Location: "body.reason", Message: "required"})
	}
	return nil
}

// resolve finds the answers that a choice names.
func (s *Service) resolve(ctx context.Context, tx *db.Tx, w *survey.Wave, c *Choice, d *Decision) error {
	switch {
	case c.Finding != "":
		f, err := findFinding(ctx, tx, w.ID, c.Finding)
		if err != nil {
			return err
		}
		if c.Verdict == SetAside && len(f.Members.V) == 0 {
			return errs.Invalid("integrity.no_members", "This finding is about a whole community; look at its answers one by one, or keep it with what was found on the spot.")
		}
		d.Subject, d.Label, d.Members.V = f.ID, f.Text, f.Members.V
		if c.Verdict == Keep {
			d.Members.V, err = stillOpen(ctx, tx, w.ID, f.Members.V)
		}
		return err
	case c.Flag != "":
		return s.resolveFlag(ctx, tx, w, c, d)
	}
	found, err := s.surveys.EvidenceOfTx(ctx, tx, w, c.Answers)
	if err != nil {
		return err
	}
	d.Members.V = []string{}
	for i := range found {
		d.Members.V = append(d.Members.V, found[i].ID)
	}
	wanted := slices.Compact(slices.Sorted(slices.Values(c.Answers)))
	if len(d.Members.V) != len(wanted) {
		return errs.NotFound("integrity.answer_not_found", "Not all of these answers belong to the wave.")
	}
	d.Label = fmt.Sprintf("%d份答卷", len(wanted))
	return nil
}

// stillOpen narrows the answers of a kept finding to those that were not set aside before: keeping a finding does not undo what
// was decided about single answers.
func stillOpen(ctx context.Context, tx *db.Tx, waveID string, members []string) ([]string, error) {
	verdicts, err := lastVerdicts(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, id := range members {
		if verdicts[id] != SetAside {
			out = append(out, id)
		}
	}
	return out, nil
}

func (s *Service) resolveFlag(ctx context.Context, tx *db.Tx, w *survey.Wave, c *Choice, d *Decision) error {
	f := flagByCode(c.Flag)
	if f == 0 {
		return errs.Invalid("integrity.bad_choice", "There is no such flag.", errs.Field{Location: "body.flag", Message: "unknown", Value: c.Flag})
	}
	args := []any{w.ID, int(f)}
	where := "wave_id = $1 AND verdict = 'open' AND (flags & $2) <> 0"
	if c.Street != "" {
		args = append(args, c.Street)
		where += " AND street = $3"
	}
	members, err := db.All[string](ctx, tx, "SELECT response_id FROM integrity_mark WHERE "+where+" ORDER BY response_id", args...)
	if err != nil {
		return err
	}
	if len(members) != c.Expect || len(members) == 0 {
		return errs.Conflict("integrity.other_number", fmt.Sprintf("The choice covers %d open answers now, not %d; look again.", len(members), c.Expect)).With(map[string]int{"n": len(members)})
	}
	d.Members.V = members
	d.Label = fmt.Sprintf("“%s”的%d份答卷", kindOf(f).Name, len(members))
	return nil
}

// setVerdict repeats the decision on the evidence of the last check. Answers without evidence get a line.
func (s *Service) setVerdict(ctx context.Context, tx *db.Tx, w *survey.Wave, d *Decision) error {
	if d.Subject != "" {
		if _, err := tx.Exec(ctx, "UPDATE integrity_finding SET verdict = $1 WHERE wave_id = $2 AND id = $3", d.Verdict, w.ID, d.Subject); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(d.Members.V, 200) {
		args := []any{d.Verdict, w.ID}
		in := listOf(part, &args)
		// wave_id is an expression so that SQLite looks the answers up and does not read the whole wave for each part.
		n, err := tx.Exec(ctx, "UPDATE integrity_mark SET verdict = $1 WHERE wave_id || '' = $2 AND response_id IN "+in, args...)
		if err == nil && int(n) < len(part) {
			err = s.listPlain(ctx, tx, w, part, d.Verdict)
		}
		if err != nil {
			return fmt.Errorf("record verdict: %w", err)
		}
	}
	return nil
}

// listPlain adds a line without flags for answers that have none, so that whatever was decided stays in sight.
func (s *Service) listPlain(ctx context.Context, tx *db.Tx, w *survey.Wave, members []string, verdict Verdict) error {
	found, err := s.surveys.EvidenceOfTx(ctx, tx, w, members)
	if err != nil {
		return err
	}
	for i := range found {
		e := &found[i]
		_, err := tx.Exec(ctx, `INSERT INTO integrity_mark (response_id, wave_id, street, community, grp, channel, flags, score, reasons, verdict)
			VALUES ($1, $2, $3, $4, $5, $6, 0, 0, '[]', $7) ON CONFLICT (response_id) DO NOTHING`,
			e.ID, w.ID, e.Street, e.Community, e.Group, e.Channel, verdict)
		if err != nil {
			return err
		}
	}
	return nil
}

// listOf writes ($3, $4, …) for the values and appends them to args.
func listOf(values []string, args *[]any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		parts[i] = fmt.Sprintf("$%d", len(*args))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
