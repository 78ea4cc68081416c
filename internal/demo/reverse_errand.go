package demo

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// errand is the case that a unit opened for its item. The desk has it settled while the item is worked on: what is published as put
// right has no case left that nobody took in.
type errand struct {
	f  *life
	id string // of the case; "" if the item had gone on before it was opened
}

// plan plans the steps after the case was opened. It draws from the stream of the unit.
func (e *errand) plan(rnd *rand.Rand, opened time.Time) {
	days := e.f.l.days
	morning := days.after(opened, 1).Add(9 * time.Hour)
	done := days.after(opened, 2+rnd.IntN(2)).Add(14*time.Hour + time.Duration(rnd.IntN(6))*slot)
	e.at(morning, "desk", "file", cases.Move{})
	e.at(morning.Add(slot), "desk", "dispatch", cases.Move{})
	e.at(morning.Add(3*slot), "", "sign", cases.Move{})
	e.at(morning.Add(5*slot), "", "start", cases.Move{})
	e.at(done, "", "handle", cases.Move{Result: cases.Resolved, Outcome: e.f.ending})
	e.at(done.Add(3*slot), "desk", "verify", cases.Move{Note: "与牵头单位一起到现场看过，与反馈一致", Remote: true})
	e.at(done.Add(5*slot), "desk", "close", cases.Move{Reply: "已随整改事项办结：" + e.f.ending})
	e.at(days.after(done, 1).Add(10*time.Hour), "desk", "revisit", cases.Move{Solved: "yes", Satisfaction: "satisfied", Way: "call"})
}

// at takes one step; what no longer fits does not happen.
func (e *errand) at(t time.Time, by, action string, m cases.Move) {
	l := e.f.l
	l.at(t, func(ctx context.Context, tx *db.Tx) error {
		if e.id == "" {
			return nil
		}
		c, err := l.Cases.GetTx(ctx, tx, e.id)
		if err != nil {
			return err
		}
		told := &telling{l: l, s: &scene{category: c.Category}, id: c.ID, grid: c.AreaCode}
		m.Version = c.Version
		switch action {
		case "file":
			if m.Category = c.Category; m.Category == "" {
				m.Category = e.sort()
			}
		case "dispatch":
			if m.LeadUnit, err = told.unit(ctx, tx, e.f.m.unit); err != nil {
				return err
			}
		}
		if by == "desk" && c.Level != cases.Street && c.Level != cases.Community {
			by = "command" // a clock that ran out has taken it to the district
		}
		as := told.as(ctx, by, c)
		for _, phase := range []string{cases.PhaseBefore, cases.PhaseAfter} {
			if action != "handle" {
				break
			}
			if err := told.photo(ctx, tx, auth.From(as), phase); err != nil {
				return err
			}
		}
		_, err = l.Cases.ActTx(as, tx, e.id, action, m)
		if errs.KindOf(err) == errs.KindConflict {
			return nil
		}
		return err
	})
}

// sort is what the desk takes for the category where none was told: the first of the item's field.
func (e *errand) sort() string {
	for _, leaf := range e.f.l.Duties.Catalog().Leaves() {
		if strings.HasPrefix(leaf.Code, e.f.m.kind.Field) {
			return leaf.Code
		}
	}
	return ""
}
