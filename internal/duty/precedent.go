package duty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
)

// Precedent is what a joint adjudication decided. It holds for its category, kind of facility and area until a list that took it is in force.
type Precedent struct {
	Number     int        `db:"number" json:"number"`
	CaseID     string     `db:"case_id" json:"case_id"`
	CaseNumber string     `db:"case_number" json:"case_number"`
	Category   string     `db:"category" json:"category"`
	Component  string     `db:"component" json:"component,omitempty" doc:"Kind of facility; it holds for every kind if absent"`
	AreaCode   string     `db:"area_code" json:"area_code"`
	LeadUnit   string     `db:"lead_unit" json:"lead_unit"`
	LeadCode   string     `db:"lead_code" json:"lead_code"`
	LeadName   string     `db:"lead_name" json:"lead_name"`
	Reason     string     `db:"reason" json:"reason"`
	State      string     `db:"state" json:"state" enum:"active,withdrawn"`
	TakenInto  string     `db:"taken_into" json:"taken_into,omitempty" doc:"Version of the list that took it"`
	Note       string     `db:"note" json:"note,omitempty" doc:"Why it was withdrawn"`
	DecidedBy  string     `db:"decided_by" json:"decided_by"`
	DecidedAt  clock.Time `db:"decided_at" json:"decided_at"`
	Version    int64      `db:"version" json:"version"`

	CategoryName  string `db:"-" json:"category_name"`
	ComponentName string `db:"-" json:"component_name,omitempty"`
	AreaName      string `db:"-" json:"area_name"`
}

const precedentColumns = "number, case_id, case_number, category, area_code, lead_unit, lead_code, lead_name, reason, state, taken_into, note, decided_by, decided_at, version, component"

// States of a precedent.
const (
	Active    = "active"
	Withdrawn = "withdrawn"
)

// NewPrecedent is a decision of an adjudication: of which case, who leads, and why.
type NewPrecedent struct {
	CaseID, Number      string
	Category, Component string
	Area                string
	Lead                string // id of the unit
	Reason              string
}

// PrecedentTx keeps a decision of an adjudication as a precedent for its category and kind of facility in the community of the
// case and returns its number. Called by the program after it judged who may decide.
func (s *Service) PrecedentTx(ctx context.Context, tx *db.Tx, n NewPrecedent) (int, error) {
	u, err := s.people.UnitTx(ctx, tx, n.Lead)
	if err != nil {
		return 0, err
	}
	if err := tx.Turn(ctx, "duty_precedent"); err != nil {
		return 0, err
	}
	last, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(number), 0) FROM duty_precedent")
	if err != nil {
		return 0, err
	}
	p := Precedent{Number: last + 1, CaseID: n.CaseID, CaseNumber: n.Number, Category: n.Category, Component: n.Component, AreaCode: n.Area[:min(len(n.Area), 12)], LeadUnit: n.Lead,
		LeadCode: u.Code, LeadName: bodyOf(u).Name, Reason: mask.Text(clean(n.Reason)), State: Active, DecidedBy: nameOf(ctx), DecidedAt: tx.Time(), Version: 1}
	_, err = tx.Exec(ctx, "INSERT INTO duty_precedent ("+precedentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		p.Number, p.CaseID, p.CaseNumber, p.Category, p.AreaCode, p.LeadUnit, p.LeadCode, p.LeadName, p.Reason, p.State, p.TakenInto, p.Note, p.DecidedBy, p.DecidedAt, p.Version, p.Component)
	if err != nil {
		return 0, err
	}
	return p.Number, audit.Log(ctx, tx, audit.Entry{Action: "duty.precedent", Object: "precedent", ObjectID: fmt.Sprint(p.Number), Area: p.AreaCode,
		Detail: map[string]any{"case": p.CaseID, "category": p.Category, "component": p.Component, "lead": p.LeadCode}})
}

func nameOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil {
		return p.Name
	}
	return ""
}

// precedentsFor returns the precedents that hold for a question and are not part of the version: one about its kind of
// facility first, then the smallest area, a later decision before an earlier one.
func precedentsFor(ctx context.Context, tx *db.Tx, q Question, version string) ([]Precedent, error) {
	rows, err := db.All[Precedent](ctx, tx, "SELECT "+precedentColumns+` FROM duty_precedent p
		WHERE p.category = $1 AND p.component IN ('', $4) AND p.state = 'active' AND p.decided_at <= $2
			AND NOT EXISTS (SELECT 1 FROM duty_rule r WHERE r.version_id = $3 AND r.precedent = p.number)
		ORDER BY p.number DESC
		LIMIT 500`, q.Category, clock.At(q.At), version, q.Component)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(p Precedent) bool { return !strings.HasPrefix(q.Area, p.AreaCode) })
	slices.SortStableFunc(rows, func(a, b Precedent) int {
		return cmp.Or(len(b.Component)-len(a.Component), len(b.AreaCode)-len(a.AreaCode))
	})
	return rows, nil
}

// PrecedentFilter narrows the list of precedents; empty fields do not.
type PrecedentFilter struct {
	Category string
	State    string
	Open     bool // active and in no list yet
}

// Precedents lists precedents of the caller's areas, newest first. Needs duty.read.
func (s *Service) Precedents(ctx context.Context, f PrecedentFilter, page httpx.PageIn) (out httpx.Page[Precedent], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		var args []any
		where := near(ctx, "area_code", &args)
		if f.Category != "" {
			args = append(args, f.Category, f.Category+"~")
			where += fmt.Sprintf(" AND category >= $%d AND category < $%d", len(args)-1, len(args))
		}
		if f.State != "" {
			args = append(args, f.State)
			where += fmt.Sprintf(" AND state = $%d", len(args))
		}
		if f.Open {
			where += " AND state = 'active' AND taken_into = ''"
		}
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_precedent WHERE "+where, args...)
		if err != nil {
			return err
		}
		if page.Cursor != "" {
			parts, err := httpx.DecodeCursor(page.Cursor, 1)
			if err != nil {
				return err
			}
			args = append(args, parts[0])
			where += fmt.Sprintf(" AND number < CAST($%d AS INTEGER)", len(args))
		}
		args = append(args, page.Limit+1)
		rows, err := db.All[Precedent](ctx, tx, fmt.Sprintf("SELECT %s FROM duty_precedent WHERE %s ORDER BY number DESC LIMIT $%d", precedentColumns, where, len(args)), args...)
		for i := range rows {
			s.named(ctx, &rows[i])
		}
		out = httpx.Cut(rows, page.Limit, total, func(p *Precedent) string { return httpx.EncodeCursor(fmt.Sprint(p.Number)) })
		return err
	})
	return out, err
}

func (s *Service) named(ctx context.Context, p *Precedent) *Precedent {
	p.CategoryName, p.AreaName = s.catalog.Name(p.Category), s.areaName(ctx, p.AreaCode)
	if p.Component != "" {
		p.ComponentName = s.catalog.ComponentName(p.Component)
	}
	return p
}

// near is the condition for rows of the caller's areas or of the district around them: a street reads the precedents and
// the list of its district.
func near(ctx context.Context, column string, args *[]any) string {
	p := auth.From(ctx)
	if p == nil {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	var areas []string
	for _, a := range p.Areas {
		areas = append(areas, district(a))
	}
	return auth.Within(column, areas, args)
}

func findPrecedent(ctx context.Context, tx *db.Tx, number int) (*Precedent, error) {
	p, err := db.Get[Precedent](ctx, tx, "SELECT "+precedentColumns+" FROM duty_precedent WHERE number = $1", number)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("duty.precedent_not_found", "There is no such precedent.")
	}
	return &p, err
}

// WithdrawPrecedent ends a precedent that should not be followed. Needs duty.manage in its area and a reason.
func (s *Service) WithdrawPrecedent(ctx context.Context, number int, version int64, note string) (p *Precedent, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if p, err = findPrecedent(ctx, tx, number); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, p.AreaCode); err != nil {
			return err
		}
		if note = mask.Text(clean(note)); note == "" {
			return errs.Invalid("duty.need_note", "Say why.", errs.Field{Location: "body.note", Message: "required"})
		}
		n, err := tx.Exec(ctx, "UPDATE duty_precedent SET state = 'withdrawn', note = $1, version = version + 1 WHERE number = $2 AND version = $3 AND state = 'active'", note, number, version)
		if err == nil && n == 0 {
			err = errs.Conflict("duty.changed", "Somebody changed it in between; look at it again.").With(s.named(ctx, p))
		}
		if err != nil {
			return err
		}
		p.State, p.Note, p.Version = Withdrawn, note, version+1
		s.named(ctx, p)
		return audit.Log(ctx, tx, audit.Entry{Action: "duty.precedent_withdraw", Object: "precedent", ObjectID: fmt.Sprint(number), Area: p.AreaCode})
	})
	return p, err
}

// TakePrecedent writes a precedent into a draft as a rule: for its area, or for a wider or smaller one, by unit code. It stays
// above the list until that draft is in force. Needs duty.manage in its district; NotFound for a precedent of another one.
func (s *Service) TakePrecedent(ctx context.Context, number int, draft, area string) (r *Rule, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := findPrecedent(ctx, tx, number)
		if err != nil {
			return err
		}
		v, err := s.draft(ctx, tx, draft)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(p.AreaCode, v.AreaCode) { // of another district: neither taken nor shown
			return errs.NotFound("duty.precedent_not_found", "There is no such precedent.")
		}
		if p.State != Active {
			return errs.Conflict("duty.precedent_withdrawn", "The precedent has been withdrawn.").With(p)
		}
		if area == "" {
			area = p.AreaCode
		}
		r = &Rule{ID: db.NewID(tx), VersionID: v.ID, Code: fmt.Sprintf("P%d", number), Category: p.Category, Component: p.Component, AreaCode: area, Lead: p.LeadCode,
			Basis: prose.Clip(fmt.Sprintf("研判判例第%d号（%s）：%s", number, p.CaseNumber, p.Reason), 400), Precedent: number}
		if err := s.addRuleTx(ctx, tx, v, r); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE duty_precedent SET taken_into = $1, version = version + 1 WHERE number = $2", v.ID, number)
		return err
	})
	return r, err
}
