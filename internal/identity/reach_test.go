package identity

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/platform/db"
)

func TestReach_AsksForSeveralPeopleAtOnceAndLeavesOutWhoCannotSignIn(t *testing.T) {
	eachHouse(t, func(h *house) {
		page, err := h.s.Users(program, UserFilter{})
		h.must(err)
		everybody := func(users []string, words string, limit int) (out []string) {
			h.must(h.s.db.Read(context.Background(), func(tx *db.Tx) error {
				list, err := h.s.ReachTx(context.Background(), tx, PermRead, users, words, limit, func([]string) bool { return true })
				for i := range list {
					out = append(out, list[i].ID)
				}
				return err
			}))
			return out
		}
		all := everybody(nil, "", 100)
		if len(all) < 3 || len(all) >= len(page.Items) {
			h.t.Fatalf("%d of %d hold the permission", len(all), len(page.Items))
		}
		some := []string{all[2], all[0], "nobody"}
		if got := everybody(some, "", 100); !slices.Equal(got, []string{all[0], all[2]}) {
			h.t.Errorf("asked for %v, got %v", some, got)
		}
		if got := everybody(some, "no such name", 100); len(got) != 0 {
			h.t.Errorf("by words: %v", got)
		}
		if got := everybody(nil, "", 2); !slices.Equal(got, all[:2]) {
			h.t.Errorf("at most two: %v", got)
		}
		h.must(h.s.db.Tx(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), "UPDATE identity_user SET disabled = TRUE WHERE id = $1", all[0])
			return err
		}))
		if got := everybody(some, "", 100); !slices.Equal(got, all[2:3]) {
			h.t.Errorf("after one has left: %v", got)
		}
	})
}
