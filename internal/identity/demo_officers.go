package identity

import (
	"cmp"
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// DemoOfficer is an officer of the demonstration: a fictional person of a body, with areas. Without a role it is a grid officer of the
// committee of a community.
type DemoOfficer struct {
	Username, Name, Title string
	Community             string // area code of the body that employs the officer
	Role, Unit            string // code of the role and of the body
	Areas                 []string
	ID                    string // set when the account is opened
}

// EnsureDemoOfficers opens the accounts of officers of one role after EnsureDemoAccounts, many at once and without an audit entry
// each. What is there already stays. Only the program may.
func (s *Service) EnsureDemoOfficers(ctx context.Context, tx *db.Tx, officers []DemoOfficer) error {
	if err := onlyProgram(ctx); err != nil {
		return err
	}
	if len(officers) == 0 {
		return nil
	}
	role, body := cmp.Or(officers[0].Role, "grid_officer"), cmp.Or(officers[0].Unit, "community_committee")
	there, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM identity_post WHERE role_code = $1`, role)
	if err != nil || there > 0 {
		return err
	}
	hash, err := db.Get[string](ctx, tx, `SELECT password_hash FROM identity_user WHERE demo ORDER BY id LIMIT 1`)
	if err != nil {
		return fmt.Errorf("accounts before officers: %w", err)
	}
	units, err := db.All[Unit](ctx, tx, `SELECT `+unitColumns+` FROM identity_unit WHERE code = $1`, body)
	if err != nil {
		return err
	}
	bodies := map[string]string{}
	for _, u := range units {
		bodies[u.AreaCode] = u.ID
	}
	by := auth.From(ctx).UserID
	var users, posts [][]any
	for i := range officers {
		o := &officers[i]
		unit := bodies[o.Community]
		if unit == "" {
			return fmt.Errorf("officer %s: no %s in %s", o.Username, body, o.Community)
		}
		o.ID = db.NewID(tx)
		users = append(users, []any{o.ID, o.Username, o.Name, unit, hash, tx.Time(), true, tx.Time(), tx.Time()})
		posts = append(posts, []any{db.NewID(tx), o.ID, unit, role, o.Title, db.JSON[[]string]{V: o.Areas}, Active, by, tx.Time(), by, tx.Time()})
	}
	if err := db.InsertMany(ctx, tx, "identity_user", "id, username, name, unit_id, password_hash, password_at, demo, created_at, updated_at", "", users); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, "identity_post", "id, user_id, unit_id, role_code, title, areas, state, requested_by, requested_at, decided_by, decided_at", "", posts)
}
