package integrity

import (
	"context"
	"fmt"
	"io"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

// Detail is one answer as the person who decides sees it.
type Detail struct {
	Row
	Mode      survey.Mode       `json:"mode"`
	Seconds   int               `json:"seconds,omitempty"`
	Day       string            `json:"day,omitempty" doc:"2026-11-21"`
	Pages     []survey.PageTime `json:"pages"`
	Device    string            `json:"device,omitempty" doc:"beginning of the device's digest, to see that two are the same"`
	Items     []Item            `json:"items" doc:"scale questions with the answers given"`
	Other     []Item            `json:"other" doc:"attention, integrity and progress questions"`
	Decisions []Decision        `json:"decisions" doc:"oldest first"`
}

// Item is a question with its answer.
type Item struct {
	Code   string   `json:"code"`
	Text   string   `json:"text"`
	Answer string   `json:"answer"`
	Score  *float64 `json:"score,omitempty"`
}

// Detail returns one answer with its evidence. Needs PermRead in the wave's district; NotFound when it is not in the queue.
func (s *Service) Detail(ctx context.Context, waveID, id string) (d *Detail, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.readable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		rows, err := db.All[Row](ctx, tx, "SELECT "+rowColumns+" FROM integrity_mark WHERE wave_id = $1 AND response_id = $2", w.ID, id)
		if err != nil {
			return err
		}
		found, err := s.surveys.EvidenceOfTx(ctx, tx, w, []string{id})
		if err != nil {
			return err
		}
		if len(rows) == 0 || len(found) == 0 {
			return errs.NotFound("integrity.answer_not_found", "This answer is not in the queue of the wave.")
		}
		if err := s.nameRows(ctx, tx, w, rows); err != nil {
			return err
		}
		d = &Detail{Row: rows[0]}
		return s.describe(ctx, tx, w, &found[0], d)
	})
	return d, err
}

func (s *Service) describe(ctx context.Context, tx *db.Tx, w *survey.Wave, e *survey.Evidence, d *Detail) error {
	forms, err := s.surveys.FormsTx(ctx, tx, w)
	if err != nil {
		return err
	}
	form := forms[e.Group]
	if form == nil {
		return fmt.Errorf("wave %s has no questionnaire for %s", w.ID, e.Group)
	}
	sheet := newSheet(e.Group, form, w.Plan.V.Scale)
	d.Mode, d.Seconds, d.Device, d.Pages = e.Mode, e.Seconds, short(e.Device), e.Paradata.V.Pages
	d.Day = e.SubmittedAt.In(clock.Nanjing).Format(time.DateOnly)
	if d.Pages == nil {
		d.Pages = []survey.PageTime{}
	}
	d.Items, d.Other = []Item{}, []Item{}
	for i := range sheet.questions {
		item := Item{Code: sheet.questions[i].Code, Text: sheet.questions[i].Text, Answer: "未作答"}
		if i < len(e.Marks) {
			item.answer(sheet, e.Marks[i])
		}
		d.Items = append(d.Items, item)
	}
	for i := range form.Questions {
		q := &form.Questions[i]
		if k := e.Answers.V.Choices[q.Code]; k >= 1 && k <= len(q.Options) {
			d.Other = append(d.Other, Item{Code: q.Code, Text: q.Text, Answer: q.Options[k-1]})
		}
	}
	d.Decisions, err = decisionsOf(ctx, tx, w.ID, e.ID)
	return err
}

func (item *Item) answer(sheet *sheetOf, mark byte) {
	if mark == survey.MarkNA {
		item.Answer = "没接触过/不了解"
	}
	if score, ok := sheet.score[mark]; ok {
		item.Answer, item.Score = sheet.label[mark], &score
	}
}

// decisionsOf returns the decisions that named an answer.
func decisionsOf(ctx context.Context, tx *db.Tx, waveID, id string) ([]Decision, error) {
	return db.All[Decision](ctx, tx, `SELECT id, subject, label, members, n, verdict, reason, actor, actor_name, at FROM integrity_decision
		WHERE wave_id = $1 AND members LIKE $2 ORDER BY id LIMIT 100`, waveID, `%"`+id+`"%`)
}

// Export writes the flagged answers of a wave with their grounds and verdicts as a table. Needs PermRead in the wave's district.
func (s *Service) Export(ctx context.Context, waveID string, format sheet.Format, out io.Writer) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.readable(ctx, tx, waveID)
		if err != nil {
			return err
		}
		names, err := s.names(ctx, tx, w.Area)
		if err != nil {
			return err
		}
		table, err := sheet.NewWriter(out, format, w.Code+"答卷核查")
		if err != nil {
			return err
		}
		if err := table.Row("答卷", "街道", "社区", "对象", "渠道", "疑点分", "依据", "决定"); err != nil {
			return err
		}
		err = db.Each(ctx, tx, "SELECT "+rowColumns+" FROM integrity_mark WHERE wave_id = $1 ORDER BY score DESC, response_id", []any{w.ID}, func(r *Row) error {
			text := ""
			for i, reason := range r.Reasons.V {
				if i > 0 {
					text += "；"
				}
				text += reason.Text
			}
			return table.Row(r.ID, nameOf(names, r.Street), nameOf(names, r.Community), r.Group.Title(), channelNames[r.Channel], r.Score, text, verdictNames[r.Verdict])
		})
		if err != nil {
			return err
		}
		return table.Close()
	})
}

var (
	channelNames = map[survey.Channel]string{survey.Targeted: "定向样本", survey.Online: "线上"}
	verdictNames = map[Verdict]string{Open: "待定", Keep: "保留", SetAside: "不计入"}
)
