package cases

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
)

// auditShare is one in how many endings that are drawn for a check by chance: 5 %.
const auditShare = 20

// draw decides by the digest of the case whether its ending is checked: nobody can choose, and everybody can recompute.
func draw(id, now string) string {
	if now != "" {
		return now
	}
	sum := sha256.Sum256([]byte("audit " + id))
	if binary.BigEndian.Uint64(sum[:8])%auditShare == 0 {
		return "due"
	}
	return ""
}

// asks reports whether somebody has to be asked about the ending: a category that is always followed up, or a reporter who
// can be reached.
func (s *Service) asks(ctx context.Context, tx *db.Tx, c *Case) (bool, error) {
	if leaf, ok := s.Duties.Catalog().Leaf(c.Category); ok && leaf.Revisit {
		return true, nil
	}
	n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM case_reporter WHERE wants_reply AND (phone <> '' OR token <> '')
		AND case_id IN (SELECT id FROM case_file WHERE id = $1 UNION ALL SELECT id FROM case_file WHERE merged_into = $1 AND merged_into <> '')`, c.ID)
	return n > 0, err
}

// revisit keeps what somebody who reported says about the ending. The last answer stands at the case.
func (s *Service) revisit(ctx context.Context, tx *db.Tx, t *step) error {
	if err := s.keepAnswer(ctx, tx, t); err != nil {
		return err
	}
	t.c.Satisfaction = t.m.Satisfaction
	return nil
}

func (s *Service) keepAnswer(ctx context.Context, tx *db.Tx, t *step) error {
	if t.m.Solved == "" && t.m.Satisfaction == "" {
		return nil
	}
	r := Revisit{ID: db.NewID(tx), CaseID: t.c.ID, ReporterID: t.m.Reporter, Way: t.m.Way, Solved: t.m.Solved, Satisfaction: t.m.Satisfaction,
		Words: mask.Text(clean(t.m.Note)), At: tx.Time()}
	if r.Way == "" {
		r.Way = "call"
	}
	if who, ok := ctx.Value(reporterKey{}).(string); ok {
		r.ReporterID, r.Way = who, "link"
	} else if p := auth.From(ctx); p != nil {
		r.ByID, r.ByName = p.UserID, p.Name
	}
	for _, code := range t.m.Reasons {
		if !slices.Contains(Reasons, code) {
			return errs.Invalid("cases.unknown_reason", "Choose reasons from the list.", errs.Field{Location: "body.reasons", Message: "not in the list", Value: code})
		}
	}
	r.Reasons.V = append([]string{}, t.m.Reasons...)
	_, err := tx.Exec(ctx, `INSERT INTO case_revisit (id, case_id, reporter_id, way, solved, satisfaction, reasons, words, at, by_id, by_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.ID, r.CaseID, r.ReporterID, r.Way, r.Solved, r.Satisfaction, r.Reasons, r.Words, r.At, r.ByID, r.ByName)
	return err
}

// Reasons are why somebody is not satisfied.
var Reasons = []string{"not_solved", "came_back", "slow", "attitude", "no_contact", "half_done", "other"}

// maxReopens is how often those who reported may send a case back before a higher tier has to decide.
const maxReopens = 2

// reopen takes an ended case up again with the unit that led it; the clocks of before stand, so that it stays in every
// rate as it was. From the second time on the case lies one tier higher.
func (s *Service) reopen(ctx context.Context, tx *db.Tx, t *step) error {
	if t.m.Solved == "" {
		t.m.Solved = "no"
	}
	if err := s.keepAnswer(ctx, tx, t); err != nil {
		return err
	}
	return s.takeUpAgain(t)
}

func (s *Service) takeUpAgain(t *step) error {
	c := t.c
	c.Reopens++
	c.Satisfaction, c.CheckedAt = "", nil
	if t.m.Satisfaction != "" {
		c.Satisfaction = t.m.Satisfaction
	}
	if c.Reopens >= maxReopens {
		c.Level = higher(c.Level)
		t.detail["to"] = c.Level
	}
	switch c.State = Rework; {
	case c.LeadUnit == "" && c.Category == "":
		c.State = Reported // ended by force before anybody filed it
	case c.LeadUnit == "":
		c.State = Filed // settled on the spot or by force: it has never had a unit
	}
	t.seen = ForReporter
	return nil
}

// audit is the random check of an ending; a failed one takes the case up again and counts as closed falsely.
func (s *Service) audit(_ context.Context, _ *db.Tx, t *step) error {
	t.c.Audit = t.m.Finding
	if t.m.Finding != "failed" {
		return nil
	}
	t.detail["false_closure"] = true
	return s.takeUpAgain(t)
}
