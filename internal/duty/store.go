package duty

import (
	"context"
	"errors"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func insertVersion(ctx context.Context, tx *db.Tx, v *Version) error {
	_, err := tx.Exec(ctx, "INSERT INTO duty_version ("+versionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		v.ID, v.Number, v.AreaCode, v.Name, v.Note, v.State, v.Base, v.EffectiveFrom, v.CreatedBy, v.CreatedAt, v.PublishedBy, v.PublishedAt, v.Version)
	return err
}

func findVersion(ctx context.Context, tx *db.Tx, id string) (*Version, error) {
	v, err := db.Get[Version](ctx, tx, "SELECT "+versionColumns+" FROM duty_version WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("duty.version_not_found", "There is no such version of the responsibility list.")
	}
	return &v, err
}

// versionInForce returns the version that answers for the area at the time; the shipped one where nothing was published.
func versionInForce(ctx context.Context, tx *db.Tx, area string, at clock.Time) (*Version, error) {
	rows, err := db.All[Version](ctx, tx, "SELECT "+versionColumns+` FROM duty_version
		WHERE state = 'published' AND area_code = $1 AND effective_from <= $2
		ORDER BY effective_from DESC, number DESC
		LIMIT 1`, district(area), at)
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		return &rows[0], nil
	}
	v := shippedTable().version
	return &v, nil
}

// district cuts an area code to its district.
func district(area string) string { return area[:min(len(area), 6)] }

func insertRule(ctx context.Context, tx *db.Tx, r *Rule) error {
	_, err := tx.Exec(ctx, "INSERT INTO duty_rule ("+ruleColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
		r.ID, r.VersionID, r.Code, r.Category, r.Component, r.AreaCode, r.Source, r.Days, r.FromTime, r.ToTime, r.FromDate, r.ToDate, r.Lead, r.Assists,
		r.Verifier, r.Limit, r.Fallback, r.Basis, r.Precedent)
	return err
}

func updateRule(ctx context.Context, tx *db.Tx, r *Rule) error {
	_, err := tx.Exec(ctx, `UPDATE duty_rule SET code = $1, category = $2, component = $3, area_code = $4, source = $5, days = $6, from_time = $7, to_time = $8,
			from_date = $9, to_date = $10, lead = $11, assists = $12, verifier = $13, time_limit = $14, fallback = $15, basis = $16
		WHERE id = $17`, r.Code, r.Category, r.Component, r.AreaCode, r.Source, r.Days, r.FromTime, r.ToTime, r.FromDate, r.ToDate, r.Lead, r.Assists, r.Verifier,
		r.Limit, r.Fallback, r.Basis, r.ID)
	return err
}

func rulesOf(ctx context.Context, tx *db.Tx, version string) ([]Rule, error) {
	rules, err := db.All[Rule](ctx, tx, "SELECT "+ruleColumns+" FROM duty_rule WHERE version_id = $1 ORDER BY category, code", version)
	for i := range rules {
		rules[i].shown()
	}
	return rules, err
}

// shown fills what follows from the row.
func (r *Rule) shown() *Rule {
	r.LimitText = r.Limit.String()
	if r.Assists.V == nil {
		r.Assists.V = []string{}
	}
	return r
}

// touchVersion counts a change of a draft up; Conflict if somebody was faster.
func touchVersion(ctx context.Context, tx *db.Tx, v *Version) error {
	n, err := tx.Exec(ctx, "UPDATE duty_version SET name = $1, note = $2, version = version + 1 WHERE id = $3 AND version = $4 AND state = 'draft'", v.Name, v.Note, v.ID, v.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("duty.changed", "Somebody changed it in between; look at it again.").With(v)
	}
	v.Version++
	return err
}

// clean trims a text and takes out what is no character of one.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
}
