package calls_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
)

func TestExport_IsTheLogOfTheOwnAreasAndLeavesATrail(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		h.act("officer", c.ID, calls.Accept)
		h.clock.Advance(90 * time.Second)
		h.act("officer", c.ID, calls.HangUp)
		c = h.ring("desk", "mate")
		h.act("mate", c.ID, calls.Decline, calls.Said{Reply: "在爬楼"})
		for who, rows := range map[string]int{"desk2": 2, "chief": 2, "westdesk": 0} {
			var file bytes.Buffer
			if err := h.Export(h.as(who), calls.Filter{}, sheet.CSV, &file); err != nil {
				t.Fatal(err)
			}
			text := file.String()
			if n := strings.Count(text, "unit of desk"); n != rows {
				t.Errorf("%s takes %d calls:\n%s", who, n, text)
			}
			if rows > 0 && (!strings.Contains(text, "已通话") || !strings.Contains(text, ",90,") || !strings.Contains(text, "对方没接")) || strings.Contains(text, "在爬楼") {
				t.Errorf("%s takes:\n%s", who, text)
			}
		}
		if err := h.Export(h.as("officer"), calls.Filter{}, sheet.CSV, &bytes.Buffer{}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("an officer takes the log: %v", err)
		}
		h.read(func(tx *db.Tx) error {
			n, err := db.Get[int](t.Context(), tx, "SELECT COUNT(*) FROM audit_entry WHERE action = 'calls.exported'")
			if n != 3 {
				t.Errorf("%d entries in the trail", n)
			}
			return err
		})
	})
}

func (h *house) read(fn func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Read(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func TestEnded_SaysWhoWasRungInVainAndHowLongTheyTalked(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		ended := func(id string) (e calls.Changed) {
			h.read(func(tx *db.Tx) error {
				payload, err := db.Get[string](t.Context(), tx, "SELECT payload FROM outbox WHERE topic = $1 AND subject = $2", calls.TopicEnded, id)
				if err != nil {
					return err
				}
				return json.Unmarshal([]byte(payload), &e)
			})
			return e
		}
		c := h.ring("desk", "officer")
		h.act("desk", c.ID, calls.HangUp)
		if e := ended(c.ID); e.Ending != calls.Cancelled || !slices.Equal(e.Missed, []string{h.ids["officer"]}) || !slices.Equal(e.Names, []string{"officer"}) {
			t.Errorf("given up: %+v", e)
		}
		c, err := h.Begin(h.as("desk"), calls.NewCall{To: h.ids["officer"], Kind: calls.Video, CaseID: "case-1", Device: "page-desk"})
		if err != nil {
			t.Fatal(err)
		}
		h.act("officer", c.ID, calls.Accept)
		h.clock.Advance(131 * time.Second)
		h.act("officer", c.ID, calls.HangUp)
		if e := ended(c.ID); e.CaseID != "case-1" || e.Seconds != 131 || len(e.Missed) != 0 || len(e.Names) != 2 || e.Recorded {
			t.Errorf("talked: %+v", e)
		}
		c = h.ring("desk", "officer")
		h.act("officer", c.ID, calls.Decline)
		if e := ended(c.ID); len(e.Missed) != 0 {
			t.Errorf("who declined missed nothing: %+v", e)
		}
	})
}
