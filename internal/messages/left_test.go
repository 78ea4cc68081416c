package messages_test

import (
	"context"
	"testing"

	"yiwang/internal/identity"
	"yiwang/internal/messages"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestSend_WhoHasLeftTheUnitHearsNothingMore(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		number := "139 8765 4321"
		for _, user := range []string{"stays", "left"} {
			_, err := o.SetContact(as(user, street), messages.NewContact{Phone: &number, Choices: map[string][]string{"dispatched": {"sms"}}})
			check(t, err)
		}
		check(t, d.Tx(o.ctx, func(tx *db.Tx) error { // known, without any post
			u, err := o.People.AddUnitTx(o.ctx, tx, identity.Unit{AreaCode: "320106", Code: "housing", Name: "住建局", Kind: identity.Department, Level: "district"})
			if err != nil {
				return err
			}
			_, err = tx.Exec(o.ctx, "INSERT INTO identity_user (id, username, name, unit_id, password_hash, password_at, created_at, updated_at) VALUES ('left', 'left', '张三', $1, '', 0, 0, 0)", u.ID)
			return err
		}))
		o.send(t, messages.Note{Event: "dispatched", Audience: messages.ToUnit, Key: "k", Unit: "unit", SubjectID: "c", AreaCode: street, Values: map[string]string{"title": "路灯"}})
		if list := o.all(t); len(list) != 1 || list[0].UserID != "stays" {
			t.Errorf("told %+v", list)
		}
	})
}

// Of a unit hears by text message who may open what the message names.
func TestSend_WhoMayNotOpenItHearsNothing(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(day(9, 0))
		o := open(t, d, nil)
		var unit string
		check(t, d.Tx(o.ctx, func(tx *db.Tx) error {
			u, err := o.People.AddUnitTx(o.ctx, tx, identity.Unit{AreaCode: "320106", Code: "housing", Name: "住建局", Kind: identity.Department, Level: "district"})
			if err != nil {
				return err
			}
			unit = u.ID
			for user, permission := range map[string]string{"handles": "cases.read", "counts": "survey.read"} {
				for _, row := range []struct {
					query string
					args  []any
				}{
					{"INSERT INTO identity_role (code, name, class, privileged, permissions, updated_at) VALUES ($1, $1, 'business', FALSE, $2, 0)", []any{user, `["` + permission + `"]`}},
					{"INSERT INTO identity_user (id, username, name, unit_id, password_hash, password_at, created_at, updated_at) VALUES ($1, $1, $1, $2, '', 0, 0, 0)", []any{user, unit}},
					{"INSERT INTO identity_post (id, user_id, unit_id, role_code, areas, state, requested_by, requested_at) VALUES ($1, $1, $2, $1, '[\"320106\"]', 'active', 'x', 0)", []any{user, unit}},
				} {
					if _, err := tx.Exec(o.ctx, row.query, row.args...); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		number := "139 8765 4321"
		for _, user := range []string{"handles", "counts"} {
			p := *auth.From(as(user, street))
			p.UnitID = unit
			_, err := o.SetContact(auth.With(context.Background(), &p), messages.NewContact{Phone: &number, Choices: map[string][]string{"dispatched": {"sms"}}})
			check(t, err)
		}
		note := messages.Note{Event: "dispatched", Audience: messages.ToUnit, Key: "k", Unit: unit, Needs: "cases.read", SubjectID: "c", AreaCode: street, Link: "/cases/c", Values: map[string]string{"title": "路灯"}}
		o.send(t, note)
		if list := o.all(t); len(list) != 1 || list[0].UserID != "handles" {
			t.Errorf("told %+v", list)
		}
		note.Key, note.Within = "k2", "320102001" // a matter of another district
		o.send(t, note)
		if list := o.all(t); len(list) != 1 {
			t.Errorf("told of another area: %+v", list)
		}
	})
}
