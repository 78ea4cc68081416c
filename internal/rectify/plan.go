package rectify

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// WorkPlan is how the lead unit means to put it right: who answers for it and what it costs. It is not public.
type WorkPlan struct {
	Responsible string     `db:"responsible" json:"responsible" doc:"Name or post of the person who answers for it"`
	Post        string     `db:"post" json:"post,omitempty"`
	Phone       string     `db:"phone" json:"phone,omitempty" doc:"Of work; only for the lead unit and those who issue or verify"`
	Budget      int64      `db:"budget" json:"budget" doc:"Yuan; 0 costs nothing"`
	Source      string     `db:"source" json:"source,omitempty" doc:"Where the money comes from"`
	ByName      string     `db:"by_name" json:"by_name"`
	At          clock.Time `db:"at" json:"at"`
}

// Milestone is one step of the plan with a date.
type Milestone struct {
	ID     string      `db:"id" json:"id"`
	ItemID string      `db:"item_id" json:"-"`
	N      int         `db:"n" json:"n"`
	Title  string      `db:"title" json:"title"`
	DueAt  clock.Time  `db:"due_at" json:"due_at"`
	DoneAt *clock.Time `db:"done_at" json:"done_at,omitempty"`
	DoneBy string      `db:"done_by" json:"done_by,omitempty"`
	Note   string      `db:"note" json:"note,omitempty"`
	State  string      `db:"-" json:"state" enum:"open,overdue,done,late,left" doc:"left: the item was done before this step was marked"`
}

const milestoneColumns = "id, item_id, n, title, due_at, done_at, done_by, note"

// reported are the states after the unit said that the whole item is done.
var reported = []State{Done, Verified, Told, Published}

// derive judges the step for an item in this state: only work that goes on can be overdue.
func (m *Milestone) derive(now clock.Time, item State) {
	switch {
	case m.DoneAt != nil && m.DoneAt.After(m.DueAt.Time):
		m.State = "late"
	case m.DoneAt != nil:
		m.State = "done"
	case slices.Contains(reported, item):
		m.State = "left"
	case now.After(m.DueAt.Time) && slices.Contains(linkable, item) && item != Suspended:
		m.State = "overdue"
	default:
		m.State = "open"
	}
}

// NewPlan is a plan as the lead unit writes it. Milestones that are done stay; the others are replaced.
type NewPlan struct {
	Version     int64          `json:"version"`
	Responsible string         `json:"responsible" minLength:"1" maxLength:"120"`
	Post        string         `json:"post,omitempty" maxLength:"120"`
	Phone       string         `json:"phone,omitempty" maxLength:"30" doc:"Sealed; the stored one stays if absent"`
	Budget      int64          `json:"budget,omitempty" minimum:"0" maximum:"100000000000"`
	Source      string         `json:"source,omitempty" maxLength:"200"`
	Milestones  []NewMilestone `json:"milestones,omitempty" maxItems:"12"`
}

// NewMilestone is a step that is planned.
type NewMilestone struct {
	Title string     `json:"title" minLength:"1" maxLength:"240"`
	DueAt clock.Time `json:"due_at"`
}

const (
	maxBudget    = 100_000_000_000
	phonePlace   = "item_plan.phone"
	maxStep      = 60
	maxPerson    = 30
	maxMilestone = 12
)

// SetPlan writes who answers for an item, what it costs and its milestones, while the item is with its unit. Needs
// rectify.answer for the lead unit. A milestone after both the due time and the promised date is Invalid.
func (s *Service) SetPlan(ctx context.Context, id string, n NewPlan) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err = s.SetPlanTx(ctx, tx, id, n)
		return err
	})
	return i, err
}

// SetPlanTx is SetPlan inside the caller's transaction.
func (s *Service) SetPlanTx(ctx context.Context, tx *db.Tx, id string, n NewPlan) (*Item, error) {
	i, err := s.forWork(ctx, tx, id, PermAnswer, n.Version)
	if err != nil {
		return nil, err
	}
	if err := n.check(i); err != nil {
		return nil, err
	}
	sealed := ""
	if before, err := planRow(ctx, tx, i.ID); err != nil {
		return nil, err
	} else if before != nil {
		sealed = before.Phone
	}
	if n.Phone != "" {
		sealed = s.box.Seal([]byte(n.Phone), phonePlace)
	}
	p := WorkPlan{Responsible: n.Responsible, Post: n.Post, Budget: n.Budget, Source: mask.Text(n.Source), ByName: nameOf(ctx), At: tx.Time()}
	if _, err := tx.Exec(ctx, `INSERT INTO item_plan (item_id, responsible, post, user_id, phone, budget, source, by_name, at) VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8)
		ON CONFLICT (item_id) DO UPDATE SET responsible = $2, post = $3, phone = $4, budget = $5, source = $6, by_name = $7, at = $8`,
		i.ID, p.Responsible, p.Post, sealed, p.Budget, p.Source, p.ByName, p.At); err != nil {
		return nil, err
	}
	if err := replaceMilestones(ctx, tx, i, n.Milestones); err != nil {
		return nil, err
	}
	if err := saveItem(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, s.record(ctx, tx, ActPlan, i.State, i, "", strconv.Itoa(len(n.Milestones)))
}

// check judges the plan against the time the item has.
func (n *NewPlan) check(i *Item) error {
	pieces := []prose.Piece{prose.Needed("responsible", &n.Responsible, maxPerson), prose.Optional("post", &n.Post, maxPerson), prose.Optional("source", &n.Source, maxStep),
		prose.Optional("phone", &n.Phone, maxPerson)}
	for k := range n.Milestones {
		pieces = append(pieces, prose.Needed("milestones["+strconv.Itoa(k)+"].title", &n.Milestones[k].Title, maxStep))
	}
	if err := checkTexts(pieces...); err != nil {
		return err
	}
	var fields []errs.Field
	if strings.Trim(n.Phone, "+-() 0123456789") != "" {
		fields = append(fields, errs.Field{Location: "body.phone", Message: "no telephone number"})
	}
	if n.Budget < 0 || n.Budget > maxBudget || n.Budget > 0 && n.Source == "" {
		fields = append(fields, errs.Field{Location: "body.source", Message: "say where the money comes from", Value: n.Budget})
	}
	if len(n.Milestones) > maxMilestone {
		fields = append(fields, errs.Field{Location: "body.milestones", Message: "at most", Value: maxMilestone})
	}
	last := i.DueAt
	if i.PromisedAt != nil && (last == nil || i.PromisedAt.After(last.Time)) {
		last = i.PromisedAt
	}
	for k, m := range n.Milestones {
		if last != nil && m.DueAt.After(last.Time) {
			fields = append(fields, errs.Field{Location: "body.milestones[" + strconv.Itoa(k) + "].due_at", Message: "after the item is due", Value: last})
		}
	}
	if fields != nil {
		return errs.Invalid("rectify.bad_plan", "Correct the marked parts of the plan.", fields...)
	}
	return nil
}

func replaceMilestones(ctx context.Context, tx *db.Tx, i *Item, list []NewMilestone) error {
	if _, err := tx.Exec(ctx, "DELETE FROM item_milestone WHERE item_id = $1 AND done_at IS NULL", i.ID); err != nil {
		return err
	}
	kept, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_milestone WHERE item_id = $1", i.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b NewMilestone) int { return a.DueAt.Compare(b.DueAt.Time) })
	rows := make([][]any, 0, len(list))
	for k, m := range list {
		rows = append(rows, []any{db.NewID(tx), i.ID, kept + k + 1, mask.Text(m.Title), m.DueAt, nil, "", ""})
	}
	return db.InsertMany(ctx, tx, "item_milestone", milestoneColumns, "", rows)
}

// MilestoneDone says that a step of the plan is done, with a note.
type MilestoneDone struct {
	Version int64  `json:"version"`
	Note    string `json:"note,omitempty" maxLength:"1200"`
}

// FinishMilestone records that a step is done. Needs rectify.do for the lead unit. Twice is a Conflict.
func (s *Service) FinishMilestone(ctx context.Context, id, milestone string, d MilestoneDone) (i *Item, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err = s.FinishMilestoneTx(ctx, tx, id, milestone, d)
		return err
	})
	return i, err
}

// FinishMilestoneTx is FinishMilestone inside the caller's transaction.
func (s *Service) FinishMilestoneTx(ctx context.Context, tx *db.Tx, id, milestone string, d MilestoneDone) (*Item, error) {
	i, err := s.forWork(ctx, tx, id, PermDo, d.Version)
	if err != nil {
		return nil, err
	}
	if err := checkTexts(prose.Optional("note", &d.Note, maxTestimony)); err != nil {
		return nil, err
	}
	title, err := db.Get[string](ctx, tx, "SELECT title FROM item_milestone WHERE id = $1 AND item_id = $2", milestone, i.ID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("rectify.no_milestone", "The plan has no such step.")
	}
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, "UPDATE item_milestone SET done_at = $1, done_by = $2, note = $3 WHERE id = $4 AND done_at IS NULL", tx.Time(), nameOf(ctx), mask.Text(d.Note), milestone)
	if err == nil && n == 0 {
		err = errs.Conflict("rectify.milestone_done", "This step is done already.").With(i)
	}
	if err != nil {
		return nil, err
	}
	if err := saveItem(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, s.record(ctx, tx, ActMilestone, i.State, i, "", title)
}

// forWork returns the item if the caller acts for its lead unit, saw this version, and the item is with the unit.
func (s *Service) forWork(ctx context.Context, tx *db.Tx, id, permission string, version int64) (*Item, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := admit(ctx, tx, edge{permission: permission, by: lead}, i); err != nil {
		return nil, err
	}
	if i.Version != version {
		return nil, stale(i)
	}
	if !slices.Contains(linkable, i.State) {
		return nil, errs.Conflict("rectify.bad_transition", "This can be done while the item is with its unit.").With(i)
	}
	return i, nil
}

func planRow(ctx context.Context, tx *db.Tx, item string) (*WorkPlan, error) {
	rows, err := db.All[WorkPlan](ctx, tx, "SELECT responsible, post, phone, budget, source, by_name, at FROM item_plan WHERE item_id = $1", item)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// planOf returns the plan as the caller may see it: the telephone number only for those who work with it.
func (s *Service) planOf(ctx context.Context, tx *db.Tx, i *Item) (*WorkPlan, error) {
	p, err := planRow(ctx, tx, i.ID)
	if err != nil || p == nil || p.Phone == "" {
		return p, err
	}
	sealed := p.Phone
	p.Phone = ""
	c := auth.From(ctx)
	office := auth.RequireArea(ctx, PermIssue, i.AreaCode) == nil || auth.RequireArea(ctx, PermVerify, i.AreaCode) == nil
	if !office && (c == nil || !c.Has(PermDo) || !actsFor(c, i)) {
		return p, nil
	}
	plain, err := s.box.Open(sealed, phonePlace)
	p.Phone = string(plain)
	return p, err
}

func milestonesOf(ctx context.Context, tx *db.Tx, i *Item) ([]Milestone, error) {
	list, err := db.All[Milestone](ctx, tx, "SELECT "+milestoneColumns+" FROM item_milestone WHERE item_id = $1 ORDER BY due_at, n", i.ID)
	for n := range list {
		list[n].derive(tx.Time(), i.State)
	}
	return list, err
}
