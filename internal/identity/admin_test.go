package identity

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func TestAPostGivesRightsOnlyOnceTheSecurityAdministratorGrantsIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		u := h.newcomer("newbie")
		opened, err := h.try("newbie", "Maple-wind-43", "")
		h.must(err)
		if len(opened.Me.Permissions) != 0 {
			h.t.Errorf("an account without a post may %v", opened.Me.Permissions)
		}
		post, err := h.s.RequestPost(h.as("admin"), u.ID, NewPost{UnitID: u.UnitID, RoleCode: "department_clerk", Title: "承办人", Areas: []string{"320106"}})
		h.must(err)
		if opened, err = h.try("newbie", "Maple-wind-43", ""); err != nil || len(opened.Me.Permissions) != 0 {
			h.t.Errorf("a requested post permits %v, %v", opened.Me.Permissions, err)
		}
		security := h.as("security")
		granted, err := h.s.StepPost(security, post.ID, "grant", "同意", post.Version)
		h.must(err)
		if opened, err = h.try("newbie", "Maple-wind-43", ""); err != nil || len(opened.Me.Permissions) == 0 {
			h.t.Errorf("a granted post permits %v, %v", opened.Me.Permissions, err)
		}
		_, err = h.s.StepPost(security, post.ID, "grant", "", granted.Version)
		h.refused(err, "identity.bad_transition")
		_, err = h.s.StepPost(security, post.ID, "revoke", "", post.Version)
		h.refused(err, "identity.version")
		_, err = h.s.StepPost(security, post.ID, "revoke", "调离", granted.Version)
		h.must(err)
		if p := auth.From(h.with(opened.Token)); p.Has("rectify.read") || len(p.Areas) != 0 {
			h.t.Error("a revoked post still gives rights to the open session")
		}
	})
}

func TestTheSystemAdministratorCannotGiveHimselfRights(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin, me := h.as("admin"), h.user("admin")
		for _, role := range []string{"evaluation_lead", "security_admin", "audit_admin", "system_admin"} {
			_, err := h.s.RequestPost(admin, me.ID, NewPost{UnitID: me.UnitID, RoleCode: role, Areas: []string{"320106"}})
			h.refused(err, "identity.not_for_yourself")
		}
		u := h.newcomer("puppet")
		post, err := h.s.RequestPost(admin, u.ID, NewPost{UnitID: u.UnitID, RoleCode: "evaluation_lead", Areas: []string{"320106"}})
		h.must(err)
		_, err = h.s.StepPost(admin, post.ID, "grant", "", post.Version)
		h.refused(err, "auth.no_permission")
		_, err = h.s.AddRole(admin, Role{Code: "own", Name: "自设"})
		h.refused(err, "auth.no_permission")
	})
}

func TestTheSystemAdministratorCannotTakeOverAnotherAdministrator(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin := h.as("admin")
		for _, other := range []string{"security", "auditor"} {
			h.refused(h.s.ResetPassword(admin, h.user(other).ID, "Maple-wind-43"), "identity.administrators_apart")
			_, err := h.s.StepUser(admin, h.user(other).ID, "disable", "")
			h.refused(err, "identity.administrators_apart")
		}
		h.refused(h.s.ResetTOTP(admin, h.user("security").ID), "auth.no_permission")
		h.must(h.s.ResetTOTPFromShell(program, "security"))
		h.refused(h.s.ResetTOTPFromShell(admin, "security"), "identity.shell_only")
		h.must(h.s.ResetPassword(admin, h.user("lead").ID, "Maple-wind-43"))
		opened, err := h.try("lead", "Maple-wind-43", "")
		h.must(err)
		if len(opened.Me.Due) != 1 || opened.Me.Due[0] != "change_password" || len(opened.Me.Permissions) != 0 {
			h.t.Errorf("a password set by another permits %v, due %v", opened.Me.Permissions, opened.Me.Due)
		}
	})
}

func TestTheSecurityAdministratorCannotServeHimself(t *testing.T) {
	eachHouse(t, func(h *house) {
		security, me := h.as("security"), h.user("security")
		var post Post
		h.must(h.d.Read(context.Background(), func(tx *db.Tx) error {
			posts, err := postsOf(context.Background(), tx, me.ID)
			post = posts[0]
			return err
		}))
		_, err := h.s.StepPost(security, post.ID, "revoke", "", post.Version)
		h.refused(err, "identity.not_for_yourself")
		_, err = h.s.StepUser(security, me.ID, "lock", "")
		h.refused(err, "identity.not_for_yourself")
		h.refused(h.s.ResetTOTP(security, me.ID), "identity.not_for_yourself")
		_, err = h.s.AddUser(security, NewUser{Username: "mine", Name: "某", UnitID: me.UnitID, Password: "Maple-wind-43"})
		h.refused(err, "auth.no_permission")
		_, err = h.s.SignIns(security, SignInFilter{})
		h.refused(err, "auth.no_permission")
	})
}

func TestNobodyHoldsTwoOfTheSeparatedDuties(t *testing.T) {
	eachHouse(t, func(h *house) {
		roles := []string{"system_admin", "security_admin", "audit_admin", "department_clerk"}
		for i, held := range roles {
			u := h.newcomer("person" + string(rune('a'+i)))
			ask := func(role string) error {
				return h.d.Tx(program, func(tx *db.Tx) error {
					p := Post{UserID: u.ID, UnitID: u.UnitID, RoleCode: role}
					p.Areas.V = []string{"320106"}
					return h.s.grantNow(program, tx, &p)
				})
			}
			h.must(ask(held))
			for _, second := range roles {
				if second == held {
					h.must(ask(second))
				} else {
					h.refused(ask(second), "identity.duties_apart")
				}
			}
		}
	})
}

func TestTwoRequestsAtOnceCannotJoinSeparatedDuties(t *testing.T) {
	eachHouse(t, func(h *house) {
		u, admin := h.newcomer("torn"), h.as("admin")
		var wg sync.WaitGroup
		errors := make([]error, 2)
		for i, role := range []string{"audit_admin", "department_clerk"} {
			wg.Go(func() {
				_, errors[i] = h.s.RequestPost(admin, u.ID, NewPost{UnitID: u.UnitID, RoleCode: role, Areas: []string{"320106"}})
			})
		}
		wg.Wait()
		if (errors[0] == nil) == (errors[1] == nil) {
			h.t.Errorf("both ended alike: %v, %v", errors[0], errors[1])
		}
	})
}

func TestRolesKeepSeparatedDutiesApart(t *testing.T) {
	eachHouse(t, func(h *house) {
		security := h.as("security")
		role := func(code string, permissions ...string) Role {
			r := Role{Code: code, Name: "角色"}
			r.Permissions.V = permissions
			return r
		}
		for _, mixed := range [][]string{{PermManage, PermSecurity}, {PermSecurity, PermAudit}, {PermManage, PermAudit}, {PermManage, "rectify.read"}} {
			_, err := h.s.AddRole(security, role("mixed", mixed...))
			h.refused(err, "identity.duties_apart")
		}
		_, err := h.s.AddRole(security, role("odd", "rectify.fly"))
		h.refused(err, "identity.unknown_permission")
		added, err := h.s.AddRole(security, role("reader", "rectify.read", "rectify.read"))
		h.must(err)
		if added.Class != Business || added.Privileged || len(added.Permissions.V) != 1 {
			h.t.Errorf("added %+v", added)
		}
		_, err = h.s.AddRole(security, role("reader", "rectify.read"))
		h.refused(err, "identity.role_exists")
		clerk, err := h.s.ChangeRole(security, "department_clerk", Role{Name: "承办", Version: 1, Permissions: db.JSON[[]string]{V: []string{"rectify.read"}}})
		h.must(err)
		if !clerk.Customised {
			h.t.Error("an edited built-in role is not marked")
		}
		_, err = h.s.ChangeRole(security, "department_clerk", Role{Name: "承办", Version: clerk.Version, Permissions: db.JSON[[]string]{V: []string{PermAudit}}})
		h.refused(err, "identity.role_held")
		if p := auth.From(h.as("housing")); p.Has("rectify.answer") {
			h.t.Error("holders keep what the role lost")
		}
		h.must(h.s.Prepare(program))
		if p := auth.From(h.as("housing")); p.Has("rectify.answer") {
			h.t.Error("a start overwrote an edited role")
		}
	})
}

func TestEveryBuiltInRoleIsWholeAndPlacedInOneClass(t *testing.T) {
	eachHouse(t, func(h *house) {
		want := map[string]Class{"system_admin": System, "security_admin": Security, "audit_admin": Audit}
		roles, err := h.s.Roles(program)
		h.must(err)
		for _, r := range roles {
			class := want[r.Code]
			if class == "" {
				class = Business
			}
			if r.Class != class || len(r.Permissions.V) == 0 || r.Class != Business && !r.Privileged {
				h.t.Errorf("role %+v", r)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM identity_role WHERE code = 'street_leader' AND permissions LIKE '%rectify.do%'`); n != 1 {
			h.t.Error("a permission of a built-in role is misspelt")
		}
	})
}

func TestLockingEndsSessionsAndTokensAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("street01")
		machine, err := h.s.CreateToken(h.with(token), NewToken{Name: "同步", Days: 30})
		h.must(err)
		h.with(machine.Secret)
		locked, err := h.s.StepUser(h.as("security"), h.user("street01").ID, "lock", "可疑登录")
		h.must(err)
		if !locked.Locked || locked.LockedReason != "可疑登录" {
			h.t.Errorf("locked = %+v", locked)
		}
		h.ended(token)
		h.ended(machine.Secret)
		_, err = h.try("street01", DemoPassword, "")
		h.refused(err, "identity.account_shut")
		_, err = h.try("street01", "wrong", "")
		h.refused(err, "identity.bad_credentials")
		_, err = h.s.StepUser(h.as("admin"), h.user("street01").ID, "enable", "")
		h.must(err)
		_, err = h.try("street01", DemoPassword, "")
		h.refused(err, "identity.account_shut")
		_, err = h.s.StepUser(h.as("security"), h.user("street01").ID, "unlock", "")
		h.must(err)
		h.token("street01")
	})
}

func TestAdministratorsWorkOnlyInTheirAreas(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := auth.With(context.Background(), &auth.Principal{UserID: "u", Name: "街道管理员", SessionID: "s", Areas: []string{"320106001"},
			Permissions: map[string]bool{PermRead: true, PermManage: true, PermSecurity: true}})
		outside := h.user("street02")
		_, err := h.s.User(ctx, outside.ID)
		h.refused(err, "identity.user_not_found")
		_, err = h.s.StepUser(ctx, outside.ID, "disable", "")
		h.refused(err, "identity.user_not_found")
		h.refused(h.s.ResetPassword(ctx, outside.ID, "Maple-wind-43"), "identity.user_not_found")
		_, err = h.s.AddUser(ctx, NewUser{Username: "far", Name: "某", UnitID: outside.UnitID, Password: "Maple-wind-43"})
		h.refused(err, "auth.outside_area")
		_, err = h.s.AddUnit(ctx, Unit{AreaCode: "320106002", Code: "new", Name: "新机构", Kind: Department, Level: "street"})
		h.refused(err, "auth.outside_area")
		inside := h.user("street01")
		_, err = h.s.RequestPost(ctx, inside.ID, NewPost{UnitID: inside.UnitID, RoleCode: "street_leader", Areas: []string{"320106"}})
		h.refused(err, "auth.outside_area")
		page, err := h.s.Users(ctx, UserFilter{})
		h.must(err)
		for _, u := range page.Items {
			if !strings.HasPrefix(u.AreaCode, "320106001") {
				h.t.Errorf("sees %s of %s", u.Username, u.AreaCode)
			}
		}
		if !slices.ContainsFunc(page.Items, func(u User) bool { return u.Username == "street01" }) {
			h.t.Errorf("users = %+v", page)
		}
	})
}

// allowed says which permission each operation needs; the loop asks with every permission alone.
func TestEveryOperationNeedsItsPermission(t *testing.T) {
	eachHouse(t, func(h *house) {
		u := h.user("street01")
		var p Policy
		for name, op := range map[string]struct {
			needs string
			call  func(context.Context) error
		}{
			"users":          {PermRead, func(ctx context.Context) error { _, err := h.s.Users(ctx, UserFilter{}); return err }},
			"user":           {PermRead, func(ctx context.Context) error { _, err := h.s.User(ctx, u.ID); return err }},
			"posts":          {PermRead, func(ctx context.Context) error { _, err := h.s.Posts(ctx, PostFilter{}); return err }},
			"roles":          {PermRead, func(ctx context.Context) error { _, err := h.s.Roles(ctx); return err }},
			"permissions":    {PermRead, func(ctx context.Context) error { _, err := h.s.KnownPermissions(ctx); return err }},
			"policy":         {PermRead, func(ctx context.Context) error { _, err := h.s.SecurityPolicy(ctx); return err }},
			"add unit":       {PermManage, func(ctx context.Context) error { _, err := h.s.AddUnit(ctx, Unit{AreaCode: "320106"}); return err }},
			"change unit":    {PermManage, func(ctx context.Context) error { _, err := h.s.ChangeUnit(ctx, u.UnitID, Unit{}); return err }},
			"add user":       {PermManage, func(ctx context.Context) error { _, err := h.s.AddUser(ctx, NewUser{}); return err }},
			"change user":    {PermManage, func(ctx context.Context) error { _, err := h.s.ChangeUser(ctx, u.ID, UserPatch{}); return err }},
			"reset password": {PermManage, func(ctx context.Context) error { return h.s.ResetPassword(ctx, u.ID, "weak") }},
			"request post":   {PermManage, func(ctx context.Context) error { _, err := h.s.RequestPost(ctx, u.ID, NewPost{}); return err }},
			"disable":        {PermManage, func(ctx context.Context) error { _, err := h.s.StepUser(ctx, "none", "disable", ""); return err }},
			"enable":         {PermManage, func(ctx context.Context) error { _, err := h.s.StepUser(ctx, "none", "enable", ""); return err }},
			"lock":           {PermSecurity, func(ctx context.Context) error { _, err := h.s.StepUser(ctx, "none", "lock", ""); return err }},
			"unlock":         {PermSecurity, func(ctx context.Context) error { _, err := h.s.StepUser(ctx, "none", "unlock", ""); return err }},
			"reset factor":   {PermSecurity, func(ctx context.Context) error { return h.s.ResetTOTP(ctx, "none") }},
			"add role":       {PermSecurity, func(ctx context.Context) error { _, err := h.s.AddRole(ctx, Role{}); return err }},
			"change role":    {PermSecurity, func(ctx context.Context) error { _, err := h.s.ChangeRole(ctx, "verifier", Role{}); return err }},
			"change policy":  {PermSecurity, func(ctx context.Context) error { _, err := h.s.ChangePolicy(ctx, CurrentPolicy{p, 1}); return err }},
			"sign-in log":    {PermAudit, func(ctx context.Context) error { _, err := h.s.SignIns(ctx, SignInFilter{}); return err }},
			"shell add":      {"shell", func(ctx context.Context) error { _, err := h.s.AddUserFromShell(ctx, ShellUser{}); return err }},
			"shell passwd":   {"shell", func(ctx context.Context) error { return h.s.SetPasswordFromShell(ctx, "lead", "x", false) }},
			"shell step":     {"shell", func(ctx context.Context) error { return h.s.StepUserFromShell(ctx, "lead", "lock") }},
			"own session":    {"session", func(ctx context.Context) error { _, err := h.s.Me(ctx); return err }},
			"own password":   {"session", func(ctx context.Context) error { return h.s.ChangePassword(ctx, "x", "y") }},
			"own factor":     {"session", func(ctx context.Context) error { _, err := h.s.EnrolTOTP(ctx, "x"); return err }},
			"own token": {"session", func(ctx context.Context) error {
				_, err := h.s.CreateToken(ctx, NewToken{Name: "x", Days: 1})
				return err
			}},
			"own token list":  {"session", func(ctx context.Context) error { _, err := h.s.Tokens(ctx); return err }},
			"own sign-in log": {"session", func(ctx context.Context) error { _, err := h.s.MySignIns(ctx, 1, ""); return err }},
		} {
			if err := op.call(context.Background()); !isKind(err, errs.KindUnauthorized) && op.needs != "shell" {
				h.t.Errorf("%s without anybody: %v", name, err)
			}
			for _, held := range append([]string{"rectify.read"}, Permissions()...) {
				machine := auth.With(context.Background(), &auth.Principal{UserID: u.ID, Areas: []string{"32"}, Permissions: map[string]bool{held: true}})
				err := op.call(machine)
				if held == op.needs && isKind(err, errs.KindForbidden) && errs.CodeOf(err) == "auth.no_permission" {
					h.t.Errorf("%s with %s: %v", name, held, err)
				}
				if held != op.needs && !isKind(err, errs.KindForbidden) {
					h.t.Errorf("%s with %s alone: %v", name, held, err)
				}
			}
		}
	})
}
