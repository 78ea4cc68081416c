package rectify

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// Precedent is what a joint adjudication decided, kept for items of the same field.
type Precedent struct {
	ID        string             `db:"id" json:"id"`
	ItemID    string             `db:"item_id" json:"item_id"`
	No        string             `db:"no" json:"no"`
	Field     string             `db:"field" json:"field"`
	FieldName string             `db:"-" json:"field_name"`
	AreaCode  string             `db:"area_code" json:"area_code"`
	Street    string             `db:"street" json:"street"`
	Matter    string             `db:"matter" json:"matter" doc:"Title of the item"`
	UnitID    string             `db:"unit_id" json:"unit_id"`
	UnitName  string             `db:"unit_name" json:"unit_name" doc:"Whose it is"`
	Parties   db.JSON[[]UnitRef] `db:"parties" json:"parties" doc:"Units that had returned it"`
	Reason    string             `db:"reason" json:"reason"`
	ByName    string             `db:"by_name" json:"by_name"`
	ByUnit    string             `db:"by_unit" json:"-"`
	At        clock.Time         `db:"at" json:"at"`
}

const precedentColumns = "id, item_id, no, field, area_code, street, matter, unit_id, unit_name, parties, reason, by_name, by_unit, at"

// adjudicate decides whose the item is. The unit named cannot return it again; the decision becomes a precedent.
func (s *Service) adjudicate(ctx context.Context, tx *db.Tx, i *Item, m *Move) error {
	if m.Note == "" {
		return missing("rectify.need_note", "note", "Give the reasons of the decision.")
	}
	if m.LeadUnit == "" {
		return missing("rectify.need_lead", "lead_unit", "Name the unit whose it is.")
	}
	parties, err := s.returners(ctx, tx, i)
	if err != nil {
		return err
	}
	if err := s.give(ctx, tx, i, m); err != nil {
		return err
	}
	now := tx.Time()
	i.DecidedUnit = i.LeadUnit
	if err := endClock(ctx, tx, i.ID, PanelClock, ActAdjudicate, &now); err != nil {
		return err
	}
	p := Precedent{ID: db.NewID(tx), Parties: db.JSON[[]UnitRef]{V: parties}, ByName: nameOf(ctx), At: now}
	if c := auth.From(ctx); c != nil {
		p.ByUnit = c.UnitID
	}
	_, err = tx.Exec(ctx, "INSERT INTO item_precedent ("+precedentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		p.ID, i.ID, i.No, i.Field, i.AreaCode, i.Street, i.Title, i.LeadUnit, i.LeadName, p.Parties, mask.Text(m.Note), p.ByName, p.ByUnit, p.At)
	return err
}

// returners lists the units that have returned the item, in order.
func (s *Service) returners(ctx context.Context, tx *db.Tx, i *Item) ([]UnitRef, error) {
	steps, err := historyOf(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	out := []UnitRef{}
	for _, h := range steps {
		if h.Action != ActReturn || slices.ContainsFunc(out, func(u UnitRef) bool { return u.ID == h.ForUnit }) {
			continue
		}
		u, err := s.directory.Unit(ctx, tx, h.ForUnit)
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return nil, err
		}
		out = append(out, UnitRef{h.ForUnit, u.Name})
	}
	return out, nil
}

// neutral returns Forbidden for whoever is of a unit that has the item, joins it or returned it: nobody decides in their
// own matter.
func neutral(ctx context.Context, tx *db.Tx, p *auth.Principal, i *Item) error {
	if p.System {
		return nil
	}
	party := p.UnitID == i.LeadUnit || i.joins(p.UnitID)
	if !party && i.State == Adjudicating {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_history WHERE item_id = $1 AND action = 'return' AND for_unit = $2", i.ID, p.UnitID)
		if err != nil {
			return err
		}
		party = n > 0
	}
	if party {
		return errs.Forbidden("rectify.own_matter", "Another unit decides on what concerns this unit.")
	}
	return nil
}

// PrecedentFilter narrows the precedents; empty fields do not.
type PrecedentFilter struct {
	Field, Query string
}

var newestPrecedents = httpx.Newest[Precedent]{Table: "item_precedent", Columns: precedentColumns, ID: func(p *Precedent) string { return p.ID }}

// Precedents lists what joint adjudications decided in the caller's areas, newest first. Needs rectify.read.
func (s *Service) Precedents(ctx context.Context, f PrecedentFilter, page httpx.PageIn) (out httpx.Page[Precedent], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	var args []any
	p, where := auth.From(ctx), []string{"TRUE"}
	if !p.System { // a department sees what was decided in the district it works for
		where[0] = "(" + auth.Within("area_code", p.Areas, &args) + ")"
	}
	add := func(cond string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(cond, "$", "$"+strconv.Itoa(len(args))))
	}
	if f.Field != "" {
		add("field = $", f.Field)
	}
	if f.Query != "" {
		add(`(matter LIKE $ ESCAPE '\' OR reason LIKE $ ESCAPE '\' OR unit_name LIKE $ ESCAPE '\')`, "%"+db.EscapeLike(f.Query)+"%")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = newestPrecedents.Page(ctx, tx, strings.Join(where, " AND "), args, page)
		for n := range out.Items {
			out.Items[n].FieldName = s.catalog.Name(out.Items[n].Field)
		}
		return err
	})
	return out, err
}
