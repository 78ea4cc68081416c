package rectify

import (
	"context"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestMerge_TakesOnlyFreeCommentsThatFit(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		ctx, plan := w.as("office"), Plan{Title: "灯", Field: "04", AreaCode: "320106001003"}
		_, err := w.Merge(ctx, []string{"c001"}, plan)
		wantCode(t, err, "opinion.comment_not_free") // not confirmed yet
		free := w.free("04", 3)
		wrong := plan
		wrong.Field = "05"
		_, err = w.Merge(ctx, free[:1], wrong)
		wantCode(t, err, "rectify.comment_does_not_fit")
		wrong = plan
		wrong.AreaCode = "320106002001"
		_, err = w.Merge(ctx, free[:1], wrong)
		wantCode(t, err, "rectify.comment_does_not_fit")
		_, err = w.Merge(w.as("code2"), free, plan)
		wantCode(t, err, "auth.outside_area")
		_, err = w.Merge(ctx, []string{"c001", "c001"}, plan)
		wantCode(t, err, "opinion.comment_not_free")

		i := w.ok(w.Merge(ctx, free[:2], plan))
		i = w.ok(w.Join(ctx, i.ID, free[2:], i.Version))
		if i.Voices != 3 {
			t.Errorf("voices %d", i.Voices)
		}
		_, err = w.opinions.Undo(ctx, "c001", 3)
		wantCode(t, err, "opinion.comment_merged")
		i = w.ok(w.Unmerge(ctx, i.ID, free[:1], i.Version))
		i = w.ok(w.Unmerge(ctx, i.ID, free[1:], i.Version))
		if i.State != Withdrawn || i.Voices != 0 {
			t.Errorf("an empty item is %s with %d voices", i.State, i.Voices)
		}
		again := w.ok(w.Merge(ctx, free, plan))
		again = w.ok(w.act(again, ActConfirm))
		again = w.ok(w.act(again, ActIssue))
		_, err = w.Unmerge(ctx, again.ID, free[:1], again.Version)
		wantCode(t, err, "rectify.issued_already")
	})
}

func TestWrites_LeaveHistoryAuditAndEvent(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Published, w.free("04", 1)...)
		ctx := context.Background()
		if err := d.Read(ctx, func(tx *db.Tx) error {
			for query, want := range map[string]int{
				"SELECT COUNT(*) FROM item_history WHERE item_id = $1":                            len(path[Published]) + 4, // merge, two photos, the page submitted
				"SELECT COUNT(*) FROM audit_entry WHERE object_id = $1":                           len(path[Published]) + 7, // the page written, two photos decided about
				"SELECT COUNT(*) FROM outbox WHERE subject = $1":                                  6,                        // confirm and start are silent
				"SELECT COUNT(*) FROM outbox WHERE subject = $1 AND payload LIKE '%\"c001\"%'":    1,                        // who to tell
				"SELECT COUNT(*) FROM item_clock WHERE item_id = $1 AND ended_by = 'verify'":      1,
				"SELECT COUNT(*) FROM item_history WHERE item_id = $1 AND actor_unit = 'u-check'": 1,
			} {
				n, err := db.Get[int](ctx, tx, query, i.ID)
				if err != nil {
					return err
				}
				if n != want {
					t.Errorf("%s: %d, want %d", query, n, want)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
