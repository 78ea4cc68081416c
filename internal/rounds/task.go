package rounds

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/prose"
)

// States of a task.
const (
	TaskOpen    = "open"
	TaskDone    = "done"
	TaskMissed  = "missed"  // its time is over
	TaskExcused = "excused" // let go by the centre, with a reason
)

// How a place of a task was seen.
const (
	ByWay   = "way"   // the way walked passed it
	ByPhoto = "photo" // photographed on the spot
	NoReach = "none"  // told to be out of reach, with a reason
)

// Task is what is to be seen of one grid in one period of a plan.
type Task struct {
	ID       string            `db:"id" json:"id"`
	PlanID   string            `db:"plan_id" json:"plan_id"`
	PlanName string            `db:"plan_name" json:"plan_name"`
	Period   string            `db:"period" json:"period" doc:"First day of the period"`
	Grid     string            `db:"grid" json:"grid"`
	GridName string            `db:"grid_name" json:"grid_name"`
	Named    db.JSON[[]string] `db:"named" json:"-"`
	Points   db.JSON[[]string] `db:"points" json:"-"`
	Total    int               `db:"total" json:"total"`
	Seen     int               `db:"seen" json:"seen"`
	State    string            `db:"state" json:"state" enum:"open,done,missed,excused"`
	FromAt   clock.Time        `db:"from_at" json:"from_at"`
	DueAt    clock.Time        `db:"due_at" json:"due_at"`
	DoneAt   *clock.Time       `db:"done_at" json:"done_at,omitempty"`
	Note     string            `db:"note" json:"note,omitempty"`
	Version  int64             `db:"version" json:"version"`
}

const taskColumns = "id, plan_id, plan_name, period, grid, grid_name, named, points, total, seen, state, from_at, due_at, done_at, note, version"

// makeTasks makes the tasks of a plan for the period that runs; those made already stay as they are.
func (s *Service) makeTasks(ctx context.Context, tx *db.Tx, p *Plan) error {
	name, from, due, ok := p.period(tx.Now())
	if !ok || p.State != Running || !due.After(tx.Now()) {
		return nil
	}
	f, err := s.fieldTx(ctx, tx)
	if err != nil {
		return err
	}
	byGrid := map[string][]string{}
	for _, n := range f.wanted(p, tx.Now().UnixMilli()) {
		byGrid[f.spots[n].grid] = append(byGrid[f.spots[n].grid], f.spots[n].id)
	}
	var rows [][]any
	for _, grid := range slices.Sorted(maps.Keys(byGrid)) {
		points := byGrid[grid]
		rows = append(rows, []any{db.NewID(tx), p.ID, p.Name, name, grid, s.nameOf(ctx, grid), p.Named, db.JSON[[]string]{V: points}, len(points), 0, TaskOpen, clock.At(from), clock.At(due), nil, "", 1})
	}
	return db.InsertMany(ctx, tx, "round_task", taskColumns, "ON CONFLICT (plan_id, period, grid) DO NOTHING", rows)
}

// Turn makes the tasks of the periods that have begun and closes those whose time is over. The program calls it every few minutes; what it did
// already it does not do again.
func (s *Service) Turn(ctx context.Context) error {
	var plans []Plan
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		plans, err = db.All[Plan](ctx, tx, "SELECT "+planColumns+" FROM round_plan WHERE state = $1 ORDER BY id", Running)
		return err
	})
	for i := 0; err == nil && i < len(plans); i++ {
		err = s.DB.Tx(ctx, func(tx *db.Tx) error { return s.turnPlan(ctx, tx, &plans[i]) })
	}
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE round_task SET state = $1, version = version + 1 WHERE state = $2 AND due_at < $3", TaskMissed, TaskOpen, tx.Time())
		return err
	})
}

func (s *Service) turnPlan(ctx context.Context, tx *db.Tx, p *Plan) error {
	name, _, _, ok := p.period(tx.Now())
	if !ok {
		return nil
	}
	made, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM round_task WHERE plan_id = $1 AND period = $2", p.ID, name)
	if err != nil || made > 0 {
		return err
	}
	return s.makeTasks(ctx, tx, p)
}

// markTasks ticks off, in the tasks of the grids concerned, the places that a session visited. A visit counts if part of it lies in the time of the
// task, a late one too; places that need a photograph are not ticked off.
func (s *Service) markTasks(ctx context.Context, tx *db.Tx, f *field, x *patrol.Session, visits []visit) error {
	byGrid := map[string][]*visit{}
	first, last := int64(0), int64(0)
	for i := range visits {
		if v := &visits[i]; f.long(v) {
			grid := f.spots[v.spot].grid
			byGrid[grid] = append(byGrid[grid], v)
			if first == 0 || v.from < first {
				first = v.from
			}
			last = max(last, v.to)
		}
	}
	if len(byGrid) == 0 {
		return nil
	}
	list, args := db.Listed(slices.Sorted(maps.Keys(byGrid)))
	n := len(args)
	args = append(args, time.UnixMilli(last).UnixMilli(), first, TaskExcused)
	tasks, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM round_task WHERE grid IN "+list+fmt.Sprintf(` AND from_at <= $%d AND due_at >= $%d AND state <> $%d AND seen < total
		AND NOT EXISTS (SELECT 1 FROM round_plan WHERE round_plan.id = round_task.plan_id AND round_plan.photo) ORDER BY id`, n+1, n+2, n+3), args...)
	for i := 0; err == nil && i < len(tasks); i++ {
		err = s.tick(ctx, tx, f, x, &tasks[i], byGrid[tasks[i].Grid])
	}
	return err
}

func (s *Service) tick(ctx context.Context, tx *db.Tx, f *field, x *patrol.Session, t *Task, visits []*visit) error {
	if len(t.Named.V) > 0 && !slices.Contains(t.Named.V, x.OfficerID) {
		return nil
	}
	var rows [][]any
	done := map[string]bool{}
	for _, v := range visits {
		id := f.spots[v.spot].id
		if done[id] || v.to < t.FromAt.UnixMilli() || v.from > t.DueAt.UnixMilli() || !slices.Contains(t.Points.V, id) {
			continue
		}
		done[id] = true
		at := clock.At(time.UnixMilli(max(v.from, t.FromAt.UnixMilli())))
		rows = append(rows, []any{t.ID, id, at, ByWay, x.OfficerID, x.OfficerName, v.millis / 1000, nil, "", "", "", nil})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := db.InsertMany(ctx, tx, "round_mark", markColumns, "ON CONFLICT (task_id, point_id) DO NOTHING", rows); err != nil {
		return err
	}
	return recount(ctx, tx, t.ID)
}

const markColumns = "task_id, point_id, at, how, officer_id, officer_name, seconds, metres, photo, media_type, note, sent_at"

// recount says how many places of a task are seen; with the last of them it is done, also after its time.
func recount(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE round_task SET seen = (SELECT COUNT(*) FROM round_mark WHERE task_id = $1), version = version + 1,
		state = CASE WHEN state IN ('open', 'missed') AND (SELECT COUNT(*) FROM round_mark WHERE task_id = $1) >= total THEN 'done' ELSE state END,
		done_at = CASE WHEN state IN ('open', 'missed') AND (SELECT COUNT(*) FROM round_mark WHERE task_id = $1) >= total THEN (SELECT MAX(at) FROM round_mark WHERE task_id = $1) ELSE done_at END
		WHERE id = $1`, id)
	return err
}

// TaskFilter selects tasks.
type TaskFilter struct{ Area, Plan, State, From, To string }

// Tasks lists the tasks in the caller's areas whose time touches the days, the most urgent first. Needs rounds.read.
func (s *Service) Tasks(ctx context.Context, f TaskFilter, page httpx.PageIn) (out httpx.Page[Task], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	first, after, err := bounds(f.From, f.To, mostDays)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		args := []any{clock.At(first), clock.At(after)}
		where := "due_at > $1 AND from_at < $2 AND " + auth.Areas(ctx, "grid", &args)
		if f.Area != "" {
			where += " AND " + auth.Within("grid", []string{f.Area}, &args)
		}
		for _, only := range [][2]string{{"plan_id", f.Plan}, {"state", f.State}} {
			if only[1] != "" {
				args = append(args, only[1])
				where += fmt.Sprintf(" AND %s = $%d", only[0], len(args))
			}
		}
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM round_task WHERE "+where, args...)
		if err != nil {
			return err
		}
		after, err := httpx.DecodeCursor(page.Cursor, 2)
		if err != nil {
			return err
		}
		if page.Cursor != "" {
			at, err := time.Parse(time.RFC3339Nano, after[0])
			if err != nil {
				return errs.Invalid("request.bad_cursor", "The cursor is not one that this list gave out; start from the first page.", errs.Field{Location: "query.cursor", Message: "unreadable"})
			}
			args = append(args, clock.At(at), after[1])
			where += fmt.Sprintf(" AND (due_at > $%d OR due_at = $%d AND id > $%d)", len(args)-1, len(args)-1, len(args))
		}
		args = append(args, page.Limit+1)
		list, err := db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM round_task WHERE "+where+fmt.Sprintf(" ORDER BY due_at, id LIMIT $%d", len(args)), args...)
		if list == nil {
			list = []Task{}
		}
		out = httpx.Cut(list, page.Limit, total, func(t *Task) string { return httpx.EncodeCursor(t.DueAt.Format(time.RFC3339Nano), t.ID) })
		return err
	})
	return out, err
}

// Excuse lets a task go, with a reason that the officers see. Conflict if it is done or was let go. Needs rounds.plan for the grid.
func (s *Service) Excuse(ctx context.Context, id, reason string) (t *Task, err error) {
	if err := prose.Check("rounds.bad_text", prose.Needed("reason", &reason, 200)); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if t, err = findTask(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermPlan, t.Grid); err != nil {
			return err
		}
		if t.State != TaskOpen && t.State != TaskMissed {
			return errs.Conflict("rounds.closed", "The task is done or was let go.").With(t)
		}
		t.State, t.Note, t.Version = TaskExcused, reason, t.Version+1
		if _, err := tx.Exec(ctx, "UPDATE round_task SET state = $1, note = $2, version = $3 WHERE id = $4", t.State, t.Note, t.Version, id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rounds.excuse_task", Object: "round_task", ObjectID: id, Area: t.Grid, Detail: map[string]any{"reason": reason}})
	})
	return t, err
}

func findTask(ctx context.Context, tx *db.Tx, id string) (*Task, error) {
	t, err := db.Get[Task](ctx, tx, "SELECT "+taskColumns+" FROM round_task WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(t.Grid) {
		return nil, errs.NotFound("rounds.no_task", "There is no such task.")
	}
	return &t, err
}
