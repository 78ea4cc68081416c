package identity

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// A unit holds people of several roles and of several areas; a notice to it is for those who can open its page.
func TestNotices_OfAUnitReachThoseWhoMayOpenThemAndNobodyElse(t *testing.T) {
	eachHouse(t, func(h *house) {
		housing := h.user("housing")
		tell := func(title string, to To) {
			to.Unit = housing.UnitID
			h.must(h.d.Tx(program, func(tx *db.Tx) error { return h.s.Notify(program, tx, to, "x", title, "/rectify/items/1") }))
		}
		tell("may open", To{Needs: "rectify.read"})
		tell("may open it here", To{Needs: "rectify.read", Area: "320106001"})
		tell("may not", To{Needs: "rectify.issue"})
		tell("is elsewhere", To{Needs: "rectify.read", Area: "320102"})
		tell("has a part of the name", To{Needs: "rectify.rea"})
		ctx := h.as("housing")
		page, err := h.s.Notices(ctx, true, 50, "")
		h.must(err)
		var titles []string
		for _, n := range page.Items {
			titles = append(titles, n.Title)
		}
		if want := []string{"may open it here", "may open"}; !slices.Equal(titles, want) || page.Total != 2 || page.Unread != 2 {
			h.t.Errorf("told %q, %d in all, %d unread", titles, page.Total, page.Unread)
		}

		// The role is taken away: what was left before is no longer shown, nor counted.
		p := *auth.From(ctx)
		p.Permissions = map[string]bool{"cases.read": true}
		page, err = h.s.Notices(auth.With(context.Background(), &p), false, 50, "")
		h.must(err)
		if page.Total != 0 || page.Unread != 0 {
			h.t.Errorf("without the permission %+v", page)
		}
	})
}

func TestNotices_ToOthersAreNotOfThoseWhoHaveNoUnit(t *testing.T) {
	eachHouse(t, func(h *house) {
		housing := h.user("housing")
		h.must(h.d.Tx(program, func(tx *db.Tx) error {
			return h.s.Notify(program, tx, To{User: housing.ID}, "x", "给一个人的", "/cases/1")
		}))
		loose := auth.With(context.Background(), &auth.Principal{UserID: h.user("urban_mgmt").ID, Areas: []string{"320106"}})
		page, err := h.s.Notices(loose, false, 50, "")
		h.must(err)
		if page.Total != 0 {
			h.t.Errorf("reads %+v", page.Items)
		}
	})
}

func TestNotify_RefusesANoticeToAUnitThatDoesNotSayWhoMayOpenIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		err := h.d.Tx(program, func(tx *db.Tx) error {
			return h.s.Notify(program, tx, To{Unit: h.user("housing").UnitID}, "x", "整改事项", "/rectify/items/1")
		})
		h.refused(err, "identity.open_notice")
	})
}

func TestUnreached_NamesWhoIsNotConcerned(t *testing.T) {
	eachHouse(t, func(h *house) {
		housing, street := h.user("housing"), h.user("street01")
		both := []string{housing.ID, street.ID}
		for name, one := range map[string]struct {
			to   To
			left []string
		}{
			"in service":             {To{}, nil},
			"of the unit":            {To{Unit: housing.UnitID}, []string{street.ID}},
			"with the permission":    {To{Unit: housing.UnitID, Needs: "rectify.answer"}, []string{street.ID}},
			"without the permission": {To{Unit: housing.UnitID, Needs: "rectify.issue"}, both},
			"in the area":            {To{Needs: "rectify.read", Area: "320106001003"}, nil},
			"outside the area":       {To{Needs: "rectify.read", Area: "320106002"}, []string{street.ID}},
		} {
			var left []string
			h.must(h.d.Read(program, func(tx *db.Tx) (err error) {
				left, err = h.s.UnreachedTx(program, tx, both, one.to)
				return err
			}))
			slices.Sort(left)
			slices.Sort(one.left)
			if !slices.Equal(left, one.left) {
				h.t.Errorf("%s: %v, want %v", name, left, one.left)
			}
		}
	})
}
