package messages_test

import (
	"testing"

	"yiwang/internal/identity"
	"yiwang/internal/messages"
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
