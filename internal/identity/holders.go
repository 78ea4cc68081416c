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

// UnreachedTx returns those of the people whom a notice to the addressee does not concern: who cannot sign in any more, or has no
// granted post — in the unit, with the permission and over the area, where the addressee names them. Called by the program, before it
// tells people by other ways what they would find among their notices.
func (s *Service) UnreachedTx(ctx context.Context, tx *db.Tx, people []string, to To) ([]string, error) {
	if len(people) == 0 {
		return nil, nil
	}
	type row struct {
		ID          string            `db:"id"`
		Shut        bool              `db:"shut"`
		UnitID      string            `db:"unit_id"`
		Areas       db.JSON[[]string] `db:"areas"`
		Permissions db.JSON[[]string] `db:"permissions"`
	}
	among, args := db.Listed(people)
	left, reached := []string{}, map[string]bool{}
	err := db.Each(ctx, tx, fmt.Sprintf(`SELECT u.id, (u.disabled OR u.locked) AS shut, COALESCE(p.unit_id, '') AS unit_id, COALESCE(p.areas, '[]') AS areas, COALESCE(r.permissions, '[]') AS permissions
		FROM identity_user u
		LEFT JOIN identity_post p ON p.user_id = u.id AND p.state = $%d
		LEFT JOIN identity_role r ON r.code = p.role_code
		WHERE u.id IN %s`, len(args)+1, among), append(args, Active), func(r *row) error {
		covers := to.Area == "" || slices.ContainsFunc(r.Areas.V, func(a string) bool { return a != "" && strings.HasPrefix(to.Area, a) })
		if !r.Shut && r.UnitID != "" && (to.Unit == "" || r.UnitID == to.Unit) && (to.Needs == "" || slices.Contains(r.Permissions.V, to.Needs)) && covers {
			reached[r.ID] = true
		}
		if !slices.Contains(left, r.ID) {
			left = append(left, r.ID)
		}
		return nil
	})
	return slices.DeleteFunc(left, func(id string) bool { return reached[id] }), err
}
