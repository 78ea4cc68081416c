package messages

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// PhonesTx returns the telephone numbers of people, masked, by person; who gave none is left out. At most some hundred people. Called by the
// program, which decides who may see them.
func (s *Service) PhonesTx(ctx context.Context, tx *db.Tx, people []string) (map[string]string, error) {
	out := map[string]string{}
	if len(people) == 0 {
		return out, nil
	}
	type row struct {
		UserID string `db:"user_id"`
		Phone  string `db:"phone_shown"`
	}
	among, args := db.Listed(people)
	return out, db.Each(ctx, tx, "SELECT user_id, phone_shown FROM message_contact WHERE phone_shown <> '' AND user_id IN "+among, args, func(r *row) error {
		out[r.UserID] = r.Phone
		return nil
	})
}

// PhoneTx returns the telephone number of a person in full, NotFound where it gave none. Called by the program, which has noted who asks and why.
func (s *Service) PhoneTx(ctx context.Context, tx *db.Tx, person string) (string, error) {
	c, err := contactOf(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if c.Phone == "" {
		return "", errs.NotFound("messages.no_phone", "This person has entered no telephone number.")
	}
	number, err := s.Box.Open(c.Phone, "message_contact.phone")
	return string(number), err
}

// Number is the telephone number of somebody, kept from elsewhere.
type Number struct{ UserID, UnitID, AreaCode, Phone string }

// RestoreTx keeps the numbers of people who have entered nothing yet, as a demonstration or a move from another system brings them. Only the
// program calls it; Invalid for what is no mobile number.
func (s *Service) RestoreTx(ctx context.Context, tx *db.Tx, numbers []Number) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("messages.program_only", "Messages are sent by the program.")
	}
	rows := make([][]any, len(numbers))
	for i, n := range numbers {
		if !mobile.MatchString(n.Phone) {
			return errs.Invalid("messages.bad_contact", "This cannot be used to reach you; see the fields.", errs.Field{Location: fmt.Sprintf("numbers[%d]", i), Message: "a mobile number of 11 digits"})
		}
		rows[i] = []any{n.UserID, n.UnitID, n.AreaCode, s.sealed(n.Phone, "message_contact.phone"), maskPhone(n.Phone), "", "", db.JSON[map[string][]string]{V: map[string][]string{}}, 1, tx.Time()}
	}
	return db.InsertMany(ctx, tx, "message_contact", contactColumns, "ON CONFLICT (user_id) DO NOTHING", rows)
}
