package identity

import (
	"context"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// everything is the permissions that roles.yaml names beside this module's own.
var everything = []string{"region.read", "region.manage", "survey.read", "survey.manage", "survey.import", "appraisal.read", "appraisal.score",
	"appraisal.publish", "rectify.read", "opinion.code", "rectify.merge", "rectify.issue", "rectify.answer", "rectify.do", "rectify.verify", "rectify.publish", "fieldwork.collect",
	"cases.read", "cases.report", "cases.handle", "cases.check", "messages.read", "messages.manage", "integration.manage"}

var demoAreas = []DemoArea{
	{"320106", "鼓楼区", "district", "3201"},
	{"320106001", "宁海路街道", "subdistrict", "320106"},
	{"320106002", "华侨路街道", "subdistrict", "320106"},
	{"320106001003", "仙霞路社区居委会", "community", "320106001"},
}

func newBox(t testing.TB) *crypto.Box {
	t.Helper()
	keys, err := crypto.NewKeys(crypto.AES)
	if err != nil {
		t.Fatal(err)
	}
	box, err := crypto.NewBox(keys)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// house is a district with its demonstration accounts, and a clock that moves when told.
type house struct {
	t     *testing.T
	s     *Service
	d     *db.DB
	clock *clock.Fake
}

var program = auth.System(context.Background(), "test")

func newHouse(t *testing.T, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	h := &house{t, New(d, everything, Config{Sealer: newBox(t), Demo: true}), d, c}
	h.s.hasher = newHasher(cost{64, 1, 1}) // hundreds of sign-ins at the ordinary cost would take minutes under the race detector
	h.must(h.s.Prepare(program))
	h.must(d.Tx(program, func(tx *db.Tx) error {
		_, err := h.s.EnsureDemoAccounts(program, tx, demoAreas)
		return err
	}))
	return h
}

// eachHouse runs fn on both engines.
func eachHouse(t *testing.T, fn func(h *house)) {
	t.Helper()
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) { fn(newHouse(t, d, c)) })
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused fails unless err has the code.
func (h *house) refused(err error, code string) {
	h.t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		h.t.Fatalf("error = %v, want code %s", err, code)
	}
}

func (h *house) try(username, password, code string) (*Opened, error) {
	return h.s.SignIn(context.Background(), Credentials{Username: username, Password: password, Code: code, Address: "10.1.2.3", Agent: "test"})
}

// token signs a demonstration account in and returns its session token.
func (h *house) token(username string) string {
	h.t.Helper()
	opened, err := h.try(username, DemoPassword, "")
	h.must(err)
	return opened.Token
}

// as signs a demonstration account in and returns a context in which it acts.
func (h *house) as(username string) context.Context {
	h.t.Helper()
	return h.with(h.token(username))
}

func (h *house) with(token string) context.Context {
	h.t.Helper()
	p, err := h.s.Authenticate(context.Background(), token)
	h.must(err)
	return auth.With(context.Background(), p)
}

func (h *house) ended(token string) {
	h.t.Helper()
	_, err := h.s.Authenticate(context.Background(), token)
	h.refused(err, "identity.session_ended")
}

func (h *house) user(username string) (u User) {
	h.t.Helper()
	h.must(h.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		u, err = findUserByName(context.Background(), tx, username)
		return err
	}))
	return u
}

func (h *house) unit(area, code string) (u Unit) {
	h.t.Helper()
	h.must(h.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		u, err = h.s.FindUnitTx(context.Background(), tx, area, code)
		return err
	}))
	return u
}

// count reads one number.
func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	h.must(h.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, query, args...)
		return err
	}))
	return n
}

// newcomer is an account without posts, opened by the system administrator and past its first password change.
func (h *house) newcomer(username string) User {
	h.t.Helper()
	u, err := h.s.AddUserFromShell(program, ShellUser{Username: username, Name: "新同事", Password: "Tulip-rain-42", Area: "320106", Unit: "housing"})
	h.must(err)
	h.must(h.s.SetPasswordFromShell(program, username, "Maple-wind-43", false))
	return u
}

func (h *house) policy(change func(*Policy)) {
	h.t.Helper()
	current, err := h.s.SecurityPolicy(program)
	h.must(err)
	change(&current.Policy)
	_, err = h.s.ChangePolicy(program, current)
	h.must(err)
}

// enrol switches the second factor on for the caller and returns the secret and the recovery codes.
func (h *house) enrol(ctx context.Context) (string, []string) {
	h.t.Helper()
	e, err := h.s.EnrolTOTP(ctx, "")
	h.must(err)
	codes, err := h.s.ConfirmTOTP(ctx, h.code(e.Secret))
	h.must(err)
	h.clock.Advance(time.Minute) // past the step that confirming used
	return e.Secret, codes
}

func (h *house) code(secret string) string {
	h.t.Helper()
	code, err := totp.GenerateCode(secret, h.clock.Now())
	h.must(err)
	return code
}

func isKind(err error, k errs.Kind) bool { return errs.KindOf(err) == k }
