package opinion

import (
	"context"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Verb is what is decided on the desk.
type Verb string

// The verbs of the desk.
const (
	VerbConfirm Verb = "confirm" // the comment belongs to these fields
	VerbPraise  Verb = "praise"  // it only praises
	VerbSkip    Verb = "skip"    // it says nothing that can be put right
)

// Verbs lists the verbs of the desk.
var Verbs = []Verb{VerbConfirm, VerbPraise, VerbSkip}

// Versioned names a comment as the caller saw it.
type Versioned struct {
	ID      string `json:"id" maxLength:"60"`
	Version int64  `json:"version"`
}

// Judgement is one decision on one or many comments of a wave.
type Judgement struct {
	WaveID string      `json:"wave" maxLength:"60"`
	Verb   Verb        `json:"verb"`
	Fields []string    `json:"fields,omitempty" maxItems:"3" doc:"For confirm: the most fitting first"`
	Leaf   string      `json:"leaf,omitempty" maxLength:"10" doc:"For confirm: an event leaf of the first field; by default the one suggested with that field"`
	Reason string      `json:"reason,omitempty" maxLength:"800" doc:"Needed for skip"`
	Items  []Versioned `json:"items" minItems:"1" maxItems:"200"`
}

// Step is what became of a judgement, or of taking one back: the comments as they are now, and what was refused.
type Step struct {
	ID    string    `json:"id" doc:"Empty when every comment was refused"`
	Items []Outcome `json:"items"`
}

// Judge decides on up to 200 comments in one transaction and keeps the step, so that it can be taken back. A comment that
// somebody decided on in between, or that is not the caller's, is refused with the comment as it is now and holds up
// nothing. Needs opinion.code for the area of each.
func (s *Service) Judge(ctx context.Context, j Judgement) (step *Step, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		step, err = s.JudgeTx(ctx, tx, j)
		return err
	})
	return step, err
}

// JudgeTx is Judge inside the caller's transaction.
func (s *Service) JudgeTx(ctx context.Context, tx *db.Tx, j Judgement) (*Step, error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	apply, err := s.applying(&j)
	if err != nil {
		return nil, err
	}
	step := &Step{ID: db.NewID(tx), Items: make([]Outcome, 0, len(j.Items))}
	var before []standing
	for _, it := range j.Items {
		var was standing
		c, err := s.decide(ctx, tx, it.ID, it.Version, string(j.Verb), func(c *Comment) error {
			if c.WaveID != j.WaveID {
				return errs.NotFound("opinion.comment_not_found", "There is no such comment in this wave, or you may not see it.")
			}
			leaf := c.Leaf
			was = standing{ID: c.ID, State: c.State, Field: c.Field, Fields: c.Fields.V, Leaf: &leaf, Note: c.Note}
			apply(c)
			return nil
		})
		if errs.KindOf(err) == errs.KindInternal {
			return nil, err
		}
		if err == nil {
			was.After = c.Version
			before = append(before, was)
		}
		step.Items = append(step.Items, outcome(it.ID, c, err))
	}
	if len(before) == 0 {
		step.ID = ""
		return step, nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO coding_step (id, wave_id, by_id, at, verb, fields, n, before) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		step.ID, j.WaveID, auth.From(ctx).UserID, tx.Time(), j.Verb, db.JSON[[]string]{V: j.Fields}, len(before), db.JSON[[]standing]{V: before})
	return step, err
}

// applying checks a judgement and returns what it does to a comment.
func (s *Service) applying(j *Judgement) (func(*Comment), error) {
	switch j.Verb {
	case VerbConfirm:
		if err := s.checkFields(j.Fields); err != nil {
			return nil, err
		}
		if err := s.checkLeaf(j.Leaf, j.Fields); err != nil {
			return nil, err
		}
		return func(c *Comment) { c.confirm(j.Fields, j.Leaf) }, nil
	case VerbPraise, VerbSkip:
		if err := prose.Check("opinion.bad_text", prose.Piece{Name: "reason", Value: &j.Reason, Limit: 200, Required: j.Verb == VerbSkip}); err != nil {
			return nil, err
		}
		j.Fields = []string{}
		return func(c *Comment) { c.setAside(j.Verb == VerbPraise, mask.Text(j.Reason)) }, nil
	}
	return nil, errs.Invalid("opinion.bad_verb", "Choose confirm, praise or skip.", errs.Field{Location: "body.verb", Message: "unknown", Value: string(j.Verb)})
}

func outcome(id string, c *Comment, err error) Outcome {
	if err == nil {
		return Outcome{ID: id, OK: true, Comment: c}
	}
	o := Outcome{ID: id, Code: errs.CodeOf(err), Message: errs.As(err).Message}
	o.Comment, _ = errs.As(err).Details.(*Comment) // the comment as it is now, if the error carries it
	return o
}

// standing is how a comment stood before a step.
type standing struct {
	ID     string       `json:"id"`
	State  CommentState `json:"state"`
	Field  string       `json:"field"`
	Fields []string     `json:"fields"`
	Leaf   *string      `json:"leaf,omitempty"` // not kept by steps of earlier releases
	Note   string       `json:"note"`
	After  int64        `json:"after"` // its version after the step
}

type stepRow struct {
	ID     string              `db:"id"`
	WaveID string              `db:"wave_id"`
	Verb   Verb                `db:"verb"`
	Fields db.JSON[[]string]   `db:"fields"`
	N      int                 `db:"n"`
	At     clock.Time          `db:"at"`
	Before db.JSON[[]standing] `db:"before"`
}

// maxUndone is how many steps are taken back at once.
const maxUndone = 20

// UndoSteps takes the caller's last n steps in a wave back, the newest first: their comments stand as before. A comment that
// somebody has changed since, or that is in an item now, stays and is reported. Conflict if there is no step left.
func (s *Service) UndoSteps(ctx context.Context, waveID string, n int) (out []Step, err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		rows, err := db.All[stepRow](ctx, tx, `SELECT id, wave_id, verb, fields, n, at, before FROM coding_step
			WHERE wave_id = $1 AND by_id = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT $3`, waveID, auth.From(ctx).UserID, min(max(n, 1), maxUndone))
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errs.Conflict("opinion.nothing_to_undo", "You have no step in this wave that can be taken back.")
		}
		out = make([]Step, 0, len(rows))
		for i := range rows {
			step, err := s.undoStep(ctx, tx, &rows[i])
			if err != nil {
				return err
			}
			out = append(out, *step)
		}
		return nil
	})
	return out, err
}

func (s *Service) undoStep(ctx context.Context, tx *db.Tx, r *stepRow) (*Step, error) {
	step := &Step{ID: r.ID, Items: make([]Outcome, 0, r.N)}
	for _, was := range r.Before.V {
		c, err := s.decide(ctx, tx, was.ID, was.After, "undo", func(c *Comment) error {
			c.State, c.Field, c.Fields.V, c.Note = was.State, was.Field, was.Fields, was.Note
			if was.Leaf != nil {
				c.Leaf = *was.Leaf
			}
			return nil
		})
		if errs.KindOf(err) == errs.KindInternal {
			return nil, err
		}
		step.Items = append(step.Items, outcome(was.ID, c, err))
	}
	if _, err := tx.Exec(ctx, "UPDATE coding_step SET undone_at = $1 WHERE id = $2", tx.Time(), r.ID); err != nil {
		return nil, err
	}
	return step, audit.Log(ctx, tx, audit.Entry{Action: "opinion.undo-step", Object: "wave", ObjectID: r.WaveID, Detail: map[string]any{"step": r.ID, "comments": r.N}})
}

// Progress says how far the sorting of a wave is in the caller's areas, and how fast the caller goes.
type Progress struct {
	Open      int      `json:"open"`
	Decided   int      `json:"decided" doc:"Confirmed, praise or set aside"`
	Mine      int      `json:"mine" doc:"Comments the caller decided in this wave in the last twelve hours"`
	PerMinute *float64 `json:"per_minute" doc:"Comments a minute in the last ten minutes of the caller's work; null before the second step"`
	Ungrouped int      `json:"ungrouped" doc:"Open comments that came in after the last grouping"`
	Grouped   int      `json:"grouped" doc:"Comments that the last grouping looked at"`
	Undoable  int      `json:"undoable" doc:"Steps of the caller that can be taken back, 20 at most"`
}

const (
	paceWindow = 10 * time.Minute
	workday    = 12 * time.Hour
)

// Progress counts the sorting of a wave. Needs opinion.code.
func (s *Service) Progress(ctx context.Context, waveID string) (p Progress, err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return p, err
	}
	where, args := CommentFilter{WaveID: waveID}.where(ctx)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := db.Each(ctx, tx, "SELECT state, COUNT(*) AS n, 0 AS merged FROM comment_code WHERE "+where+" GROUP BY state", args, func(c *Count) error {
			if c.State == CommentOpen {
				p.Open = c.N
			} else {
				p.Decided += c.N
			}
			return nil
		}); err != nil {
			return err
		}
		if p.Ungrouped, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_code WHERE "+where+
			" AND state = 'open' AND NOT EXISTS (SELECT 1 FROM comment_matter m WHERE m.comment_id = comment_code.id)", args...); err != nil {
			return err
		}
		if p.Grouped, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_matter WHERE wave_id = $1", waveID); err != nil {
			return err
		}
		return p.pace(ctx, tx, waveID)
	})
	return p, err
}

// pace counts the comments of the window that were decided after its first step: those of the first were read before it.
func (p *Progress) pace(ctx context.Context, tx *db.Tx, waveID string) error {
	var first, last time.Time
	sum, ofFirst := 0, 0
	err := db.Each(ctx, tx, `SELECT id, wave_id, verb, fields, n, at, '[]' AS before FROM coding_step
		WHERE wave_id = $1 AND by_id = $2 AND undone_at IS NULL AND at >= $3 ORDER BY id DESC`,
		[]any{waveID, auth.From(ctx).UserID, clock.At(tx.Now().Add(-workday))}, func(r *stepRow) error {
			p.Mine += r.N
			p.Undoable = min(p.Undoable+1, maxUndone)
			if tx.Now().Sub(r.At.Time) > paceWindow {
				return nil
			}
			if last.IsZero() {
				last = r.At.Time
			}
			sum += r.N
			first, ofFirst = r.At.Time, r.N
			return nil
		})
	if span := last.Sub(first).Minutes(); err == nil && span > 0 {
		v := float64(sum-ofFirst) / span
		p.PerMinute = &v
	}
	return err
}
