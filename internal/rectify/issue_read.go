package rectify

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// ListStep is what the caller may do with a list.
type ListStep string

// The steps of a list.
const (
	StepAmend   ListStep = "amend"
	StepSubmit  ListStep = "submit"
	StepDrop    ListStep = "drop"
	StepDecide  ListStep = "decide"
	StepIssue   ListStep = "issue"
	StepCorrect ListStep = "correct"
	StepRemind  ListStep = "remind"
	StepExport  ListStep = "export" // ask for a file with what residents said
)

// ListDetail is a list with its receipts, editions and what the caller may do next. Its items are a list of their own: rectifications
// filtered by this list.
type ListDetail struct {
	ReverseList
	WaveName string           `json:"wave_name"`
	Receipts []Receipt        `json:"receipts"`
	Editions []ListEdition    `json:"editions" doc:"Newest first; handlers see those that were issued"`
	Exports  []export.Request `json:"exports" doc:"Files with texts: own ones and those the caller decides on"`
	Steps    []ListStep       `json:"steps"`
}

// listsSeen is the SQL condition for the lists the caller sees: the office those of its areas, a street or department the
// issued ones it has a receipt of.
func listsSeen(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	switch {
	case p == nil || !p.Has(PermRead):
		return "FALSE"
	case p.System:
		return "TRUE"
	case handlerOnly(p):
		return "state = 'issued' AND id IN (SELECT list_id FROM reverse_receipt WHERE " + ownReceipts(ctx, args) + ")"
	}
	return auth.Within("area_code", p.Areas, args)
}

// ListFilter narrows the lists; empty fields do not.
type ListFilter struct {
	WaveID string
	State  ListState
	Todo   bool // waits for the caller's approval, issue or signature
}

var newestLists = httpx.Newest[ReverseList]{Table: "reverse_list", Columns: listColumns, ID: func(r *ReverseList) string { return r.ID }}

// Lists returns the reverse issue lists the caller sees, newest first, with how far they have come. Needs rectify.read.
func (s *Service) Lists(ctx context.Context, f ListFilter, page httpx.PageIn) (out httpx.Page[ReverseList], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		where := listsSeen(ctx, &args) + " AND state <> 'dropped'"
		if f.WaveID != "" {
			args = append(args, f.WaveID)
			where += fmt.Sprintf(" AND wave_id = $%d", len(args))
		}
		if f.State != "" {
			args = append(args, f.State)
			where += fmt.Sprintf(" AND state = $%d", len(args))
		}
		if f.Todo {
			where += " AND " + listTodo(ctx, &args)
		}
		if out, err = newestLists.Page(ctx, tx, where, args, page); err != nil {
			return err
		}
		for n := range out.Items {
			if err := countList(ctx, tx, &out.Items[n]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// listTodo is the SQL condition for lists that wait for the caller.
func listTodo(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	cond := "FALSE"
	if p.Has(PermApprove) {
		*args = append(*args, p.UserID)
		cond += fmt.Sprintf(` OR made_by <> $%d AND id IN (SELECT list_id FROM reverse_list_edition WHERE state = 'proposed' AND by_id <> $%d)`, len(*args), len(*args))
	}
	if p.Has(PermIssue) {
		cond += " OR edition > issued_edition"
	}
	if p.Has(PermAnswer) && handlerOnly(p) {
		cond += " OR id IN (SELECT list_id FROM reverse_receipt WHERE signed_at IS NULL AND " + ownReceipts(ctx, args) + ")"
	}
	return "(" + cond + ")"
}

// countList counts the items and receipts of a list that the caller sees.
func countList(ctx context.Context, tx *db.Tx, l *ReverseList) error {
	now := tx.Time()
	where, args := Filter{WaveID: l.WaveID, ListID: l.ID}.where(ctx, tx)
	args = append(args, now)
	late := strings.ReplaceAll(overdueNow, "$now", fmt.Sprintf("$%d", len(args)))
	type sums struct {
		Items   int `db:"items"`
		Voices  int `db:"voices"`
		Waiting int `db:"waiting"`
		Passed  int `db:"passed"`
		Overdue int `db:"overdue"`
	}
	c, err := db.Get[sums](ctx, tx, `SELECT COUNT(*) AS items, COALESCE(SUM(voices), 0) AS voices,
			COUNT(*) FILTER (WHERE state IN ('confirmed', 'withdrawn')) AS waiting,
			COUNT(*) FILTER (WHERE state IN ('verified', 'told', 'published')) AS passed,
			COUNT(*) FILTER (WHERE `+late+`) AS overdue FROM item WHERE `+where, args...)
	if err != nil {
		return err
	}
	l.Counts = ListCounts{Items: c.Items, Voices: c.Voices, Waiting: c.Waiting, Passed: c.Passed, Overdue: c.Overdue, Doing: c.Items - c.Waiting - c.Passed - c.Overdue}
	if err := countReceipts(ctx, tx, l, now); err != nil {
		return err
	}
	pending, err := proposedOf(ctx, tx, l.ID)
	l.Counts.Pending = pending != nil
	return err
}

func countReceipts(ctx context.Context, tx *db.Tx, l *ReverseList, now clock.Time) error {
	args := []any{l.ID, now}
	own := ownReceipts(ctx, &args)
	type sums struct {
		Receipts int `db:"receipts"`
		Signed   int `db:"signed"`
		Late     int `db:"late"`
	}
	c, err := db.Get[sums](ctx, tx, `SELECT COUNT(*) AS receipts, COUNT(signed_at) AS signed,
		COUNT(*) FILTER (WHERE signed_at IS NULL AND due_at < $2) AS late FROM reverse_receipt WHERE list_id = $1 AND `+own, args...)
	if err != nil {
		return err
	}
	l.Counts.Receipts, l.Counts.Signed, l.Counts.Unsigned = c.Receipts, c.Signed, c.Late
	if p := auth.From(ctx); p.Has(PermAnswer) && handlerOnly(p) {
		l.Counts.ToSign = c.Receipts - c.Signed
	}
	return nil
}

// seenList returns a list the caller sees, NotFound otherwise.
func seenList(ctx context.Context, tx *db.Tx, id string) (*ReverseList, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	l, err := findList(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	args := []any{id}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM reverse_list WHERE id = $1 AND "+listsSeen(ctx, &args), args...)
	if err == nil && n == 0 {
		return nil, noList()
	}
	return l, err
}

// ReverseList returns a list the caller sees; NotFound otherwise. lang is the language in which clocks explain themselves.
func (s *Service) ReverseList(ctx context.Context, id, lang string) (d *ListDetail, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err = s.ReverseListTx(ctx, tx, id, lang)
		return err
	})
	return d, err
}

// ReverseListTx is ReverseList inside the caller's transaction.
func (s *Service) ReverseListTx(ctx context.Context, tx *db.Tx, id, lang string) (*ListDetail, error) {
	l, err := seenList(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := countList(ctx, tx, l); err != nil {
		return nil, err
	}
	d := &ListDetail{ReverseList: *l}
	wave, err := s.opinions.WaveTx(ctx, tx, l.WaveID)
	if err != nil {
		return nil, err
	}
	d.WaveName = wave.Name
	if d.Receipts, err = receiptsOf(ctx, tx, l.ID, lang); err != nil {
		return nil, err
	}
	if d.Editions, err = s.shownEditions(ctx, tx, l); err != nil {
		return nil, err
	}
	if d.Exports, err = s.Exports.OfSubjectTx(ctx, tx, l.ID); err != nil {
		return nil, err
	}
	d.Steps = steps(ctx, d)
	return d, nil
}

// shownEditions hides from streets and departments what was not sent to them, and the names of items they do not see.
func (s *Service) shownEditions(ctx context.Context, tx *db.Tx, l *ReverseList) ([]ListEdition, error) {
	all, err := editionsOf(ctx, tx, l.ID)
	if p := auth.From(ctx); err != nil || !handlerOnly(p) {
		return all, err
	}
	out := []ListEdition{}
	for _, e := range all {
		if e.State != EditionApproved || e.Number > l.IssuedEdition {
			continue
		}
		own := []ListChange{}
		for _, c := range e.Changes.V {
			i, err := findItem(ctx, tx, c.ItemID)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return nil, err
			}
			if err == nil && sees(ctx, i) {
				own = append(own, c)
			}
		}
		e.Changes.V = own
		out = append(out, e)
	}
	return out, nil
}

// EditionLines returns the items as an approved edition named them, as far as the caller sees them. Needs rectify.read.
func (s *Service) EditionLines(ctx context.Context, id string, number int) (lines []ListLine, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		l, err := seenList(ctx, tx, id)
		if err != nil {
			return err
		}
		content, err := contentOf(ctx, tx, l.ID, number)
		if err != nil {
			return err
		}
		lines, err = seenLines(ctx, tx, l, content)
		return err
	})
	return lines, err
}

// seenLines keeps the lines whose items the caller sees.
func seenLines(ctx context.Context, tx *db.Tx, l *ReverseList, content []ListLine) ([]ListLine, error) {
	if p := auth.From(ctx); !handlerOnly(p) {
		return content, nil
	}
	where, args := Filter{WaveID: l.WaveID}.where(ctx, tx)
	ids, err := db.All[string](ctx, tx, "SELECT id FROM item WHERE "+where, args...)
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	out := []ListLine{}
	for _, line := range content {
		if seen[line.ItemID] {
			out = append(out, line)
		}
	}
	return out, err
}

// steps lists what the caller may do with the list now.
func steps(ctx context.Context, d *ListDetail) []ListStep {
	out := []ListStep{}
	p := auth.From(ctx)
	may := func(permission string, ok bool, list ...ListStep) {
		if ok && p.Has(permission) && p.Covers(d.AreaCode) {
			out = append(out, list...)
		}
	}
	may(PermMerge, d.State == ListDraft, StepAmend, StepSubmit, StepDrop)
	for _, e := range d.Editions {
		may(PermApprove, e.State == EditionProposed && e.ByID != p.UserID && d.MadeBy != p.UserID, StepDecide)
	}
	may(PermIssue, (d.State == ListApproved || d.State == ListIssued) && d.Edition > d.IssuedEdition, StepIssue)
	may(PermMerge, !d.Counts.Pending && (d.State == ListApproved && d.IssuedEdition == 0 || d.State == ListIssued && d.Edition == d.IssuedEdition), StepCorrect)
	may(PermIssue, d.State == ListIssued && d.Counts.Signed < d.Counts.Receipts, StepRemind)
	may(PermMerge, d.State != ListDropped && d.Counts.Items > 0, StepExport)
	return out
}
