package rounds

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/prose"
	"yiwang/internal/region"
)

// Rhythms of a plan: a task per grid for each day, week or month.
const (
	Daily   = "day"
	Weekly  = "week"
	Monthly = "month"
)

// States of a plan.
const (
	Running = "running"
	Paused  = "paused"
	Ended   = "ended"
)

// Plan says which places of an area are to be seen how often, when and by whom.
type Plan struct {
	ID       string            `db:"id" json:"id"`
	Name     string            `db:"name" json:"name"`
	Area     string            `db:"area_code" json:"area"`
	Kinds    db.JSON[[]string] `db:"kinds" json:"kinds" doc:"Kinds of places; all if empty"`
	Every    string            `db:"every" json:"every" enum:"day,week,month"`
	Weekdays string            `db:"weekdays" json:"weekdays,omitempty" doc:"Of a daily plan: digits of the days, 1 for Monday; every day if absent"`
	From     int               `db:"from_minute" json:"from" doc:"Of a daily plan: minute of the day from which it counts"`
	Until    int               `db:"until_minute" json:"until" doc:"Minute of the day until which it is to be done; of the last day of a week or month"`
	Named    db.JSON[[]string] `db:"named" json:"named" doc:"Officers whose way counts; whoever is on duty if empty"`
	Photo    bool              `db:"photo" json:"photo" doc:"Every place needs a photograph; passing it is not enough"`
	StartsOn string            `db:"starts_on" json:"starts_on"`
	EndsOn   string            `db:"ends_on" json:"ends_on,omitempty"`
	Note     string            `db:"note" json:"note,omitempty"`
	State    string            `db:"state" json:"state" enum:"running,paused,ended"`
	MadeBy   string            `db:"made_by" json:"-"`
	MadeName string            `db:"made_name" json:"made_name"`
	MadeAt   clock.Time        `db:"made_at" json:"made_at"`
	Changed  clock.Time        `db:"changed_at" json:"changed_at"`
	Version  int64             `db:"version" json:"version"`

	AreaName string   `db:"-" json:"area_name"`
	People   []Walker `db:"-" json:"people,omitempty" doc:"Who the named are; without a name who cannot sign in any more"`
	Points   int      `db:"-" json:"points" doc:"Places it asks for now"`
	Open     int      `db:"-" json:"open" doc:"Tasks not done yet whose time runs"`
	Done     int      `db:"-" json:"done" doc:"Tasks done in the last 30 days"`
	Missed   int      `db:"-" json:"missed" doc:"Tasks missed in the last 30 days"`
}

const planColumns = "id, name, area_code, kinds, every, weekdays, from_minute, until_minute, named, photo, starts_on, ends_on, note, state, made_by, made_name, made_at, changed_at, version"

// NewPlan is a plan as people give it.
type NewPlan struct {
	Name     string   `json:"name" maxLength:"200"`
	Area     string   `json:"area" maxLength:"20"`
	Kinds    []string `json:"kinds,omitempty" maxItems:"9"`
	Every    string   `json:"every" enum:"day,week,month"`
	Weekdays string   `json:"weekdays,omitempty" maxLength:"7" pattern:"^[1-7]*$"`
	From     int      `json:"from,omitempty" minimum:"0" maximum:"1439"`
	Until    int      `json:"until,omitempty" minimum:"0" maximum:"1440" doc:"0 for the end of the day"`
	Named    []string `json:"named,omitempty" maxItems:"50"`
	Photo    bool     `json:"photo,omitempty"`
	StartsOn string   `json:"starts_on" maxLength:"10"`
	EndsOn   string   `json:"ends_on,omitempty" maxLength:"10"`
	Note     string   `json:"note,omitempty" maxLength:"1200"`
}

// judge checks what people gave.
func (n *NewPlan) judge() error {
	if err := prose.Check("rounds.bad_text", prose.Needed("name", &n.Name, 50), prose.Optional("note", &n.Note, 300)); err != nil {
		return err
	}
	if n.Until == 0 {
		n.Until = 24 * 60
	}
	if n.Every != Daily {
		n.Weekdays, n.From = "", 0
	}
	bad := slices.IndexFunc(n.Kinds, func(k string) bool { return !slices.Contains(Kinds, k) })
	_, start := time.Parse(time.DateOnly, n.StartsOn)
	_, end := time.Parse(time.DateOnly, n.EndsOn)
	switch {
	case !slices.Contains([]string{Daily, Weekly, Monthly}, n.Every):
		return errs.Invalid("rounds.bad_rhythm", "A plan is daily, weekly or monthly.", errs.Field{Location: "body.every", Message: "day, week or month", Value: n.Every})
	case bad >= 0:
		return errs.Invalid("rounds.bad_kind", "There is no such kind of place.", errs.Field{Location: "body.kinds", Message: "unknown", Value: n.Kinds[bad]})
	case n.Until-n.From < 15 || n.Until > 24*60 || n.From < 0:
		return errs.Invalid("rounds.bad_hours", "The hours are at least a quarter of an hour long, the beginning before the end.", errs.Field{Location: "body.until", Message: "after from", Value: n.Until})
	case start != nil || n.EndsOn != "" && (end != nil || n.EndsOn < n.StartsOn):
		return errs.Invalid("rounds.bad_days", "Choose days in order.", errs.Field{Location: "body.starts_on", Message: "a day, and the end not before it", Value: n.StartsOn})
	}
	return nil
}

// AddPlan makes a plan and the tasks that are due now. Needs rounds.plan for the area.
func (s *Service) AddPlan(ctx context.Context, n NewPlan) (p *Plan, err error) {
	if err := n.judge(); err != nil {
		return nil, err
	}
	if _, err := s.place(ctx, PermPlan, n.Area); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		who := auth.From(ctx)
		p = n.plan()
		p.ID, p.State, p.MadeBy, p.MadeName, p.MadeAt, p.Changed, p.Version = db.NewID(tx), Running, who.UserID, who.Name, tx.Time(), tx.Time(), 1
		if err := db.InsertMany(ctx, tx, "round_plan", planColumns, "", [][]any{p.row()}); err != nil {
			return err
		}
		if err := s.makeTasks(ctx, tx, p); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "rounds.add_plan", Object: "round_plan", ObjectID: p.ID, Area: p.Area, Detail: map[string]any{"every": p.Every, "kinds": p.Kinds.V}})
	})
	return p, err
}

func (n *NewPlan) plan() *Plan {
	p := &Plan{Name: n.Name, Area: n.Area, Every: n.Every, Weekdays: n.Weekdays, From: n.From, Until: n.Until, Photo: n.Photo, StartsOn: n.StartsOn, EndsOn: n.EndsOn, Note: n.Note}
	p.Kinds.V, p.Named.V = append([]string{}, n.Kinds...), append([]string{}, n.Named...)
	return p
}

func (p *Plan) row() []any {
	return []any{p.ID, p.Name, p.Area, p.Kinds, p.Every, p.Weekdays, p.From, p.Until, p.Named, p.Photo, p.StartsOn, p.EndsOn, p.Note, p.State, p.MadeBy, p.MadeName, p.MadeAt, p.Changed, p.Version}
}

// ChangePlan replaces what a plan says, from its next task on. Conflict if it was changed meanwhile or has ended. Needs rounds.plan for both areas.
func (s *Service) ChangePlan(ctx context.Context, id string, version int64, n NewPlan) (p *Plan, err error) {
	if err := n.judge(); err != nil {
		return nil, err
	}
	if _, err := s.place(ctx, PermPlan, n.Area); err != nil {
		return nil, err
	}
	return s.alterPlan(ctx, id, version, "rounds.change_plan", func(old *Plan) error {
		next := n.plan()
		next.ID, next.State, next.MadeBy, next.MadeName, next.MadeAt = old.ID, old.State, old.MadeBy, old.MadeName, old.MadeAt
		*old = *next
		return nil
	})
}

// SetPlan pauses a plan, lets it run again or ends it; open tasks of a plan that ended stay to be done. Conflict if it has ended. Needs rounds.plan.
func (s *Service) SetPlan(ctx context.Context, id string, version int64, state string) (*Plan, error) {
	return s.alterPlan(ctx, id, version, "rounds.set_plan", func(p *Plan) error {
		p.State = state
		return nil
	})
}

func (s *Service) alterPlan(ctx context.Context, id string, version int64, action string, change func(*Plan) error) (p *Plan, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if p, err = findPlan(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermPlan, p.Area); err != nil {
			return err
		}
		if p.Version != version || p.State == Ended {
			return errs.Conflict("rounds.changed", "It was changed meanwhile; look at it again.").With(p)
		}
		if err := change(p); err != nil {
			return err
		}
		p.Changed, p.Version = tx.Time(), version+1
		if _, err := tx.Exec(ctx, `UPDATE round_plan SET name = $1, area_code = $2, kinds = $3, every = $4, weekdays = $5, from_minute = $6, until_minute = $7, named = $8, photo = $9, starts_on = $10,
			ends_on = $11, note = $12, state = $13, changed_at = $14, version = $15 WHERE id = $16`,
			p.Name, p.Area, p.Kinds, p.Every, p.Weekdays, p.From, p.Until, p.Named, p.Photo, p.StartsOn, p.EndsOn, p.Note, p.State, p.Changed, p.Version, id); err != nil {
			return err
		}
		if err := s.makeTasks(ctx, tx, p); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "round_plan", ObjectID: id, Area: p.Area, Detail: map[string]any{"state": p.State}})
	})
	return p, err
}

func findPlan(ctx context.Context, tx *db.Tx, id string) (*Plan, error) {
	p, err := db.Get[Plan](ctx, tx, "SELECT "+planColumns+" FROM round_plan WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(p.Area) {
		return nil, errs.NotFound("rounds.no_plan", "There is no such plan.")
	}
	return &p, err
}

// Plans lists the plans of the caller's areas, those that run first, with how their tasks went. Needs rounds.read.
func (s *Service) Plans(ctx context.Context) (out httpx.Page[Plan], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	var list []Plan
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var args []any
		if list, err = db.All[Plan](ctx, tx, "SELECT "+planColumns+" FROM round_plan WHERE "+auth.Areas(ctx, "area_code", &args)+" ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'paused' THEN 1 ELSE 2 END, id DESC LIMIT 200", args...); err != nil || len(list) == 0 {
			return err
		}
		if err := s.callTx(ctx, tx, list); err != nil {
			return err
		}
		f, err := s.fieldTx(ctx, tx)
		if err != nil {
			return err
		}
		at := map[string]*Plan{}
		for i := range list {
			p := &list[i]
			at[p.ID], p.AreaName, p.Points = p, s.nameOf(ctx, p.Area), len(f.wanted(p, tx.Now().UnixMilli()))
		}
		type count struct {
			Plan  string `db:"plan_id"`
			State string `db:"state"`
			N     int    `db:"n"`
		}
		return db.Each(ctx, tx, "SELECT plan_id, state, COUNT(*) AS n FROM round_task WHERE due_at >= $1 GROUP BY plan_id, state", []any{clock.At(tx.Now().AddDate(0, 0, -30))}, func(c *count) error {
			p := at[c.Plan]
			if p == nil {
				return nil
			}
			switch c.State {
			case TaskOpen:
				p.Open = c.N
			case TaskDone:
				p.Done = c.N
			case TaskMissed:
				p.Missed = c.N
			}
			return nil
		})
	})
	return httpx.Whole(list), err
}

// wanted lists the places that a plan asks for.
func (f *field) wanted(p *Plan, ms int64) (out []int32) {
	for grid, list := range f.byGrid {
		if !region.Inside(grid, p.Area) {
			continue
		}
		for _, n := range list {
			if s := &f.spots[n]; s.current(ms) && (len(p.Kinds.V) == 0 || slices.Contains(p.Kinds.V, s.kind)) {
				out = append(out, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

// period is the name and the bounds of the time in which a task of the plan lies at an instant; ok is false on a day without one.
func (p *Plan) period(now time.Time) (name string, from, due time.Time, ok bool) {
	local := now.In(clock.Nanjing)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, clock.Nanjing)
	first, last := day, day
	weekday := (int(day.Weekday()) + 6) % 7 // Monday is 0
	switch p.Every {
	case Weekly:
		first = day.AddDate(0, 0, -weekday)
		last = first.AddDate(0, 0, 6)
	case Monthly:
		first = day.AddDate(0, 0, 1-day.Day())
		last = first.AddDate(0, 1, -1)
	default:
		if p.Weekdays != "" && !strings.Contains(p.Weekdays, string(rune('1'+weekday))) {
			return "", from, due, false
		}
	}
	today := day.Format(time.DateOnly)
	if today < p.StartsOn || p.EndsOn != "" && today > p.EndsOn {
		return "", from, due, false
	}
	return first.Format(time.DateOnly), first.Add(time.Duration(p.From) * time.Minute), last.Add(time.Duration(p.Until) * time.Minute), true
}
