// Package auth carries who is acting through the context and decides two questions: does the actor hold a
// permission, and does it hold it for this area. Identity fills the Principal; every service asks here.
// Nothing is allowed unless a rule says so.
package auth

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/errs"
)

// Principal is whoever acts: a signed-in person, a token's machine, or the program itself.
type Principal struct {
	UserID      string
	Name        string
	UnitID      string
	UnitCode    string
	SessionID   string
	Permissions map[string]bool
	Areas       []string // area code prefixes; inside one of them the permissions hold
	System      bool     // jobs, shell commands, the demonstration loader: everything is allowed
}

type key struct{}

// With returns a context in which p acts.
func With(ctx context.Context, p *Principal) context.Context { return context.WithValue(ctx, key{}, p) }

// From returns who acts, or nil if nobody is signed in.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(key{}).(*Principal)
	return p
}

// System returns a context in which the program itself acts under name, for jobs and shell commands.
func System(ctx context.Context, name string) context.Context {
	return With(ctx, &Principal{UserID: "system", Name: name, System: true})
}

// Has reports whether the principal holds the permission in any area.
func (p *Principal) Has(permission string) bool {
	return p != nil && (p.System || p.Permissions[permission])
}

// Covers reports whether area lies inside one of the principal's areas.
func (p *Principal) Covers(area string) bool {
	if p == nil {
		return false
	}
	if p.System {
		return true
	}
	for _, a := range p.Areas {
		if a != "" && strings.HasPrefix(area, a) {
			return true
		}
	}
	return false
}

// Require returns Unauthorized if nobody is signed in and Forbidden without the permission.
func Require(ctx context.Context, permission string) error {
	p := From(ctx)
	if p == nil {
		return errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if !p.Has(permission) {
		return errs.Forbidden("auth.no_permission", fmt.Sprintf("This needs the permission %s.", permission))
	}
	return nil
}

// RequireArea is Require, and Forbidden too if area lies outside the caller's areas.
func RequireArea(ctx context.Context, permission, area string) error {
	if err := Require(ctx, permission); err != nil {
		return err
	}
	if !From(ctx).Covers(area) {
		return errs.Forbidden("auth.outside_area", "This lies outside your area.")
	}
	return nil
}

// Areas returns an SQL condition that keeps the rows whose column holds an area code inside the caller's
// areas, and appends its arguments to args. Without a caller or without areas it is "FALSE".
func Areas(ctx context.Context, column string, args *[]any) string {
	p := From(ctx)
	if p == nil {
		return "FALSE"
	}
	if p.System {
		return "TRUE"
	}
	return Within(column, p.Areas, args)
}

// Within returns an SQL condition for codes under any of the prefixes, as index-friendly ranges. What is no code matches
// nothing.
func Within(column string, prefixes []string, args *[]any) string {
	var parts []string
	for _, a := range prefixes {
		if !codeLike(a) {
			continue
		}
		*args = append(*args, a, above(a))
		parts = append(parts, fmt.Sprintf("(%s >= $%d AND %s < $%d)", column, len(*args)-1, column, len(*args)))
	}
	if len(parts) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// codeLike reports whether an area can have the code: ASCII digits and capital letters. Filters come from outside.
func codeLike(s string) bool {
	return s != "" && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// above returns the smallest string greater than every code that starts with prefix, which is not empty.
func above(prefix string) string {
	return prefix[:len(prefix)-1] + string(rune(prefix[len(prefix)-1]+1))
}
