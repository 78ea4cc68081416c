package export_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/export"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

const area = "320106001"

// as is somebody with every permission of the kinds in an area.
func as(name, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: name, Name: name, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, one := range permissions {
		p.Permissions[one] = true
	}
	return auth.With(context.Background(), p)
}

// files is a kind whose files hold the note and nothing else.
func files(d *db.DB, name string, change func(*export.Kind)) *export.Desk {
	k := export.Kind{Name: name, Tag: name, Base: "/api/v1/" + name + "-files", Ask: name + ".ask", Approve: name + ".approve",
		Make: func(_ context.Context, _ *export.Request, m export.Mark) (*export.File, error) {
			return &export.File{Name: "a.txt", Type: "text/plain", Content: []byte(m.Note), Lines: 1}, nil
		}}
	if change != nil {
		change(&k)
	}
	return export.New(d, k)
}

func ask(ctx context.Context, d *db.DB, of *export.Desk, w export.Wish) (r *export.Request, err error) {
	err = d.Tx(ctx, func(tx *db.Tx) error {
		r, err = of.AskTx(ctx, tx, w)
		return err
	})
	return r, err
}

func wish() export.Wish {
	return export.Wish{Area: area, SubjectID: "list-1", SubjectName: "清单", Lines: 3, Format: "csv", Purpose: " 例会，找 13812345678 "}
}

func want(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); got != code {
		t.Fatalf("got %q (%v), not %q", got, err, code)
	}
}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestDesk_AFileIsDecidedByAnotherTakenFiveTimesInSevenDaysAndEveryDownloadIsNumbered(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		paper := files(d, "paper", nil)
		me, boss := as("me", area, "paper.ask", "paper.approve"), as("boss", "320106", "paper.approve")
		blank := wish()
		blank.Purpose = " \n"
		_, err := ask(me, d, paper, blank)
		want(t, err, "export.bad_text")
		_, err = ask(boss, d, paper, wish())
		want(t, err, "auth.no_permission")
		r := ok(ask(me, d, paper, wish()))(t)
		if r.State != export.Waiting || r.Number != 1 || !r.Mine || r.CanDecide || strings.Contains(r.Purpose, "13812345678") || !strings.HasPrefix(r.Purpose, "例会") {
			t.Fatalf("%+v", r)
		}
		_, err = paper.Take(me, r.ID)
		want(t, err, "export.not_approved")
		_, err = paper.Decide(me, r.ID, 1, true, "")
		want(t, err, "export.own")
		_, err = paper.Decide(as("far", "320106002", "paper.approve"), r.ID, 1, true, "")
		want(t, err, "auth.outside_area")
		_, err = paper.Decide(boss, r.ID, 1, false, " ")
		want(t, err, "export.bad_text")
		_, err = paper.Decide(boss, r.ID, 2, true, "")
		want(t, err, "export.decided")
		if got := ok(paper.Decide(boss, r.ID, 1, true, "会后删除"))(t); got.State != export.Approved || got.Version != 2 || !got.ExpiresAt.Equal(c.Now().Add(7*24*time.Hour)) {
			t.Fatalf("%+v", got)
		}
		_, err = paper.Decide(boss, r.ID, 2, false, "改主意")
		want(t, err, "export.decided")
		_, err = paper.Take(as("other", area, "paper.ask"), r.ID)
		want(t, err, "export.none")
		for n := 1; n <= 5; n++ {
			if f := ok(paper.Take(me, r.ID))(t); !strings.HasSuffix(string(f.Content), fmt.Sprintf("boss 批准；下载编号 1%d", n)) || !strings.HasPrefix(string(f.Content), "me ") {
				t.Fatalf("the file says %s", f.Content)
			}
		}
		_, err = paper.Take(me, r.ID)
		want(t, err, "export.used")
		list := ok(paper.List(boss))(t).Items
		if len(list) != 1 || len(list[0].Taken) != 5 || list[0].Taken[0].Mark != 15 || list[0].Taken[0].SHA256 == "" || list[0].Taken[0].By != "me" {
			t.Fatalf("%+v", list)
		}
		c.Advance(7*24*time.Hour + time.Second)
		if list = ok(paper.List(me))(t).Items; list[0].State != export.Expired {
			t.Errorf("after a week it is %s", list[0].State)
		}
	})
}

func TestDesk_AnApprovedFileExpiresAndCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		paper := files(d, "paper", nil)
		me, boss := as("me", area, "paper.ask"), as("boss", "320106", "paper.approve")
		first, second := ok(ask(me, d, paper, wish()))(t), ok(ask(me, d, paper, wish()))(t)
		for _, r := range []*export.Request{first, second} {
			ok(paper.Decide(boss, r.ID, 1, true, ""))(t)
		}
		_, err := paper.Withdraw(as("other", area, "paper.ask"), first.ID)
		want(t, err, "export.none")
		if got := ok(paper.Withdraw(me, first.ID))(t); got.State != export.Withdrawn {
			t.Errorf("%+v", got)
		}
		_, err = paper.Take(me, first.ID)
		want(t, err, "export.not_approved")
		_, err = paper.Withdraw(me, first.ID)
		want(t, err, "export.decided")
		c.Advance(8 * 24 * time.Hour)
		_, err = paper.Take(me, second.ID)
		want(t, err, "export.expired")
	})
}

func TestDesk_WhoAFileIsAboutDecidesNothingAndWaitingIsBounded(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		track, once := files(d, "track", func(k *export.Kind) { k.OfPerson = true }), files(d, "once", func(k *export.Kind) { k.Once = true })
		me := as("me", area, "track.ask", "once.ask")
		r := ok(ask(me, d, track, wish()))(t)
		concerned := as("list-1", area, "track.approve")
		_, err := track.Decide(concerned, r.ID, 1, true, "")
		want(t, err, "export.own")
		if list := ok(track.List(concerned))(t).Items; len(list) != 1 || list[0].CanDecide {
			t.Errorf("%+v", list)
		}
		for range 9 {
			ok(ask(me, d, track, wish()))(t)
		}
		_, err = ask(me, d, track, wish())
		want(t, err, "export.many")
		ok(ask(me, d, once, wish()))(t)
		_, err = ask(me, d, once, wish())
		want(t, err, "export.waits")
		other := wish()
		other.SubjectID = "list-2"
		ok(ask(me, d, once, other))(t)
	})
}

func TestTake_KeepsNothingOfAFileThatWasNotMadeOrOvertaken(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		fails, between := true, func() {}
		paper := files(d, "paper", func(k *export.Kind) {
			k.Make = func(_ context.Context, _ *export.Request, m export.Mark) (*export.File, error) {
				if fails {
					return nil, errors.New("no room")
				}
				between()
				return &export.File{Content: []byte(m.Note)}, nil
			}
		})
		me, boss := as("me", area, "paper.ask"), as("boss", "320106", "paper.approve")
		r := ok(ask(me, d, paper, wish()))(t)
		ok(paper.Decide(boss, r.ID, 1, true, ""))(t)
		if _, err := paper.Take(me, r.ID); err == nil {
			t.Fatal("a file that could not be made was given")
		}
		fails = false
		between = func() { // another page of the same person is faster
			between = func() {}
			ok(paper.Take(me, r.ID))(t)
		}
		f, err := paper.Take(me, r.ID)
		want(t, err, "export.twice")
		if f != nil {
			t.Error("a file whose download is not kept was given")
		}
		if list := ok(paper.List(me))(t).Items; list[0].Downloads != 1 || len(list[0].Taken) != 1 {
			t.Errorf("%+v", list[0])
		}
	})
}

func TestBoard_WhoeverDecidesSeesEveryKindAndWhatWaitsFirst(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		one, two := files(d, "one", nil), files(d, "two", nil)
		board := export.NewBoard(d, one, two)
		me, boss := as("me", area, "one.ask", "two.ask"), as("boss", "320106", "one.approve", "two.approve")
		ok(ask(me, d, one, wish()))(t)
		done := ok(ask(me, d, two, wish()))(t)
		ok(two.Decide(boss, done.ID, 1, true, ""))(t)
		list := ok(board.List(boss, ""))(t).Items
		if len(list) != 2 || list[0].Kind != "one" || !list[0].CanDecide || list[1].Kind != "two" {
			t.Fatalf("%+v", list)
		}
		if list = ok(board.List(boss, "two"))(t).Items; len(list) != 1 || list[0].ID != done.ID {
			t.Errorf("%+v", list)
		}
		if list = ok(board.List(as("half", "320106", "one.approve"), ""))(t).Items; len(list) != 1 || list[0].Kind != "one" {
			t.Errorf("who decides on one kind sees %+v", list)
		}
		if list = ok(board.List(as("far", "320106002", "one.approve", "two.ask"), ""))(t).Items; len(list) != 0 {
			t.Errorf("another street sees %+v", list)
		}
		_, err := board.List(boss, "three")
		want(t, err, "export.bad_kind")
		_, err = board.List(as("nobody", area), "")
		want(t, err, "auth.no_permission")
		if board.Approve("two") != "two.approve" || board.Approve("three") != "" {
			t.Error("who decides is not known")
		}
	})
}

// Every operation of a kind and of the board.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		paper := files(d, "paper", nil)
		board := export.NewBoard(d, paper)
		people := map[string]context.Context{"me": as("me", area, "paper.ask"), "boss": as("boss", "320106", "paper.approve"), "other": as("other", "320106002", "paper.ask", "paper.approve"), "nobody": as("nobody", area)}
		first, second := ok(ask(people["me"], d, paper, wish()))(t), ok(ask(people["me"], d, paper, wish()))(t)
		const base = "/api/v1/paper-files"
		routes.Open(func(api huma.API) { paper.Routes(api); board.Routes(api) }, func(who string) context.Context { return people[who] }).
			Check(t, routes.Table{Own: "me", Other: "other", Without: "nobody", Lines: []routes.Line{
				{Rule: "GET " + base, Status: 200, Other: 200, Code: "empty", Bare: 403},
				{Rule: "GET /api/v1/exports", Values: "?kind=paper", Status: 200, Other: 200, Code: "empty", Bare: 403},
				{Rule: "POST " + base + "/{id}/decision", Values: first.ID, Body: `{"approve":true,"version":1}`, By: "boss", Status: 200, Other: 403, Code: "auth.outside_area"},
				{Rule: "GET " + base + "/{id}/file", Values: first.ID, Status: 200, Other: 404, Code: "export.none"},
				{Rule: "DELETE " + base + "/{id}", Values: second.ID, Status: 200, Other: 404, Code: "export.none"},
			}})
	})
}
