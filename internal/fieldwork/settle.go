package fieldwork

import (
	"context"
	"errors"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// SheetList is the paper of a wave: what waits for a second keying, what differs, and how well the keying goes.
type SheetList struct {
	Items    []Sheet  `json:"items"`
	Once     int      `json:"once"`
	Differs  int      `json:"differs"`
	Recorded int      `json:"recorded"`
	Errors   *float64 `json:"error_rate" doc:"differences ÷ compared answers of sheets keyed twice"`
}

// Sheets lists the paper of a wave that is not recorded yet, oldest first, at most 500. Needs PermManage in the wave's area, or PermCollect,
// which sees what waits for a second keying; NotFound for who collects in another district.
func (s *Service) Sheets(ctx context.Context, waveID string) (list *SheetList, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		w, err := s.waveTx(ctx, tx, waveID)
		if err != nil {
			return err
		}
		where := "state IN ('once', 'differs')"
		if err := auth.RequireArea(ctx, PermManage, w.Area); err != nil {
			if err := auth.Require(ctx, PermCollect); err != nil {
				return err
			}
			if !worksIn(auth.From(ctx), w.Area) {
				return errs.NotFound("survey.wave_not_found", "There is no such wave.")
			}
			where = "state = 'once'"
		}
		args := []any{w.ID}
		scope := auth.Areas(ctx, "street", &args)
		list = &SheetList{}
		if list.Items, err = db.All[Sheet](ctx, tx, "SELECT "+sheetColumns+" FROM fieldwork_sheet WHERE wave_id = $1 AND "+where+" AND "+scope+" ORDER BY first_at, id LIMIT 500", args...); err != nil {
			return err
		}
		for i := range list.Items {
			list.Items[i].seenBy(ctx)
		}
		return list.count(ctx, tx, w.ID)
	})
	return list, err
}

func (l *SheetList) count(ctx context.Context, tx *db.Tx, waveID string) error {
	type row struct {
		State       string `db:"state"`
		N           int    `db:"n"`
		Compared    int    `db:"compared"`
		Differences int    `db:"differences"`
	}
	compared, differences := 0, 0
	err := db.Each(ctx, tx, "SELECT state, COUNT(*) AS n, SUM(compared) AS compared, SUM(differences) AS differences FROM fieldwork_sheet WHERE wave_id = $1 GROUP BY state", []any{waveID}, func(r *row) error {
		switch r.State {
		case KeyedOnce:
			l.Once = r.N
		case Differs:
			l.Differs = r.N
		case Recorded:
			l.Recorded = r.N
		}
		compared, differences = compared+r.Compared, differences+r.Differences
		return nil
	})
	if compared > 0 {
		rate := float64(differences) / float64(compared)
		l.Errors = &rate
	}
	return err
}

// SheetView is a sheet with both keyings, for who holds the paper in hand and decides.
type SheetView struct {
	Sheet  *Sheet       `json:"sheet"`
	Form   *survey.Form `json:"form"`
	Scale  []Mark       `json:"scale"`
	Differ []Difference `json:"differ"`
}

// Sheet returns the differences of a sheet that was keyed twice. Needs PermManage in its street; Conflict in any other state.
func (s *Service) Sheet(ctx context.Context, id string) (v *SheetView, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		sh, first, second, c, err := s.openBoth(ctx, tx, id)
		if err != nil {
			return err
		}
		v = &SheetView{Sheet: sh.seenBy(ctx), Form: c.Forms[sh.Group]}
		for _, step := range c.Wave.Plan.V.Scale {
			v.Scale = append(v.Scale, Mark{step.Mark, step.Label, step.Face})
		}
		v.Differ, _ = compare(v.Form, first, second)
		return nil
	})
	return v, err
}

func (s *Service) openBoth(ctx context.Context, tx *db.Tx, id string) (*Sheet, *Keyed, *Keyed, *survey.Collecting, error) {
	sh, err := db.Get[Sheet](ctx, tx, "SELECT "+sheetColumns+" FROM fieldwork_sheet WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil, nil, nil, sheetNotFound()
	} else if err != nil {
		return nil, nil, nil, nil, err
	}
	if err := auth.RequireArea(ctx, PermManage, sh.Street); err != nil {
		return nil, nil, nil, nil, err
	}
	if sh.State != Differs {
		return nil, nil, nil, nil, errs.Conflict("fieldwork.sheet_not_open", "Only a sheet that was keyed twice with differences can be settled.").With(sh.State)
	}
	first, err := s.openSheet(&sh, sh.FirstData)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	second, err := s.openSheet(&sh, sh.SecondData)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	c, err := s.surveys.CollectingTx(ctx, tx, sh.WaveID)
	return &sh, first, second, c, err
}

// Choice says for a difference which keying is right: 1 or 2; 0 leaves the question unanswered, as on an unreadable sheet.
type Choice struct {
	Question string `json:"question" maxLength:"40"`
	Right    int    `json:"right" minimum:"0" maximum:"2"`
}

// Settle decides every difference of a sheet and records the answer. Needs PermManage in its street; Invalid unless every difference is
// decided once. Who settled what is in the audit trail by number of the sheet, without an answer.
func (s *Service) Settle(ctx context.Context, id string, choices []Choice) (*KeyResult, error) {
	var sh *Sheet
	var settled *Keyed
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		found, first, second, c, err := s.openBoth(ctx, tx, id)
		if err != nil {
			return err
		}
		differ, _ := compare(c.Forms[found.Group], first, second)
		if settled, err = decide(first, second, differ, choices); err != nil {
			return err
		}
		sh = found
		return audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.sheet_settled", Object: "sheet", ObjectID: sh.ID, Area: sh.Street, Detail: map[string]any{"number": sh.Number, "differences": len(differ)}})
	})
	if err != nil {
		return nil, err
	}
	return s.recordSheet(ctx, sh, settled)
}

func decide(first, second *Keyed, differ []Difference, choices []Choice) (*Keyed, error) {
	right := map[string]int{}
	for _, c := range choices {
		right[c.Question] = c.Right
	}
	var bad []errs.Field
	for _, d := range differ {
		k, decided := right[d.Question]
		switch {
		case !decided:
			bad = append(bad, errs.Field{Location: "body.choices", Message: "decide " + d.Question, Value: d.Question})
		case d.Question == "adults" && k == 2:
			first.Adults = second.Adults
		case d.Question == "code" && k == 2:
			first.Code = second.Code
		case d.Question == "adults" || d.Question == "code":
		case k == 0:
			delete(first.Answers, d.Question)
		case k == 2:
			if v, given := second.Answers[d.Question]; given {
				first.Answers[d.Question] = v
			} else {
				delete(first.Answers, d.Question)
			}
		}
	}
	if len(bad) > 0 {
		return nil, errs.Invalid("fieldwork.not_settled", "Decide every difference.", bad...)
	}
	return first, nil
}

// Discard takes a sheet out: a double, an unreadable one, a wrong number. Needs PermManage in its street and a reason.
func (s *Service) Discard(ctx context.Context, id, reason string) error {
	if reason == "" {
		return errs.Invalid("fieldwork.reason_required", "Say why the sheet is taken out.", errs.Field{Location: "body.reason", Message: "required"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		sh, err := db.Get[Sheet](ctx, tx, "SELECT "+sheetColumns+" FROM fieldwork_sheet WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) {
			return sheetNotFound()
		} else if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, sh.Street); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE fieldwork_sheet SET state = $1, first_data = '', second_data = '', settled_by = $2, settled_at = $3, version = version + 1
			WHERE id = $4 AND state IN ($5, $6)`, Discarded, auth.From(ctx).UserID, tx.Time(), id, KeyedOnce, Differs)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("fieldwork.sheet_done", "This sheet was keyed twice already.")
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "fieldwork.sheet_discarded", Object: "sheet", ObjectID: id, Area: sh.Street, Detail: map[string]string{"number": sh.Number, "reason": reason}})
	})
}
