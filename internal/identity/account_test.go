package identity

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	eachHouse(t, func(h *house) {
		other, mine := h.token("street01"), h.token("street01")
		ctx := h.with(mine)
		h.refused(h.s.ChangePassword(ctx, "wrong", "Maple-wind-43"), "identity.wrong_password")
		h.refused(h.s.ChangePassword(ctx, DemoPassword, "weak"), "identity.weak_password")
		h.must(h.s.ChangePassword(ctx, DemoPassword, "Maple-wind-43"))
		h.ended(other)
		h.with(mine)
		_, err := h.try("street01", DemoPassword, "")
		h.refused(err, "identity.bad_credentials")
		_, err = h.try("street01", "Maple-wind-43", "")
		h.must(err)
	})
}

func TestTheLastFivePasswordsCannotComeBack(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, current := h.as("street01"), DemoPassword
		change := func(next string) error { h.clock.Advance(time.Second); return h.s.ChangePassword(ctx, current, next) }
		for i := range 5 {
			next := fmt.Sprintf("Maple-wind-%d%d", i+3, i)
			h.must(change(next))
			current = next
		}
		h.refused(change("Maple-wind-30"), "identity.password_used")
		h.must(change("Tulip-rain-42"))
		current = "Tulip-rain-42"
		h.must(change("Maple-wind-30"))
	})
}

func TestGuessingTheCurrentPasswordInASessionLocksTheNameToo(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.as("street01")
		for range 5 {
			h.refused(h.s.ChangePassword(ctx, "wrong", "Maple-wind-43"), "identity.wrong_password")
		}
		h.refused(h.s.ChangePassword(ctx, DemoPassword, "Maple-wind-43"), "identity.locked_out")
	})
}

func TestAnAgedPasswordPermitsNothingButItsChange(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.policy(func(p *Policy) { p.MaxAgeDays = 90 })
		h.clock.Advance(91 * 24 * time.Hour)
		token := h.token("lead")
		if p := auth.From(h.with(token)); p.Has("survey.read") || len(p.Areas) != 0 {
			h.t.Error("an aged password still permits")
		}
		h.must(h.s.ChangePassword(h.with(token), DemoPassword, "Maple-wind-43"))
		if p := auth.From(h.with(token)); !p.Has("survey.read") {
			h.t.Error("the change did not bring the rights back")
		}
	})
}

func TestSecondFactorChangesNeedARecentSignInOrThePassword(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("lead")
		h.clock.Advance(11 * time.Minute)
		_, err := h.s.EnrolTOTP(h.with(token), "")
		h.refused(err, "identity.confirm_password")
		_, err = h.s.EnrolTOTP(h.with(token), "wrong")
		h.refused(err, "identity.wrong_password")
		e, err := h.s.EnrolTOTP(h.with(token), DemoPassword)
		h.must(err)
		_, err = h.s.ConfirmTOTP(h.with(token), "000000")
		h.refused(err, "identity.bad_code")
		h.token("lead") // an unconfirmed factor asks for nothing
		_, err = h.s.ConfirmTOTP(h.with(token), h.code(e.Secret))
		h.must(err)
		_, err = h.s.EnrolTOTP(h.with(token), DemoPassword)
		h.refused(err, "identity.second_factor_on")
		h.clock.Advance(time.Minute)
		h.refused(h.s.DisableTOTP(h.with(token), DemoPassword, "000000"), "identity.bad_code")
		h.must(h.s.DisableTOTP(h.with(token), DemoPassword, h.code(e.Secret)))
		h.token("lead")
		if n := h.count(`SELECT COUNT(*) FROM identity_recovery`); n != 0 {
			h.t.Error("recovery codes outlive the factor")
		}
	})
}

func TestTokensHoldAPartOfTheirMakersRights(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.as("street01")
		_, err := h.s.CreateToken(ctx, NewToken{Name: "越权", Permissions: []string{"rectify.issue"}, Days: 30})
		h.refused(err, "identity.token_beyond_owner")
		_, err = h.s.CreateToken(ctx, NewToken{Name: "太久", Days: 400})
		h.refused(err, "identity.bad_token")
		answer, err := h.s.CreateToken(ctx, NewToken{Name: "答复", Permissions: []string{"rectify.answer"}, Days: 30})
		h.must(err)
		reader, err := h.s.CreateToken(ctx, NewToken{Name: "只读", Days: 30})
		h.must(err)
		p := auth.From(h.with(answer.Secret))
		if !p.Has("rectify.answer") || p.Has("rectify.read") || !p.Covers("320106001003") || p.Covers("320106002") || p.SessionID != "" {
			h.t.Errorf("principal = %+v", p)
		}
		if p := auth.From(h.with(reader.Secret)); !p.Has("rectify.read") || p.Has("rectify.answer") {
			h.t.Errorf("a token without named permissions holds %v", p.Permissions)
		}
		h.refused(h.s.ChangePassword(h.with(answer.Secret), DemoPassword, "Maple-wind-43"), "identity.session_only")
		if n := h.count(`SELECT COUNT(*) FROM identity_token WHERE hash = $1`, answer.Secret); n != 0 {
			h.t.Error("the secret lies in the database")
		}
		list, err := h.s.Tokens(ctx)
		h.must(err)
		if len(list) != 2 || list[0].Secret != "" {
			h.t.Errorf("tokens = %+v", list)
		}
	})
}

func TestTokensEndWhenTheyExpireOrAreRevokedOrTheirPostEnds(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.as("street01")
		make := func(days int) *Token {
			token, err := h.s.CreateToken(ctx, NewToken{Name: "同步", Days: days})
			h.must(err)
			return token
		}
		revoked, posted, short := make(30), make(30), make(1)
		h.refused(h.s.RevokeToken(h.as("street02"), revoked.ID), "identity.token_not_found")
		h.must(h.s.RevokeToken(ctx, revoked.ID))
		h.ended(revoked.Secret)
		h.clock.Advance(25 * time.Hour)
		h.ended(short.Secret)
		h.with(posted.Secret)
		page, err := h.s.Posts(program, PostFilter{Role: "street_leader", Unit: h.unit("320106001", "street_office").ID})
		h.must(err)
		post := page.Items[slices.IndexFunc(page.Items, func(p Post) bool { return p.UserID == h.user("street01").ID })]
		_, err = h.s.StepPost(program, post.ID, "end", "调任", post.Version)
		h.must(err)
		h.ended(posted.Secret)
	})
}

func TestRightsOfTwoPostsDoNotAddUp(t *testing.T) {
	eachHouse(t, func(h *house) {
		u := h.user("street01")
		h.must(h.d.Tx(program, func(tx *db.Tx) error {
			p := Post{UserID: u.ID, UnitID: h.unitTx(tx, "320106002", "street_office").ID, RoleCode: "verifier", Title: "华侨路核查员"}
			p.Areas.V = []string{"320106002"}
			return h.s.grantNow(program, tx, &p)
		}))
		token := h.token("street01")
		me, err := h.s.Me(h.with(token))
		h.must(err)
		if len(me.Posts) != 2 || !me.Posts[0].Current {
			h.t.Fatalf("posts = %+v", me.Posts)
		}
		if p := auth.From(h.with(token)); !p.Has("rectify.answer") || p.Has("rectify.verify") || p.Covers("320106002") {
			h.t.Errorf("first post: %+v", p)
		}
		h.must(h.s.SwitchPost(h.with(token), me.Posts[1].ID))
		if p := auth.From(h.with(token)); p.Has("rectify.answer") || !p.Has("rectify.verify") || p.Covers("320106001") {
			h.t.Errorf("second post: %+v", p)
		}
		h.refused(h.s.SwitchPost(h.as("street02"), me.Posts[1].ID), "identity.post_not_found")
	})
}

func (h *house) unitTx(tx *db.Tx, area, code string) Unit {
	h.t.Helper()
	u, err := h.s.FindUnitTx(program, tx, area, code)
	h.must(err)
	return u
}

func TestUnknownNamesAreHashedLikeKnownOnes(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.s.hasher.slots <- struct{}{}
		h.s.hasher.slots <- struct{}{}
		for _, name := range []string{"lead", "nobody-here"} {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			_, err := h.s.SignIn(ctx, Credentials{Username: name, Password: "wrong"})
			cancel()
			if err == nil || errs.KindOf(err) != errs.KindInternal {
				h.t.Errorf("%s did not wait for the hash: %v", name, err)
			}
		}
	})
}

func TestDemonstrationAccountsAreMadeOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		before := h.count(`SELECT COUNT(*) FROM identity_unit`) + h.count(`SELECT COUNT(*) FROM identity_user`) + h.count(`SELECT COUNT(*) FROM identity_post`)
		var accounts []DemoAccount
		h.must(h.d.Tx(program, func(tx *db.Tx) (err error) {
			accounts, err = h.s.EnsureDemoAccounts(program, tx, demoAreas)
			return err
		}))
		after := h.count(`SELECT COUNT(*) FROM identity_unit`) + h.count(`SELECT COUNT(*) FROM identity_user`) + h.count(`SELECT COUNT(*) FROM identity_post`)
		if before != after || accounts[0].Username != "admin" || len(accounts) < 40 {
			h.t.Errorf("%d became %d, %d accounts", before, after, len(accounts))
		}
		parent := h.unit("320106001003", "community_committee").ParentID
		if parent == nil || *parent != h.unit("320106001", "street_office").ID {
			h.t.Error("a community does not lie below its street")
		}
		admin := h.as("admin")
		h.refused(h.d.Tx(admin, func(tx *db.Tx) error {
			_, err := h.s.EnsureDemoAccounts(admin, tx, demoAreas)
			return err
		}), "identity.shell_only")
	})
}

func TestUnitsFormATreeAndChangeByVersion(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, office := h.as("admin"), h.unit("320106", "housing")
		child, err := h.s.AddUnit(ctx, Unit{ParentID: &office.ID, AreaCode: "320106", Code: "repair_fund", Name: "维修资金中心", Kind: Department, Nature: "institution", Level: "district"})
		h.must(err)
		_, err = h.s.AddUnit(ctx, Unit{AreaCode: "320106", Code: "repair_fund", Name: "重复", Kind: Department, Level: "district"})
		h.refused(err, "identity.unit_exists")
		_, err = h.s.AddUnit(ctx, Unit{AreaCode: "32010", Code: "Bad Code", Kind: "club", Level: "moon"})
		h.refused(err, "auth.outside_area")
		_, err = h.s.AddUnit(program, Unit{AreaCode: "32010", Code: "Bad Code", Kind: "club", Level: "moon"})
		h.refused(err, "identity.bad_unit")
		if n := len(errs.As(err).Fields); n != 5 {
			h.t.Errorf("%d wrong values are named", n)
		}
		loop := office
		loop.ParentID = &child.ID
		_, err = h.s.ChangeUnit(ctx, office.ID, loop)
		h.refused(err, "identity.unit_loop")
		child.Name = "区维修资金管理中心"
		changed, err := h.s.ChangeUnit(ctx, child.ID, child)
		h.must(err)
		_, err = h.s.ChangeUnit(ctx, child.ID, child)
		h.refused(err, "identity.version")
		if changed.Version != 2 || changed.Name != child.Name {
			h.t.Errorf("changed = %+v", changed)
		}
	})
}

func TestListsComeInPages(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, seen, cursor := h.as("lead"), map[string]bool{}, ""
		total := 0
		for {
			page, err := h.s.Units(ctx, UnitFilter{Area: "320106", Limit: 7, Cursor: cursor})
			h.must(err)
			for _, u := range page.Items {
				if seen[u.ID] {
					h.t.Fatalf("%s comes twice", u.Name)
				}
				seen[u.ID] = true
			}
			if total, cursor = page.Total, page.NextCursor; cursor == "" {
				break
			}
		}
		if len(seen) != total || total < 50 {
			h.t.Errorf("%d of %d units", len(seen), total)
		}
		found, err := h.s.Units(ctx, UnitFilter{Text: "房产"})
		h.must(err)
		if found.Total != 1 {
			h.t.Errorf("found %d", found.Total)
		}
		if all, err := h.s.Units(ctx, UnitFilter{Text: "%"}); err != nil || all.Total != 0 {
			h.t.Errorf("a percent sign is a letter: %d, %v", all.Total, err)
		}
		users, err := h.s.Users(ctx, UserFilter{Limit: 100000})
		h.must(err)
		next, err := h.s.Users(ctx, UserFilter{Limit: 3, Cursor: ""})
		h.must(err)
		if len(users.Items) > 200 || len(next.Items) != 3 || next.NextCursor == "" || next.Items[0].Username != users.Items[0].Username {
			h.t.Errorf("users %d, %+v", len(users.Items), next)
		}
		_, err = h.s.Users(ctx, UserFilter{Cursor: "forged"})
		h.refused(err, "request.bad_cursor")
	})
}

func TestReadingTheSignInLogLeavesATrace(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.as("auditor")
		_, err := h.try("street01", "wrong", "")
		h.refused(err, "identity.bad_credentials")
		page, err := h.s.SignIns(ctx, SignInFilter{Outcome: BadPassword})
		h.must(err)
		if page.Total != 1 || page.Items[0].Username != "street01" || page.Items[0].Address != "10.1.2.3" {
			h.t.Errorf("page = %+v", page)
		}
		if n := h.count(`SELECT COUNT(*) FROM audit_entry WHERE action = 'identity.sign_ins_read' AND actor_name = '何清正'`); n != 1 {
			h.t.Errorf("%d traces", n)
		}
	})
}

func TestNoticesReachAPersonOrAUnitOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		housing := h.user("housing")
		notify := func(to To, title string) {
			h.must(h.d.Tx(program, func(tx *db.Tx) error {
				if to.Unit != "" {
					to.Needs = "rectify.read"
				}
				return h.s.Notify(program, tx, to, "rectify.issued", title, "/rectifications/1")
			}))
		}
		notify(To{Unit: housing.UnitID}, "收到一件整改事项")
		notify(To{Unit: housing.UnitID}, "收到一件整改事项")
		notify(To{User: housing.ID}, "请尽快答复")
		ctx := h.as("housing")
		page, err := h.s.Notices(ctx, false, 1, "")
		h.must(err)
		if page.Total != 2 || page.Unread != 2 || page.Items[0].Title != "请尽快答复" || page.NextCursor == "" {
			h.t.Errorf("page = %+v", page)
		}
		h.must(h.s.ReadNotices(ctx, page.Items[0].ID))
		h.must(h.s.ReadNotices(ctx, page.Items[0].ID))
		page, err = h.s.Notices(ctx, true, 50, "")
		h.must(err)
		if page.Total != 1 || page.Unread != 1 || page.Items[0].Read {
			h.t.Errorf("page = %+v", page)
		}
		h.must(h.s.ReadNotices(h.as("urban_mgmt"), ""))
		h.must(h.s.ReadNotices(ctx, ""))
		page, err = h.s.Notices(ctx, false, 50, "")
		h.must(err)
		if page.Unread != 0 || !page.Items[1].Read {
			h.t.Errorf("page = %+v", page)
		}
		others, err := h.s.Notices(h.as("urban_mgmt"), false, 50, "")
		h.must(err)
		if others.Total != 0 {
			h.t.Errorf("another unit sees %+v", others)
		}
		h.clock.Advance(25 * time.Hour)
		notify(To{Unit: housing.UnitID}, "收到一件整改事项")
		if n := h.count(`SELECT COUNT(*) FROM identity_notice`); n != 3 {
			h.t.Errorf("%d notices", n)
		}
		err = h.d.Tx(program, func(tx *db.Tx) error {
			return h.s.Notify(program, tx, To{User: housing.ID}, "x", "点此", "https://elsewhere.example/")
		})
		h.refused(err, "identity.bad_notice")
	})
}
