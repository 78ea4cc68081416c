package rectify

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// trail returns the audit entries of an action.
func (w *world) trail(action string) (out []audit.Record) {
	w.t.Helper()
	ctx := auth.System(context.Background(), "test")
	if err := w.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = audit.List(ctx, tx, audit.Filter{Action: action, Limit: 100})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestResidents_LeaveNeitherAddressNorVerdictInTheTrail(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 2)...)
		free := w.free("04", 2)
		from := audit.WithOrigin(context.Background(), audit.Origin{RequestID: "r-1", Address: "203.0.113.9"})
		done := w.item(Done, free[0])
		slips, err := w.Invite(w.as("check"), done.ID, Invitation{Version: done.Version, Residents: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.AnswerInvitation(from, "203.0.113.9", Answer{Code: slips.Codes[0], Verdict: "unsolved", Words: "还是黑"}); err != nil {
			t.Fatal(err)
		}
		public := w.item(Published, free[1])
		if _, err := w.Speak(from, "203.0.113.9", public.ID, voiceOf(1, false, "还是黑")); err != nil {
			t.Fatal(err)
		}
		for _, action := range []string{"rectify.answered_invitation", "rectify.voice"} {
			list := w.trail(action)
			if len(list) != 1 {
				t.Fatalf("%s: %d entries", action, len(list))
			}
			e := list[0]
			if e.Address != "" || e.RequestID != "" || strings.Contains(e.Detail, "solved") || strings.Contains(e.Detail, "黑") {
				t.Errorf("%s tells %+v", action, e)
			}
		}
		// The id of a voice tells no time: all of this program's own ids begin with the millisecond.
		var id string
		if err := w.db.Read(from, func(tx *db.Tx) (err error) {
			id, err = db.Get[string](from, tx, "SELECT id FROM item_feedback")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(id, public.ID[:6]) {
			t.Errorf("the voice %s was given with the item %s", id, public.ID)
		}
	})
}

func TestSpeak_OneNetworkMakesNoMajorityByInventingBrowsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lines(lamp, 2)...)
	free := w.free("04", 2)
	i, other := w.item(Published, free[0]), w.item(Published, free[1])
	said := 0
	for n := range 30 {
		if _, err := w.Speak(context.Background(), "203.0.113.9", i.ID, voiceOf(n, false, "")); err != nil {
			wantCode(t, err, "rectify.too_many_voices")
			continue
		}
		said++
	}
	if said > 12 {
		t.Errorf("%d voices about one answer were taken from one network", said)
	}
	if _, err := w.Speak(context.Background(), "203.0.113.9", other.ID, voiceOf(99, true, "")); err != nil {
		t.Errorf("another answer: %v", err)
	}
	if _, err := w.Speak(context.Background(), "198.51.100.7", i.ID, voiceOf(98, true, "")); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func TestFeedback_PagesShowEveryVoiceOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Published, w.free("04", 1)...)
		for n := range 7 {
			w.speak(i, voiceOf(n, n%2 == 0, fmt.Sprintf("第%d句", n)))
		}
		seen, cursor := map[string]bool{}, ""
		for range 5 {
			list, err := w.Feedback(w.as("editor"), FeedbackFilter{}, page(2, cursor))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list.Items {
				if seen[f.Words] {
					t.Errorf("%s twice", f.Words)
				}
				seen[f.Words] = true
			}
			if cursor = list.NextCursor; cursor == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%d voices of 7", len(seen))
		}
	})
}
