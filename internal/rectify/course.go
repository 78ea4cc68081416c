package rectify

import (
	"context"
	"errors"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// TopicReady says that every case and whistle linked with an item has ended: it may be done. The payload is Moved.
const TopicReady = "rectify.ready"

// Course is what the machine knows of one item beside its state.
type Course struct {
	Plan         *WorkPlan        `json:"plan,omitempty"`
	Milestones   []Milestone      `json:"milestones"`
	Reports      []ProgressReport `json:"reports" doc:"Newest first"`
	Requests     []Request        `json:"requests"`
	Supervisions []Supervision    `json:"supervisions"`
	Links        []Link           `json:"links"`
	Ready        bool             `json:"ready" doc:"Every linked case and whistle has ended and the item is not reported done: a proposal, nothing happens by itself"`
	Invited      *Invited         `json:"invited,omitempty" doc:"Invited residents of the present round; absent before it was reported done"`
	Precedents   []Precedent      `json:"precedents" doc:"Of the same field, while it is open whose the item is"`
	MayPlan      bool             `json:"may_plan"`
	MayReport    bool             `json:"may_report"`
	MayLink      bool             `json:"may_link"`
	MayInvite    bool             `json:"may_invite"`
	Asks         *Request         `json:"asks,omitempty" doc:"The request that waits for a decision"`
}

// course gathers it for somebody who sees the item.
func (s *Service) course(ctx context.Context, tx *db.Tx, i *Item) (c Course, err error) {
	var e [7]error
	c.Plan, e[0] = s.planOf(ctx, tx, i)
	c.Milestones, e[1] = milestonesOf(ctx, tx, i)
	c.Reports, e[2] = reportsOf(ctx, tx, i.ID)
	c.Requests, e[3] = requestsOf(ctx, tx, i.ID)
	c.Supervisions, e[4] = supervisionsOf(ctx, tx, i.ID)
	c.Links, e[5] = s.linksOf(ctx, tx, i.ID)
	c.Precedents, e[6] = s.kindred(ctx, tx, i)
	if err := errors.Join(e[:]...); err != nil {
		return c, err
	}
	for n := range c.Requests {
		if c.Requests[n].State == RequestOpen {
			c.Asks = &c.Requests[n]
		}
	}
	c.Ready = allEnded(i, c.Links)
	if i.DoneAt != nil {
		if c.Invited, err = s.invitedTx(ctx, tx, i); err != nil {
			return c, err
		}
	}
	return c, s.courseRights(ctx, tx, i, &c)
}

// courseRights says which of the verbs beside the workflow the caller has now.
func (s *Service) courseRights(ctx context.Context, tx *db.Tx, i *Item, c *Course) error {
	p := auth.From(ctx)
	worked := i.State.open() || i.State == Suspended
	if worked && p != nil {
		mine := actsFor(p, i)
		c.MayPlan = mine && p.Has(PermAnswer)
		c.MayReport = p.Has(PermDo) && (mine || i.joins(p.UnitID))
		c.MayLink = s.matters != nil && mayLink(ctx, i) == nil
	}
	if e, ok := edgeFor(i, ActVerify); ok {
		c.MayInvite = admit(ctx, tx, e, i) == nil
	}
	return nil
}

// maxKindred is how many precedents stand beside an item.
const maxKindred = 3

// kindred lists precedents of the same field while it is open whose the item is: those of the same street first.
func (s *Service) kindred(ctx context.Context, tx *db.Tx, i *Item) ([]Precedent, error) {
	switch i.State {
	case Draft, Confirmed, Returned, Adjudicating, Issued:
	default:
		return []Precedent{}, nil
	}
	rows, err := db.All[Precedent](ctx, tx, "SELECT "+precedentColumns+` FROM item_precedent WHERE field = $1 AND item_id <> $2
		ORDER BY CASE WHEN street = $3 THEN 0 ELSE 1 END, id DESC LIMIT $4`, i.Field, i.ID, i.Street, maxKindred)
	for n := range rows {
		rows[n].FieldName = s.catalog.Name(rows[n].Field)
	}
	return rows, err
}

// LinkedTx returns those of the cases or whistles that serve an item, sorted. Only the program calls it.
func (s *Service) LinkedTx(ctx context.Context, tx *db.Tx, kind string, refs []string) ([]string, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	marks, args := db.Listed(refs)
	args = append(args, kind)
	return db.All[string](ctx, tx, "SELECT DISTINCT ref_id FROM item_link WHERE ref_id IN "+marks+" AND kind = $"+strconv.Itoa(len(args))+" AND loosed_at IS NULL ORDER BY ref_id", args...)
}

// HeardTx notes what became of a case or whistle that may be linked with items. When it was the last one of an item that is
// worked on, the unit is told that the item may be done; nothing else happens. Only the program calls it.
func (s *Service) HeardTx(ctx context.Context, tx *db.Tx, m Matter) error {
	// Items that knew of the end already are told nothing again; one that was linked after the end knew it from the start.
	items, err := db.All[struct {
		ID string `db:"item_id"`
	}](ctx, tx, "SELECT item_id FROM item_link WHERE kind = $1 AND ref_id = $2 AND loosed_at IS NULL AND ended_at IS NULL ORDER BY item_id", m.Kind, m.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE item_link SET state = $1, result = $2, ended_at = $3 WHERE kind = $4 AND ref_id = $5 AND loosed_at IS NULL", m.State, m.Result, m.EndedAt, m.Kind, m.ID); err != nil {
		return err
	}
	if m.EndedAt == nil {
		return nil
	}
	for _, x := range items {
		if err := s.proposeDone(ctx, tx, x.ID, m.Number); err != nil {
			return err
		}
	}
	return nil
}

// proposeDone says that an item may be done, if everything linked has ended.
func (s *Service) proposeDone(ctx context.Context, tx *db.Tx, item, number string) error {
	i, err := s.locked(ctx, tx, item)
	if err != nil {
		return err
	}
	open, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM item_link WHERE item_id = $1 AND loosed_at IS NULL AND ended_at IS NULL", item)
	if err != nil || open > 0 || !i.State.open() || i.State == Issued {
		return err
	}
	if err := appendHistory(ctx, tx, i, ActReady, i.State, "", number); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicReady, i.ID, moved(ActReady, i.State, i))
}

// JoinWhistleTx links a whistle with every item that is linked with its case, so that whoever leads the item sees it. Only
// the program calls it; a second time changes nothing, and a link that somebody took away stays away.
func (s *Service) JoinWhistleTx(ctx context.Context, tx *db.Tx, m Matter) error {
	items, err := db.All[struct {
		ID string `db:"item_id"`
	}](ctx, tx, `SELECT item_id FROM item_link c WHERE kind = 'case' AND ref_id = $1 AND loosed_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM item_link w WHERE w.kind = 'whistle' AND w.ref_id = $2 AND w.item_id = c.item_id) ORDER BY item_id`, m.CaseID, m.ID)
	if err != nil {
		return err
	}
	for _, x := range items {
		n, err := tx.Exec(ctx, "INSERT INTO item_link ("+linkColumns+") VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7, $8, $9, '', $10) ON CONFLICT DO NOTHING",
			db.NewID(tx), x.ID, LinkWhistle, m.ID, m.Number, m.State, m.Result, m.EndedAt, nameOf(ctx), tx.Time())
		if err != nil {
			return err
		}
		if n == 0 {
			continue // linked by somebody at the same moment
		}
		i, err := s.locked(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		if err := appendHistory(ctx, tx, i, ActLink, i.State, "", m.Number); err != nil {
			return err
		}
	}
	return nil
}

// LinkedItem is an item as the page of a case shows it.
type LinkedItem struct {
	ID      string      `json:"id"`
	No      string      `json:"no"`
	Title   string      `json:"title"`
	State   State       `json:"state"`
	Lead    UnitRef     `json:"lead"`
	DueAt   *clock.Time `json:"due_at,omitempty"`
	Overdue bool        `json:"overdue"`
}

// LinkedWith lists the items the caller sees that a case or whistle serves. Needs rectify.read.
func (s *Service) LinkedWith(ctx context.Context, kind, ref string) (out []LinkedItem, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	out = []LinkedItem{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := visible(ctx, &args)
		args = append(args, kind, ref)
		rows, err := db.All[Item](ctx, tx, "SELECT "+itemColumns+" FROM item WHERE "+where+" AND id IN (SELECT item_id FROM item_link WHERE kind = $"+strconv.Itoa(len(args)-1)+
			" AND ref_id = $"+strconv.Itoa(len(args))+" AND loosed_at IS NULL) ORDER BY id LIMIT 50", args...)
		for n := range rows {
			i := &rows[n]
			i.derive(s.catalog, tx.Time())
			out = append(out, LinkedItem{i.ID, i.No, i.Title, i.State, i.Lead, i.DueAt, i.Overdue})
		}
		return err
	})
	return out, err
}

// LookTx returns an item the caller sees, without its history. NotFound for one the caller does not see.
func (s *Service) LookTx(ctx context.Context, tx *db.Tx, id string) (*Item, error) {
	return s.load(ctx, tx, id)
}

// AtWork reports whether the lead unit has answered and works on the item.
func (i *Item) AtWork() bool { return i.State == Answered || i.State == Doing }
