package desk

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

// How far a view or a template reaches.
const (
	Own  = "own"  // its owner
	Unit = "unit" // everybody who works for the owner's unit
	Area = "area" // everybody who works in the owner's area
)

// shared is what decides who finds a view or a template.
type shared struct {
	owner, unit, area, scope string
}

// found reports whether p finds what is shared so.
func (x shared) found(p *auth.Principal) bool {
	switch {
	case p.System || x.owner == p.UserID:
		return true
	case x.scope == Unit:
		return x.unit != "" && x.unit == p.UnitID
	}
	return x.scope == Area && x.area != "" && slices.ContainsFunc(p.Areas, func(a string) bool { return strings.HasPrefix(a, x.area) })
}

// reach checks how far the caller may share and returns unit and area to keep.
func reach(ctx context.Context, scope string) (unit, area string, err error) {
	p := auth.From(ctx)
	switch scope {
	case Own:
		return p.UnitID, homeArea(p), nil
	case Unit, Area:
		if err := auth.Require(ctx, PermShare); err != nil {
			return "", "", err
		}
		if scope == Unit && p.UnitID == "" {
			return "", "", errs.Invalid("desk.no_unit", "You work for no unit to share with.", errs.Field{Location: "body.scope", Message: "no unit"})
		}
		return p.UnitID, homeArea(p), nil
	}
	return "", "", errs.Invalid("desk.bad_scope", "Share with nobody, your unit or your area.", errs.Field{Location: "body.scope", Message: "not in the list", Value: scope})
}

// homeArea is the smallest area that holds all areas of p.
func homeArea(p *auth.Principal) string {
	if len(p.Areas) == 0 {
		return ""
	}
	home := p.Areas[0]
	for _, a := range p.Areas[1:] {
		for !strings.HasPrefix(a, home) {
			home = home[:len(home)-1]
		}
	}
	return home
}

// tidy trims a text, drops what is no character of a text, and refuses what is empty or too long.
func tidy(field, s string, limit int) (string, error) {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	n := utf8.RuneCountInString(s)
	if n == 0 || n > limit {
		return "", errs.Invalid("desk.bad_text", "Change the marked text: it is empty or too long.", errs.Field{Location: "body." + field, Message: "empty or too long", Value: n})
	}
	return s, nil
}
