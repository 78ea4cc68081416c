package rectify

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list of items; empty fields do not.
type Filter struct {
	WaveID, Field, Area, Unit, Query string
	ListID, Place                    string // on this reverse list; exactly this place
	States                           []State
	Overdue, Supervised              bool
	Todo                             bool   // waits for the caller
	Set                              string // part of the list that a figure counts; see Sets
}

func (f Filter) where(ctx context.Context, tx *db.Tx) (string, []any) {
	var args []any
	where := []string{visible(ctx, &args)}
	add := func(cond string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(cond, "$", fmt.Sprintf("$%d", len(args))))
	}
	if f.WaveID != "" {
		add("wave_id = $", f.WaveID)
	}
	if f.Field != "" {
		add("field = $", f.Field)
	}
	if f.Area != "" {
		where = append(where, auth.Within("area_code", []string{f.Area}, &args))
	}
	if f.Unit != "" {
		add("lead_unit = $", f.Unit)
	}
	if f.Query != "" {
		add(`(no LIKE $ ESCAPE '\' OR title LIKE $ ESCAPE '\' OR place LIKE $ ESCAPE '\')`, "%"+db.EscapeLike(f.Query)+"%")
	}
	if f.Place != "" {
		add("place = $", f.Place)
	}
	if f.ListID != "" {
		add("id IN (SELECT item_id FROM reverse_list_line WHERE list_id = $)", f.ListID)
	}
	if len(f.States) > 0 {
		marks := make([]string, len(f.States))
		for n, s := range f.States {
			args = append(args, s)
			marks[n] = fmt.Sprintf("$%d", len(args))
		}
		where = append(where, "state IN ("+strings.Join(marks, ", ")+")")
	}
	if f.Overdue {
		add(strings.ReplaceAll(overdueNow, "$now", "$"), tx.Time())
	}
	if f.Supervised {
		where = append(where, "supervised")
	}
	if f.Todo {
		where = append(where, todo(ctx, &args))
	}
	if f.Set != "" {
		where = append(where, setCondition(tx, f.Set, &args))
	}
	return strings.Join(where, " AND "), args
}

// List returns the items the caller sees, newest first, one page after the cursor.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Item], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	if err := checkSet(f.Set); err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx, tx)
		if out, err = newestItems.Page(ctx, tx, where, args, page); err != nil {
			return err
		}
		for n := range out.Items {
			out.Items[n].derive(s.catalog, tx.Time())
			out.Items[n].Actions = []Action{}
		}
		return nil
	})
	return out, err
}

var newestItems = httpx.Newest[Item]{Table: "item", Columns: itemColumns, ID: func(i *Item) string { return i.ID }}

// Voice is a comment as those see it who work on its item: no group, no channel, no day.
type Voice struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	AreaCode string   `json:"area_code"`
	AreaName string   `json:"area_name"`
	Fields   []string `json:"fields"`
}

// Detail is an item with everything that belongs to it.
type Detail struct {
	Item
	History  []History  `json:"history"`
	Comments []Voice    `json:"comments"`
	Evidence []Evidence `json:"evidence"`
	Clocks   []Clock    `json:"clocks"`
	Course
}

// Get returns an item the caller sees with history, comments, evidence, clocks and what the caller may do next. lang is
// the language in which clocks explain themselves. NotFound for an item the caller does not see.
func (s *Service) Get(ctx context.Context, id, lang string) (d *Detail, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		i, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		d = &Detail{Item: *i, Comments: []Voice{}}
		if d.Actions, err = may(ctx, tx, i); err != nil {
			return err
		}
		if d.History, err = historyOf(ctx, tx, id); err != nil {
			return err
		}
		comments, err := s.opinions.OfItemTx(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, c := range comments {
			d.Comments = append(d.Comments, Voice{c.ID, c.Text, c.AreaCode, c.AreaName, append([]string{}, c.Fields.V...)})
		}
		if d.Evidence, err = evidenceOf(ctx, tx, id); err != nil {
			return err
		}
		if d.Clocks, err = clocksOf(ctx, tx, id); err != nil {
			return err
		}
		for n := range d.Clocks {
			d.Clocks[n].explain(lang)
		}
		if d.Course, err = s.course(ctx, tx, i); err != nil {
			return err
		}
		return s.nameUnits(ctx, tx, d)
	})
	return d, err
}

// nameUnits names who acted; each unit is looked up once.
func (s *Service) nameUnits(ctx context.Context, tx *db.Tx, d *Detail) error {
	names := map[string]string{"": ""}
	name := func(id string) (string, error) {
		if known, ok := names[id]; ok {
			return known, nil
		}
		u, err := s.directory.Unit(ctx, tx, id)
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return "", err
		}
		names[id] = u.Name
		return u.Name, nil
	}
	var err error
	for n := range d.History {
		if d.History[n].UnitName, err = name(d.History[n].ActorUnit); err != nil {
			return err
		}
	}
	for n := range d.Clocks {
		if d.Clocks[n].UnitName, err = name(d.Clocks[n].UnitID); err != nil {
			return err
		}
	}
	for n := range d.Reports {
		if d.Reports[n].UnitName, err = name(d.Reports[n].ByUnit); err != nil {
			return err
		}
	}
	for n := range d.Evidence {
		if d.Evidence[n].UnitName, err = name(d.Evidence[n].ByUnit); err != nil {
			return err
		}
	}
	return nil
}
