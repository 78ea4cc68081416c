package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
)

// Reach is somebody in service with the areas of the post that gives a permission.
type Reach struct {
	ID       string            `db:"id"`
	Name     string            `db:"name"`
	UnitID   string            `db:"unit_id"`
	UnitName string            `db:"unit_name"`
	Title    string            `db:"title"`
	Areas    db.JSON[[]string] `db:"areas"`
}

// ReachTx lists those whose granted posts hold the permission and who can sign in, by name: of users only if any are given, of those whose
// name or unit holds the words if there are such, for whom wanted says yes, at most limit. Called by the program, which decides who may see them.
func (s *Service) ReachTx(ctx context.Context, tx *db.Tx, permission string, users []string, words string, limit int, wanted func(areas []string) bool) ([]Reach, error) {
	type row struct {
		Reach
		Permissions db.JSON[[]string] `db:"permissions"`
	}
	among, args := "", []any{}
	if len(users) > 0 {
		among, args = db.Listed(users)
		among = " AND u.id IN " + among
	}
	args = append(args, Active)
	where := fmt.Sprintf("p.state = $%d AND NOT u.disabled AND NOT u.locked", len(args)) + among
	if words = strings.TrimSpace(words); words != "" {
		args = append(args, "%"+db.EscapeLike(words)+"%")
		where += fmt.Sprintf(` AND (u.name LIKE $%d ESCAPE '\' OR n.name LIKE $%d ESCAPE '\')`, len(args), len(args))
	}
	out := []Reach{}
	err := db.Each(ctx, tx, `SELECT u.id, u.name, p.unit_id, n.name AS unit_name, p.title, p.areas, r.permissions
		FROM identity_post p
		JOIN identity_user u ON u.id = p.user_id
		JOIN identity_unit n ON n.id = p.unit_id
		JOIN identity_role r ON r.code = p.role_code
		WHERE `+where+` ORDER BY u.name, u.id, p.id`, args, func(r *row) error {
		if len(out) < limit && slices.Contains(r.Permissions.V, permission) && wanted(r.Areas.V) && (len(out) == 0 || out[len(out)-1].ID != r.ID) { // the posts of a person follow each other
			out = append(out, r.Reach)
		}
		return nil
	})
	return out, err
}
