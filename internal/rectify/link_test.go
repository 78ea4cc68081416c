package rectify

import (
	"context"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// files are the cases and whistles above this module, reduced to what a test needs.
type files map[string]Matter

func (f files) OpenCase(_ context.Context, tx *db.Tx, n NewMatter) (Matter, error) {
	m := Matter{Kind: LinkCase, ID: db.NewID(tx), Number: "A-new", Title: n.Title, State: "registered"}
	f[m.ID] = m
	return m, nil
}

func (f files) OpenWhistle(_ context.Context, tx *db.Tx, n NewMatter) (Matter, error) {
	m := Matter{Kind: LinkWhistle, ID: db.NewID(tx), Number: "S-new", Title: n.Title, State: "draft", CaseID: n.CaseID}
	f[m.ID] = m
	return m, nil
}

func (f files) Find(_ context.Context, _ *db.Tx, kind, number string) (Matter, error) {
	for _, m := range f {
		if m.Kind == kind && m.Number == number {
			return m, nil
		}
	}
	return Matter{}, errs.NotFound("cases.not_found", "There is no such case, or you may not see it.")
}

func (f files) Look(_ context.Context, _ *db.Tx, kind string, ids []string) (out []Matter, _ error) {
	for _, id := range ids {
		if m, ok := f[id]; ok && m.Kind == kind {
			out = append(out, m)
		}
	}
	return out, nil
}

func (w *world) link(i *Item, kind, number string) *Item {
	w.t.Helper()
	if _, err := w.Link(w.as("housing"), i.ID, NewLink{Version: i.Version, Kind: kind, Number: number}); err != nil {
		w.t.Fatal(err)
	}
	return w.ok(w.load2(i.ID))
}

// hear tells the items what became of a matter, as often as said.
func (w *world) hear(m Matter, times int) {
	w.t.Helper()
	ctx := auth.System(context.Background(), "test")
	for range times {
		if err := w.db.Tx(ctx, func(tx *db.Tx) error {
			if m.Kind == LinkWhistle {
				if err := w.JoinWhistleTx(ctx, tx, m); err != nil {
					return err
				}
			}
			return w.HeardTx(ctx, tx, m)
		}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) steps(i *Item, a Action) (n int) {
	w.t.Helper()
	for _, h := range w.whole(i, "office").History {
		n += one(h.Action == a)
	}
	return n
}

func TestHeard_ProposesDoneOnceForEveryItemWhoseLastMatterEnded(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 3)...)
		f := files{"k1": {Kind: LinkCase, ID: "k1", Number: "A1"}, "k2": {Kind: LinkCase, ID: "k2", Number: "A2"}}
		w.Reach(f, nil)
		free := w.free("04", 3)
		both, one, late := w.item(Doing, free[0]), w.item(Doing, free[1]), w.item(Doing, free[2])
		both = w.link(w.link(both, LinkCase, "A1"), LinkCase, "A2")
		one = w.link(one, LinkCase, "A1")
		m := f["k1"]
		m.EndedAt, m.State = clock.Ptr(testkit.Epoch), "closed"
		f["k1"] = m
		late = w.link(late, LinkCase, "A1") // knows the end before the others hear of it
		w.hear(m, 2)
		if a, b, c := w.steps(both, ActReady), w.steps(one, ActReady), w.steps(late, ActReady); a != 0 || b != 1 || c != 0 {
			t.Errorf("proposed %d, %d, %d times", a, b, c)
		}
		m = f["k2"]
		m.EndedAt = clock.Ptr(testkit.Epoch)
		f["k2"] = m
		w.hear(m, 2)
		if n := w.steps(both, ActReady); n != 1 || !w.whole(both, "housing").Ready || w.ok(w.load2(both.ID)).State != Doing {
			t.Errorf("proposed %d times, state %s", n, both.State)
		}
		// A case that is opened again and ends again proposes again.
		m.EndedAt = nil
		w.hear(m, 1)
		m.EndedAt = clock.Ptr(testkit.Epoch)
		w.hear(m, 1)
		if n := w.steps(both, ActReady); n != 2 {
			t.Errorf("proposed %d times after the case was opened again", n)
		}
	})
}

func TestJoinWhistle_ReachesEveryItemOfItsCaseAndStaysAwayOnceTakenAway(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 2)...)
		whistle := Matter{Kind: LinkWhistle, ID: "s1", Number: "S1", CaseID: "k1", State: "blown"}
		f := files{"k1": {Kind: LinkCase, ID: "k1", Number: "A1"}, "s1": whistle}
		w.Reach(f, nil)
		free := w.free("04", 2)
		first, second := w.link(w.item(Doing, free[0]), LinkCase, "A1"), w.item(Doing, free[1])
		w.hear(whistle, 1)
		second = w.link(second, LinkCase, "A1") // linked once the whistle had been blown
		w.hear(whistle, 2)
		for _, i := range []*Item{first, second} {
			if links := w.whole(i, "office").Links; len(links) != 2 || links[1].Number != "S1" {
				t.Fatalf("links %+v", links)
			}
		}
		second = w.ok(w.load2(second.ID))
		if err := w.Unlink(w.as("housing"), second.ID, w.whole(second, "office").Links[1].ID, second.Version); err != nil {
			t.Fatal(err)
		}
		w.hear(whistle, 1)
		if links := w.whole(second, "office").Links; len(links) != 1 {
			t.Errorf("the link came back: %+v", links)
		}
	})
}

func TestLink_IsOfTheLeadUnitAndTheOffice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	w.Reach(files{"k1": {Kind: LinkCase, ID: "k1", Number: "A1"}}, nil)
	i := w.item(Doing, w.free("04", 1)...)
	for who, code := range map[string]string{"urban": "rectify.not_found", "street2": "rectify.not_found", "reader": "auth.no_permission", "check": "auth.no_permission", "street1": "auth.no_permission"} {
		_, err := w.Link(w.as(who), i.ID, NewLink{Version: i.Version, Kind: LinkCase, Number: "A1"})
		wantCode(t, err, code)
		_, err = w.Open(w.as(who), i.ID, OpenLink{Version: i.Version, Kind: LinkCase, Text: "修灯"})
		wantCode(t, err, code)
	}
	_, err := w.Link(w.as("housing"), i.ID, NewLink{Version: i.Version, Kind: LinkCase, Number: "A9"})
	wantCode(t, err, "rectify.unknown_matter")
	_, err = w.Open(w.as("housing"), i.ID, OpenLink{Version: i.Version, Kind: LinkWhistle, Text: "会办", CaseID: "k1", Units: []string{"u-urban"}})
	wantCode(t, err, "rectify.whistle_needs_case")
	i = w.link(i, LinkCase, "A1")
	_, err = w.Link(w.as("housing"), i.ID, NewLink{Version: i.Version, Kind: LinkCase, Number: "A1"})
	wantCode(t, err, "rectify.linked_before")
}
