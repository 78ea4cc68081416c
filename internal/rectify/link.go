package rectify

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Kinds of what an item can be linked with.
const (
	LinkCase    = "case"
	LinkWhistle = "whistle"
)

// Matter is a case or a whistle as its module knows it.
type Matter struct {
	Kind, ID, Number, Title, State, StateName, Result, UnitName string
	CaseID                                                      string // of a whistle
	EndedAt                                                     *clock.Time
	DueAt                                                       *clock.Time
}

// NewMatter is a case or whistle to be opened for an item. Texts are safe: masked, no words of residents.
type NewMatter struct {
	Item               *Item
	Title, Text        string
	Category           string    // leaf of the responsibility list, "" if not known
	CaseID             string    // whistle: the linked case it is blown for
	Units              []UnitRef // whistle: who is called
	Task, Reason, Kind string    // whistle
}

// Matters are the cases and whistles above this module. Open acts with the rights the implementation asks for; Find returns
// NotFound for what the caller may not see; Look returns those that exist, whoever asks.
type Matters interface {
	OpenCase(ctx context.Context, tx *db.Tx, n NewMatter) (Matter, error)
	OpenWhistle(ctx context.Context, tx *db.Tx, n NewMatter) (Matter, error)
	Find(ctx context.Context, tx *db.Tx, kind, number string) (Matter, error)
	Look(ctx context.Context, tx *db.Tx, kind string, ids []string) ([]Matter, error)
}

// Reach joins the cases and whistles, which are built later. Call it while the program is built.
func (s *Service) Reach(m Matters, r Raisers) { s.matters, s.raisers = m, r }

// Link joins an item with a case or a whistle that serves it.
type Link struct {
	ID        string      `db:"id" json:"id"`
	ItemID    string      `db:"item_id" json:"item_id"`
	Kind      string      `db:"kind" json:"kind" enum:"case,whistle"`
	RefID     string      `db:"ref_id" json:"ref_id"`
	Number    string      `db:"number" json:"number"`
	Title     string      `db:"-" json:"title,omitempty" doc:"Of the case or whistle; empty for whoever may not see it"`
	UnitName  string      `db:"-" json:"unit_name,omitempty"`
	Opened    bool        `db:"opened" json:"opened" doc:"Opened from the item"`
	State     string      `db:"state" json:"state"`
	StateName string      `db:"-" json:"state_name"`
	Result    string      `db:"result" json:"result,omitempty"`
	DueAt     *clock.Time `db:"-" json:"due_at,omitempty"`
	EndedAt   *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	ByName    string      `db:"by_name" json:"by_name"`
	ByUnit    string      `db:"by_unit" json:"-"`
	At        clock.Time  `db:"at" json:"at"`
}

const linkColumns = "id, item_id, kind, ref_id, number, opened, state, result, ended_at, by_name, by_unit, at"

// linkable are the states in which an item is worked on.
var linkable = []State{Issued, Answered, Doing, Suspended, Rework}

// linksOf lists what the item is linked with, as its modules know it now.
func (s *Service) linksOf(ctx context.Context, tx *db.Tx, item string) ([]Link, error) {
	list, err := db.All[Link](ctx, tx, "SELECT "+linkColumns+" FROM item_link WHERE item_id = $1 AND loosed_at IS NULL ORDER BY id", item)
	if err != nil || len(list) == 0 || s.matters == nil {
		return list, err
	}
	for _, kind := range []string{LinkCase, LinkWhistle} {
		var ids []string
		for _, l := range list {
			if l.Kind == kind {
				ids = append(ids, l.RefID)
			}
		}
		if ids == nil {
			continue
		}
		found, err := s.matters.Look(ctx, tx, kind, ids)
		if err != nil {
			return nil, err
		}
		for n := range list {
			for _, m := range found {
				if list[n].Kind == kind && list[n].RefID == m.ID {
					list[n].Title, list[n].UnitName, list[n].State, list[n].StateName, list[n].Result = m.Title, m.UnitName, m.State, m.StateName, m.Result
					list[n].EndedAt, list[n].DueAt = m.EndedAt, m.DueAt
				}
			}
		}
	}
	return list, nil
}

// allEnded reports whether there are links and all of them have ended: the program proposes to report it done.
func allEnded(i *Item, links []Link) bool {
	return len(links) > 0 && (i.State == Doing || i.State == Answered || i.State == Rework) && !slices.ContainsFunc(links, func(l Link) bool { return l.EndedAt == nil })
}

// OpenLink opens a case for an item, or a whistle for one of its cases, and links it.
type OpenLink struct {
	Version  int64    `json:"version"`
	Kind     string   `json:"kind" enum:"case,whistle"`
	Text     string   `json:"text" minLength:"1" maxLength:"4000" doc:"What is to be done; no names, no numbers of residents"`
	Category string   `json:"category,omitempty" maxLength:"10" doc:"case: leaf of the responsibility list; if absent that of most of the comments, or the usual one of the field"`
	CaseID   string   `json:"case_id,omitempty" maxLength:"60" doc:"whistle: linked case it is blown for"`
	Units    []string `json:"units,omitempty" maxItems:"8" doc:"whistle: units called"`
	Reason   string   `json:"reason,omitempty" maxLength:"4000" doc:"whistle: why the street cannot do it alone"`
	Grade    string   `json:"grade,omitempty" enum:"push,hard,urgent" doc:"whistle; push if absent"`
}

// Open opens a case or a whistle for an item that is worked on. A case: whoever leads the item, or the office with
// rectify.issue. A whistle: the street, by the rights of the whistle itself.
func (s *Service) Open(ctx context.Context, id string, o OpenLink) (l *Link, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.OpenTx(ctx, tx, id, o)
		return err
	})
	return l, err
}

// OpenTx is Open inside the caller's transaction.
func (s *Service) OpenTx(ctx context.Context, tx *db.Tx, id string, o OpenLink) (*Link, error) {
	i, err := s.forLink(ctx, tx, id, o.Version)
	if err != nil {
		return nil, err
	}
	if err := checkTexts(prose.Needed("text", &o.Text, maxNote), prose.Optional("reason", &o.Reason, maxNote)); err != nil {
		return nil, err
	}
	n := NewMatter{Item: i, Title: mask.Public(i.Title), Text: mask.Public(o.Text), Category: o.Category, CaseID: o.CaseID, Kind: o.Grade, Reason: mask.Public(o.Reason)}
	var m Matter
	switch o.Kind {
	case LinkCase:
		if n.Category == "" {
			n.Category, err = s.opinions.LeafOfItemTx(ctx, tx, i.ID, i.Field)
		}
		if err == nil {
			m, err = s.matters.OpenCase(ctx, tx, n)
		}
	case LinkWhistle:
		if n.Units, err = s.called(ctx, tx, i, o); err == nil {
			m, err = s.matters.OpenWhistle(ctx, tx, n)
		}
	default:
		err = errs.Invalid("rectify.bad_link", "Link a case or a whistle.", errs.Field{Location: "body.kind", Message: "case or whistle", Value: o.Kind})
	}
	if err != nil {
		return nil, err
	}
	return s.link(ctx, tx, i, m, true)
}

// called judges what a whistle needs: a linked case and units to call.
func (s *Service) called(ctx context.Context, tx *db.Tx, i *Item, o OpenLink) ([]UnitRef, error) {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_link WHERE item_id = $1 AND kind = 'case' AND ref_id = $2 AND loosed_at IS NULL", i.ID, o.CaseID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Invalid("rectify.whistle_needs_case", "A whistle is blown for a case; open or link one first.", errs.Field{Location: "body.case_id", Message: "not linked", Value: o.CaseID})
	}
	if len(o.Units) == 0 {
		return nil, missing("rectify.need_units", "units", "Name the units that are called.")
	}
	out := make([]UnitRef, 0, len(o.Units))
	for _, id := range o.Units {
		u, err := s.openUnit(ctx, tx, id)
		if err != nil {
			return nil, asField(err, "body.units", id)
		}
		out = append(out, UnitRef{u.ID, u.Name})
	}
	return out, nil
}

// NewLink links a case or a whistle that is there already, by its number.
type NewLink struct {
	Version int64  `json:"version"`
	Kind    string `json:"kind" enum:"case,whistle"`
	Number  string `json:"number" minLength:"1" maxLength:"60"`
}

// Link links what is there already. Who leads the item or issues it may, and has to see the case or whistle.
func (s *Service) Link(ctx context.Context, id string, n NewLink) (l *Link, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.LinkTx(ctx, tx, id, n)
		return err
	})
	return l, err
}

// LinkTx is Link inside the caller's transaction.
func (s *Service) LinkTx(ctx context.Context, tx *db.Tx, id string, n NewLink) (*Link, error) {
	i, err := s.forLink(ctx, tx, id, n.Version)
	if err != nil {
		return nil, err
	}
	m, err := s.matters.Find(ctx, tx, n.Kind, n.Number)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil, errs.Invalid("rectify.unknown_matter", "There is no such case or whistle, or you may not see it.", errs.Field{Location: "body.number", Message: "does not exist", Value: n.Number})
	}
	if err != nil {
		return nil, err
	}
	return s.link(ctx, tx, i, m, false)
}

// Unlink takes a link away; the case or whistle goes on. Who leads the item or issues it may.
func (s *Service) Unlink(ctx context.Context, id, link string, version int64) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err := s.forLink(ctx, tx, id, version)
		if err != nil {
			return err
		}
		number, err := db.Get[string](ctx, tx, "SELECT number FROM item_link WHERE id = $1 AND item_id = $2 AND loosed_at IS NULL", link, i.ID)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("rectify.no_link", "The item has no such link.")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE item_link SET loosed_at = $1, loosed_by = $2 WHERE id = $3", tx.Time(), nameOf(ctx), link); err != nil {
			return err
		}
		if err := saveItem(ctx, tx, i); err != nil {
			return err
		}
		return s.record(ctx, tx, ActUnlink, i.State, i, "", number)
	})
}

// forLink returns the item if the caller may link it now.
func (s *Service) forLink(ctx context.Context, tx *db.Tx, id string, version int64) (*Item, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if s.matters == nil {
		return nil, errs.Unavailable("rectify.no_matters", "Cases and whistles are not part of this installation.")
	}
	if err := mayLink(ctx, i); err != nil {
		return nil, err
	}
	if i.Version != version {
		return nil, stale(i)
	}
	if !slices.Contains(linkable, i.State) {
		return nil, errs.Conflict("rectify.bad_transition", "Links are made while the item is with its unit.").With(i)
	}
	return i, nil
}

func mayLink(ctx context.Context, i *Item) error {
	if p := auth.From(ctx); p != nil && p.Has(PermDo) && actsFor(p, i) {
		return nil
	}
	return auth.RequireArea(ctx, PermIssue, i.AreaCode)
}

// link keeps a link once, and says so in the history.
func (s *Service) link(ctx context.Context, tx *db.Tx, i *Item, m Matter, opened bool) (*Link, error) {
	l := &Link{ID: db.NewID(tx), ItemID: i.ID, Kind: m.Kind, RefID: m.ID, Number: m.Number, Title: m.Title, UnitName: m.UnitName, Opened: opened, State: m.State, StateName: m.StateName,
		Result: m.Result, EndedAt: m.EndedAt, DueAt: m.DueAt, ByName: nameOf(ctx), At: tx.Time()}
	if p := auth.From(ctx); p != nil {
		l.ByUnit = p.UnitID
	}
	n, err := tx.Exec(ctx, "INSERT INTO item_link ("+linkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
		l.ID, l.ItemID, l.Kind, l.RefID, l.Number, l.Opened, l.State, l.Result, l.EndedAt, l.ByName, l.ByUnit, l.At)
	if err == nil && n == 0 {
		err = errs.Conflict("rectify.linked_before", "The item is linked with it already.").With(i)
	}
	if err != nil {
		return nil, err
	}
	if err := saveItem(ctx, tx, i); err != nil {
		return nil, err
	}
	return l, s.record(ctx, tx, ActLink, i.State, i, "", m.Number)
}
