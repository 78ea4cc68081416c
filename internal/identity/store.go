package identity

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

const unitColumns = `id, parent_id, area_code, code, name, short, kind, nature, level, duties, on_duty, active, version, created_at, updated_at`

func findUnit(ctx context.Context, tx *db.Tx, id string) (Unit, error) {
	u, err := db.Get[Unit](ctx, tx, `SELECT `+unitColumns+` FROM identity_unit WHERE id = $1`, id)
	return u, notFound(err, "identity.unit_not_found", "There is no such unit.")
}

func insertUnit(ctx context.Context, tx *db.Tx, u *Unit) error {
	u.ID, u.Version, u.Active, u.CreatedAt, u.UpdatedAt = db.NewID(tx), 1, true, tx.Time(), tx.Time()
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_unit (id, parent_id, area_code, code, name, short, kind, nature, level, duties, on_duty, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)`,
		u.ID, u.ParentID, u.AreaCode, u.Code, u.Name, u.Short, u.Kind, u.Nature, u.Level, u.Duties, u.OnDuty, tx.Time())
	if db.IsUnique(err) {
		return errs.Conflict("identity.unit_exists", "The area has a unit with this code already.")
	}
	return err
}

const userColumns = `u.id, u.username, u.name, u.unit_id, n.name AS unit_name, n.area_code, u.password_hash, u.password_at, u.must_change,
	u.totp_secret, u.totp_on, u.totp_step, u.disabled, u.locked, u.locked_reason, u.portrait, u.demo, u.version, u.created_at, u.last_sign_in_at`

const userFrom = ` FROM identity_user u JOIN identity_unit n ON n.id = u.unit_id `

func findUser(ctx context.Context, tx *db.Tx, id string) (User, error) {
	u, err := db.Get[User](ctx, tx, `SELECT `+userColumns+userFrom+`WHERE u.id = $1`, id)
	return u, notFound(err, "identity.user_not_found", "There is no such account.")
}

func findUserByName(ctx context.Context, tx *db.Tx, name string) (User, error) {
	u, err := db.Get[User](ctx, tx, `SELECT `+userColumns+userFrom+`WHERE u.username = $1`, normal(name))
	return u, notFound(err, "identity.user_not_found", "There is no such account.")
}

func insertUser(ctx context.Context, tx *db.Tx, u *User) error {
	u.ID, u.Version, u.CreatedAt = db.NewID(tx), 1, tx.Time()
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_user (id, username, name, unit_id, password_hash, password_at, must_change, demo, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, $6)`,
		u.ID, u.Username, u.Name, u.UnitID, u.PasswordHash, tx.Time(), u.MustChange, u.Demo)
	if db.IsUnique(err) {
		return errs.Conflict("identity.user_exists", "There is an account with this name already.")
	}
	return err
}

// bumpUser raises the version of a user. It is also the lock under which the person's posts are judged: on PostgreSQL
// two transactions that add posts to one person wait for each other here.
func bumpUser(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE identity_user SET version = version + 1, updated_at = $2 WHERE id = $1`, id, tx.Time())
	if err == nil && n == 0 {
		return errs.NotFound("identity.user_not_found", "There is no such account.")
	}
	return err
}

// setPassword stores a new hash, keeps it in the history and ends every session but the one named.
func setPassword(ctx context.Context, tx *db.Tx, user, hash string, mustChange bool, keep string) error {
	if _, err := tx.Exec(ctx, `
		UPDATE identity_user
		SET password_hash = $2, password_at = $3, must_change = $4, version = version + 1, updated_at = $3
		WHERE id = $1`, user, hash, tx.Time(), mustChange); err != nil {
		return err
	}
	if err := rememberPassword(ctx, tx, user, hash); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE user_id = $1 AND id <> $2`, user, keep)
	return err
}

func rememberPassword(ctx context.Context, tx *db.Tx, user, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO identity_password (id, user_id, hash, set_at) VALUES ($1, $2, $3, $4)`,
		db.NewID(tx), user, hash, tx.Time())
	return err
}

func earlierPasswords(ctx context.Context, tx *db.Tx, user string, n int) ([]string, error) {
	return db.All[string](ctx, tx, `SELECT hash FROM identity_password WHERE user_id = $1 ORDER BY id DESC LIMIT $2`, user, n)
}

const postColumns = `p.id, p.user_id, u.name AS user_name, p.unit_id, n.name AS unit_name, n.area_code, p.role_code, r.name AS role_name, r.class,
	p.title, p.areas, p.state, p.requested_by, p.requested_at, p.decided_by, p.decided_at, p.note, p.version`

const postFrom = ` FROM identity_post p JOIN identity_user u ON u.id = p.user_id JOIN identity_unit n ON n.id = p.unit_id
	JOIN identity_role r ON r.code = p.role_code `

func findPost(ctx context.Context, tx *db.Tx, id string) (Post, error) {
	p, err := db.Get[Post](ctx, tx, `SELECT `+postColumns+postFrom+`WHERE p.id = $1`, id)
	return p, notFound(err, "identity.post_not_found", "There is no such post.")
}

// postsOf lists the posts of a user, the one granted first at the front; states narrows it.
func postsOf(ctx context.Context, tx *db.Tx, user string) ([]Post, error) {
	return db.All[Post](ctx, tx, `SELECT `+postColumns+postFrom+`WHERE p.user_id = $1 ORDER BY p.id`, user)
}

func insertPost(ctx context.Context, tx *db.Tx, p *Post) error {
	p.ID, p.Version, p.RequestedAt = db.NewID(tx), 1, tx.Time()
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_post (id, user_id, unit_id, role_code, title, areas, state, requested_by, requested_at, decided_by, decided_at, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		p.ID, p.UserID, p.UnitID, p.RoleCode, p.Title, p.Areas, p.State, p.RequestedBy, p.RequestedAt, p.DecidedBy, p.DecidedAt, p.Note)
	return err
}

func findRole(ctx context.Context, tx *db.Tx, code string) (Role, error) {
	r, err := db.Get[Role](ctx, tx, `
		SELECT code, name, summary, class, privileged, permissions, builtin, customised, version, updated_at
		FROM identity_role
		WHERE code = $1`, code)
	return r, notFound(err, "identity.role_not_found", "There is no such role.")
}

func saveBuiltinRole(ctx context.Context, tx *db.Tx, r Role) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_role (code, name, summary, class, privileged, permissions, builtin, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7)
		ON CONFLICT (code) DO UPDATE
		SET name = excluded.name, summary = excluded.summary, class = excluded.class, privileged = excluded.privileged,
			permissions = excluded.permissions, version = identity_role.version + 1, updated_at = excluded.updated_at
		WHERE identity_role.builtin AND NOT identity_role.customised
			AND (identity_role.permissions <> excluded.permissions OR identity_role.privileged <> excluded.privileged
				OR identity_role.name <> excluded.name OR identity_role.summary <> excluded.summary)`,
		r.Code, r.Name, r.Summary, r.Class, r.Privileged, r.Permissions, tx.Time())
	return err
}

type policyRow struct {
	Value   db.JSON[Policy] `db:"value"`
	Version int64           `db:"version"`
}

func findPolicy(ctx context.Context, tx *db.Tx) (policyRow, error) {
	row, err := db.Get[policyRow](ctx, tx, `SELECT value, version FROM identity_policy WHERE name = 'default'`)
	if errors.Is(err, db.ErrNoRows) { // before Prepare, and in a database restored without it
		return policyRow{Value: db.JSON[Policy]{V: DefaultPolicy()}}, nil
	}
	return row, err
}

// guardRow counts the failures in a row of one name, known or not.
type guardRow struct {
	Failures    int   `db:"failures"`
	LockedUntil int64 `db:"locked_until"`
}

// reserve counts one attempt against the name before it is judged, so that a burst of parallel guesses cannot get more
// attempts than the lock-out allows. A lock that has ended starts the count anew. It reports how long the name is
// locked for attempts that come now; zero means go ahead.
func reserve(ctx context.Context, tx *db.Tx, key string, p Policy) (until clock.Time, err error) {
	now := tx.Now().UnixMilli()
	row, err := db.Get[guardRow](ctx, tx, `
		INSERT INTO identity_guard (name_key, failures, last_at)
		VALUES ($1, 1, $2)
		ON CONFLICT (name_key) DO UPDATE
		SET failures = CASE
				WHEN identity_guard.locked_until > $2 THEN identity_guard.failures + 1
				WHEN identity_guard.locked_until > 0 THEN 1
				ELSE identity_guard.failures + 1 END,
			locked_until = CASE WHEN identity_guard.locked_until > $2 THEN identity_guard.locked_until ELSE 0 END,
			last_at = $2
		RETURNING failures, locked_until`, key, now)
	if err != nil {
		return until, fmt.Errorf("count a sign-in attempt: %w", err)
	}
	if row.LockedUntil > now {
		return at(msTime(row.LockedUntil)), nil
	}
	if row.Failures >= p.LockFailures {
		_, err = tx.Exec(ctx, `UPDATE identity_guard SET locked_until = $2 WHERE name_key = $1`, key, now+p.lock().Milliseconds())
	}
	return until, err
}

// release gives one reserved attempt back: the password was right and only the one-time code is still missing. It
// must not clear the count, or a known password would allow endless guesses at the code.
func release(ctx context.Context, tx *db.Tx, key string, p Policy) error {
	_, err := tx.Exec(ctx, `
		UPDATE identity_guard
		SET failures = failures - 1,
			locked_until = CASE WHEN failures - 1 < $2 THEN 0 ELSE locked_until END
		WHERE name_key = $1 AND failures > 0`, key, p.LockFailures)
	return err
}

func clearGuard(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, `DELETE FROM identity_guard WHERE name_key = $1`, key)
	return err
}

// sweep deletes what can no longer matter: sessions beyond any policy's absolute end, counts of names untried for a day.
func sweep(ctx context.Context, tx *db.Tx) error {
	dayAgo := tx.Now().UnixMilli() - 24*60*60*1000
	if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE created_at < $1`, dayAgo); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM identity_guard WHERE last_at < $1 AND locked_until < $1`, dayAgo)
	return err
}
