package identity

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// NewPost is a post that is asked for.
type NewPost struct {
	UnitID   string   `json:"unit_id" maxLength:"40"`
	RoleCode string   `json:"role_code" maxLength:"40"`
	Title    string   `json:"title" maxLength:"40"`
	Areas    []string `json:"areas" minItems:"1" maxItems:"50"`
}

// RequestPost asks for a post for a person; it gives no rights until the security administrator grants it. Needs
// identity.manage for the unit's area and every area of the post. Returns Forbidden for oneself, Conflict if the person
// holds or awaits a post of another class and one of the two is an administrator's.
func (s *Service) RequestPost(ctx context.Context, user string, in NewPost) (out Post, err error) {
	p := Post{UserID: user, UnitID: in.UnitID, RoleCode: in.RoleCode, Title: in.Title, State: Requested}
	p.Areas.V = in.Areas
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := manageable(ctx, tx, user, PermManage); err != nil {
			return err
		}
		if err := yourself(ctx, user); err != nil {
			return err
		}
		p.RequestedBy = auth.From(ctx).UserID
		if err := s.addPost(ctx, tx, &p, PermManage); err != nil {
			return err
		}
		out, err = findPost(ctx, tx, p.ID)
		return err
	})
	return out, err
}

// addPost checks a post against areas and separated duties and stores it in the state it has.
func (s *Service) addPost(ctx context.Context, tx *db.Tx, p *Post, permission string) error {
	if err := p.Validate(); err != nil {
		return err
	}
	unit, err := findUnit(ctx, tx, p.UnitID)
	if err != nil {
		return err
	}
	for _, a := range append([]string{unit.AreaCode}, p.Areas.V...) {
		if err := auth.RequireArea(ctx, permission, a); err != nil {
			return err
		}
	}
	role, err := findRole(ctx, tx, p.RoleCode)
	if err != nil {
		return err
	}
	if p.Title == "" {
		p.Title = role.Name
	}
	if err := bumpUser(ctx, tx, p.UserID); err != nil {
		return err
	}
	if err := apart(ctx, tx, p.UserID, role.Class); err != nil {
		return err
	}
	if err := insertPost(ctx, tx, p); err != nil {
		return err
	}
	s.changed(tx)
	return log(ctx, tx, "identity.post_"+p.State, "post", p.ID, unit.AreaCode,
		map[string]any{"user": p.UserID, "role": p.RoleCode, "areas": p.Areas.V})
}

// apart returns Conflict if the person holds or awaits a post of a class that may not lie with the same person. The
// caller has locked the person's row.
func apart(ctx context.Context, tx *db.Tx, user string, class Class) error {
	held, err := db.All[Class](ctx, tx, `
		SELECT DISTINCT r.class
		FROM identity_post p
		JOIN identity_role r ON r.code = p.role_code
		WHERE p.user_id = $1 AND p.state IN ('requested', 'active')`, user)
	if err != nil {
		return err
	}
	for _, h := range held {
		if err := compatible(h, class); err != nil {
			return err
		}
	}
	return nil
}

// StepPost moves a post along its life: grant, reject and revoke need security.manage, withdraw and end identity.manage,
// for the unit's area. Who asked for a post cannot grant it, and nobody decides on his own post. Returns Conflict if the
// post is in another state or version is not the stored one.
func (s *Service) StepPost(ctx context.Context, id, step, note string, version int64) (out Post, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := findPost(ctx, tx, id)
		if err != nil {
			return err
		}
		move, ok := postMoves[p.State][step]
		if !ok { // the conflict shows the post
			if err := auth.RequireArea(ctx, PermRead, p.AreaCode); err != nil {
				return err
			}
			return errs.Conflict("identity.bad_transition", fmt.Sprintf("A post that is %s cannot take this step.", p.State)).With(p)
		}
		if err := mayDecide(ctx, p, move.permission); err != nil {
			return err
		}
		if err := bumpUser(ctx, tx, p.UserID); err != nil {
			return err
		}
		if move.to == Active {
			if err := apart(ctx, tx, p.UserID, p.Class); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, `
			UPDATE identity_post
			SET state = $3, decided_by = $4, decided_at = $5, note = $6, version = version + 1
			WHERE id = $1 AND version = $2`, id, version, move.to, auth.From(ctx).UserID, tx.Time(), note)
		if err != nil {
			return err
		} else if n == 0 {
			return errs.Conflict("identity.version", "Somebody else changed it first.").With(p)
		}
		s.changed(tx)
		if out, err = findPost(ctx, tx, id); err != nil {
			return err
		}
		return log(ctx, tx, "identity.post_"+step, "post", id, p.AreaCode, map[string]string{"user": p.UserID, "role": p.RoleCode, "note": note})
	})
	return out, err
}

func mayDecide(ctx context.Context, p Post, permission string) error {
	if err := auth.RequireArea(ctx, permission, p.AreaCode); err != nil {
		return err
	}
	if permission != PermSecurity {
		return nil
	}
	if err := yourself(ctx, p.UserID); err != nil {
		return err
	}
	if me := auth.From(ctx); !me.System && me.UserID == p.RequestedBy {
		return errs.Forbidden("identity.not_your_request", "Who asked for a post cannot decide on it.")
	}
	return nil
}

// PostFilter narrows a list of posts; empty fields do not.
type PostFilter struct {
	State, Role, Unit string
	Limit             int
	Cursor            string
}

// Posts lists posts of units in the caller's areas, newest first. Needs identity.read.
func (s *Service) Posts(ctx context.Context, f PostFilter) (page httpx.Page[Post], err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return page, err
	}
	before, err := httpx.DecodeCursor(f.Cursor, 1)
	if err != nil {
		return page, err
	}
	var q filter
	q.where = append(q.where, auth.Areas(ctx, "n.area_code", &q.args))
	q.add(f.State, "p.state = $%d")
	q.add(f.Role, "p.role_code = $%d")
	q.add(f.Unit, "p.unit_id = $%d")
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		total, err := db.Get[int](ctx, tx, `SELECT COUNT(*)`+postFrom+`WHERE `+q.String(), q.args...)
		if err != nil {
			return err
		}
		q.add(before[0], "p.id < $%d")
		rows, err := db.All[Post](ctx, tx, `SELECT `+postColumns+postFrom+`WHERE `+q.String()+
			` ORDER BY p.id DESC LIMIT `+q.next(bounded(f.Limit)+1), q.args...)
		page = httpx.Cut(rows, bounded(f.Limit), total, func(p *Post) string { return httpx.EncodeCursor(p.ID) })
		return err
	})
	return page, err
}

// grantNow stores a post that is active at once: the shell and the demonstration, which act as the program itself.
func (s *Service) grantNow(ctx context.Context, tx *db.Tx, p *Post) error {
	p.State, p.RequestedBy, p.DecidedBy = Active, auth.From(ctx).UserID, auth.From(ctx).UserID
	p.DecidedAt = clock.Ptr(tx.Now())
	return s.addPost(ctx, tx, p, PermManage)
}
