package duty

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// maxRules bounds a version.
const maxRules = 5000

// AddRule adds a rule to a draft. Needs duty.manage in the district of the draft.
func (s *Service) AddRule(ctx context.Context, draft string, r Rule) (out *Rule, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.AddRuleTx(ctx, tx, draft, r)
		return err
	})
	return out, err
}

// AddRuleTx is AddRule inside the caller's transaction.
func (s *Service) AddRuleTx(ctx context.Context, tx *db.Tx, draft string, r Rule) (*Rule, error) {
	v, err := s.draft(ctx, tx, draft)
	if err != nil {
		return nil, err
	}
	r.ID, r.VersionID, r.Precedent = db.NewID(tx), v.ID, 0
	return &r, s.addRuleTx(ctx, tx, v, &r)
}

func (s *Service) addRuleTx(ctx context.Context, tx *db.Tx, v *Version, r *Rule) error {
	if err := s.fit(ctx, v, r); err != nil {
		return err
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_rule WHERE version_id = $1", v.ID)
	if err != nil {
		return err
	}
	if n >= maxRules {
		return errs.TooLarge("duty.too_many_rules", "A list holds up to 5,000 rules.")
	}
	if r.Code == "" {
		r.Code = fmt.Sprintf("N%d-%d", v.Number, v.Version)
	}
	if err := s.free(ctx, tx, r); err != nil {
		return err
	}
	if err := insertRule(ctx, tx, r); err != nil {
		return err
	}
	r.shown()
	if err := touchVersion(ctx, tx, v); err != nil {
		return err
	}
	return s.log(ctx, tx, "duty.rule_add", v, map[string]any{"rule": r.Code, "lead": r.Lead})
}

// fit judges a rule: its fields, its area inside the district, its text short.
func (s *Service) fit(ctx context.Context, v *Version, r *Rule) error {
	r.Code, r.Basis = clean(r.Code), clean(r.Basis)
	if err := r.check(s.catalog); err != nil {
		return err
	}
	if utf8.RuneCountInString(r.Basis) > 400 {
		return errs.Invalid("duty.bad_rule", "Correct the fields of the rule.", errs.Field{Location: "body.basis", Message: "too long"})
	}
	if r.AreaCode == "" {
		return nil
	}
	_, err := s.regions.Get(ctx, r.AreaCode)
	if district(r.AreaCode) != v.AreaCode || errs.KindOf(err) == errs.KindNotFound {
		return errs.Invalid("duty.bad_rule", "Correct the fields of the rule.", errs.Field{Location: "body.area_code", Message: "not in the district", Value: r.AreaCode})
	}
	return err
}

// free refuses a code another rule of the version has.
func (s *Service) free(ctx context.Context, tx *db.Tx, r *Rule) error {
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM duty_rule WHERE version_id = $1 AND code = $2 AND id <> $3", r.VersionID, r.Code, r.ID)
	if err == nil && n > 0 {
		err = errs.Conflict("duty.code_taken", "Another rule of this version has the code.").With(r.Code)
	}
	return err
}

func (s *Service) ruleOf(ctx context.Context, tx *db.Tx, id string) (*Version, *Rule, error) {
	r, err := db.Get[Rule](ctx, tx, "SELECT "+ruleColumns+" FROM duty_rule WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil, errs.NotFound("duty.rule_not_found", "There is no such rule.")
	}
	if err != nil {
		return nil, nil, err
	}
	v, err := s.draft(ctx, tx, r.VersionID)
	return v, &r, err
}

// ChangeRule replaces a rule of a draft. Needs duty.manage in the district of the draft.
func (s *Service) ChangeRule(ctx context.Context, id string, r Rule) (out *Rule, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		v, old, err := s.ruleOf(ctx, tx, id)
		if err != nil {
			return err
		}
		r.ID, r.VersionID, r.Precedent = old.ID, old.VersionID, old.Precedent
		r.Code = or(clean(r.Code), old.Code)
		if err := s.fit(ctx, v, &r); err != nil {
			return err
		}
		if err := s.free(ctx, tx, &r); err != nil {
			return err
		}
		if err := updateRule(ctx, tx, &r); err != nil {
			return err
		}
		if err := touchVersion(ctx, tx, v); err != nil {
			return err
		}
		out = r.shown()
		return s.log(ctx, tx, "duty.rule_change", v, map[string]any{"rule": r.Code, "lead": r.Lead, "was": old.Lead})
	})
	return out, err
}

// DropRule deletes a rule of a draft. Needs duty.manage in the district of the draft.
func (s *Service) DropRule(ctx context.Context, id string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		v, r, err := s.ruleOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM duty_rule WHERE id = $1", id); err != nil {
			return err
		}
		if r.Precedent > 0 {
			if _, err := tx.Exec(ctx, "UPDATE duty_precedent SET taken_into = '' WHERE number = $1 AND taken_into = $2", r.Precedent, v.ID); err != nil {
				return err
			}
		}
		if err := touchVersion(ctx, tx, v); err != nil {
			return err
		}
		return s.log(ctx, tx, "duty.rule_drop", v, map[string]any{"rule": r.Code})
	})
}
