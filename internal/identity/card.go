package identity

import (
	"context"
	"fmt"

	"yiwang/internal/platform/db"
)

// Card is who somebody is at work, for modules that show people: name, unit, and the post for which it is shown.
type Card struct {
	ID       string            `db:"id"`
	Name     string            `db:"name"`
	UnitID   string            `db:"unit_id"`
	UnitName string            `db:"unit_name"`
	Title    string            `db:"title"`
	Areas    db.JSON[[]string] `db:"areas"`
	Portrait string            `db:"portrait"`
}

const cardFrom = ` FROM identity_post p
	JOIN identity_user u ON u.id = p.user_id
	JOIN identity_unit n ON n.id = p.unit_id
	WHERE p.state = 'active' AND NOT u.disabled AND NOT u.locked AND p.role_code = `

const cardColumns = `u.id, u.name, p.unit_id, n.name AS unit_name, p.title, p.areas, u.portrait`

// CardsTx returns the cards of those of the people, at most some hundred, who are in service and hold a post of the role, one each. Called
// by the program, which decides who may see them.
func (s *Service) CardsTx(ctx context.Context, tx *db.Tx, role string, people []string) ([]Card, error) {
	if len(people) == 0 {
		return nil, nil
	}
	among, args := db.Listed(people)
	return once(db.All[Card](ctx, tx, `SELECT `+cardColumns+cardFrom+fmt.Sprintf("$%d", len(args)+1)+` AND u.id IN `+among+` ORDER BY u.id, p.id`, append(args, role)...))
}

// HoldingTx returns the cards of everybody in service who holds a post of the role inside a district, by name. Called by the program, likewise.
func (s *Service) HoldingTx(ctx context.Context, tx *db.Tx, role string) ([]Card, error) {
	return once(db.All[Card](ctx, tx, `SELECT `+cardColumns+cardFrom+`$1 ORDER BY u.name, u.id, p.id LIMIT 5000`, role))
}

// once joins the cards of a person with several posts of the role: the areas of all, the title of the first.
func once(list []Card, err error) ([]Card, error) {
	at := map[string]int{}
	out := list[:0]
	for _, c := range list {
		if i, ok := at[c.ID]; ok {
			out[i].Areas.V = append(out[i].Areas.V, c.Areas.V...)
			continue
		}
		at[c.ID] = len(out)
		out = append(out, c)
	}
	return out, err
}
