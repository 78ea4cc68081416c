package identity

import (
	"context"
	"maps"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// To is whom a notice is for: one person, or those of a unit who may open what it names.
type To struct {
	User string
	Unit string // whoever's post in force lies in it

	// Of a unit only who holds the permission, and where an area is named whose areas hold it. Both are asked when somebody
	// looks: who gets the post later finds the notice, who loses the role does not.
	Needs string
	Area  string
}

// Notice tells somebody that something happened that concerns him.
type Notice struct {
	ID        string     `db:"id" json:"id"`
	Kind      string     `db:"kind" json:"kind" doc:"Event that caused it, such as rectify.issued"`
	Title     string     `db:"title" json:"title"`
	Link      string     `db:"link" json:"link,omitempty" doc:"Path inside the console"`
	CreatedAt clock.Time `db:"created_at" json:"at"`
	Read      bool       `db:"read" json:"read"`
}

// Told is a notice to leave.
type Told struct {
	To                To
	Kind, Title, Link string
}

// Notify leaves a notice in the caller's transaction. The same words to the same addressee within a day are one notice,
// so a reaction that runs twice notifies once. Called by the program, which decides who is to know.
func (s *Service) Notify(ctx context.Context, tx *db.Tx, to To, kind, title, link string) error {
	return s.NotifyMany(ctx, tx, []Told{{to, kind, title, link}})
}

// NotifyMany is Notify for many notices, in few statements.
func (s *Service) NotifyMany(ctx context.Context, tx *db.Tx, list []Told) error {
	now := tx.Now().UnixMilli()
	said := map[Told]bool{}
	var rows [][]any
	for _, n := range list {
		if (n.To.User == "") == (n.To.Unit == "") || n.Title == "" || len(n.Link) > 500 || len(n.Link) > 0 && n.Link[0] != '/' {
			return errs.Invalid("identity.bad_notice", "A notice needs one addressee, a title and a path.")
		}
		if n.To.Unit != "" && n.To.Needs == "" && n.Link != "" {
			return errs.Invalid("identity.open_notice", "A notice to a unit names the permission that opens its page.")
		}
		n.Title = clip(n.Title, 300)
		if said[n] {
			continue
		}
		said[n] = true
		rows = append(rows, []any{db.NewID(tx), n.To.User, n.To.Unit, n.To.Needs, n.To.Area, n.Kind, n.Title, n.Link, now})
	}
	return db.InsertNew(ctx, tx, "identity_notice", []string{"id", "user_id", "unit_id", "needs", "area_code", "kind", "title", "link", "created_at BIGINT"}, `
		SELECT 1
		FROM identity_notice
		WHERE user_id = v.user_id AND unit_id = v.unit_id AND kind = v.kind AND title = v.title AND link = v.link AND created_at > v.created_at - 86400000`, rows)
}

// mine keeps the notices to a person, and those to the unit of the post in force that the person may open. A notice to the
// unit from before the person had an account is none of his.
func mine(p *auth.Principal) filter {
	q := filter{args: []any{p.UserID, p.UnitID, "," + strings.Join(slices.Sorted(maps.Keys(p.Permissions)), ",") + ","}}
	inside := auth.Within("n.area_code", p.Areas, &q.args)
	q.where = []string{`FROM identity_notice n
	JOIN identity_user u ON u.id = $1
	LEFT JOIN identity_notice_read r ON r.notice_id = n.id AND r.user_id = $1
	WHERE (n.user_id = $1 OR n.unit_id = $2 AND n.unit_id <> '' AND n.created_at >= u.created_at
		AND (n.needs = '' OR CAST($3 AS TEXT) LIKE '%,' || n.needs || ',%') AND (n.area_code = '' OR ` + inside + `))`}
	return q
}

// NoticePage is a page of notices with how many are unread in all.
type NoticePage struct {
	httpx.Page[Notice]
	Unread int `json:"unread"`
}

// Notices lists the caller's notices, newest first; unread leaves out what was read. Anyone signed in may ask.
func (s *Service) Notices(ctx context.Context, unread bool, limit int, cursor string) (page NoticePage, err error) {
	p := auth.From(ctx)
	if p == nil {
		return page, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	before, err := httpx.DecodeCursor(cursor, 1)
	if err != nil {
		return page, err
	}
	q := mine(p)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Unread, err = db.Get[int](ctx, tx, `SELECT COUNT(*) `+q.String()+` AND r.read_at IS NULL`, q.args...); err != nil {
			return err
		}
		if unread {
			q.where = append(q.where, "r.read_at IS NULL")
		}
		total, err := db.Get[int](ctx, tx, `SELECT COUNT(*) `+q.String(), q.args...)
		if err != nil {
			return err
		}
		q.add(before[0], "n.id < $%d")
		rows, err := db.All[Notice](ctx, tx, `SELECT n.id, n.kind, n.title, n.link, n.created_at, r.read_at IS NOT NULL AS read `+q.String()+
			` ORDER BY n.id DESC LIMIT `+q.next(bounded(limit)+1), q.args...)
		page.Page = httpx.Cut(rows, bounded(limit), total, func(n *Notice) string { return httpx.EncodeCursor(n.ID) })
		return err
	})
	return page, err
}

// ReadNotices marks one of the caller's notices as read, or all of them with id "". Notices of others stay untouched.
func (s *Service) ReadNotices(ctx context.Context, id string) error {
	p := auth.From(ctx)
	if p == nil {
		return errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	q := mine(p)
	q.where = append(q.where, "r.read_at IS NULL")
	q.add(id, "n.id = $%d")
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO identity_notice_read (notice_id, user_id, read_at)
			SELECT n.id, CAST($1 AS TEXT), CAST(`+q.next(tx.Now().UnixMilli())+` AS BIGINT) `+q.String()+`
			ON CONFLICT (user_id, notice_id) DO NOTHING`, q.args...)
		return err
	})
}
