package audit_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// refused lists the noted refusals as "who operation detail", in the order of their ids.
func refused(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := audit.List(ctx, tx, audit.Filter{Action: "access.refused", Limit: 1000})
		for i := range rows {
			out = append(out, rows[i].ActorName+" "+rows[i].ObjectID+" "+rows[i].Address+" "+rows[i].Detail)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(out)
	return out
}

func TestRefusals_TheFirstIsNotedAtOnceAndThoseAfterItOncePerHour(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		f := audit.NewRefusals(d)
		as := func(name string) context.Context {
			return audit.WithOrigin(auth.With(context.Background(), &auth.Principal{UserID: "u-" + name, Name: name}), audit.Origin{Address: "192.0.2.1"})
		}
		note := func(want int) []string {
			t.Helper()
			if err := f.Note(context.Background()); err != nil {
				t.Fatal(err)
			}
			got := refused(t, d)
			if len(got) != want {
				t.Fatalf("%d entries, want %d: %v", len(got), want, got)
			}
			return got
		}
		f.Add(context.Background(), "GET /nobody")
		note(0)
		f.Add(as("a"), "GET /users")
		f.Add(as("b"), "GET /users")
		begun := clock.At(c.Now()).Format(time.RFC3339)
		if got := note(2); got[0] != `a GET /users 192.0.2.1 {"from":"`+begun+`","times":1,"to":"`+begun+`"}` {
			t.Error(got[0])
		}
		for range 500 {
			f.Add(as("a"), "GET /users")
			c.Advance(time.Second)
			note(2)
		}
		c.Advance(time.Hour)
		if got := note(3); !strings.Contains(got[2], `"times":500`) {
			t.Error(got[2])
		}
		c.Advance(3 * time.Hour)
		note(3)
		f.Add(as("a"), "GET /users")
		note(4)
	})
}

func TestRefusals_WhoTriesEverythingStandsWithABoundedNumberOfEntries(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		f, ctx := audit.NewRefusals(d), auth.With(context.Background(), &auth.Principal{UserID: "u", Name: "u"})
		for i := range 1000 {
			f.Add(ctx, fmt.Sprintf("GET /%04d", i))
		}
		if err := f.Note(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := refused(t, d)
		if len(got) != 33 || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "u * ") && strings.Contains(s, `"times":968`) }) {
			t.Errorf("%d entries: %v", len(got), got)
		}
	})
}

func TestRefusals_WhatCouldNotBeWrittenIsWrittenTheNextTime(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		f, ctx := audit.NewRefusals(d), auth.With(context.Background(), &auth.Principal{UserID: "u", Name: "u"})
		f.Add(ctx, "GET /users")
		away, leave := context.WithCancel(context.Background())
		leave()
		if err := f.Note(away); err == nil {
			t.Fatal("written without a database")
		}
		f.Add(ctx, "GET /users")
		if err := f.NoteAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := refused(t, d); len(got) != 1 || !strings.Contains(got[0], `"times":2`) {
			t.Error(got)
		}
	})
}
