package cases

import (
	"context"
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// evidencePair asks for photos before and after where the category wants them and something was put right. The same
// picture is not both, and once the work was sent back only a photo from then on shows that it was done again.
func (s *Service) evidencePair(ctx context.Context, tx *db.Tx, t *step) error {
	if !slices.Contains(Results, t.m.Result) {
		return errs.Invalid("cases.no_result", "Say how it ended.", errs.Field{Location: "body.result", Message: "not in the list", Value: t.m.Result})
	}
	leaf, ok := s.Duties.Catalog().Leaf(t.category())
	if !ok || !leaf.Photos || t.m.Result != Resolved && t.m.Result != Partly {
		return nil
	}
	photos, err := db.All[Evidence](ctx, tx, "SELECT phase, sha256, at FROM case_evidence WHERE case_id = $1 AND part_id = '' AND phase IN ('before', 'report', 'after') ORDER BY id", t.c.ID)
	if err != nil {
		return err
	}
	before := map[string]bool{}
	for _, p := range photos {
		if p.Phase != PhaseAfter {
			before[p.SHA256] = true
		}
	}
	after := slices.DeleteFunc(photos, func(p Evidence) bool { return p.Phase != PhaseAfter || before[p.SHA256] })
	var fields []errs.Field
	if len(before) == 0 {
		fields = append(fields, errs.Field{Location: "evidence.before", Message: "required"})
	}
	if len(after) == 0 {
		fields = append(fields, errs.Field{Location: "evidence.after", Message: "required"})
	}
	if fields != nil {
		return errs.Invalid("cases.no_evidence", "Add a photo from before and another one from after the work.", fields...)
	}
	since, err := sentBack(ctx, tx, t.c)
	if err != nil || since == nil || slices.ContainsFunc(after, func(p Evidence) bool { return !p.At.Before(since.Time) }) {
		return err
	}
	return errs.Invalid("cases.old_evidence", "The work was sent back; add a photo from after it was done again.", errs.Field{Location: "evidence.after", Message: "required"})
}

// sentBack is when the work was last found undone: at a verification, by those who reported or at a check; nil if never.
func sentBack(ctx context.Context, tx *db.Tx, c *Case) (*clock.Time, error) {
	if c.Reworks+c.Reopens == 0 {
		return nil, nil //nolint:nilnil // "never" is the ordinary case here, not an error
	}
	return db.Get[*clock.Time](ctx, tx, `SELECT MAX(at) FROM case_history
		WHERE case_id = $1 AND action IN ('rework', 'reopen', 'complain', 'audit') AND to_state IN ('rework', 'filed')`, c.ID)
}
