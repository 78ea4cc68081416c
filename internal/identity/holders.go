package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/db"
)

// Holder is somebody who holds a permission over an area, for modules that hand out work.
type Holder struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UnitName string `json:"unit_name"`
}

// HoldersTx lists the people whose granted posts hold the permission over the area and who can sign in, by name. Called by the program,
// which decides who may see them.
func (s *Service) HoldersTx(ctx context.Context, tx *db.Tx, permission, area string) ([]Holder, error) {
	type row struct {
		ID          string            `db:"id"`
		Name        string            `db:"name"`
		UnitName    string            `db:"unit_name"`
		Areas       db.JSON[[]string] `db:"areas"`
		Permissions db.JSON[[]string] `db:"permissions"`
	}
	out := []Holder{}
	err := db.Each(ctx, tx, `SELECT u.id, u.name, n.name AS unit_name, p.areas, r.permissions
		FROM identity_post p
		JOIN identity_user u ON u.id = p.user_id
		JOIN identity_unit n ON n.id = p.unit_id
		JOIN identity_role r ON r.code = p.role_code
		WHERE p.state = $1 AND NOT u.disabled AND NOT u.locked
		ORDER BY u.name, u.id`, []any{Active}, func(r *row) error {
		covers := slices.ContainsFunc(r.Areas.V, func(a string) bool { return a != "" && strings.HasPrefix(area, a) })
		if covers && slices.Contains(r.Permissions.V, permission) && !slices.ContainsFunc(out, func(h Holder) bool { return h.ID == r.ID }) {
			out = append(out, Holder{r.ID, r.Name, r.UnitName})
		}
		return nil
	})
	return out, err
}

// LeftTx returns those of the people who cannot sign in any more or have no granted post, in the unit if one is named. Called
// by the program, before it tells people what only those in service may know.
func (s *Service) LeftTx(ctx context.Context, tx *db.Tx, people []string, unit string) ([]string, error) {
	if len(people) == 0 {
		return nil, nil
	}
	among, args := db.Listed(people)
	n := len(args)
	return db.All[string](ctx, tx, fmt.Sprintf(`SELECT u.id FROM identity_user u WHERE u.id IN %s AND (u.disabled OR NOT EXISTS
		(SELECT 1 FROM identity_post p WHERE p.user_id = u.id AND p.state = $%d AND (p.unit_id = $%d OR $%d = '')))`, among, n+1, n+2, n+3), append(args, Active, unit, unit)...)
}
