package identity

import (
	"context"
	"slices"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Me is what a signed-in person may know of himself; the console builds its navigation from it.
type Me struct {
	User        MeUser     `json:"user"`
	Permissions []string   `json:"permissions"`
	Areas       []MeArea   `json:"areas"`
	Posts       []MePost   `json:"posts" doc:"The person's active posts; exactly one is in force"`
	TOTPEnabled bool       `json:"totp_enabled"`
	Due         []string   `json:"due" doc:"change_password, enrol_second_factor: to be done before anything else is permitted"`
	CSRFToken   string     `json:"csrf_token"`
	EndsAt      clock.Time `json:"ends_at" doc:"The session ends then in any case"`
	IdleMinutes int        `json:"idle_minutes"`
	Demo        bool       `json:"demo" doc:"This server shows the demonstration district"`
}

// MeUser is the person.
type MeUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Unit     MeUnit `json:"unit"`
}

// MeUnit is the unit of the post in force.
type MeUnit struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	AreaCode string `json:"area_code"`
}

// MeArea is an area that the post covers.
type MeArea struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// MePost is a post that the person may switch to.
type MePost struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	RoleName string `json:"role_name"`
	UnitName string `json:"unit_name"`
	Current  bool   `json:"current"`
}

// Me returns the caller's own person, rights and session. Anyone signed in may ask; a machine's token gets Forbidden.
func (s *Service) Me(ctx context.Context) (*Me, error) {
	p, err := inSession(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	me := &Me{Permissions: []string{}, Areas: []MeArea{}, Posts: []MePost{}, Due: []string{}, IdleMinutes: policy.IdleMinutes, Demo: s.cfg.Demo}
	err = s.db.Read(ctx, func(tx *db.Tx) error { return s.fillMe(ctx, tx, me, p, policy) })
	if err != nil {
		return nil, err
	}
	for permission := range p.Permissions {
		me.Permissions = append(me.Permissions, permission)
	}
	slices.Sort(me.Permissions)
	return me, s.nameAreas(ctx, me, p.Areas)
}

type sessionRow struct {
	Session
	Hash   string `db:"hash"`
	PostID string `db:"post_id"`
}

func (s *Service) fillMe(ctx context.Context, tx *db.Tx, me *Me, p *auth.Principal, policy Policy) error {
	row, err := db.Get[sessionRow](ctx, tx, `
		SELECT id, hash, post_id, created_at, last_seen, address, agent
		FROM identity_session
		WHERE id = $1`, p.SessionID)
	if err != nil {
		return notFound(err, "identity.session_ended", "The session has ended; sign in again.")
	}
	me.CSRFToken, me.EndsAt = csrfOf(row.Hash), at(row.CreatedAt.Add(policy.absolute()))
	u, err := findUser(ctx, tx, p.UserID)
	if err != nil {
		return err
	}
	me.User = MeUser{ID: u.ID, Username: u.Username, Name: u.Name}
	me.TOTPEnabled = u.SecondFactor
	posts, err := postsOf(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	standing := standing{MustChange: u.MustChange, PasswordAt: u.PasswordAt, TOTPOn: u.SecondFactor}
	for _, post := range posts {
		if post.State != Active {
			continue
		}
		current := post.ID == row.PostID
		if current {
			me.User.Title = post.Title
			r, err := findRole(ctx, tx, post.RoleCode)
			if err != nil {
				return err
			}
			standing.Privileged = &r.Privileged
		}
		me.Posts = append(me.Posts, MePost{ID: post.ID, Title: post.Title, RoleName: post.RoleName, UnitName: post.UnitName, Current: current})
	}
	me.Due = append(me.Due, standing.duties(false, policy, tx.Now())...)
	n, err := findUnit(ctx, tx, p.UnitID)
	me.User.Unit = MeUnit{ID: n.ID, Code: n.Code, Name: n.Name, AreaCode: n.AreaCode}
	return err
}

func (s *Service) nameAreas(ctx context.Context, me *Me, codes []string) error {
	names := map[string]string{}
	if s.cfg.AreaNames != nil && len(codes) > 0 {
		var err error
		if names, err = s.cfg.AreaNames(ctx, codes); err != nil {
			return err
		}
	}
	for _, code := range codes {
		name := names[code]
		if name == "" {
			name = code
		}
		me.Areas = append(me.Areas, MeArea{Code: code, Name: name})
	}
	return nil
}

// Session is an open session, as its owner sees it.
type Session struct {
	ID        string     `db:"id" json:"id"`
	CreatedAt clock.Time `db:"created_at" json:"created_at"`
	LastSeen  clock.Time `db:"last_seen" json:"last_seen"`
	Address   string     `db:"address" json:"address"`
	Agent     string     `db:"agent" json:"agent"`
	Current   bool       `db:"-" json:"current"`
}

// Sessions lists the caller's own open sessions, newest first.
func (s *Service) Sessions(ctx context.Context) (out []Session, err error) {
	p, err := inSession(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Session](ctx, tx, `
			SELECT id, created_at, last_seen, address, agent
			FROM identity_session
			WHERE user_id = $1 AND created_at > $2 AND last_seen > $3
			ORDER BY id DESC
			LIMIT 200`, p.UserID, at(tx.Now().Add(-policy.absolute())), at(tx.Now().Add(-policy.idle())))
		return err
	})
	for i := range out {
		out[i].Current = out[i].ID == p.SessionID
	}
	return out, err
}

// EndSession ends one of the caller's own sessions. Returns NotFound for anybody else's.
func (s *Service) EndSession(ctx context.Context, id string) error {
	p, err := inSession(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE id = $1 AND user_id = $2`, id, p.UserID)
		if err != nil {
			return err
		} else if n == 0 {
			return errs.NotFound("identity.session_not_found", "There is no such session of yours.")
		}
		s.changed(tx)
		return log(ctx, tx, "identity.session_end", "user", p.UserID, "", map[string]string{"session": id})
	})
}

// SwitchPost puts another of the caller's active posts in force for this session. Returns NotFound for any other post.
func (s *Service) SwitchPost(ctx context.Context, post string) error {
	p, err := inSession(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		row, err := findPost(ctx, tx, post)
		if err != nil {
			return err
		} else if row.UserID != p.UserID || row.State != Active {
			return errs.NotFound("identity.post_not_found", "There is no such post.")
		}
		if _, err := tx.Exec(ctx, `UPDATE identity_session SET post_id = $2 WHERE id = $1`, p.SessionID, post); err != nil {
			return err
		}
		s.changed(tx)
		return log(ctx, tx, "identity.post_switch", "post", post, row.AreaCode, nil)
	})
}
