package calls_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/calls/media"
	"yiwang/internal/calls/media/robot"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// house is a service with people of two streets. The desks hold every permission in their street, officers may call.
type house struct {
	*calls.Service
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	files blob.Store
	ids   map[string]string // by user name
	who   map[string]*auth.Principal
}

// noCases knows one case.
type noCases struct{}

func (noCases) CaseTx(_ context.Context, _ *db.Tx, id string) (number, area string, err error) {
	if id != "case-1" {
		return "", "", errs.NotFound("cases.not_found", "There is no such case.")
	}
	return "GL-1", east, nil
}

const (
	district = "320106"
	east     = "320106001"
	west     = "320106002"
	eastGrid = "320106001001"
	westGrid = "320106002001"
)

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) { fn(t, open(t, d, c)) })
}

func open(t *testing.T, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	people := identity.New(d, calls.Permissions(), identity.Config{})
	files, err := blob.OpenStore("dir:"+t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Service: calls.New(calls.Deps{DB: d, People: people, Cases: noCases{}, Files: files, Dir: t.TempDir()}), t: t, db: d, clock: c, files: files, ids: map[string]string{}, who: map[string]*auth.Principal{}}
	h.hire()
	return h
}

// hire writes people, posts and roles as identity keeps them.
func (h *house) hire() {
	h.t.Helper()
	ctx := auth.System(context.Background(), "test")
	all, own := calls.Permissions(), []string{calls.PermCall}
	err := h.db.Tx(ctx, func(tx *db.Tx) error {
		for role, perms := range map[string][]string{"desk": all, "officer": own} {
			if _, err := tx.Exec(ctx, "INSERT INTO identity_role (code, name, summary, class, privileged, permissions, builtin, version, updated_at) VALUES ($1, $1, '', 'business', FALSE, $2, TRUE, 1, $3)", role, db.JSON[[]string]{V: perms}, tx.Time()); err != nil {
				return err
			}
		}
		for i, one := range []struct{ name, role, area string }{{"desk", "desk", east}, {"desk2", "desk", east}, {"officer", "officer", eastGrid}, {"mate", "officer", eastGrid}, {"stranger", "officer", westGrid},
			{"westdesk", "desk", west}, {"chief", "desk", district}} {
			id, unit := fmt.Sprintf("user-%d", i), fmt.Sprintf("unit-%d", i)
			perms := map[string]bool{}
			for _, p := range map[string][]string{"desk": all, "officer": own}[one.role] {
				perms[p] = true
			}
			h.ids[one.name] = id
			h.who[one.name] = &auth.Principal{UserID: id, Name: one.name, UnitID: unit, Areas: []string{one.area}, Permissions: perms}
			if _, err := tx.Exec(ctx, "INSERT INTO identity_unit (id, code, name, kind, level, area_code, created_at, updated_at) VALUES ($1, $1, $2, 'x', 'street', $3, $4, $4)", unit, "unit of "+one.name, one.area, tx.Time()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO identity_user (id, username, name, unit_id, password_hash, password_at, created_at, updated_at) VALUES ($1, $2, $2, $3, '', $4, $4, $4)", id, one.name, unit, tx.Time()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO identity_post (id, user_id, unit_id, role_code, title, areas, state, requested_by, requested_at, version) VALUES ($1, $2, $3, $4, '', $5, 'active', 'x', $6, 1)",
				"post-"+id, id, unit, one.role, db.JSON[[]string]{V: []string{one.area}}, tx.Time()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) as(name string) context.Context {
	return auth.With(h.t.Context(), h.who[name])
}

// ring begins a call from the desk.
func (h *house) ring(from, to string) *calls.Call {
	h.t.Helper()
	c, err := h.Begin(h.as(from), calls.NewCall{To: h.ids[to], Kind: calls.Video, Reason: "燃气告警，想看一眼现场", Device: "page-" + from})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) act(who, id string, a calls.Action, said ...calls.Said) *calls.Call {
	h.t.Helper()
	one := calls.Said{Device: "page-" + who}
	if len(said) > 0 {
		one = said[0]
	}
	c, err := h.Act(h.as(who), id, a, one)
	if err != nil {
		h.t.Fatalf("%s: %s: %v", who, a, err)
	}
	return c
}

// refused reports the code with which an action is refused.
func (h *house) refused(who, id string, a calls.Action) string {
	_, err := h.Act(h.as(who), id, a, calls.Said{Device: "page-" + who})
	return errs.CodeOf(err)
}

func (h *house) standing(id, who string) calls.Standing {
	h.t.Helper()
	p := h.see(id).Party(h.ids[who])
	if p == nil {
		return ""
	}
	return p.State
}

func (h *house) see(id string) *calls.Detail {
	h.t.Helper()
	d, err := h.Get(h.as("chief"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// wait lets time pass as the program does: second by second is not needed, what is due is looked for.
func (h *house) wait(d time.Duration) {
	h.t.Helper()
	h.clock.Advance(d)
	if err := h.Expire(auth.System(h.t.Context(), "calls")); err != nil {
		h.t.Fatal(err)
	}
}

// carry runs a media server for the service until the test, or stop, ends it.
func (h *house) carry() (stop func()) {
	h.t.Helper()
	m, err := media.Listen(media.Config{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Secret: []byte("s"), Clock: clock.System})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(auth.System(context.Background(), "calls"))
	done := make(chan error, 1)
	go func() { done <- h.Carry(ctx, m) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			h.t.Errorf("carry ended with %v", err)
		}
	}
	h.t.Cleanup(stop)
	h.until("media run", func() bool { _, err := h.Try(h.as("officer"), "x"); return errs.CodeOf(err) != "calls.no_media" })
	return stop
}

func (h *house) until(what string, done func() bool) {
	h.t.Helper()
	end, look := time.NewTimer(20*time.Second), time.NewTicker(10*time.Millisecond)
	defer end.Stop()
	defer look.Stop()
	for !done() {
		select {
		case <-end.C:
			h.t.Fatalf("waited in vain: %s", what)
		case <-look.C:
		}
	}
}

// connect lets a robot carry somebody's part.
func (h *house) connect(who, id string) *robot.Robot {
	h.t.Helper()
	r, err := robot.New(robot.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = r.Close() })
	offer, err := r.Offer(false)
	if err != nil {
		h.t.Fatal(err)
	}
	answer, err := h.Connect(h.as(who), id, "page-"+who, offer, true)
	if err != nil {
		h.t.Fatalf("%s: %v", who, err)
	}
	if err := r.Answer(answer); err != nil {
		h.t.Fatal(err)
	}
	talking, stop := context.WithCancel(context.Background())
	h.t.Cleanup(stop)
	go r.Talk(talking, 25, 1000)
	return r
}
