package app

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// posts are all who work in the district, each with every granted post.
func posts(ctx context.Context, t *testing.T, a *App) (people []*auth.Principal) {
	t.Helper()
	type row struct {
		UserID      string            `db:"user_id"`
		Name        string            `db:"name"`
		UnitID      string            `db:"unit_id"`
		Areas       db.JSON[[]string] `db:"areas"`
		Permissions db.JSON[[]string] `db:"permissions"`
	}
	err := a.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All[row](ctx, tx, `SELECT p.user_id, u.name || ' (' || p.role_code || ')' AS name, p.unit_id, p.areas, r.permissions FROM identity_post p
			JOIN identity_user u ON u.id = p.user_id JOIN identity_role r ON r.code = p.role_code WHERE p.state = $1`, identity.Active)
		for _, r := range rows {
			p := &auth.Principal{UserID: r.UserID, Name: r.Name, UnitID: r.UnitID, Areas: r.Areas.V, Permissions: map[string]bool{}}
			for _, k := range r.Permissions.V {
				p.Permissions[k] = true
			}
			people = append(people, p)
		}
		return err
	})
	if err != nil || len(people) < 20 {
		t.Fatalf("%d posts: %v", len(people), err)
	}
	return people
}

// told lists who finds a notice about the case among the own ones, by what happened.
func told(t *testing.T, a *App, people []*auth.Principal, id string) map[string][]*auth.Principal {
	t.Helper()
	out := map[string][]*auth.Principal{}
	for _, p := range people {
		page, err := a.Identity.Notices(auth.With(context.Background(), p), true, 200, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page.Items {
			if n.Link == caseLink(id) {
				out[n.Kind] = append(out[n.Kind], p)
			}
		}
	}
	return out
}

// secret is a category whose cases are sensitive.
func secret(t *testing.T, a *App) string {
	t.Helper()
	for _, leaf := range a.Duties.Catalog().Leaves() {
		if leaf.Sensitive {
			return leaf.Code
		}
	}
	t.Fatal("no sensitive category")
	return ""
}

// A notice to a unit reaches those of it who may open the case, whoever else works there: other roles, other grids.
func TestReactions_NobodyIsToldOfACaseThatDoesNotOpen(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	people := posts(ctx, t, a)
	officer := people[slices.IndexFunc(people, func(p *auth.Principal) bool { return p.Has(cases.PermCheck) && p.Has("patrol.duty") })]
	grid := officer.Areas[0]
	var lead string
	if err := a.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := a.Cases.UnitForTx(ctx, tx, grid[:9], "street_office")
		lead = u.ID
		return err
	}); err != nil || lead == "" {
		t.Fatalf("no unit: %v", err)
	}
	for category, sensitive := range map[string]bool{"140101": false, secret(t, a): true} {
		c, err := a.Cases.Register(ctx, cases.Report{Channel: cases.FromLeader, Text: "请看一下", Category: category, AreaCode: grid, Urgent: true})
		if err != nil || c.Sensitive != sensitive {
			t.Fatalf("%+v: %v", c, err)
		}
		for _, step := range []struct {
			action string
			move   cases.Move
			kind   string
		}{
			{"inspect", cases.Move{Note: "请看一下"}, "cases.inspect_wanted"}, {"confirm", cases.Move{Note: "属实"}, ""}, {"file", cases.Move{Category: category}, ""},
			{"dispatch", cases.Move{LeadUnit: lead}, "cases.dispatched"}, {"urge", cases.Move{Note: "请抓紧"}, "cases.urged"},
		} {
			step.move.Version = c.Version
			if c, err = a.Cases.Act(ctx, c.ID, step.action, step.move); err != nil {
				t.Fatalf("%s: %v", step.action, err)
			}
			if err := a.Bus.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			found := told(t, a, people, c.ID)
			for kind, who := range found {
				for _, p := range who {
					if _, err := a.Cases.Get(auth.With(context.Background(), p), c.ID); err != nil {
						t.Errorf("sensitive %v, %s: %s is told and cannot open it: %v", sensitive, kind, p.Name, err)
					}
				}
			}
			if step.kind != "" && !sensitive && len(found[step.kind]) == 0 {
				t.Errorf("%s: nobody finds %s", step.action, step.kind)
			}
			if kind := "cases.inspect_wanted"; step.kind == kind && !sensitive && !slices.Contains(found[kind], officer) {
				t.Errorf("the officer of the grid is not told, %d others are", len(found[kind]))
			}
		}
	}
}
