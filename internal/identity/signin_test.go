package identity

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestSignInOpensASessionWithTheRightsOfThePost(t *testing.T) {
	eachHouse(t, func(h *house) {
		opened, err := h.try(" STREET01 ", DemoPassword, "")
		h.must(err)
		me := opened.Me
		if me.User.Username != "street01" || me.User.Title != "宁海路街道负责人" || me.User.Unit.Code != "street_office" {
			h.t.Errorf("me = %+v", me.User)
		}
		if !slices.Contains(me.Permissions, "rectify.answer") || slices.Contains(me.Permissions, "rectify.issue") {
			h.t.Errorf("permissions = %v", me.Permissions)
		}
		if len(me.Areas) != 1 || me.Areas[0].Code != "320106001" || !me.Demo || len(me.Posts) != 1 || !me.Posts[0].Current {
			h.t.Errorf("me = %+v", me)
		}
		if me.CSRFToken != CSRFToken(opened.Token) {
			h.t.Error("the page token does not belong to the session")
		}
		if n := h.count(`SELECT COUNT(*) FROM identity_session WHERE hash = $1`, opened.Token); n != 0 {
			h.t.Error("the token itself lies in the database")
		}
		if n := h.count(`SELECT COUNT(*) FROM audit_entry WHERE action = 'identity.sign_in'`); n != 1 {
			h.t.Errorf("%d audit entries", n)
		}
	})
}

func TestFiveFailuresLockTheNameForFifteenMinutes(t *testing.T) {
	eachHouse(t, func(h *house) {
		for range 5 {
			_, err := h.try("street01", "wrong", "")
			h.refused(err, "identity.bad_credentials")
		}
		_, err := h.try("street01", DemoPassword, "")
		h.refused(err, "identity.locked_out")
		until := errs.As(err).Details.(map[string]clock.Time)["until"]
		if !until.Equal(h.clock.Now().Add(15 * time.Minute)) {
			h.t.Errorf("locked until %v", until)
		}
		h.clock.Advance(15*time.Minute - time.Second)
		_, err = h.try("street01", DemoPassword, "")
		h.refused(err, "identity.locked_out")
		h.clock.Advance(2 * time.Second)
		h.token("street01")
		if n := h.count(`SELECT COUNT(*) FROM identity_guard`); n != 0 {
			h.t.Error("a good sign-in forgets the failures")
		}
	})
}

func TestFailuresDoNotAddUpAcrossAGoodSignIn(t *testing.T) {
	eachHouse(t, func(h *house) {
		for range 3 {
			for range 4 {
				_, err := h.try("street01", "wrong", "")
				h.refused(err, "identity.bad_credentials")
			}
			h.token("street01")
			h.clock.Advance(time.Minute)
		}
	})
}

func TestUnknownNamesBehaveLikeKnownOnes(t *testing.T) {
	eachHouse(t, func(h *house) {
		for range 5 {
			_, known := h.try("street01", "wrong", "")
			_, unknown := h.try("nobody-here", "wrong", "")
			if known.Error() != unknown.Error() || errs.CodeOf(known) != errs.CodeOf(unknown) {
				h.t.Fatalf("%v differs from %v", known, unknown)
			}
		}
		_, err := h.try("nobody-here", "wrong", "")
		h.refused(err, "identity.locked_out")
		if n := h.count(`SELECT COUNT(*) FROM identity_sign_in WHERE username LIKE '%nobody%'`); n != 0 {
			h.t.Error("a name that no account has may be a password typed into the wrong field")
		}
		if n := h.count(`SELECT COUNT(*) FROM identity_sign_in WHERE username = 'no***' AND user_id = ''`); n != 6 {
			h.t.Errorf("%d attempts are logged", n)
		}
	})
}

func TestParallelGuessesGetNoMoreAttemptsThanTheLockAllows(t *testing.T) {
	eachHouse(t, func(h *house) {
		var wg sync.WaitGroup
		codes := make(chan string, 12)
		for range 12 {
			wg.Go(func() {
				_, err := h.try("street01", "wrong", "")
				codes <- errs.CodeOf(err)
			})
		}
		wg.Wait()
		close(codes)
		judged := 0
		for code := range codes {
			if code == "identity.bad_credentials" {
				judged++
			}
		}
		if judged != 5 {
			h.t.Errorf("%d guesses were judged", judged)
		}
	})
}

func TestTwoSignInsAtOnceBothSucceed(t *testing.T) {
	eachHouse(t, func(h *house) {
		var wg sync.WaitGroup
		tokens := make([]string, 2)
		for i := range tokens {
			wg.Go(func() {
				if opened, err := h.try("lead", DemoPassword, ""); err == nil {
					tokens[i] = opened.Token
				} else {
					h.t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, token := range tokens {
			h.with(token)
		}
		if tokens[0] == tokens[1] {
			h.t.Error("two sessions share a token")
		}
	})
}

func TestOneSessionPolicyLeavesOnlyTheLastSession(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.policy(func(p *Policy) { p.OneSession = true })
		first := h.token("lead")
		second := h.token("lead")
		h.ended(first)
		h.with(second)
	})
}

func TestASessionCannotBePlanted(t *testing.T) {
	eachHouse(t, func(h *house) {
		planted := h.token("street02")
		opened, err := h.s.SignIn(context.Background(), Credentials{Username: "street01", Password: DemoPassword, Replaces: planted})
		h.must(err)
		if opened.Token == planted {
			h.t.Error("signing in kept the token the browser brought along")
		}
		h.ended(planted)
	})
}

func TestSessionsEndWhenIdleAndInAnyCase(t *testing.T) {
	eachHouse(t, func(h *house) {
		idle, busy := h.token("street01"), h.token("street02")
		for range 3 {
			h.clock.Advance(10*time.Minute - time.Second)
			h.with(busy)
		}
		h.clock.Advance(3 * time.Second)
		h.clock.Advance(time.Minute)
		h.ended(idle)
		for range 11*6 + 2 { // to eleven hours and fifty-one minutes
			h.clock.Advance(10 * time.Minute)
			h.with(busy)
		}
		h.clock.Advance(10 * time.Minute)
		h.ended(busy)
	})
}

func TestLastSeenIsWrittenAtMostOnceAMinute(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("street01")
		seen := func() int {
			return h.count(`SELECT COUNT(*) FROM identity_session WHERE last_seen = $1`, clock.At(h.clock.Now()))
		}
		h.clock.Advance(59 * time.Second)
		h.with(token)
		if seen() != 0 {
			h.t.Error("written within the minute")
		}
		h.clock.Advance(time.Second)
		h.with(token)
		if seen() != 1 {
			h.t.Error("not written after a minute")
		}
	})
}

func TestSigningOutEndsTheSessionAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("street01")
		h.must(h.s.SignOut(h.with(token)))
		h.ended(token)
	})
}

func TestPeopleSeeAndEndTheirOwnSessionsOnly(t *testing.T) {
	eachHouse(t, func(h *house) {
		first, second, other := h.token("street01"), h.token("street01"), h.as("street02")
		sessions, err := h.s.Sessions(h.with(second))
		h.must(err)
		if len(sessions) != 2 || !sessions[0].Current || sessions[1].Current || sessions[0].Address != "10.1.2.3" {
			h.t.Errorf("sessions = %+v", sessions)
		}
		h.refused(h.s.EndSession(other, sessions[1].ID), "identity.session_not_found")
		h.must(h.s.EndSession(h.with(second), sessions[1].ID))
		h.ended(first)
		log, err := h.s.MySignIns(h.with(second), 10, "")
		h.must(err)
		if len(log.Items) != 2 || log.Items[0].Outcome != SignedIn {
			h.t.Errorf("log = %+v", log)
		}
	})
}

func TestSecondFactorIsAskedForAndGoodOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		secret, recovery := h.enrol(h.as("lead"))
		_, err := h.try("lead", DemoPassword, "")
		h.refused(err, "identity.totp_required")
		_, err = h.try("lead", "wrong", h.code(secret))
		h.refused(err, "identity.bad_credentials")
		code := h.code(secret)
		_, err = h.try("lead", DemoPassword, code)
		h.must(err)
		_, err = h.try("lead", DemoPassword, code)
		h.refused(err, "identity.bad_code")
		_, err = h.try("lead", DemoPassword, strings.ToUpper(recovery[3]))
		h.must(err)
		_, err = h.try("lead", DemoPassword, recovery[3])
		h.refused(err, "identity.bad_code")
		if n := h.count(`SELECT COUNT(*) FROM identity_user WHERE totp_secret LIKE '%' || $1 || '%'`, secret); n != 0 {
			h.t.Error("the secret lies open in the database")
		}
	})
}

// Who knows the password must not get endless guesses at the code by asking without one in between.
func TestAskingForACodeDoesNotRestoreAttempts(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.enrol(h.as("lead"))
		for range 5 {
			_, err := h.try("lead", DemoPassword, "000000")
			h.refused(err, "identity.bad_code")
			h.clock.Advance(10 * time.Second)
			if _, err = h.try("lead", DemoPassword, ""); errs.CodeOf(err) == "identity.locked_out" {
				break
			}
			h.refused(err, "identity.totp_required")
			h.clock.Advance(10 * time.Second)
		}
		_, err := h.try("lead", DemoPassword, "000000")
		h.refused(err, "identity.locked_out")
	})
}

func TestOneRecoveryCodeOpensOneOfTwoSignInsAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, recovery := h.enrol(h.as("lead"))
		var wg sync.WaitGroup
		errors := make([]error, 2)
		for i := range errors {
			wg.Go(func() { _, errors[i] = h.try("lead", DemoPassword, recovery[0]) })
		}
		wg.Wait()
		if (errors[0] == nil) == (errors[1] == nil) {
			h.t.Errorf("both ended alike: %v, %v", errors[0], errors[1])
		}
	})
}

func TestPrivilegedRolesAreStoppedUntilTheyEnrol(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.policy(func(p *Policy) { p.PrivilegedTOTP = true })
		token := h.token("security")
		_, err := h.s.Roles(h.with(token))
		h.refused(err, "auth.no_permission")
		me, err := h.s.Me(h.with(token))
		h.must(err)
		if !slices.Equal(me.Due, []string{"enrol_second_factor"}) || len(me.Permissions) != 0 {
			h.t.Errorf("me = %+v", me)
		}
		h.enrol(h.with(token))
		_, err = h.s.Roles(h.with(token))
		h.must(err)
		_, err = h.s.Units(h.as("street01"), UnitFilter{})
		h.must(err)
	})
}

func TestDemonstrationAccountsStayShutWithoutTheDemonstration(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("lead")
		plain := New(h.d, everything, Config{Sealer: newBox(h.t)})
		_, err := plain.SignIn(context.Background(), Credentials{Username: "admin", Password: DemoPassword})
		h.refused(err, "identity.account_shut")
		_, err = plain.Authenticate(context.Background(), token)
		h.refused(err, "identity.session_ended")
		if yes, err := plain.HasUsers(context.Background()); err != nil || yes {
			h.t.Errorf("has users: %v, %v", yes, err)
		}
	})
}

func TestAFreshInstallationHasNoAccount(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := New(d, everything, Config{Sealer: newBox(t)})
		if err := s.Prepare(program); err != nil {
			t.Fatal(err)
		}
		if yes, err := s.HasUsers(context.Background()); err != nil || yes {
			t.Errorf("has users: %v, %v", yes, err)
		}
		if _, err := s.AddUserFromShell(program, ShellUser{Username: "root-1", Name: "管理员", Password: "Tulip-rain-42", Role: "system_admin"}); err != nil {
			t.Fatal(err)
		}
		opened, err := s.SignIn(context.Background(), Credentials{Username: "root-1", Password: "Tulip-rain-42"})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(opened.Me.Due, []string{"change_password", "enrol_second_factor"}) || len(opened.Me.Permissions) != 0 {
			t.Errorf("me = %+v", opened.Me)
		}
	})
}

func TestRequestsAreKnownByCookieOrBearerToken(t *testing.T) {
	eachHouse(t, func(h *house) {
		token := h.token("lead")
		ask := func(edit func(*http.Request)) (string, error) {
			r := httptest.NewRequest(http.MethodGet, "/api/v1/session", nil)
			edit(r)
			p, err := h.s.FromRequest(r)
			if p == nil {
				return "", err
			}
			return p.Name, err
		}
		cookie := func(v string) *http.Cookie { return &http.Cookie{Name: httpx.CookieName, Value: v} }
		for _, c := range []struct {
			name string
			edit func(*http.Request)
			who  string
			code string
		}{
			{"nobody", func(*http.Request) {}, "", ""},
			{"cookie", func(r *http.Request) { r.AddCookie(cookie(token)) }, "陈晓岚", ""},
			{"ended cookie", func(r *http.Request) { r.AddCookie(cookie("gone")) }, "", ""},
			{"bearer", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, "陈晓岚", ""},
			{"wrong bearer", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, "", "identity.session_ended"},
			{"other scheme", func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") }, "", "identity.bad_scheme"},
			{"right page token", func(r *http.Request) { r.AddCookie(cookie(token)); r.Header.Set("X-CSRF-Token", CSRFToken(token)) }, "陈晓岚", ""},
			{"wrong page token", func(r *http.Request) { r.AddCookie(cookie(token)); r.Header.Set("X-CSRF-Token", "forged") }, "", "identity.bad_csrf"},
		} {
			who, err := ask(c.edit)
			if who != c.who || (err != nil || c.code != "") && errs.CodeOf(err) != c.code {
				h.t.Errorf("%s: %q, %v", c.name, who, err)
			}
		}
	})
}
