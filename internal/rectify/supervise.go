package rectify

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
)

// maxLevel is the highest level of supervision: 1 the office urges, 2 it issues a supervision order, 3 the leaders of the
// district supervise.
const maxLevel = 3

// Supervision is one time a unit was pressed for an answer.
type Supervision struct {
	ID         string      `db:"id" json:"id"`
	ItemID     string      `db:"item_id" json:"-"`
	Level      int         `db:"level" json:"level" doc:"1 urged, 2 supervision order, 3 leaders of the district"`
	Note       string      `db:"note" json:"note"`
	ByName     string      `db:"by_name" json:"by_name"`
	ByUnit     string      `db:"by_unit" json:"by_unit"`
	At         clock.Time  `db:"at" json:"at"`
	DueAt      clock.Time  `db:"due_at" json:"due_at" doc:"By when the unit has to answer"`
	Answer     string      `db:"answer" json:"answer,omitempty"`
	AnsweredBy string      `db:"answered_by" json:"answered_by,omitempty"`
	AnsweredAt *clock.Time `db:"answered_at" json:"answered_at,omitempty"`
	EndedAt    *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	EndedBy    string      `db:"ended_by" json:"ended_by,omitempty"`
	Ending     string      `db:"ending" json:"ending,omitempty" doc:"Why it ended: lifted with a word, raised, verified or issued anew"`
}

const supervisionColumns = "id, item_id, level, note, by_name, by_unit, at, due_at, answer, answered_by, answered_at, ended_at, ended_by, ending"

func supervisionsOf(ctx context.Context, tx *db.Tx, item string) ([]Supervision, error) {
	return db.All[Supervision](ctx, tx, "SELECT "+supervisionColumns+" FROM item_supervision WHERE item_id = $1 ORDER BY id", item)
}

// supervise presses the lead unit for an answer, on a level higher than before, with a clock of its own.
func (s *Service) supervise(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the item is put under supervision.")
	}
	level := m.Level
	if level == 0 {
		level = i.Supervision + 1
	}
	if level <= i.Supervision || level > maxLevel {
		return errs.Invalid("rectify.bad_level", "Choose a level above the present one, at most the third.", errs.Field{Location: "body.level", Message: "not above", Value: m.Level})
	}
	if err := s.endSupervision(ctx, tx, i, ActSupervise, "raised"); err != nil {
		return err
	}
	rules, err := s.rulesTx(ctx, tx)
	if err != nil {
		return err
	}
	c, err := s.startClock(ctx, tx, i, SuperviseClock, i.LeadUnit, rules.limit(rules.Supervise[level-1]))
	if err != nil {
		return err
	}
	i.Supervised, i.Supervision = true, level
	v := Supervision{ID: db.NewID(tx), ItemID: i.ID, Level: level, Note: mask.Text(m.Note), ByName: nameOf(ctx), At: tx.Time(), DueAt: c.DueAt}
	if p := auth.From(ctx); p != nil {
		v.ByUnit = p.UnitID
	}
	_, err = tx.Exec(ctx, "INSERT INTO item_supervision ("+supervisionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		v.ID, v.ItemID, v.Level, v.Note, v.ByName, v.ByUnit, v.At, v.DueAt, v.Answer, v.AnsweredBy, v.AnsweredAt, v.EndedAt, v.EndedBy, v.Ending)
	return err
}

// replyToSupervision is the answer of the unit: how the matter stands and what happens until when.
func (s *Service) replyToSupervision(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say how the matter stands and what happens next.")
	}
	n, err := tx.Exec(ctx, `UPDATE item_supervision SET answer = $1, answered_by = $2, answered_at = $3 WHERE item_id = $4 AND ended_at IS NULL AND answered_at IS NULL`,
		mask.Text(m.Note), nameOf(ctx), tx.Time(), i.ID)
	if err == nil && n == 0 {
		err = errs.Conflict("rectify.replied", "The unit has answered this supervision already.").With(i)
	}
	if err != nil {
		return err
	}
	now := tx.Time()
	return endClock(ctx, tx, i.ID, SuperviseClock, ActReply, &now)
}

// lift ends the supervision in force.
func (s *Service) lift(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Say why the supervision ends.")
	}
	return s.endSupervision(ctx, tx, i, ActLift, mask.Text(m.Note))
}

// endSupervision ends the supervision in force, if there is one.
func (s *Service) endSupervision(ctx context.Context, tx *db.Tx, i *Item, by Action, ending string) error {
	if i.Supervision == 0 {
		return nil
	}
	i.Supervision = 0
	if _, err := tx.Exec(ctx, "UPDATE item_supervision SET ended_at = $1, ended_by = $2, ending = $3 WHERE item_id = $4 AND ended_at IS NULL",
		tx.Time(), nameOf(ctx), ending, i.ID); err != nil {
		return err
	}
	return endClock(ctx, tx, i.ID, SuperviseClock, by, nil)
}
