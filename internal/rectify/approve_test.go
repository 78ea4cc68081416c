package rectify

import (
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestList_NothingIsStruckOffThatWasIssuedMeanwhile(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 2)...)
		l, items := w.approved(2)
		l = w.list(w.CorrectList(w.as("office"), l.ID, Correction{Reason: "剔除重复", Version: l.Version, Changes: []ListChange{{Kind: ChangeStrike, ItemID: items[0].ID}}}))
		w.ok(w.act(w.ok(w.load2(items[0].ID)), ActIssue))
		det := w.detail(leader("320106"), l.ID)
		_, err := w.DecideList(leader("320106"), l.ID, ListDecision{Approve: true, Hash: det.Editions[0].ContentHash, Version: det.Version})
		wantCode(t, err, "rectify.list_content")
		if det = w.detail(w.as("office"), l.ID); det.Counts.Items != 2 || !det.Counts.Pending {
			t.Errorf("%+v", det.Counts)
		}
	})
}
