package duty

import (
	"context"
	"fmt"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// States of a request.
const (
	Open     = "open"
	Admitted = "admitted"
	Refused  = "refused"
)

// Admission asks the district about a matter handed down to a street that is not on the duty list.
type Admission struct {
	ID        string      `db:"id" json:"id"`
	AreaCode  string      `db:"area_code" json:"area_code"`
	AreaName  string      `db:"area_name" json:"area_name"`
	UnitID    string      `db:"unit_id" json:"unit_id"`
	UnitName  string      `db:"unit_name" json:"unit_name"`
	Title     string      `db:"title" json:"title"`
	Reason    string      `db:"reason" json:"reason"`
	Category  string      `db:"category" json:"category,omitempty"`
	FromUnit  string      `db:"from_unit" json:"from_unit,omitempty" doc:"Department that hands it down, by code"`
	State     string      `db:"state" json:"state" enum:"open,admitted,refused"`
	Answer    string      `db:"answer" json:"answer,omitempty"`
	Until     *clock.Time `db:"until" json:"until,omitempty" doc:"Admitted until; without end if absent"`
	AskedBy   string      `db:"asked_by" json:"asked_by"`
	AskedAt   clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy string      `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Version   int64       `db:"version" json:"version"`

	CategoryName string `db:"-" json:"category_name,omitempty"`
	FromName     string `db:"-" json:"from_name,omitempty"`
}

const admissionColumns = `id, area_code, area_name, unit_id, unit_name, title, reason, category, from_unit, state, answer, until, asked_by, asked_at,
	decided_by, decided_at, version`

// NewAdmission is what a street asks.
type NewAdmission struct {
	Title    string `json:"title" minLength:"1" maxLength:"240"`
	Reason   string `json:"reason" minLength:"1" maxLength:"4000" doc:"What is asked of the street and why it is not on the list"`
	Category string `json:"category,omitempty" maxLength:"10"`
	FromUnit string `json:"from_unit,omitempty" maxLength:"40" doc:"Department that hands it down, by code"`
}

func (s *Service) shownAdmission(a *Admission) *Admission {
	if a.Category != "" {
		a.CategoryName = s.catalog.Name(a.Category)
	}
	if a.FromUnit != "" {
		a.FromName = bodyName(a.FromUnit)
	}
	return a
}

// AskAdmission brings a matter that is not on the duty list before the district. Needs duty.ask and a unit; the street is
// that of the unit.
func (s *Service) AskAdmission(ctx context.Context, n NewAdmission) (a *Admission, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err = s.AskAdmissionTx(ctx, tx, n)
		return err
	})
	return a, err
}

// AskAdmissionTx is AskAdmission inside the caller's transaction.
func (s *Service) AskAdmissionTx(ctx context.Context, tx *db.Tx, n NewAdmission) (*Admission, error) {
	if err := auth.Require(ctx, PermAsk); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	u, err := s.people.UnitTx(ctx, tx, p.UnitID)
	if errs.KindOf(err) == errs.KindNotFound || err == nil && len(u.AreaCode) < 9 {
		return nil, errs.Forbidden("duty.not_street", "A street or community asks for admission.")
	}
	if err != nil {
		return nil, err
	}
	n.Title, n.Reason = mask.Text(clean(n.Title)), mask.Text(clean(n.Reason))
	var fields []errs.Field
	if n.Title == "" || utf8.RuneCountInString(n.Title) > 60 {
		fields = append(fields, errs.Field{Location: "body.title", Message: "1 to 60 characters"})
	}
	if n.Reason == "" || utf8.RuneCountInString(n.Reason) > 1000 {
		fields = append(fields, errs.Field{Location: "body.reason", Message: "1 to 1,000 characters"})
	}
	if _, ok := s.catalog.Leaf(n.Category); n.Category != "" && !ok {
		fields = append(fields, errs.Field{Location: "body.category", Message: "not in the tree", Value: n.Category})
	}
	if n.FromUnit != "" && !unitCode.MatchString(n.FromUnit) {
		fields = append(fields, errs.Field{Location: "body.from_unit", Message: "code of a unit", Value: n.FromUnit})
	}
	if fields != nil {
		return nil, errs.Invalid("duty.bad_admission", "Say what is asked of the street and why it is not on the list.", fields...)
	}
	street := u.AreaCode[:9]
	a := &Admission{ID: db.NewID(tx), AreaCode: street, AreaName: s.areaName(ctx, street), UnitID: u.ID, UnitName: bodyOf(u).Name, Title: n.Title, Reason: n.Reason,
		Category: n.Category, FromUnit: n.FromUnit, State: Open, AskedBy: nameOf(ctx), AskedAt: tx.Time(), Version: 1}
	_, err = tx.Exec(ctx, "INSERT INTO duty_admission ("+admissionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
		a.ID, a.AreaCode, a.AreaName, a.UnitID, a.UnitName, a.Title, a.Reason, a.Category, a.FromUnit, a.State, a.Answer, a.Until, a.AskedBy, a.AskedAt, a.DecidedBy, a.DecidedAt, a.Version)
	if err != nil {
		return nil, err
	}
	return s.shownAdmission(a), audit.Log(ctx, tx, audit.Entry{Action: "duty.admission_ask", Object: "duty_admission", ObjectID: a.ID, Area: a.AreaCode, Detail: map[string]any{"category": a.Category, "from": a.FromUnit}})
}

var newestAdmissions = httpx.Newest[Admission]{Table: "duty_admission", Columns: admissionColumns, ID: func(a *Admission) string { return a.ID }}

// Admissions lists requests of the caller's areas, newest first. Needs duty.read.
func (s *Service) Admissions(ctx context.Context, state string, page httpx.PageIn) (out httpx.Page[Admission], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		if state != "" {
			args = append(args, state)
			where += fmt.Sprintf(" AND state = $%d", len(args))
		}
		out, err = newestAdmissions.Page(ctx, tx, where, args, page)
		for i := range out.Items {
			s.shownAdmission(&out.Items[i])
		}
		return err
	})
	return out, err
}

// AdmissionDecision is what the district says.
type AdmissionDecision struct {
	Admit   bool        `json:"admit"`
	Answer  string      `json:"answer" minLength:"1" maxLength:"4000"`
	Until   *clock.Time `json:"until,omitempty" doc:"Admitted until"`
	Version int64       `json:"version"`
}

// DecideAdmission answers a request. Needs duty.manage in its area; who asked cannot decide. An admitted matter of a
// category can be dispatched to the street's units until the time named.
func (s *Service) DecideAdmission(ctx context.Context, id string, in AdmissionDecision) (a *Admission, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err = s.DecideAdmissionTx(ctx, tx, id, in)
		return err
	})
	return a, err
}

// DecideAdmissionTx is DecideAdmission inside the caller's transaction.
func (s *Service) DecideAdmissionTx(ctx context.Context, tx *db.Tx, id string, in AdmissionDecision) (*Admission, error) {
	a, err := findAdmission(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p := auth.From(ctx); !p.Covers(a.AreaCode) {
		return nil, errs.NotFound("duty.admission_not_found", "There is no such request.")
	}
	if err := auth.RequireArea(ctx, PermManage, district(a.AreaCode)); err != nil {
		return nil, err
	}
	if p := auth.From(ctx); p.UnitID != "" && p.UnitID == a.UnitID {
		return nil, errs.Forbidden("duty.own_request", "Who asked cannot decide.")
	}
	if in.Answer = mask.Text(clean(in.Answer)); in.Answer == "" || utf8.RuneCountInString(in.Answer) > 1000 {
		return nil, errs.Invalid("duty.need_note", "Say why.", errs.Field{Location: "body.answer", Message: "1 to 1,000 characters"})
	}
	if in.Until != nil && in.Until.Before(tx.Now()) {
		return nil, errs.Invalid("duty.in_the_past", "A list cannot become effective in the past.", errs.Field{Location: "body.until", Message: "in the past", Value: in.Until})
	}
	now := tx.Time()
	state := Refused
	if in.Admit {
		state = Admitted
	} else {
		in.Until = nil
	}
	n, err := tx.Exec(ctx, `UPDATE duty_admission SET state = $1, answer = $2, until = $3, decided_by = $4, decided_at = $5, version = version + 1
		WHERE id = $6 AND version = $7 AND state = 'open'`, state, in.Answer, in.Until, nameOf(ctx), now, id, in.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("duty.changed", "Somebody changed it in between; look at it again.").With(s.shownAdmission(a))
	}
	if err != nil {
		return nil, err
	}
	a.State, a.Answer, a.Until, a.DecidedBy, a.DecidedAt, a.Version = state, in.Answer, in.Until, nameOf(ctx), &now, in.Version+1
	return s.shownAdmission(a), audit.Log(ctx, tx, audit.Entry{Action: "duty.admission_decide", Object: "duty_admission", ObjectID: a.ID, Area: a.AreaCode, Detail: map[string]any{"state": state}})
}
