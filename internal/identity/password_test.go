package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"yiwang/internal/platform/errs"
)

func TestHashesVerifyAndCarryTheirParameters(t *testing.T) {
	t.Parallel()
	h, ctx := newHasher(ordinary), context.Background()
	hash, err := h.hash(ctx, "Correct-Horse-7")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash = %q", hash)
	}
	if ok, err := h.verify(ctx, "Correct-Horse-7", hash); err != nil || !ok {
		t.Errorf("right password: %v, %v", ok, err)
	}
	if ok, err := h.verify(ctx, "Correct-Horse-8", hash); err != nil || ok {
		t.Errorf("wrong password: %v, %v", ok, err)
	}
	if h.outdated(hash) || !h.outdated(strings.Replace(hash, "t=2", "t=1", 1)) {
		t.Error("only a hash with other parameters is outdated")
	}
}

func TestMalformedHashesAreErrors(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=19456,t=2,p=1$AA$AA"} {
		if _, err := newHasher(ordinary).verify(context.Background(), "x", s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestNobodysHashTakesTheSameWorkAsANewOne(t *testing.T) {
	t.Parallel()
	h := newHasher(ordinary)
	if p, err := parsePHC(h.nobody); err != nil || p.cost != ordinary || len(p.key) != keySize || h.outdated(h.nobody) {
		t.Errorf("nobody is hashed with %+v, %v", p, err)
	}
}

func TestHashingStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	h := newHasher(ordinary)
	h.slots <- struct{}{}
	h.slots <- struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.hash(ctx, "x"); err == nil {
		t.Error("a full queue let a cancelled caller in")
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	p := DefaultPolicy()
	for password, good := range map[string]bool{
		"Tulip-rain-42":            true,
		"鼓楼Morning#7walk":          true,
		"Short-1a":                 false,
		"tulip-rain-42":            false,
		"TulipRain42x":             false,
		"Password@2026":            false,
		"P@ssw0rd!!2026":           false,
		"Qwertyuiop!1":             false,
		"Yiwang@20261121":          false,
		"Rain-12345-Tulip":         false,
		"Rain-aaaaa-Tulip1":        false,
		"Chen.xl-Tulip-42":         false,
		"2026112120!@#$":           false,
		strings.Repeat("Aa1-", 33): false,
	} {
		err := p.CheckPassword(password, "chen.xl")
		if (err == nil) != good {
			t.Errorf("CheckPassword(%q) = %v, want good=%v", password, err, good)
		}
		if err != nil && errs.CodeOf(err) != "identity.weak_password" {
			t.Errorf("code = %s", errs.CodeOf(err))
		}
	}
}

func TestAgedPasswordsExpire(t *testing.T) {
	t.Parallel()
	p, set := DefaultPolicy(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if p.expired(set, set.Add(90*24*time.Hour)) || !p.expired(set, set.Add(90*24*time.Hour+time.Second)) {
		t.Error("a password is good for ninety days and not longer")
	}
	if p.MaxAgeDays = 0; p.expired(set, set.Add(99999*time.Hour)) {
		t.Error("zero means never")
	}
}

func TestPolicyHasFloors(t *testing.T) {
	t.Parallel()
	if err := DefaultPolicy().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := demoPolicy().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, weaken := range map[string]func(*Policy){
		"short":       func(p *Policy) { p.MinLength = 6 },
		"no classes":  func(p *Policy) { p.Classes = 1 },
		"no lock-out": func(p *Policy) { p.LockFailures = 100 },
		"short lock":  func(p *Policy) { p.LockMinutes = 0 },
		"never idle":  func(p *Policy) { p.IdleMinutes = 10000 },
		"endless":     func(p *Policy) { p.AbsoluteHours = 1000 },
	} {
		p := DefaultPolicy()
		weaken(&p)
		if errs.CodeOf(p.Validate()) != "identity.bad_policy" {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestOneTimeCodesMatchOnceAndOnlyNearby(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 2, 0, 10, 0, time.UTC)
	secret := newTOTPSecret()
	code, err := totp.GenerateCode(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	step := matchTOTP(secret, code, now, 0)
	if step != now.Unix()/30 {
		t.Fatalf("step = %d", step)
	}
	if matchTOTP(secret, code, now, step) != 0 {
		t.Error("a code was good twice")
	}
	if matchTOTP(secret, code, now.Add(30*time.Second), 0) != step || matchTOTP(secret, code, now.Add(-30*time.Second), 0) != step {
		t.Error("one step of clock difference is forgiven")
	}
	if matchTOTP(secret, code, now.Add(90*time.Second), 0) != 0 {
		t.Error("an old code was good")
	}
	for _, wrong := range []string{"", "000000x", "12345", strings.Repeat("9", 50)} {
		if matchTOTP(secret, wrong, now, 0) != 0 {
			t.Errorf("%q was good", wrong)
		}
	}
	if !strings.Contains(totpURL("chen.xl", secret), "otpauth://totp/yiwang:chen.xl?") {
		t.Errorf("URL = %s", totpURL("chen.xl", secret))
	}
}

func TestSecretsAreLongAndDiffer(t *testing.T) {
	t.Parallel()
	a, b := newSecret(""), newSecret("")
	if a == b || len(a) != 43 || len(digest(a)) != 64 {
		t.Errorf("secrets %q %q", a, b)
	}
	if CSRFToken(a) == CSRFToken(b) || strings.Contains(CSRFToken(a), a) {
		t.Error("the page token follows from the session and hides it")
	}
	codes := newRecoveryCodes()
	if len(codes) != 10 || recoveryDigest("u", codes[0]) != recoveryDigest("u", strings.ToUpper(strings.ReplaceAll(codes[0], "-", " "))) {
		t.Errorf("codes %v", codes)
	}
	if recoveryDigest("u", codes[0]) == recoveryDigest("v", codes[0]) {
		t.Error("a recovery code belongs to one person")
	}
}

func TestSignInLimitsPerAddressAndName(t *testing.T) {
	t.Parallel()
	now, l := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC), newLimits()
	for i := range 20 {
		if !l.allow(now, "10.0.0.1", "chen") {
			t.Fatalf("attempt %d was refused", i+1)
		}
	}
	if l.allow(now, "10.0.0.2", "chen") {
		t.Error("the name has no attempts left, wherever they come from")
	}
	for range 39 {
		l.allow(now, "10.0.0.1", newSecret(""))
	}
	if !l.allow(now, "10.0.0.1", "wang") || l.allow(now, "10.0.0.1", "zhao") {
		t.Error("an address has sixty attempts at once")
	}
	if !l.allow(now.Add(time.Minute), "10.0.0.1", "chen") {
		t.Error("attempts come back with time")
	}
	for range maxBuckets {
		l.allow(now, newSecret(""), "x")
	}
	if len(l.buckets) > maxBuckets+1 {
		t.Errorf("%d buckets are remembered", len(l.buckets))
	}
}
