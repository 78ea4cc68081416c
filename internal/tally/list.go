package tally

import (
	"context"
	"fmt"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Item is one thing that a figure counts. A case appears as often as it is counted: once for every dispatch, say.
type Item struct {
	CaseID    string        `db:"case_id" json:"case_id,omitempty" doc:"Absent for a sensitive case the caller may not open, as are number, category, channel, area and unit"`
	Number    string        `db:"number" json:"number,omitempty"`
	Title     string        `db:"title" json:"title"`
	State     cases.State   `db:"state" json:"state"`
	Channel   cases.Channel `db:"channel" json:"channel,omitempty"`
	Category  string        `db:"category" json:"category,omitempty"`
	AreaName  string        `db:"area_name" json:"area_name,omitempty"`
	UnitID    string        `db:"unit_id" json:"unit_id,omitempty"`
	Sensitive bool          `db:"sensitive" json:"sensitive"`
	Seq       int           `db:"seq" json:"-"`
	At        clock.Time    `db:"at" json:"at" doc:"When it counts"`
	DueAt     *clock.Time   `db:"due_at" json:"due_at,omitempty"`
	DoneAt    *clock.Time   `db:"done_at" json:"done_at,omitempty"`
	Good      bool          `db:"good" json:"good" doc:"In the numerator as well"`

	LeadUnit string `db:"lead_unit" json:"-"`
	Holder   string `db:"holder" json:"-"`
	Officer  string `db:"officer" json:"-"`

	CategoryName string `db:"-" json:"category_name,omitempty"`
	StateName    string `db:"-" json:"state_name"`
	UnitName     string `db:"-" json:"unit_name,omitempty"`
}

// Sides of a metric that a list can show.
const (
	SideNum  = "num"  // what is counted
	SideDen  = "den"  // what it is counted over
	SideRest = "rest" // over, but not counted: the ones to look at
)

// List returns what makes a figure, newest first: exactly as many as the figure says. Needs tally.read.
func (s *Service) List(ctx context.Context, code, side string, f Filter, in httpx.PageIn) (page httpx.Page[Item], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return page, err
	}
	if err := f.check(); err != nil {
		return page, err
	}
	m, ok := s.book.Metric(code)
	if !ok {
		return page, errs.Invalid("tally.unknown_metric", "There is no such metric.", errs.Field{Location: "query.metric", Message: "unknown", Value: code})
	}
	c := m.Num
	if side != SideNum && m.Den.Of != "" {
		c = m.Den
	}
	if side == SideRest && (m.Den.Of != m.Num.Of || m.Den.At != m.Num.At) {
		return page, errs.Invalid("tally.no_rest", "The two sides of this metric are counted of different things; open either of them.")
	}
	cursor, err := httpx.DecodeCursor(in.Cursor, 2)
	if err != nil {
		return page, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = s.list(ctx, tx, &m, c, side, f, cursor, in.Limit)
		return err
	})
	return page, err
}

func (s *Service) list(ctx context.Context, tx *db.Tx, m *Metric, c Count, side string, f Filter, cursor []string, limit int) (page httpx.Page[Item], err error) {
	q := &count{Count: c, f: f, now: tx.Time()}
	where := q.where(ctx)
	good := "TRUE"
	if m.Den.Of == m.Num.Of && m.Den.At == m.Num.At {
		n := &count{Count: m.Num, f: f, now: tx.Time(), args: q.args}
		good = n.where(ctx)
		q.args = n.args
	}
	if side == SideRest {
		where += " AND NOT (" + good + ")"
	}
	at, distinct := q.at(), "t.case_id || '.' || CAST(t.seq AS TEXT)"
	seq, due, done := "t.seq", "NULL", "NULL"
	switch q.Of {
	case "case":
		seq, distinct = "0", "t.case_id"
	case "span":
		due, done = "t.due_at", "t.to_at"
	}
	if at == "" {
		at, seq, due, done, distinct = "from_at", "0", "MIN(t.due_at)", "NULL", "t.case_id"
	}
	from := fmt.Sprintf("(SELECT t.*, (%s) AS hit FROM tally_%s t WHERE %s) t", good, q.Of, where)
	total, err := db.Get[int](ctx, tx, "SELECT COUNT(DISTINCT "+distinct+") FROM "+from, q.args...)
	if err != nil {
		return page, err
	}
	rows, err := db.All[Item](ctx, tx, q.rows(from, at, seq, due, done, cursor, limit), q.args...)
	if err != nil {
		return page, err
	}
	page = httpx.Cut(rows, limit, total, func(i *Item) string { return httpx.EncodeCursor(i.CaseID, fmt.Sprint(i.Seq)) })
	for i := range page.Items {
		if err := s.dress(ctx, tx, &page.Items[i]); err != nil {
			return page, err
		}
	}
	return page, nil
}

// rows is the query of one page, newest case first. A stock is one row per case.
func (q *count) rows(from, at, seq, due, done string, cursor []string, limit int) string {
	group, when := "", "t."+at
	if q.stock() {
		group, when = " GROUP BY c.id, c.number, c.title, c.state, c.channel, c.category, c.area_name, c.lead_unit, c.holder, c.officer, c.sensitive", "MIN(t."+at+")"
	}
	unit, good := "t.unit_id", "t.hit"
	if q.stock() {
		unit, good = "c.lead_unit", "TRUE"
	}
	behind := ""
	switch {
	case cursor[0] == "":
	case q.stock() || q.Of == "case":
		behind = " WHERE c.id < " + q.arg(cursor[0])
	default:
		id := q.arg(cursor[0])
		behind = fmt.Sprintf(" WHERE (c.id < %s OR c.id = %s AND %s > CAST(%s AS INTEGER))", id, id, seq, q.arg(cursor[1]))
	}
	return fmt.Sprintf(`SELECT c.id AS case_id, c.number, c.title, c.state, c.channel, c.category, c.area_name, %s AS unit_id, c.lead_unit, c.holder, c.officer, c.sensitive, %s AS seq, %s AS at,
		%s AS due_at, %s AS done_at, %s AS good FROM %s JOIN case_file c ON c.id = t.case_id%s%s ORDER BY c.id DESC, seq LIMIT %s`,
		unit, seq, when, due, done, good, from, behind, group, q.arg(limit+1))
}

// dress names what the page shows. Of a sensitive case the caller may not open only that it is one, its state and its times
// stay, so that the list is as long as the figure.
func (s *Service) dress(ctx context.Context, tx *db.Tx, i *Item) (err error) {
	if st, ok := s.Cases.Workflow().State(string(i.State)); ok {
		i.StateName = st.Name
	}
	if i.Sensitive && !cases.OpensSensitive(auth.From(ctx), i.LeadUnit, i.Holder, i.Officer) {
		i.CaseID, i.Number, i.Title, i.Channel, i.Category, i.AreaName, i.UnitID = "", "", "敏感事件", "", "", "", ""
		return nil
	}
	i.CategoryName = s.Duties.Catalog().Name(i.Category)
	i.UnitName, err = s.unitName(ctx, tx, i.UnitID)
	return err
}
