package calls_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/calls/media/robot"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
)

func TestRecord_WritesOnlyWhoAgreedAndOpensBehindAReason(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		stop := h.carry()
		c := h.ring("desk", "officer")
		h.act("officer", c.ID, calls.Accept)
		h.connect("desk", c.ID)
		h.connect("officer", c.ID)
		h.until("connected", func() bool { d := h.see(c.ID); return d.Parties[0].LostAt == nil && d.Parties[1].LostAt == nil })
		if code := h.refused("officer", c.ID, calls.Record); code != "auth.no_permission" {
			t.Errorf("an officer records: %s", code)
		}
		if code := h.refused("officer", c.ID, calls.Agree); code != "calls.not_asked" {
			t.Errorf("agreed to nothing: %s", code)
		}
		h.act("desk", c.ID, calls.Record)
		h.until("the desk is recorded", func() bool { return len(h.see(c.ID).Recordings) == 1 })
		h.act("officer", c.ID, calls.Refuse)
		if d := h.see(c.ID); len(d.Recordings) != 1 || d.Recordings[0].UserID != h.ids["desk"] || d.Party(h.ids["officer"]).Consent != calls.Refused {
			t.Errorf("recorded without consent: %+v", d.Recordings)
		}
		h.act("officer", c.ID, calls.Agree) // thought better of it
		h.until("both are recorded", func() bool { return len(h.see(c.ID).Recordings) == 2 })
		stop() // the server ends: what was written stays
		d := h.see(c.ID)
		for _, r := range d.Recordings {
			if r.State != calls.Kept {
				t.Fatalf("not kept: %+v", r)
			}
		}
		id := d.Recordings[0].ID
		for _, who := range []string{"officer", "westdesk"} {
			if _, err := h.LookAt(h.as(who), id, "好奇"); errs.KindOf(err) != errs.KindForbidden && errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("%s looks: %v", who, err)
			}
		}
		if _, err := h.LookAt(h.as("desk2"), id, " "); errs.CodeOf(err) != "calls.bad_text" {
			t.Errorf("without a reason: %v", err)
		}
		if _, _, err := h.Open(h.as("desk2"), id, "guessed"); errs.CodeOf(err) != "calls.no_reason" {
			t.Errorf("opened without a look: %v", err)
		}
		look, err := h.LookAt(h.as("desk2"), id, "核对现场情况")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Open(h.as("desk"), id, look.ID); errs.CodeOf(err) != "calls.no_reason" {
			t.Errorf("opened with somebody else's look: %v", err)
		}
		file, _, err := h.Open(h.as("desk2"), id, look.ID)
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 4)
		if _, err := io.ReadFull(file, head); err != nil || head[0] != 0x1A || head[1] != 0x45 {
			t.Errorf("no WebM file: %x, %v", head, err)
		}
		_ = file.Close()
		if d, err := h.Get(h.as("officer"), c.ID); err != nil || len(d.Looks) != 1 || d.Looks[0].Reason != "核对现场情况" {
			t.Errorf("the officer sees looks %+v, %v", d, err)
		}
		h.clock.Advance(2 * time.Hour)
		if _, _, err := h.Open(h.as("desk2"), id, look.ID); errs.CodeOf(err) != "calls.no_reason" {
			t.Errorf("a look opens for ever: %v", err)
		}
		h.clock.Advance(366 * 24 * time.Hour)
		if err := h.Forget(auth.System(t.Context(), "calls")); err != nil {
			t.Fatal(err)
		}
		if _, err := h.LookAt(h.as("desk2"), id, "核对"); errs.CodeOf(err) != "calls.no_recording" {
			t.Errorf("after a year: %v", err)
		}
		left := 0
		if err := h.files.Walk(t.Context(), func(string, int64) error { left++; return nil }); err != nil || left != 0 {
			t.Errorf("%d files left, %v", left, err)
		}
	})
}

// Another server of the same database ends the call; the one that carries it learns of it from the rows, or from the pages that leave.
func TestRecord_IsKeptWhoeverEndsTheCall(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.carry()
		other := calls.New(h.Deps)
		for name, pagesLeave := range map[string]bool{"pages leave at once": true, "pages stay": false} {
			c := h.ring("desk", "officer")
			h.act("officer", c.ID, calls.Accept)
			pages := []*robot.Robot{h.connect("desk", c.ID), h.connect("officer", c.ID)}
			h.until("connected", func() bool { d := h.see(c.ID); return d.Parties[0].LostAt == nil && d.Parties[1].LostAt == nil })
			h.act("desk", c.ID, calls.Record)
			h.act("officer", c.ID, calls.Agree)
			h.until("both are recorded", func() bool { return len(h.see(c.ID).Recordings) == 2 })
			if _, err := other.Act(h.as("desk"), c.ID, calls.HangUp, calls.Said{}); err != nil {
				t.Fatal(err)
			}
			for _, page := range pages {
				if pagesLeave {
					_ = page.Close()
				}
			}
			h.until("kept: "+name, func() bool {
				d := h.see(c.ID)
				return !slices.ContainsFunc(d.Recordings, func(r calls.Recording) bool { return r.State == calls.Writing })
			})
		}
	})
}
