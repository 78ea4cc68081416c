package tally

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
)

// Exclusion asks to leave a case out of the three rates: the street asks, the district decides, both stand for everybody.
type Exclusion struct {
	ID         string      `db:"id" json:"id"`
	CaseID     string      `db:"case_id" json:"case_id,omitempty" doc:"Absent for a sensitive case the caller may not open, as are number and note"`
	Number     string      `db:"number" json:"number,omitempty"`
	AreaCode   string      `db:"area_code" json:"area_code"`
	Ground     string      `db:"ground" json:"ground"`
	GroundName string      `db:"-" json:"ground_name"`
	Note       string      `db:"note" json:"note"`
	State      string      `db:"state" json:"state" enum:"open,approved,refused"`
	AskedBy    string      `db:"asked_by" json:"asked_by"`
	AskedID    string      `db:"asked_id" json:"-"`
	AskedAt    clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy  string      `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt  *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Answer     string      `db:"answer" json:"answer,omitempty"`
}

const exclusionColumns = "id, case_id, number, area_code, ground, note, state, asked_by, asked_id, asked_at, decided_by, decided_at, answer"

// Exclude asks to leave a case the caller sees out of the three rates, with one of the listed grounds. Needs tally.brief;
// Conflict if it has been asked for already.
func (s *Service) Exclude(ctx context.Context, caseID, ground, note string) (x *Exclusion, err error) {
	if err := auth.Require(ctx, PermBrief); err != nil {
		return nil, err
	}
	note = mask.Text(strings.TrimSpace(note))
	if !slices.ContainsFunc(s.book.Rates.Grounds, func(g Ground) bool { return g.Code == ground }) {
		return nil, errs.Invalid("tally.unknown_ground", "Choose one of the listed grounds.", errs.Field{Location: "body.ground", Message: "not in the list", Value: ground})
	}
	if note == "" || utf8.RuneCountInString(note) > 500 {
		return nil, errs.Invalid("tally.need_note", "Say why, in at most 500 characters.", errs.Field{Location: "body.note", Message: "required"})
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err := s.Cases.GetTx(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermBrief, c.AreaCode); err != nil {
			return err
		}
		p := auth.From(ctx)
		x = &Exclusion{ID: db.NewID(tx), CaseID: c.ID, Number: c.Number, AreaCode: c.AreaCode, Ground: ground, Note: note, State: "open", AskedBy: p.Name,
			AskedID: p.UserID, AskedAt: tx.Time()}
		n, err := tx.Exec(ctx, "INSERT INTO tally_exclusion ("+exclusionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
			x.ID, x.CaseID, x.Number, x.AreaCode, x.Ground, x.Note, x.State, x.AskedBy, x.AskedID, x.AskedAt, x.DecidedBy, x.DecidedAt, x.Answer)
		if err == nil && n == 0 {
			err = errs.Conflict("tally.excluded", "Leaving this case out has been asked for already.")
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "tally.exclude", Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"ground": ground}})
	})
	return s.named(x), err
}

// Decide answers a request to leave a case out; who asked cannot. Needs tally.exclude on the district's tier.
func (s *Service) Decide(ctx context.Context, id string, approve bool, answer string) (x *Exclusion, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Exclusion](ctx, tx, "SELECT "+exclusionColumns+" FROM tally_exclusion WHERE id = $1", id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errs.NotFound("tally.no_exclusion", "There is no such request.")
		}
		x = &rows[0]
		if err := auth.RequireArea(ctx, PermExclude, x.AreaCode); err != nil {
			return err
		}
		p := auth.From(ctx)
		switch {
		case x.State != "open":
			return errs.Conflict("tally.decided", "This request has been decided.").With(s.named(x))
		case x.AskedID == p.UserID:
			return errs.Forbidden("tally.own_request", "Who asked cannot decide.")
		}
		x.State, x.DecidedBy, x.DecidedAt, x.Answer = "refused", p.Name, clock.Ptr(tx.Now()), mask.Text(strings.TrimSpace(answer))
		if approve {
			x.State = "approved"
		}
		n, err := tx.Exec(ctx, "UPDATE tally_exclusion SET state = $1, decided_by = $2, decided_at = $3, answer = $4 WHERE id = $5 AND state = 'open'", x.State, x.DecidedBy, x.DecidedAt,
			x.Answer, x.ID)
		if err != nil {
			return err
		}
		if n == 0 { // somebody else decided at the same moment
			return errs.Conflict("tally.decided", "This request has been decided.")
		}
		if err := s.RefreshTx(auth.System(ctx, "tally"), tx, []string{x.CaseID}); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "tally.exclusion_decided", Object: "case", ObjectID: x.CaseID, Area: x.AreaCode, Detail: map[string]any{"state": x.State}})
	})
	return s.named(x), err
}

var newestExclusions = httpx.Newest[Exclusion]{Table: "tally_exclusion", Columns: exclusionColumns, ID: func(e *Exclusion) string { return e.ID }}

// Exclusions lists requests of the caller's areas, newest first: what is left out of the rates is no secret. Needs tally.read.
func (s *Service) Exclusions(ctx context.Context, state string, in httpx.PageIn) (page httpx.Page[Exclusion], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return page, err
	}
	var args []any
	where := auth.Areas(ctx, "area_code", &args)
	if state != "" {
		args = append(args, state)
		where += fmt.Sprintf(" AND state = $%d", len(args))
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page, err = newestExclusions.Page(ctx, tx, where, args, in); err != nil {
			return err
		}
		return s.closed(ctx, tx, page.Items)
	})
	return page, err
}

// closed names the grounds and takes out of sensitive cases the caller may not open what says which they are.
func (s *Service) closed(ctx context.Context, tx *db.Tx, rows []Exclusion) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i := range rows {
		s.named(&rows[i])
		ids[i] = rows[i].CaseID
	}
	where, args := db.Listed(ids)
	hidden := map[string]bool{}
	err := db.Each(ctx, tx, "SELECT id AS case_id, lead_unit, holder, officer FROM case_file WHERE sensitive AND id IN "+where, args, func(c *Item) error {
		hidden[c.CaseID] = !cases.OpensSensitive(auth.From(ctx), c.LeadUnit, c.Holder, c.Officer)
		return nil
	})
	for i := range rows {
		if hidden[rows[i].CaseID] {
			rows[i].CaseID, rows[i].Number, rows[i].Note = "", "", ""
		}
	}
	return err
}

func (s *Service) named(x *Exclusion) *Exclusion {
	if x != nil {
		for _, g := range s.book.Rates.Grounds {
			if g.Code == x.Ground {
				x.GroundName = g.Name
			}
		}
	}
	return x
}

// excludedOf maps cases to the ground they are left out for.
func excludedOf(ctx context.Context, tx *db.Tx, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	where, args := db.Listed(ids)
	err := db.Each(ctx, tx, "SELECT "+exclusionColumns+" FROM tally_exclusion WHERE state = 'approved' AND case_id IN "+where, args, func(x *Exclusion) error {
		out[x.CaseID] = x.Ground
		return nil
	})
	return out, err
}
