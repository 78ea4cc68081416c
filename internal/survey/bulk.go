package survey

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// NewComment is a comment to store with the telephone number its author may have left.
type NewComment struct {
	Comment
	Phone string
}

// perStatement bounds the parameters of one statement: 100 rows × 20 columns.
const perStatement = 100

// InsertResponsesTx stores answers in bulk: many rows per statement, no per-row checks except that marks fit the wave's
// questionnaires. Ids are given where empty; RowKey must be unique within the wave. The wave must take answers (piloting or
// fieldwork). Needs PermImport in the wave's area. Import is the checked way in; this one serves loaders that make their rows.
func (s *Service) InsertResponsesTx(ctx context.Context, tx *db.Tx, waveID string, rows []Response) error {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return err
	}
	if err := auth.RequireArea(ctx, PermImport, w.Area); err != nil {
		return err
	}
	if err := w.takesAnswers(); err != nil {
		return err
	}
	forms, err := s.FormsTx(ctx, tx, w)
	if err != nil {
		return err
	}
	questions := map[Group][]Question{}
	for g, form := range forms {
		questions[g] = form.ScaleQuestions()
	}
	for i := range rows {
		r := &rows[i]
		r.WaveID, r.Pilot = w.ID, w.State == Piloting
		if err := checkMarks(r.Marks, questions[r.Group], w.Plan.V.Scale); err != nil {
			return errs.Invalid("survey.bad_marks", fmt.Sprintf("Row %d: %v.", i+1, err))
		}
	}
	if err := insertResponses(ctx, tx, w.ID, rows); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicImported, w.ID, Imported{WaveID: w.ID, Responses: len(rows)})
}

// takesAnswers returns Conflict unless answers may come in.
func (w *Wave) takesAnswers() error {
	if w.State != Piloting && w.State != Fieldwork {
		return errs.Conflict("survey.not_in_fieldwork", fmt.Sprintf("Answers come in while a wave is piloting or in fieldwork; this one is %s.", w.State)).With(w.State.actions())
	}
	return nil
}

const responseColumns = `id, wave_id, channel, mode, pilot, street, community, grp, sex, age_band, seconds, device, submitted_at, row_key, row_hash,
	marks, answers, base_weight, interviewer, paradata`

// values lists a response in the order of responseColumns.
func (r *Response) values() []any {
	return []any{r.ID, r.WaveID, r.Channel, r.Mode, r.Pilot, r.Street, r.Community, r.Group, r.Sex, r.AgeBand, r.Seconds, r.Device, r.SubmittedAt,
		r.RowKey, r.RowHash, r.Marks, r.Answers, r.BaseWeight, r.Interviewer, r.Paradata}
}

// insertResponses stores rows of one wave and counts them.
func insertResponses(ctx context.Context, tx *db.Tx, waveID string, rows []Response) error {
	tally := map[Cell]int{}
	args := make([]any, 0, perStatement*20)
	for start := 0; start < len(rows); start += perStatement {
		batch := rows[start:min(start+perStatement, len(rows))]
		args = args[:0]
		for i := range batch {
			r := &batch[i]
			if r.ID == "" {
				r.ID = randomID()
			}
			if r.SubmittedAt.IsZero() {
				r.SubmittedAt = tx.Time()
			}
			args = append(args, r.values()...)
			tally[r.cell()]++
		}
		if _, err := tx.Exec(ctx, insertStatement("response", responseColumns, len(batch)), args...); err != nil {
			return fmt.Errorf("insert responses: %w", err)
		}
	}
	return addTally(ctx, tx, waveID, tally)
}

// insertStatement writes INSERT with n rows of placeholders.
func insertStatement(table, columns string, n int) string {
	k := strings.Count(columns, ",") + 1
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
	for i := range n * k {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%k == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// InsertCommentsTx stores free-text answers in bulk, in the order given, and fills in the ids. Times are cut to the day;
// telephone numbers go encrypted into a table of their own. Needs PermImport in the wave's area.
func (s *Service) InsertCommentsTx(ctx context.Context, tx *db.Tx, waveID string, comments []NewComment) error {
	w, err := findWave(ctx, tx, waveID)
	if err != nil {
		return err
	}
	if err := auth.RequireArea(ctx, PermImport, w.Area); err != nil {
		return err
	}
	if err := s.insertComments(ctx, tx, w, comments); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicImported, w.ID, Imported{WaveID: w.ID, Comments: len(comments)})
}

func (s *Service) insertComments(ctx context.Context, tx *db.Tx, w *Wave, comments []NewComment) error {
	thisWeek := weekOf(tx.Now())
	const columns = "id, wave_id, street, community, grp, channel, question, text, categories, day"
	args := make([]any, 0, perStatement*10)
	for start := 0; start < len(comments); start += perStatement {
		batch := comments[start:min(start+perStatement, len(comments))]
		args = args[:0]
		for i := range batch {
			c := &batch[i].Comment
			if c.ID == "" {
				c.ID = db.NewID(tx)
			}
			if c.WaveID, c.Day = w.ID, clock.At(weekOf(c.Day.Time)); c.Day.Before(earliest) {
				c.Day = clock.At(thisWeek)
			}
			if c.Categories.V == nil {
				c.Categories.V = []string{}
			}
			args = append(args, c.ID, c.WaveID, c.Street, c.Community, c.Group, c.Channel, c.Question, c.Text, c.Categories, c.Day)
		}
		if _, err := tx.Exec(ctx, insertStatement("comment", columns, len(batch)), args...); err != nil {
			return fmt.Errorf("insert comments: %w", err)
		}
	}
	for i := range comments {
		if err := s.insertContact(ctx, tx, &comments[i]); err != nil {
			return err
		}
	}
	return raiseComments(ctx, tx, w.ID, len(comments))
}

// insertContact keeps the telephone number of a comment's author encrypted, bound to the comment.
func (s *Service) insertContact(ctx context.Context, tx *db.Tx, c *NewComment) error {
	if c.Phone == "" {
		return nil
	}
	if s.box == nil {
		return errs.Unavailable("survey.no_key", "Telephone numbers cannot be kept: the program has no key for personal data.")
	}
	_, err := tx.Exec(ctx, "INSERT INTO comment_contact (comment_id, phone, phone_index) VALUES ($1, $2, $3)",
		c.ID, s.box.Seal([]byte(c.Phone), contactAAD(c.ID)), s.box.BlindIndex("survey.phone", c.Phone))
	return err
}

func contactAAD(commentID string) string { return "comment_contact/" + commentID }

// weekOf returns the Monday of the week in Nanjing. A comment keeps no more: with community and group, the day of many an answer is its own,
// and the comment, with the telephone number left, would lead to it.
func weekOf(t time.Time) time.Time {
	day := dayOf(t)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// earliest bounds a comment's day from below; the zero day means today.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// dayOf returns the start of the day in Nanjing.
func dayOf(t time.Time) time.Time {
	y, m, d := t.In(clock.Nanjing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Nanjing)
}
