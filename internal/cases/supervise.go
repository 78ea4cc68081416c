package cases

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/workcal"
)

// Supervision is what a leader demands of a case (督办): an answer by a day. It is no state: the case goes its way, and who has it
// then answers.
type Supervision struct {
	ID         string      `db:"id" json:"id"`
	CaseID     string      `db:"case_id" json:"-"`
	AreaCode   string      `db:"area_code" json:"-"`
	Level      Level       `db:"level" json:"level" doc:"Tier of who demands it; nobody below lifts it"`
	Note       string      `db:"note" json:"note"`
	ByID       string      `db:"by_id" json:"-"`
	ByName     string      `db:"by_name" json:"by_name"`
	ByUnit     string      `db:"by_unit" json:"by_unit,omitempty"`
	At         clock.Time  `db:"at" json:"at"`
	DueAt      clock.Time  `db:"due_at" json:"due_at" doc:"By when it is to be answered"`
	NextAt     *clock.Time `db:"next_at" json:"-"`
	Answer     string      `db:"answer" json:"answer,omitempty"`
	AnsweredBy string      `db:"answered_by" json:"answered_by,omitempty"`
	AnsweredAt *clock.Time `db:"answered_at" json:"answered_at,omitempty"`
	LiftedBy   string      `db:"lifted_by" json:"lifted_by,omitempty"`
	LiftedAt   *clock.Time `db:"lifted_at" json:"lifted_at,omitempty"`
	Overdue    bool        `db:"-" json:"overdue" doc:"Nobody answered in time, or only afterwards"`
}

const supervisionColumns = `id, case_id, area_code, level, note, by_id, by_name, by_unit, at, due_at, next_at, answer, answered_by, answered_at, lifted_by, lifted_at`

// answerIn is by when a supervision is to be answered if nobody says otherwise; a default of the product.
var answerIn = workcal.Limit{N: 3, Unit: workcal.WorkDay}

// maxAnswerDays bounds how far away the day of an answer may lie.
const maxAnswerDays = 90

// supervise puts the case under supervision: whoever has it is to answer by the day named, or within three work days.
func (s *Service) supervise(ctx context.Context, tx *db.Tx, t *step) error {
	t.c.Supervised = true
	if _, _, known := t.def.Action(string(t.c.State), "answer_supervision"); !known {
		return nil // the workflow of before, in which a supervision was a mark
	}
	p, now := auth.From(ctx), tx.Time()
	due := clock.At(s.Calendar.Current().Due(tx.Now(), answerIn))
	if t.m.Due != nil {
		due = clock.At(t.m.Due.Time)
	}
	if !due.After(tx.Now()) || due.Sub(tx.Now()) > maxAnswerDays*24*time.Hour {
		return errs.Invalid("cases.bad_answer_day", "Name a day within the next 90 days by which it is to be answered.", errs.Field{Location: "body.due", Message: "within 90 days", Value: due})
	}
	level := tier(p, t.c.AreaCode)
	if p.System {
		level = District // the program demands nothing for a tier above
	}
	v := Supervision{ID: db.NewID(tx), CaseID: t.c.ID, AreaCode: t.c.AreaCode, Level: level, Note: t.m.Note, ByID: p.UserID, ByName: p.Name, ByUnit: p.UnitID, At: now, DueAt: due, NextAt: &due}
	t.detail["supervision"], t.detail["answer_by"], t.event.AnswerBy = v.ID, due, &due
	return db.InsertMany(ctx, tx, "case_supervision", supervisionColumns, "", [][]any{v.row()})
}

func (v *Supervision) row() []any {
	return []any{v.ID, v.CaseID, v.AreaCode, v.Level, v.Note, v.ByID, v.ByName, v.ByUnit, v.At, v.DueAt, v.NextAt, v.Answer, v.AnsweredBy, v.AnsweredAt, v.LiftedBy, v.LiftedAt}
}

// answerSupervision tells those who demanded it what was done; one answer serves all that wait.
func (s *Service) answerSupervision(ctx context.Context, tx *db.Tx, t *step) error {
	n, err := tx.Exec(ctx, "UPDATE case_supervision SET answer = $1, answered_by = $2, answered_at = $3, next_at = NULL WHERE case_id = $4 AND answered_at IS NULL AND lifted_at IS NULL",
		t.m.Note, auth.From(ctx).Name, tx.Time(), t.c.ID)
	if err == nil && n == 0 {
		err = errs.Conflict("cases.nothing_to_answer", "No supervision of this case waits for an answer.").With(s.shown(t.c, tx))
	}
	t.detail["answers"] = n
	return err
}

// liftSupervision ends the supervisions of the caller's tier and of those below; what a higher tier demanded stays.
func (s *Service) liftSupervision(ctx context.Context, tx *db.Tx, t *step) error {
	all, err := supervisionsOf(ctx, tx, t.c.ID)
	if err != nil {
		return err
	}
	if !t.c.Supervised {
		return errs.Conflict("cases.not_supervised", "The case is not under supervision.").With(s.shown(t.c, tx))
	}
	p, left, lifted := auth.From(ctx), 0, 0
	mine := rank(tier(p, t.c.AreaCode))
	for _, v := range all {
		switch {
		case v.LiftedAt != nil:
		case rank(v.Level) > mine:
			left++
		default:
			lifted++
			if _, err := tx.Exec(ctx, "UPDATE case_supervision SET lifted_by = $1, lifted_at = $2, next_at = NULL WHERE id = $3", p.Name, tx.Time(), v.ID); err != nil {
				return err
			}
		}
	}
	if lifted == 0 && left > 0 {
		return errs.Forbidden("cases.higher_supervision", "A higher tier supervises this case; only it can lift that.")
	}
	t.c.Supervised = left > 0
	return nil
}

func supervisionsOf(ctx context.Context, tx *db.Tx, id string) ([]Supervision, error) {
	rows, err := db.All[Supervision](ctx, tx, "SELECT "+supervisionColumns+" FROM case_supervision WHERE case_id = $1 ORDER BY id", id)
	for i := range rows {
		v := &rows[i]
		v.Overdue = v.LiftedAt == nil && (v.AnsweredAt == nil && tx.Now().After(v.DueAt.Time) || v.AnsweredAt != nil && v.AnsweredAt.After(v.DueAt.Time))
	}
	return rows, err
}

// SupervisorsTx returns who demanded something of the case and has not lifted it, each once, for those who tell them. It judges no
// permission.
func (s *Service) SupervisorsTx(ctx context.Context, tx *db.Tx, id string) ([]string, error) {
	who, err := db.All[string](ctx, tx, "SELECT by_id FROM case_supervision WHERE case_id = $1 AND lifted_at IS NULL AND by_id <> '' ORDER BY by_id", id)
	return slices.Compact(who), err
}

// Unanswered takes supervisions that nobody answered in time, the one due first, each once however many servers run it: who has the
// case and who demanded the answer are told, and it stands in the history. It returns how many.
func (s *Service) Unanswered(ctx context.Context) (n int, err error) {
	ctx = auth.System(ctx, "时限")
	for ctx.Err() == nil {
		var due []Supervision
		if err := s.DB.Read(ctx, func(tx *db.Tx) error {
			due, err = db.All[Supervision](ctx, tx, "SELECT "+supervisionColumns+" FROM case_supervision WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at LIMIT 100", tx.Time())
			return err
		}); err != nil || len(due) == 0 {
			return n, err
		}
		for i := range due {
			if err := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.missAnswer(ctx, tx, &due[i]) }); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, ctx.Err()
}

func (s *Service) missAnswer(ctx context.Context, tx *db.Tx, v *Supervision) error {
	taken, err := tx.Exec(ctx, "UPDATE case_supervision SET next_at = NULL WHERE id = $1 AND next_at IS NOT NULL", v.ID)
	if err != nil || taken == 0 { // another server took it, or it was answered in between
		return err
	}
	c, err := find(ctx, tx, v.CaseID)
	if err != nil || c.EndedAt != nil {
		return err
	}
	h := History{ID: db.NewID(tx), CaseID: c.ID, At: tx.Time(), ActorID: "system", ActorName: "时限", Action: "supervision_due", From: c.State, To: c.State, Level: c.Level, ForUnit: c.LeadUnit,
		ForName: c.LeadName, Visibility: Internal}
	h.Detail.V = map[string]any{"supervision": v.ID, "answer_by": v.DueAt}
	if err := insertHistory(ctx, tx, h); err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "cases.supervision_due", Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"supervision": v.ID}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicReview, c.ID, Lapse{ClockID: v.ID, CaseID: c.ID, Number: c.Number, Title: c.openTitle(), Sensitive: c.Sensitive, Kind: "supervise", Phase: "supervision", Level: c.Level, CaseLevel: c.Level,
		UnitID: c.Holder, Holder: c.Holder, LeadUnit: c.LeadUnit, State: c.State, AreaCode: c.AreaCode, Urgent: c.Urgent, DueAt: v.DueAt, At: tx.Time(),
		NotifyAt: clock.At(notifyAt(tx.Now(), c.Urgent))})
}
