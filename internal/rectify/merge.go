package rectify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Plan says what an item is about and who shall put it right. Units are ids; without a lead unit the responsibility list
// of the field names one.
type Plan struct {
	Title    string   `json:"title" maxLength:"240" doc:"One line, at most 60 characters"`
	Field    string   `json:"field" maxLength:"2"`
	AreaCode string   `json:"area_code" maxLength:"20"`
	Place    string   `json:"place,omitempty" maxLength:"320"`
	LeadUnit string   `json:"lead_unit,omitempty" maxLength:"60"`
	CoUnits  []string `json:"co_units,omitempty" maxItems:"8"`
}

// Merge makes a draft item of confirmed comments of one wave that share the plan's field and lie in its area. Needs
// rectify.merge there and for each comment. A comment that is not confirmed, or is in another item, is a Conflict that carries it.
func (s *Service) Merge(ctx context.Context, comments []string, plan Plan) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err = s.MergeTx(ctx, tx, comments, plan)
		return err
	})
	return i, err
}

// MergeTx is Merge inside the caller's transaction.
func (s *Service) MergeTx(ctx context.Context, tx *db.Tx, comments []string, plan Plan) (*Item, error) {
	if len(comments) == 0 || len(comments) > 500 {
		return nil, errs.Invalid("rectify.no_comments", "Choose 1 to 500 comments.", errs.Field{Location: "body.comments", Message: "1 to 500", Value: len(comments)})
	}
	i := &Item{ID: db.NewID(tx), State: Draft, Version: 1, CreatedAt: tx.Time()}
	if err := s.plan(ctx, tx, i, plan); err != nil {
		return nil, err
	}
	if err := auth.RequireArea(ctx, PermMerge, i.AreaCode); err != nil {
		return nil, err
	}
	first, err := s.opinions.FindTx(ctx, tx, comments[0])
	if err != nil {
		return nil, err
	}
	i.WaveID = first.WaveID
	wave, err := s.opinions.WaveTx(ctx, tx, i.WaveID)
	if err != nil {
		return nil, err
	}
	if i.No, err = s.number(ctx, tx, wave, i.Street); err != nil {
		return nil, err
	}
	i.Voices = len(comments)
	if err := insertItem(ctx, tx, i); err != nil {
		return nil, fmt.Errorf("merge into item %s: %w", i.No, err)
	}
	if err := s.attach(ctx, tx, i, comments); err != nil {
		return nil, err
	}
	if err := s.suspect(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, s.record(ctx, tx, ActMerge, "", i, "", fmt.Sprintf("%d", len(comments)))
}

// Unmerge takes comments out of an item that is not issued yet; they are confirmed and free again. An item without
// comments is withdrawn. Needs rectify.merge for its area.
func (s *Service) Unmerge(ctx context.Context, id string, comments []string, version int64) (*Item, error) {
	return s.edit(ctx, id, version, ActUnmerge, fmt.Sprintf("%d", len(comments)), func(tx *db.Tx, i *Item) error {
		for _, c := range comments {
			if err := s.opinions.DetachTx(ctx, tx, i.ID, c); err != nil {
				return err
			}
		}
		if i.Voices -= len(comments); i.Voices == 0 {
			i.State = Withdrawn
		}
		return nil
	})
}

// Amend changes title, field, place, area or units of an item that is not issued yet. Needs rectify.merge for the old and
// the new area.
func (s *Service) Amend(ctx context.Context, id string, plan Plan, version int64) (*Item, error) {
	return s.edit(ctx, id, version, ActAmend, "", func(tx *db.Tx, i *Item) error {
		if err := s.plan(ctx, tx, i, plan); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermMerge, i.AreaCode); err != nil {
			return err
		}
		comments, err := s.opinions.OfItemTx(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		for _, c := range comments {
			if err := fits(&c, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) edit(ctx context.Context, id string, version int64, a Action, note string, apply func(*db.Tx, *Item) error) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if i, err = findItem(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermMerge, i.AreaCode); err != nil {
			return err
		}
		i.derive(s.catalog, tx.Time())
		if i.Version != version {
			return stale(i)
		}
		if i.State != Draft && i.State != Confirmed {
			return errs.Conflict("rectify.issued_already", "The item is issued; its comments, place and title stand.").With(i)
		}
		from := i.State
		if err := apply(tx, i); err != nil {
			return err
		}
		if err := saveItem(ctx, tx, i); err != nil {
			return err
		}
		return s.record(ctx, tx, a, from, i, "", note)
	})
	return i, err
}

// plan checks the plan and writes it into the item.
func (s *Service) plan(ctx context.Context, tx *db.Tx, i *Item, p Plan) (err error) {
	if err := checkTexts(prose.Needed("title", &p.Title, maxTitle), prose.Optional("place", &p.Place, maxPlace)); err != nil {
		return err
	}
	category, ok := s.catalog.Category(p.Field)
	if !ok {
		return errs.Invalid("rectify.bad_fields", "Choose a field of the list.", errs.Field{Location: "body.field", Message: "unknown", Value: p.Field})
	}
	i.Title, i.Place, i.Field, i.AreaCode = mask.Text(p.Title), mask.Text(p.Place), p.Field, p.AreaCode
	i.Street = p.AreaCode[:min(len(p.AreaCode), streetDigits)]
	if i.AreaName, err = s.directory.AreaName(ctx, tx, p.AreaCode); err != nil {
		return asField(err, "body.area_code", p.AreaCode)
	}
	var unit Unit
	if p.LeadUnit != "" {
		if unit, err = s.openUnit(ctx, tx, p.LeadUnit); err != nil {
			return asField(err, "body.lead_unit", p.LeadUnit)
		}
	} else if unit, err = s.directory.UnitFor(ctx, tx, category.Lead, p.AreaCode); err != nil && errs.KindOf(err) != errs.KindNotFound {
		return err
	}
	i.LeadUnit, i.LeadName, i.LeadArea = unit.ID, unit.Name, unit.AreaCode
	return s.joint(ctx, tx, i, p.CoUnits)
}

func (s *Service) joint(ctx context.Context, tx *db.Tx, i *Item, ids []string) error {
	i.Co.V = make([]UnitRef, 0, len(ids))
	for _, id := range ids {
		if id == i.LeadUnit || i.joins(id) {
			continue
		}
		u, err := s.openUnit(ctx, tx, id)
		if err != nil {
			return asField(err, "body.co_units", id)
		}
		i.Co.V = append(i.Co.V, UnitRef{u.ID, u.Name})
	}
	return nil
}

// openUnit returns a unit that can be given work; NotFound for a closed one.
func (s *Service) openUnit(ctx context.Context, tx *db.Tx, id string) (Unit, error) {
	u, err := s.directory.Unit(ctx, tx, id)
	if err == nil && u.Closed {
		return u, errs.NotFound("rectify.unit_closed", "The unit is closed.")
	}
	return u, err
}

// asField turns "no such unit" into a wrong value of the caller's input; other errors stay what they are.
func asField(err error, location, value string) error {
	if errs.KindOf(err) != errs.KindNotFound {
		return err
	}
	return errs.Invalid("rectify.unknown_reference", "Choose an area and units that exist.", errs.Field{Location: location, Message: "does not exist", Value: value})
}

func (s *Service) number(ctx context.Context, tx *db.Tx, w opinion.Wave, street string) (string, error) {
	name, err := s.directory.AreaName(ctx, tx, street)
	if err != nil {
		return "", err
	}
	return nextNo(ctx, tx, w, street, strings.TrimSuffix(name, "街道"))
}

func (s *Service) attach(ctx context.Context, tx *db.Tx, i *Item, comments []string) error {
	return s.opinions.AttachTx(ctx, tx, i.ID, comments, func(c *opinion.Comment) error { return fits(c, i) })
}

// fits returns Invalid for a comment of another wave, field or street.
func fits(c *opinion.Comment, i *Item) error {
	near := strings.HasPrefix(c.AreaCode, i.AreaCode) || strings.HasPrefix(c.AreaCode, i.Street) || strings.HasPrefix(i.AreaCode, c.AreaCode)
	if c.WaveID == i.WaveID && near && slices.Contains(c.Fields.V, i.Field) {
		return nil
	}
	return errs.Invalid("rectify.comment_does_not_fit", "A comment must be of the same wave, field and street as the item.",
		errs.Field{Location: "body.comments", Message: "does not fit", Value: c.ID})
}

// record appends history, audit entry and event of a change, and fills the derived fields.
func (s *Service) record(ctx context.Context, tx *db.Tx, a Action, from State, i *Item, ground, note string) error {
	if err := appendHistory(ctx, tx, i, a, from, ground, note); err != nil {
		return err
	}
	if err := s.announce(ctx, tx, a, from, i); err != nil {
		return err
	}
	i.derive(s.catalog, tx.Time())
	var err error
	i.Actions, err = may(ctx, tx, i)
	return err
}
