package cases

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// RequestFilter narrows the list of requests; empty fields do not.
type RequestFilter struct {
	Kind   string
	States []string
	Area   string
	Ground string
	Review bool // the review is due within three days or was missed
}

// Asked is a request with the case it belongs to.
type Asked struct {
	Request
	Case     Case   `db:"-" json:"case"`
	Original string `db:"-" json:"limit,omitempty" doc:"Limit of the handling, such as 3 work_day"`
	Days     int    `db:"-" json:"days" doc:"Calendar days it has lasted or lasted"`
}

// Requests lists requests of the cases the caller sees, those waiting longest first, decided ones newest first. Needs
// cases.read. With Kind suspension and state approved it is the register of suspensions.
func (s *Service) Requests(ctx context.Context, f RequestFilter, page httpx.PageIn) (out httpx.Page[Asked], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.requestsTx(ctx, tx, f, page)
		return err
	})
	return out, err
}

func (s *Service) requestsTx(ctx context.Context, tx *db.Tx, f RequestFilter, page httpx.PageIn) (httpx.Page[Asked], error) {
	var none httpx.Page[Asked]
	where, args := f.where(ctx, tx)
	total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM case_request WHERE "+where, args...)
	if err != nil {
		return none, err
	}
	order, after := "id DESC", "id < $%d"
	if f.waits() {
		order, after = "id", "id > $%d"
	}
	if page.Cursor != "" {
		parts, err := httpx.DecodeCursor(page.Cursor, 1)
		if err != nil {
			return none, err
		}
		args = append(args, parts[0])
		where += " AND " + fmt.Sprintf(after, len(args))
	}
	args = append(args, page.Limit+1)
	rows, err := db.All[Asked](ctx, tx, fmt.Sprintf("SELECT %s FROM case_request WHERE %s ORDER BY %s LIMIT $%d", requestFields, where, order, len(args)), args...)
	if err != nil {
		return none, err
	}
	if err := s.withCases(ctx, tx, rows); err != nil {
		return none, err
	}
	return httpx.Cut(rows, page.Limit, total, func(a *Asked) string { return httpx.EncodeCursor(a.ID) }), nil
}

// waits reports whether the list is of what waits: the oldest comes first then.
func (f *RequestFilter) waits() bool { return len(f.States) == 1 && f.States[0] == RequestOpen }

func (f *RequestFilter) where(ctx context.Context, tx *db.Tx) (string, []any) {
	var args []any
	parts := []string{"case_id IN (SELECT id FROM case_file WHERE " + visible(ctx, &args) + ")"}
	add := func(format string, value any) {
		args = append(args, value)
		parts = append(parts, fmt.Sprintf(format, len(args)))
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if len(f.States) > 0 {
		parts = append(parts, in("state", f.States, &args))
	}
	if f.Ground != "" {
		add("ground = $%d", f.Ground)
	}
	if f.Area != "" {
		parts = append(parts, auth.Within("area_code", []string{f.Area}, &args))
	}
	if f.Review {
		add("(missed > 0 OR review_at <= $%d) AND ended_at IS NULL", clock.At(tx.Now().AddDate(0, 0, 3)))
	}
	return strings.Join(parts, " AND "), args
}

// withCases adds the case and the limit of each request.
func (s *Service) withCases(ctx context.Context, tx *db.Tx, rows []Asked) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].CaseID
	}
	var args []any
	files, err := db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE "+in("id", ids, &args), args...)
	if err != nil {
		return err
	}
	var more []any
	clocks, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE kind = 'handle' AND hop = 0 AND part_id = '' AND "+in("case_id", ids, &more)+" ORDER BY id", more...)
	if err != nil {
		return err
	}
	byCase, limits := map[string]*Case{}, map[string]string{}
	for i := range files {
		byCase[files[i].ID] = s.shown(&files[i], tx)
	}
	for i := range clocks {
		limits[clocks[i].CaseID] = clocks[i].limit().String()
	}
	for i := range rows {
		a := &rows[i]
		if c := byCase[a.CaseID]; c != nil {
			a.Case = *c
		}
		a.Original = limits[a.CaseID]
		if a.DecidedAt != nil && a.Kind == Suspension {
			until := tx.Now()
			if a.EndedAt != nil {
				until = a.EndedAt.Time
			}
			a.Days = int(until.Sub(a.DecidedAt.Time).Hours() / 24)
		}
	}
	return nil
}

// OnHold is a line of the public register of suspensions: what, where roughly, why, since when, who looks at it again
// when. No title, no address, no words of residents.
type OnHold struct {
	Number       string      `db:"number" json:"number"`
	CategoryName string      `db:"-" json:"category_name"`
	Category     string      `db:"category" json:"-"`
	AreaName     string      `db:"-" json:"area_name" doc:"Street"`
	AreaCode     string      `db:"area_code" json:"-"`
	Ground       string      `db:"ground" json:"ground"`
	UnitName     string      `db:"unit_name" json:"unit_name"`
	Since        clock.Time  `db:"decided_at" json:"since"`
	ReviewAt     *clock.Time `db:"review_at" json:"review_at,omitempty"`
	Reviews      int         `db:"reviews" json:"reviews"`
}

// maxSuspended bounds the public register; a district has some dozens.
const maxSuspended = 500

// PublicSuspensions returns the public register: every suspension that lasts, longest first. Sensitive cases do not stand there.
func (s *Service) PublicSuspensions(ctx context.Context) (out []OnHold, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[OnHold](ctx, tx, `SELECT f.number, f.category, f.area_code, r.ground, r.unit_name, r.decided_at, r.review_at, r.reviews
			FROM case_request r JOIN case_file f ON f.id = r.case_id
			WHERE r.kind = 'suspension' AND r.state = 'approved' AND r.ended_at IS NULL AND NOT f.sensitive ORDER BY r.id LIMIT $1`, maxSuspended)
		return err
	})
	for i := range out {
		l := &out[i]
		l.CategoryName = s.Duties.Catalog().Name(l.Category)
		if a, err := s.Regions.Get(ctx, within(l.AreaCode, Street)); err == nil {
			l.AreaName = a.Name
		}
	}
	return out, err
}
