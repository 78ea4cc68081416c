package auth_test

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func as(areas ...string) context.Context {
	return auth.With(context.Background(), &auth.Principal{UserID: "u1", Permissions: map[string]bool{"x.read": true}, Areas: areas})
}

func TestRequire_DeniesByDefault(t *testing.T) {
	for name, c := range map[string]struct {
		ctx  context.Context
		area string
		want errs.Kind
	}{
		"nobody":            {context.Background(), "320106", errs.KindUnauthorized},
		"no permission":     {auth.With(context.Background(), &auth.Principal{Areas: []string{"32"}}), "320106", errs.KindForbidden},
		"no area":           {as(), "320106", errs.KindForbidden},
		"an empty area":     {as(""), "320106", errs.KindForbidden},
		"a neighbour":       {as("320105", "320106002"), "320106001", errs.KindForbidden},
		"the area above":    {as("320106001"), "320106", errs.KindForbidden},
		"no area was named": {as("320106"), "", errs.KindForbidden},
	} {
		if err := auth.RequireArea(c.ctx, "x.read", c.area); errs.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, ctx := range []context.Context{as("320106"), as("1", "320106001"), auth.System(context.Background(), "job")} {
		if err := auth.RequireArea(ctx, "x.read", "320106001003G012"); err != nil {
			t.Error(err)
		}
	}
}

// The SQL condition and Covers are two forms of one rule.
func TestAreas_KeepsTheRowsThatCoversAdmits(t *testing.T) {
	codes := []string{"32", "320105", "320105999", "320106", "320106001", "320106001003", "320106001003G001", "320106001003P001", "320106009", "320107"}
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		for _, ctx := range []context.Context{context.Background(), as(), as(""), as("320106"), as("320106001003", "320107"), as("320106009"), as("中", "\xff", "3201\x00"), auth.System(context.Background(), "job")} {
			var want, got []string
			for _, c := range codes {
				if auth.From(ctx).Covers(c) {
					want = append(want, c)
				}
				args := []any{c}
				cond := auth.Areas(ctx, "code", &args)
				if err := d.Read(ctx, func(tx *db.Tx) error {
					n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT CAST($1 AS TEXT) AS code) x WHERE "+cond, args...)
					if n == 1 {
						got = append(got, c)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: SQL keeps %v, Covers admits %v", auth.From(ctx), got, want)
			}
		}
	})
}
