package fieldwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Ways a reminder goes out. The program writes the list; a printer, a postman or a text message gateway takes it from there.
const (
	ByLetter = "letter"
	ByVisit  = "visit"
	ByPhone  = "phone"
)

// Reminder is one round of reminding those who have not answered.
type Reminder struct {
	ID     string     `db:"id" json:"id"`
	WaveID string     `db:"wave_id" json:"wave_id"`
	Round  int        `db:"round" json:"round"`
	Way    string     `db:"way" json:"way" enum:"letter,visit,phone"`
	Scope  string     `db:"scope" json:"scope" doc:"street and group it was limited to, empty for all"`
	N      int        `db:"n" json:"n" doc:"addresses on the list"`
	ByID   string     `db:"by_id" json:"-"`
	ByName string     `db:"by_name" json:"by_name"`
	At     clock.Time `db:"at" json:"at"`
	Came   int        `db:"-" json:"came" doc:"of them, answered since"`
}

const reminderColumns = "id, wave_id, round, way, scope, n, by_id, by_name, at"

// NewReminder says whom to remind.
type NewReminder struct {
	Way        string       `json:"way" enum:"letter,visit,phone"`
	Street     string       `json:"street,omitempty" maxLength:"9"`
	Group      survey.Group `json:"group,omitempty" enum:"elder,adult,unit"`
	Unassigned bool         `json:"unassigned,omitempty" doc:"only those no interviewer has"`
}

// Remind makes a round: every open invitation inside the scope that has not ended by an attempt. Who refused is not reminded. Needs
// PermManage in the wave's area; Conflict when nobody is left or the wave takes no answers.
func (s *Service) Remind(ctx context.Context, waveID string, in NewReminder) (r *Reminder, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.RemindTx(ctx, tx, waveID, in)
		return err
	})
	return r, err
}

// RemindTx is Remind inside the caller's transaction.
func (s *Service) RemindTx(ctx context.Context, tx *db.Tx, waveID string, in NewReminder) (*Reminder, error) {
	w, err := s.manage(ctx, tx, waveID)
	if err != nil {
		return nil, err
	}
	if !takesAnswers(w) {
		return nil, notOpen()
	}
	ids, err := s.toRemind(ctx, tx, w.ID, in)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errs.Conflict("fieldwork.nobody_left", "Nobody inside this scope is still to answer.")
	}
	round, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(round), 0) + 1 FROM fieldwork_reminder WHERE wave_id = $1", w.ID)
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	r := &Reminder{ID: db.NewID(tx), WaveID: w.ID, Round: round, Way: in.Way, Scope: strings.Trim(in.Street+" "+string(in.Group), " "), N: len(ids), ByID: p.UserID, ByName: p.Name, At: tx.Time()}
	_, err = tx.Exec(ctx, "INSERT INTO fieldwork_reminder ("+reminderColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		r.ID, r.WaveID, r.Round, r.Way, r.Scope, r.N, r.ByID, r.ByName, r.At)
	if db.IsUnique(err) {
		return nil, errs.Conflict("fieldwork.round_taken", "Somebody made a round at the same moment; look at it first.")
	} else if err != nil {
		return nil, err
	}
	if err := insertReminded(ctx, tx, r.ID, ids); err != nil {
		return nil, err
	}
	return r, audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.remind", Object: "wave", ObjectID: w.ID, Area: w.Area, Detail: map[string]any{"round": round, "way": in.Way, "scope": r.Scope, "n": r.N}})
}

func insertReminded(ctx context.Context, tx *db.Tx, reminder string, ids []string) error {
	for start := 0; start < len(ids); start += 200 {
		part := ids[start:min(start+200, len(ids))]
		var values []string
		args := []any{reminder}
		for _, id := range part {
			args = append(args, id)
			values = append(values, fmt.Sprintf("($1, $%d)", len(args)))
		}
		if _, err := tx.Exec(ctx, "INSERT INTO fieldwork_reminded (reminder_id, invitation_id) VALUES "+strings.Join(values, ", "), args...); err != nil {
			return fmt.Errorf("list of the reminder: %w", err)
		}
	}
	return nil
}

func (s *Service) toRemind(ctx context.Context, tx *db.Tx, waveID string, in NewReminder) (ids []string, err error) {
	open, err := s.samples.ListTx(ctx, tx, sampling.Filter{WaveID: waveID, Street: in.Street, Group: in.Group, State: sampling.Open})
	if err != nil {
		return nil, err
	}
	held := map[string]Assignment{}
	err = db.Each(ctx, tx, "SELECT "+assignmentColumns+" FROM fieldwork_assignment WHERE wave_id = $1", []any{waveID}, func(a *Assignment) error {
		held[a.InvitationID] = *a
		return nil
	})
	for i := range open {
		a, assigned := held[open[i].ID]
		k := kindOf(a.Outcome)
		if (!assigned || !in.Unassigned) && (k == nil || !k.Final) {
			ids = append(ids, open[i].ID)
		}
	}
	return ids, err
}

// Reminders lists the rounds of a wave, newest first, with how many of each answered since. Needs PermManage in the wave's area.
func (s *Service) Reminders(ctx context.Context, waveID string) (list []Reminder, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.manage(ctx, tx, waveID)
		if err != nil {
			return err
		}
		if list, err = db.All[Reminder](ctx, tx, "SELECT "+reminderColumns+" FROM fieldwork_reminder WHERE wave_id = $1 ORDER BY round DESC LIMIT 50", w.ID); err != nil {
			return err
		}
		for i := range list {
			open, err := s.reminded(ctx, tx, list[i].ID)
			if err != nil {
				return err
			}
			for _, inv := range open {
				if inv.State == sampling.Spent {
					list[i].Came++
				}
			}
		}
		return nil
	})
	return list, err
}

// reminded returns the invitations of a round.
func (s *Service) reminded(ctx context.Context, tx *db.Tx, reminder string) (out []sampling.Invitation, err error) {
	ids, err := db.All[string](ctx, tx, "SELECT invitation_id FROM fieldwork_reminded WHERE reminder_id = $1 ORDER BY invitation_id", reminder)
	for start := 0; err == nil && start < len(ids); start += 500 {
		var part []sampling.Invitation
		if part, err = s.samples.WeightsTx(ctx, tx, ids[start:min(start+500, len(ids))]); err == nil {
			out = append(out, part...)
		}
	}
	return out, err
}

// ReminderFile writes the addresses of a round that have not answered yet, in the order of the draw. Needs PermManage in the wave's area;
// that the addresses left the program is in the audit trail.
func (s *Service) ReminderFile(ctx context.Context, id string, format sheet.Format) (name string, file []byte, err error) {
	var b bytes.Buffer
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		b.Reset()
		r, err := db.Get[Reminder](ctx, tx, "SELECT "+reminderColumns+" FROM fieldwork_reminder WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("fieldwork.reminder_not_found", "There is no such round.")
		} else if err != nil {
			return err
		}
		w, err := s.manage(ctx, tx, r.WaveID)
		if err != nil {
			return err
		}
		name = fmt.Sprintf("%s催答名单第%d轮.%s", w.Code, r.Round, format)
		n, err := s.writeReminder(ctx, tx, &r, &b, format)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.addresses_exported", Object: "reminder", ObjectID: r.ID, Area: w.Area, Detail: map[string]int{"n": n}})
	})
	return name, b.Bytes(), err
}

func (s *Service) writeReminder(ctx context.Context, tx *db.Tx, r *Reminder, b *bytes.Buffer, format sheet.Format) (n int, err error) {
	list, err := s.reminded(ctx, tx, r.ID)
	if err != nil {
		return 0, err
	}
	var open []sampling.Invitation
	var ids []string
	for _, inv := range list {
		if inv.State == sampling.Open {
			open, ids = append(open, inv), append(ids, inv.ID)
		}
	}
	addresses, err := s.samples.AddressesTx(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	out, err := sheet.NewWriter(b, format, "催答名单")
	if err != nil {
		return 0, err
	}
	if err := out.Row("名单号", "街道", "社区", "对象", "名称", "地址"); err != nil {
		return 0, err
	}
	names := map[string]string{}
	for i := range open {
		inv := &open[i]
		for _, code := range []string{inv.Street, inv.Community} {
			if code == "" || names[code] != "" {
				continue
			}
			place, err := s.place(ctx, code)
			if err != nil {
				return 0, err
			}
			names[code] = place.Name
		}
		if err := out.Row(inv.Place, names[inv.Street], names[inv.Community], inv.Group.Title(), addresses[inv.ID].Name, addresses[inv.ID].Text); err != nil {
			return 0, err
		}
	}
	return len(open), out.Close()
}

// BoardFile writes the progress of a wave as the caller sees it. Needs PermRead.
func (s *Service) BoardFile(ctx context.Context, waveID string, format sheet.Format) (name string, file []byte, err error) {
	board, err := s.Board(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	out, err := sheet.NewWriter(&b, format, "收集进度")
	if err != nil {
		return "", nil, err
	}
	if err := out.Row("街道", "对象", "渠道", "已收", "应收", "上限"); err != nil {
		return "", nil, err
	}
	for _, c := range board.Cells {
		var n, target, quota any = fmt.Sprintf("不足%d", board.MinCell), nil, nil
		if c.N != nil {
			n = *c.N
		}
		if c.Target > 0 {
			target = c.Target
		}
		if c.Quota != nil {
			quota = *c.Quota
		}
		if err := out.Row(c.StreetName, c.Group.Title(), c.Channel.Title(), n, target, quota); err != nil {
			return "", nil, err
		}
	}
	if err := out.Close(); err != nil { // writes the rest
		return "", nil, err
	}
	return board.Wave.Code + "收集进度." + string(format), b.Bytes(), nil
}
