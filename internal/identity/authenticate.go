package identity

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// A principal is remembered this long; within the process every change clears the memory at once, so the time bounds
// only how late another node learns of it.
const (
	cacheFor   = 2 * time.Second
	seenEvery  = time.Minute
	maxCached  = 20_000
	maxTokenIn = 128
)

// Authenticate returns who a session token or an API token stands for. Returns Unauthorized if it is unknown, ended or
// revoked, or if the account is shut. Somebody who must first change the password or enrol a second factor is returned
// without permissions and areas. One indexed read, or none within two seconds of the last.
func (s *Service) Authenticate(ctx context.Context, token string) (*auth.Principal, error) {
	g, err := s.stand(ctx, token)
	if err != nil {
		return nil, err
	}
	p := g.principal
	return &p, nil
}

func (s *Service) stand(ctx context.Context, token string) (*grant, error) {
	if token == "" || len(token) > maxTokenIn {
		return nil, signInAgain()
	}
	hash, now := digest(token), s.now()
	g, generation := s.cache.get(hash, now)
	if g == nil {
		var err error
		if g, err = s.load(ctx, hash, strings.HasPrefix(token, tokenPrefix)); err != nil {
			return nil, err
		}
		g.until = now.Add(cacheFor)
		s.cache.put(hash, g, generation)
	}
	if now.After(g.ends) || g.idle > 0 && now.Sub(g.lastSeen()) > g.idle {
		return nil, signInAgain()
	}
	if g.unseen(now) {
		s.touch(ctx, g, now)
	}
	return g, nil
}

func signInAgain() error {
	return errs.Unauthorized("identity.session_ended", "The session has ended; sign in again.")
}

// grant is what a token stands for, as remembered.
type grant struct {
	principal auth.Principal
	token     string        // id of an API token, or ""
	due       []string      // what the person has to do first
	ends      time.Time     // absolute end
	idle      time.Duration // 0 for API tokens
	until     time.Time     // remembered until

	mu   sync.Mutex
	seen time.Time
}

func (g *grant) lastSeen() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen
}

// unseen reports whether last_seen should be written, and takes the turn: one writer a minute, not one per request.
func (g *grant) unseen(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.seen) < seenEvery {
		return false
	}
	g.seen = now
	return true
}

// touch writes last_seen. A failure only ends the session early, so it is logged and not returned.
func (s *Service) touch(ctx context.Context, g *grant, now time.Time) {
	err := s.db.Tx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		query, id := `UPDATE identity_session SET last_seen = $2 WHERE id = $1 AND last_seen < $2`, g.principal.SessionID
		if g.token != "" {
			query, id = `UPDATE identity_token SET last_used = $2 WHERE id = $1`, g.token
		}
		_, err := tx.Exec(ctx, query, id, at(now))
		return err
	})
	if err != nil {
		slog.WarnContext(ctx, "write last seen", "error", err)
	}
}

// standing is a row of either query below.
type standing struct {
	ID          string             `db:"id"`
	UserID      string             `db:"user_id"`
	Name        string             `db:"name"`
	Start       clock.Time         `db:"created_at"`
	Seen        *clock.Time        `db:"last_seen"`
	Ends        *clock.Time        `db:"expires_at"`
	Scope       *db.JSON[[]string] `db:"scope"` // of an API token
	Shut        bool               `db:"shut"`
	Demo        bool               `db:"demo"`
	MustChange  bool               `db:"must_change"`
	PasswordAt  clock.Time         `db:"password_at"`
	TOTPOn      bool               `db:"totp_on"`
	UnitID      string             `db:"unit_id"`
	UnitCode    string             `db:"unit_code"`
	Areas       *db.JSON[[]string] `db:"areas"`
	Permissions *db.JSON[[]string] `db:"permissions"`
	Privileged  *bool              `db:"privileged"`
}

const sessionStanding = `
	SELECT s.id, s.user_id, u.name, s.created_at, s.last_seen, NULL AS expires_at, NULL AS scope,
		(u.disabled OR u.locked) AS shut, u.demo, u.must_change, u.password_at, u.totp_on,
		n.id AS unit_id, n.code AS unit_code, p.areas, r.permissions, r.privileged
	FROM identity_session s
	JOIN identity_user u ON u.id = s.user_id
	LEFT JOIN identity_post p ON p.id = s.post_id AND p.state = 'active' AND p.user_id = s.user_id
	LEFT JOIN identity_role r ON r.code = p.role_code
	JOIN identity_unit n ON n.id = COALESCE(p.unit_id, u.unit_id)
	WHERE s.hash = $1`

const machineStanding = `
	SELECT t.id, t.user_id, u.name, t.created_at, t.last_used AS last_seen, t.expires_at, t.permissions AS scope,
		(u.disabled OR u.locked) AS shut, u.demo, u.must_change, u.password_at, u.totp_on,
		n.id AS unit_id, n.code AS unit_code, p.areas, r.permissions, r.privileged
	FROM identity_token t
	JOIN identity_user u ON u.id = t.user_id
	JOIN identity_post p ON p.id = t.post_id AND p.state = 'active' AND p.user_id = t.user_id
	JOIN identity_role r ON r.code = p.role_code
	JOIN identity_unit n ON n.id = p.unit_id
	WHERE t.hash = $1 AND t.revoked_at IS NULL`

func (s *Service) load(ctx context.Context, hash string, machine bool) (*grant, error) {
	policy, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	query := sessionStanding
	if machine {
		query = machineStanding
	}
	var row standing
	err = s.db.Look(ctx, func(tx *db.Tx) (err error) {
		row, err = db.Get[standing](ctx, tx, query, hash)
		return err
	})
	if errors.Is(err, db.ErrNoRows) || err == nil && (row.Shut || row.Demo && !s.cfg.Demo) {
		return nil, signInAgain()
	} else if err != nil {
		return nil, err
	}
	return row.grant(machine, policy, s.now()), nil
}

func (r standing) grant(machine bool, policy Policy, now time.Time) *grant {
	g := &grant{principal: auth.Principal{UserID: r.UserID, Name: r.Name, UnitID: r.UnitID, UnitCode: r.UnitCode, Permissions: map[string]bool{}}}
	if r.Seen != nil {
		g.seen = r.Seen.Time
	}
	if machine {
		g.token, g.ends = r.ID, r.Ends.Time
	} else {
		g.principal.SessionID, g.ends, g.idle = r.ID, r.Start.Add(policy.absolute()), policy.idle()
	}
	if g.due = r.duties(machine, policy, now); r.Permissions == nil || len(g.due) > 0 {
		return g
	}
	allowed := r.Permissions.V
	if machine {
		allowed = intersect(r.Scope.V, allowed)
	}
	for _, p := range allowed {
		g.principal.Permissions[p] = true
	}
	g.principal.Areas = r.Areas.V
	return g
}

// duties lists what a person has to do before anything else is permitted. A machine cannot do it, so an aged password
// does not stop its token; a password that somebody else has set does.
func (r standing) duties(machine bool, policy Policy, now time.Time) (due []string) {
	if r.MustChange || !machine && policy.expired(r.PasswordAt.Time, now) {
		due = append(due, "change_password")
	}
	if policy.PrivilegedTOTP && r.Privileged != nil && *r.Privileged && !r.TOTPOn {
		due = append(due, "enrol_second_factor")
	}
	return due
}

// principals remembers grants by token hash.
type principals struct {
	mu         sync.Mutex
	grants     map[string]*grant
	generation int
}

func newPrincipals() *principals { return &principals{grants: map[string]*grant{}} }

func (c *principals) get(hash string, now time.Time) (*grant, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.grants[hash]
	if g != nil && (now.After(g.until) || g.until.Sub(now) > cacheFor) {
		g = nil
	}
	return g, c.generation
}

// put remembers g unless something changed while it was read.
func (c *principals) put(hash string, g *grant, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.grants) >= maxCached {
		clear(c.grants)
	}
	c.grants[hash] = g
}

func (c *principals) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.grants)
	c.generation++
}
