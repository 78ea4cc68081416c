package region

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Patch changes an area; nil fields stay.
type Patch struct {
	Name       *string `json:"name,omitempty" maxLength:"100"`
	Class      *Class  `json:"class,omitempty" enum:"daily,key_assist,periodic_joint"`
	Households *int    `json:"households,omitempty" minimum:"0" maximum:"1000000"`
	Version    int64   `json:"version,omitempty" doc:"The version last seen; or send If-Match"`
}

// Change corrects name, class or households of a living area. Needs region.manage for it. Errors: NotFound, Invalid,
// Conflict with the present area when somebody was faster.
func (s *Service) Change(ctx context.Context, code string, p Patch) (*Area, error) {
	var out *Area
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := livingArea(ctx, tx, code)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermManage, code); err != nil {
			return err
		}
		if a.Version != p.Version {
			return errs.Conflict("region.version", "Somebody changed this area first; load it again.").With(a)
		}
		a.Name = deref(p.Name, a.Name)
		a.Class = deref(p.Class, a.Class)
		a.Households = deref(p.Households, a.Households)
		plot := Plot{Code: code, Name: a.Name, Kind: a.Kind, Class: a.Class, Households: a.Households}
		if err := plot.sound(func(string) bool { return true }); err != nil {
			return err
		}
		out = a
		return s.store(ctx, tx, "change", &batch{Counts: Counts{Updated: 1}, update: []Area{*a}, codes: []string{code}})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, out.Code)
}

func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// livingArea reads one area that has not ended.
func livingArea(ctx context.Context, tx *db.Tx, code string) (*Area, error) {
	a, err := db.Get[Area](ctx, tx, "SELECT "+areaColumns+" FROM area WHERE code = $1 AND valid_to IS NULL", code)
	if errors.Is(err, db.ErrNoRows) {
		return nil, notFound(code)
	}
	return &a, err
}

// SetAlias records that another system calls an area by its own code. The same alias again moves it to this area.
// Needs region.manage for the area. Errors: NotFound, Invalid.
func (s *Service) SetAlias(ctx context.Context, code, scheme, alias string) error {
	if err := auth.RequireArea(ctx, PermManage, code); err != nil {
		return err
	}
	scheme, alias = strings.TrimSpace(scheme), strings.TrimSpace(alias)
	for where, text := range map[string]string{"body.scheme": scheme, "body.alias": alias} {
		if text == "" || utf8.RuneCountInString(text) > 60 || strings.IndexFunc(text, unprintable) >= 0 {
			return errs.Invalid("region.bad_alias", "A scheme and an alias have 1 to 60 printable characters.",
				errs.Field{Location: where, Message: "1–60", Value: text})
		}
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := livingArea(ctx, tx, code); err != nil {
			return err
		}
		old, err := db.Get[string](ctx, tx, "SELECT code FROM area_alias WHERE scheme = $1 AND alias = $2", scheme, alias)
		switch {
		case err == nil && old == code:
			return nil
		case err == nil:
			if err := auth.RequireArea(ctx, PermManage, old); err != nil { // it is taken from another area
				return err
			}
		case !errors.Is(err, db.ErrNoRows):
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO area_alias (scheme, alias, code, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (scheme, alias) DO UPDATE SET code = excluded.code, created_at = excluded.created_at`,
			scheme, alias, code, tx.Time()); err != nil {
			return err
		}
		return s.finish(ctx, tx, "alias", []string{code}, map[string]string{"scheme": scheme, "alias": alias, "before": old})
	})
}

// DropAlias removes another system's code. Needs region.manage for the area. Errors: NotFound.
func (s *Service) DropAlias(ctx context.Context, code, scheme, alias string) error {
	if err := auth.RequireArea(ctx, PermManage, code); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "DELETE FROM area_alias WHERE scheme = $1 AND alias = $2 AND code = $3", scheme, alias, code)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.NotFound("region.no_alias", "This area has no such alias.")
		}
		return s.finish(ctx, tx, "alias", []string{code}, map[string]string{"scheme": scheme, "dropped": alias})
	})
}

func sortAliases(all []Alias) {
	slices.SortFunc(all, func(a, b Alias) int { return cmp.Or(cmp.Compare(a.Scheme, b.Scheme), cmp.Compare(a.Alias, b.Alias)) })
}
