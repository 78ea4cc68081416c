package desk

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// View is a filter with its order and columns, under a name.
type View struct {
	ID        string                `db:"id" json:"id" doc:"Of a shipped view its code, such as todo"`
	OwnerID   string                `db:"owner_id" json:"-"`
	OwnerName string                `db:"owner_name" json:"owner_name,omitempty"`
	UnitID    string                `db:"unit_id" json:"-"`
	Area      string                `db:"area" json:"-"`
	Scope     string                `db:"scope" json:"scope" enum:"own,unit,area,shipped"`
	Name      string                `db:"name" json:"name" doc:"Empty for a shipped view: the face names it"`
	Filter    db.JSON[cases.Filter] `db:"filter" json:"filter"`
	Columns   db.JSON[[]string]     `db:"columns" json:"columns"`
	CreatedAt clock.Time            `db:"created_at" json:"created_at"`
	ChangedAt clock.Time            `db:"changed_at" json:"changed_at"`
	Version   int64                 `db:"version" json:"version"`

	Mine       bool `db:"-" json:"mine"`
	Subscribed bool `db:"-" json:"subscribed" doc:"Stands among the caller's tabs; always so for own and shipped views"`
	Count      *int `db:"-" json:"count,omitempty" doc:"Cases now; 1,000 means more than 999. Only of tabs"`
}

const viewColumns = "id, owner_id, owner_name, unit_id, area, scope, name, filter, columns, created_at, changed_at, version"

// NewView is what a view is made of.
type NewView struct {
	Name    string       `json:"name" maxLength:"72"`
	Scope   string       `json:"scope" enum:"own,unit,area"`
	Filter  cases.Filter `json:"filter"`
	Columns []string     `json:"columns,omitempty" maxItems:"30"`
	Version int64        `json:"version,omitempty" doc:"When a view is changed"`
}

// Limits of views.
const (
	maxViews  = 40
	maxShared = 200
	countedTo = 999
	maxName   = 24
)

// Views lists the tabs of the caller: shipped views that fit its permissions, its own, those it subscribed to, with how
// many cases each holds; and the shared views it could subscribe to. Needs cases.read.
func (s *Service) Views(ctx context.Context) (list []View, err error) {
	if err := auth.Require(ctx, cases.PermRead); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		saved, err := s.savedViews(ctx, tx, p)
		if err != nil {
			return err
		}
		list = append(shippedViews(p), saved...)
		for i := range list {
			if !list[i].Subscribed {
				continue
			}
			n, err := s.Cases.CountTx(ctx, tx, list[i].Filter.V, countedTo)
			if err != nil {
				return err
			}
			list[i].Count = &n
		}
		return nil
	})
	return list, err
}

func (s *Service) savedViews(ctx context.Context, tx *db.Tx, p *auth.Principal) ([]View, error) {
	rows, err := db.All[View](ctx, tx, "SELECT "+viewColumns+" FROM desk_view WHERE owner_id = $1 OR scope <> 'own' ORDER BY id LIMIT 2000", p.UserID)
	if err != nil {
		return nil, err
	}
	taken, err := db.All[string](ctx, tx, "SELECT view_id FROM desk_subscription WHERE user_id = $1", p.UserID)
	if err != nil {
		return nil, err
	}
	out := []View{}
	for _, v := range rows {
		if !v.shared().found(p) {
			continue
		}
		v.Mine = v.OwnerID == p.UserID
		v.Subscribed = v.Mine || slices.Contains(taken, v.ID)
		out = append(out, v)
	}
	return out[:min(len(out), maxShared)], nil
}

func (v *View) shared() shared { return shared{v.OwnerID, v.UnitID, v.Area, v.Scope} }

// shippedViews are the tabs everybody of a trade begins with.
func shippedViews(p *auth.Principal) []View {
	view := func(code string, f cases.Filter) View {
		return View{ID: code, Scope: "shipped", Filter: db.JSON[cases.Filter]{V: f}, Columns: db.JSON[[]string]{V: []string{}}, Subscribed: true}
	}
	states := func(list ...cases.State) cases.Filter { return cases.Filter{States: list, Sort: "due"} }
	out := []View{view("todo", cases.Filter{Todo: true, Sort: "due"})}
	if p.Has(cases.PermDispatch) || p.Has(cases.PermSupervise) {
		out = append(out, view("today", cases.Filter{Lamp: "today", Sort: "due"}))
	}
	if p.Has(cases.PermAccept) {
		out = append(out, view("intake", states(cases.Reported, cases.Inspecting, cases.Accepted)))
	}
	if p.Has(cases.PermDispatch) {
		out = append(out, view("dispatch", states(cases.Filed)), view("returned", states(cases.Returned, cases.Adjudicating)))
	}
	out = append(out, view("doing", states(cases.Dispatched, cases.Signed, cases.Handling, cases.Rework)))
	if p.Has(cases.PermClose) || p.Has(cases.PermCheck) {
		out = append(out, view("closing", states(cases.Checking, cases.Checked, cases.Closed)))
	}
	if p.Has(cases.PermAudit) {
		out = append(out, view("drawn", cases.Filter{Drawn: true}))
	}
	return append(out, view("watched", cases.Filter{Watched: true, Sort: "changed"}), view("open", cases.Filter{Open: true, Sort: "due"}), view("all", cases.Filter{}))
}

// SaveView keeps a new view. Sharing needs desk.share as well.
func (s *Service) SaveView(ctx context.Context, n NewView) (v *View, err error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		have, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM desk_view WHERE owner_id = $1", p.UserID)
		if err != nil {
			return err
		}
		if have >= maxViews {
			return errs.Conflict("desk.many_views", "You keep 40 views already; delete one of them.")
		}
		v = &View{ID: db.NewID(tx), OwnerID: p.UserID, OwnerName: p.Name, CreatedAt: tx.Time(), Version: 1}
		if err := v.become(ctx, tx, n); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO desk_view ("+viewColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			v.ID, v.OwnerID, v.OwnerName, v.UnitID, v.Area, v.Scope, v.Name, v.Filter, v.Columns, v.CreatedAt, v.ChangedAt, v.Version)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, "save_view", "desk_view", v.ID, map[string]any{"name": v.Name, "scope": v.Scope})
	})
	return v, err
}

// become checks what the caller asks for and takes it over.
func (v *View) become(ctx context.Context, tx *db.Tx, n NewView) (err error) {
	if v.Name, err = tidy("name", n.Name, maxName); err != nil {
		return err
	}
	if v.UnitID, v.Area, err = reach(ctx, n.Scope); err != nil {
		return err
	}
	if bad := slices.IndexFunc(n.Columns, func(c string) bool { return !knownColumn(c) }); bad >= 0 {
		return errs.Invalid("desk.bad_column", "There is no such column.", errs.Field{Location: "body.columns", Message: "unknown", Value: n.Columns[bad]})
	}
	if n.Scope != Own && n.Filter.Watched {
		return errs.Invalid("desk.private_view", "What you follow is your own; save this view for yourself.", errs.Field{Location: "body.scope", Message: "not with what you follow"})
	}
	v.Scope, v.ChangedAt, v.Mine, v.Subscribed = n.Scope, tx.Time(), true, true
	v.Filter.V, v.Columns.V = n.Filter, append([]string{}, n.Columns...)
	return nil
}

// ChangeView gives an own view another name, filter or reach. Conflict if it changed in between.
func (s *Service) ChangeView(ctx context.Context, id string, n NewView) (v *View, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if v, err = s.ownView(ctx, tx, id); err != nil {
			return err
		}
		if v.Version != n.Version {
			return errs.Conflict("desk.changed", "It has been changed in between; look at it again.").With(v)
		}
		if err := v.become(ctx, tx, n); err != nil {
			return err
		}
		v.Version++
		_, err = tx.Exec(ctx, "UPDATE desk_view SET name = $1, unit_id = $2, area = $3, scope = $4, filter = $5, columns = $6, changed_at = $7, version = $8 WHERE id = $9",
			v.Name, v.UnitID, v.Area, v.Scope, v.Filter, v.Columns, v.ChangedAt, v.Version, id)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, "change_view", "desk_view", id, map[string]any{"name": v.Name, "scope": v.Scope})
	})
	return v, err
}

// DropView deletes an own view with its subscriptions.
func (s *Service) DropView(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		v, err := s.ownView(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, query := range []string{"DELETE FROM desk_subscription WHERE view_id = $1", "DELETE FROM desk_view WHERE id = $1"} {
			if _, err := tx.Exec(ctx, query, id); err != nil {
				return err
			}
		}
		return s.log(ctx, tx, "drop_view", "desk_view", id, map[string]any{"name": v.Name})
	})
}

// Subscribe takes a shared view among the caller's tabs, or puts it away.
func (s *Service) Subscribe(ctx context.Context, id string, on bool) error {
	if err := auth.Require(ctx, PermUse); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		v, err := findView(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.shared().found(p) {
			return noView()
		}
		query, args := "DELETE FROM desk_subscription WHERE user_id = $1 AND view_id = $2", []any{p.UserID, id}
		if on {
			query, args = "INSERT INTO desk_subscription (user_id, view_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", append(args, tx.Time())
		}
		n, err := tx.Exec(ctx, query, args...)
		if err != nil || n == 0 {
			return err
		}
		return s.log(ctx, tx, "subscribe", "desk_view", id, map[string]any{"on": on})
	})
}

func noView() error { return errs.NotFound("desk.no_view", "There is no such view.") }

func findView(ctx context.Context, tx *db.Tx, id string) (*View, error) {
	v, err := db.Get[View](ctx, tx, "SELECT "+viewColumns+" FROM desk_view WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		err = noView()
	}
	return &v, err
}

// ownView returns a view of the caller, NotFound otherwise.
func (s *Service) ownView(ctx context.Context, tx *db.Tx, id string) (*View, error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	v, err := findView(ctx, tx, id)
	if err == nil && v.OwnerID != auth.From(ctx).UserID {
		err = noView()
	}
	return v, err
}

// log writes the audit entry of a verb of this module.
func (s *Service) log(ctx context.Context, tx *db.Tx, action, object, id string, detail map[string]any) error {
	p := auth.From(ctx)
	return audit.Log(ctx, tx, audit.Entry{Action: "desk." + action, Object: object, ObjectID: id, Area: homeArea(p), Detail: detail})
}
