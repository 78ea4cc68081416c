package spoof

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func as(name, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "user-" + name, Name: name, UnitID: "u", Areas: []string{area}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return auth.With(context.Background(), p)
}

var (
	officer = as("officer", "320106001003001", patrol.PermDuty)
	other   = as("other", "320106001003001", patrol.PermDuty)
	centre  = as("centre", "320106", PermReview)
	street2 = as("street2", "320106002", PermReview)
	clerk   = as("clerk", "320106")
	program = auth.System(context.Background(), "test")
)

// twoDays are a session of an honest walk and one on the next day that replays it.
func twoDays(t *testing.T, d *db.DB, c *clock.Fake) *Service {
	t.Helper()
	s := New(Deps{DB: d, Patrol: patrol.New(patrol.Deps{DB: d})})
	r := rand.New(rand.NewPCG(3, 4))
	first := c.Now().Add(-30 * time.Hour)
	honest := walk(r, newWay(r), first.UnixMilli())
	second := first.Add(24 * time.Hour)
	copied := frauds["replay"](r, walk(r, newWay(r), second.UnixMilli()), honest)
	past := func(on time.Time) patrol.Session {
		off := clock.At(on.Add(5 * time.Hour))
		return patrol.Session{OfficerID: "user-officer", OfficerName: "officer", UnitID: "u", AreaCode: "320106001003001", OnAt: clock.At(on.Add(-time.Minute)), UntilAt: off, OffAt: &off, EndedBy: patrol.ByOfficer}
	}
	if err := d.Tx(program, func(tx *db.Tx) error {
		return s.Patrol.RestoreTx(program, tx, []patrol.Past{{Session: past(first), Points: honest}, {Session: past(second), Points: copied}})
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNightly_FindsTheCopyOfAFormerDayAndNothingElse(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := twoDays(t, d, c)
		list := func() httpx.Page[Finding] {
			p, err := s.List(centre, "", "", httpx.PageIn{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if err := s.Nightly(program); err != nil || list().Total != 0 {
			t.Errorf("by day: %v", err)
		}
		c.Set(time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)) // two in the morning
		for range 2 {
			if err := s.Nightly(program); err != nil {
				t.Fatal(err)
			}
			if p := list(); p.Total != 1 || p.Items[0].Reasons.V[0].Code != Repeated || p.Items[0].State != Open {
				t.Errorf("%+v", p)
			}
		}
		right := c.Now()
		shapes := func(want bool) {
			t.Helper()
			if err := d.Read(program, func(tx *db.Tx) error {
				n, err := db.Get[int](program, tx, "SELECT COUNT(*) FROM spoof_shape")
				if n > 0 != want {
					t.Errorf("%d shapes", n)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		c.Advance(400 * 24 * time.Hour)
		if err := s.Nightly(program); err != nil { // a clock that leaps costs no evidence
			t.Fatal(err)
		}
		shapes(true)
		if list().Total != 1 {
			t.Error("what was found is gone by night")
		}
		c.Set(right.Add(40 * 24 * time.Hour))
		if err := s.Forget(program); err != nil {
			t.Fatal(err)
		}
		shapes(false)
		if list().Total != 1 {
			t.Error("what was found is gone within a year")
		}
		c.Set(right.Add(400 * 24 * time.Hour))
		if err := s.Forget(program); err != nil || list().Total != 0 {
			t.Errorf("what was found is kept for more than a year: %v", err)
		}
	})
}

func TestDecide_IsAPersonsAndTheOfficerMaySayWhy(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		s := twoDays(t, d, c)
		from, to := c.Now().Add(-6*24*time.Hour), c.Now()
		if got, err := s.Examine(street2, from, to); err != nil || got.Sessions != 0 {
			t.Errorf("another street examined %+v, %v", got, err)
		}
		got, err := s.Examine(centre, from, to)
		if err != nil || got.Sessions != 2 || got.Suspicious != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		mine, err := s.Mine(officer)
		if err != nil || len(mine) != 1 {
			t.Fatalf("%+v, %v", mine, err)
		}
		f := &mine[0]
		if list, err := s.Mine(other); err != nil || len(list) != 0 {
			t.Errorf("a colleague sees %d, %v", len(list), err)
		}
		for name, x := range map[string]struct {
			do   func() error
			want errs.Kind
		}{
			"list without the permission":    {func() error { _, err := s.List(clerk, "", "", httpx.PageIn{Limit: 1}); return err }, errs.KindForbidden},
			"examine without the permission": {func() error { _, err := s.Examine(officer, from, to); return err }, errs.KindForbidden},
			"own list without being on duty": {func() error { _, err := s.Mine(clerk); return err }, errs.KindForbidden},
			"decide without the permission":  {func() error { _, err := s.Decide(officer, f.ID, 1, Genuine, "我没有"); return err }, errs.KindForbidden},
			"decide from another street":     {func() error { _, err := s.Decide(street2, f.ID, 1, Genuine, "看过"); return err }, errs.KindNotFound},
			"decide without a reason":        {func() error { _, err := s.Decide(centre, f.ID, 1, Genuine, " "); return err }, errs.KindInvalid},
			"decide for nothing":             {func() error { _, err := s.Decide(centre, f.ID, 1, Open, "看过"); return err }, errs.KindInvalid},
			"comment by a colleague":         {func() error { _, err := s.Comment(other, f.ID, "我替他说"); return err }, errs.KindNotFound},
			"examine a month":                {func() error { _, err := s.Examine(centre, from.Add(-30*24*time.Hour), to); return err }, errs.KindInvalid},
			"decide about oneself": {func() error {
				_, err := s.Decide(as("officer", "320106", PermReview), f.ID, 1, Genuine, "我没有")
				return err
			}, errs.KindForbidden},
		} {
			if err := x.do(); errs.KindOf(err) != x.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		said, err := s.Comment(officer, f.ID, "同一条固定路线")
		if err != nil {
			t.Fatal(err)
		}
		decided, err := s.Decide(centre, f.ID, said.Version, Doubtful, "两天的位置逐点相同")
		if err != nil || decided.State != Doubtful || decided.DecidedName != "centre" || decided.Comment != "同一条固定路线" {
			t.Fatalf("%+v, %v", decided, err)
		}
		_, err = s.Decide(centre, f.ID, said.Version, Genuine, "改")
		if errs.KindOf(err) != errs.KindConflict {
			t.Errorf("decided over: %v", err)
		}
		if _, err := s.Examine(centre, from, to); err != nil {
			t.Fatal(err)
		}
		if p, err := s.List(centre, Doubtful, "user-officer", httpx.PageIn{Limit: 5}); err != nil || p.Total != 1 {
			t.Errorf("what was decided changed when examined again: %+v, %v", p, err)
		}
	})
}
