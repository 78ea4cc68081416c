package rectify

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/workcal"
)

// Topics of reverse lists. The payload is ListMoved.
const (
	TopicListSubmitted = "rectify.list_submitted"
	TopicListApproved  = "rectify.list_approved"
	TopicListRefused   = "rectify.list_refused"
	TopicListIssued    = "rectify.list_issued"
	TopicListReminded  = "rectify.list_reminded"
)

// ListMoved says what happened to a list. Units are those it was sent to or reminded of; User is who made it.
type ListMoved struct {
	ListID   string   `json:"list_id"`
	No       string   `json:"no"`
	Title    string   `json:"title"`
	AreaCode string   `json:"area_code"`
	Edition  int      `json:"edition"`
	User     string   `json:"user"`
	By       string   `json:"by" doc:"Who acted; nobody is told of an own act"`
	Units    []string `json:"units"`
}

func announceList(ctx context.Context, tx *db.Tx, topic string, l *ReverseList, units []string) error {
	return outbox.Emit(ctx, tx, topic, l.ID, ListMoved{ListID: l.ID, No: l.No, Title: l.Title, AreaCode: l.AreaCode, Edition: l.Edition, User: l.MadeBy,
		By: auth.From(ctx).UserID, Units: append([]string{}, units...)})
}

// IssueList sends the approved edition out in one go: every item that is confirmed is issued to its lead unit, and every unit
// concerned gets a receipt to sign within one work day. Items issued before keep their clocks. Needs rectify.issue in the
// list's area. Conflict if an item is not any more what was approved: such a list is corrected first.
func (s *Service) IssueList(ctx context.Context, id string, version int64) (l *ReverseList, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		l, err = s.IssueListTx(ctx, tx, id, version)
		return err
	})
	return l, err
}

// IssueListTx is IssueList inside the caller's transaction.
func (s *Service) IssueListTx(ctx context.Context, tx *db.Tx, id string, version int64) (*ReverseList, error) {
	l, err := s.listFor(ctx, tx, PermIssue, id, version, ListApproved, ListIssued)
	if err != nil {
		return nil, err
	}
	if l.Edition == l.IssuedEdition {
		return nil, errs.Conflict("rectify.nothing_to_issue", "The last approved edition was issued already.").With(l)
	}
	content, err := contentOf(ctx, tx, l.ID, l.Edition)
	if err != nil {
		return nil, err
	}
	issued, err := s.issueItems(ctx, tx, l, content)
	if err != nil {
		return nil, err
	}
	units, err := s.sendReceipts(ctx, tx, l, content)
	if err != nil {
		return nil, err
	}
	now := tx.Time()
	l.State, l.IssuedEdition, l.IssuedName = ListIssued, l.Edition, auth.From(ctx).Name
	if l.IssuedAt == nil {
		l.IssuedAt = &now
	}
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	if err := announceList(ctx, tx, TopicListIssued, l, units); err != nil {
		return nil, err
	}
	return l, logList(ctx, tx, "issue_list", l, map[string]any{"edition": l.Edition, "items": issued, "units": len(units)})
}

// issueItems issues what is confirmed and was approved as it stands, and returns how many items that were.
func (s *Service) issueItems(ctx context.Context, tx *db.Tx, l *ReverseList, content []ListLine) (issued int, err error) {
	items := map[string]*Item{}
	if err := s.eachOfList(ctx, tx, l.ID, func(i *Item) error { kept := *i; items[i.ID] = &kept; return nil }); err != nil {
		return 0, err
	}
	for _, line := range content {
		i := items[line.ItemID]
		if i == nil || i.State == Withdrawn || i.State == Confirmed && !i.asApproved(line) {
			return 0, errs.Conflict("rectify.line_changed", fmt.Sprintf("Item %s is not any more what was approved; correct the list first.", line.No)).With(l)
		}
		if i.State != Confirmed {
			continue // issued ahead of the list; it keeps its clock
		}
		if _, err := s.ActTx(ctx, tx, i.ID, ActIssue, Move{Version: i.Version, Note: "随" + l.No + "下发"}); err != nil {
			return 0, err
		}
		issued++
	}
	return issued, nil
}

// asApproved reports whether the item is what the edition says.
func (i *Item) asApproved(line ListLine) bool {
	now := i.lineOf()
	return now.Title == line.Title && now.Field == line.Field && now.AreaCode == line.AreaCode && now.Place == line.Place && now.Lead == line.Lead && slices.Equal(now.Co, line.Co)
}

// addressee is a unit with what concerns it in an edition.
type addressee struct {
	unit  Unit
	role  string
	lines int
}

// roles of a unit on an edition, the weightiest first.
var receiptRoles = []string{"lead", "joint", "local"}

// sendReceipts asks every unit concerned by what is new in the edition for a signature and returns their ids.
func (s *Service) sendReceipts(ctx context.Context, tx *db.Tx, l *ReverseList, content []ListLine) ([]string, error) {
	fresh, err := freshLines(ctx, tx, l, content)
	if err != nil {
		return nil, err
	}
	list, err := s.addressees(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	now := tx.Time()
	calendar := s.calendar.Current()
	why := calendar.Explain(now.Time, receiptLimit)
	steps := db.JSON[[]workcal.Step]{V: why.Steps}
	units := make([]string, 0, len(list))
	for _, a := range list {
		_, err := tx.Exec(ctx, `INSERT INTO reverse_receipt (id, list_id, edition, unit_id, unit_name, unit_area, role, lines, sent_at, time_limit, calendar, due_at, steps)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			db.NewID(tx), l.ID, l.Edition, a.unit.ID, a.unit.Name, a.unit.AreaCode, a.role, a.lines, now, receiptLimit, calendar.Version(), clock.At(why.Due), steps)
		if err != nil {
			return nil, err
		}
		units = append(units, a.unit.ID)
	}
	return units, nil
}

// freshLines are the lines the units have not signed for: all of the first edition, what was added or worded by a correction.
func freshLines(ctx context.Context, tx *db.Tx, l *ReverseList, content []ListLine) ([]ListLine, error) {
	if l.IssuedEdition == 0 {
		return content, nil
	}
	editions, err := editionsOf(ctx, tx, l.ID)
	if err != nil {
		return nil, err
	}
	touched := map[string]bool{}
	for _, e := range editions {
		if e.State == EditionApproved && e.Number > l.IssuedEdition {
			for _, c := range e.Changes.V {
				touched[c.ItemID] = c.Kind != ChangeStrike
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(content), func(line ListLine) bool { return !touched[line.ItemID] }), nil
}

// addressees are the lead and joint units of the lines and the office of the street each lies in.
func (s *Service) addressees(ctx context.Context, tx *db.Tx, lines []ListLine) ([]*addressee, error) {
	found, offices := map[string]*addressee{}, map[string]string{}
	add := func(id, role string, seen map[string]bool) error {
		if id == "" || seen[id] {
			return nil
		}
		seen[id] = true
		a := found[id]
		if a == nil {
			u, err := s.directory.Unit(ctx, tx, id)
			if err != nil {
				return err
			}
			a = &addressee{unit: u, role: role}
			found[id] = a
		}
		if slices.Index(receiptRoles, role) < slices.Index(receiptRoles, a.role) {
			a.role = role
		}
		a.lines++
		return nil
	}
	for _, line := range lines {
		seen := map[string]bool{}
		if err := add(line.Lead.ID, "lead", seen); err != nil {
			return nil, err
		}
		for _, co := range line.Co {
			if err := add(co.ID, "joint", seen); err != nil {
				return nil, err
			}
		}
		if _, known := offices[line.Street]; !known {
			u, err := s.directory.UnitFor(ctx, tx, streetOffice, line.Street)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return nil, err
			}
			offices[line.Street] = u.ID
		}
		if err := add(offices[line.Street], "local", seen); err != nil {
			return nil, err
		}
	}
	out := make([]*addressee, 0, len(found))
	for _, a := range found {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *addressee) int {
		return cmp.Or(cmp.Compare(a.unit.Code, b.unit.Code), cmp.Compare(a.unit.ID, b.unit.ID))
	})
	return out, nil
}

// streetOffice is the code of the unit that stands for a street.
const streetOffice = "street_office"
