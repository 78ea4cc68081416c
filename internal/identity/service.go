package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	identitydata "yiwang/data/identity"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Sealer seals the secrets of one-time codes. The program gives crypto.Box, which carries the key; a secret opens
// only under the address it was sealed for.
type Sealer interface {
	Seal(plain []byte, aad string) string
	Open(sealed, aad string) ([]byte, error)
}

// Config says how this installation differs.
type Config struct {
	Sealer Sealer
	// Demo lets demonstration accounts sign in. Without it they cannot, whatever the database holds.
	Demo bool
	// Files keeps portraits; nil: there are none.
	Files blob.Store
	// AreaNames gives the names of areas for display; nil shows codes. Region lies beside this module, so app joins the two.
	AreaNames func(ctx context.Context, codes []string) (map[string]string, error)
	// SecureCookies marks cookies for TLS only; set it wherever the browser speaks TLS, also behind a proxy.
	SecureCookies bool
}

// Service keeps units, people and their rights. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	cfg    Config
	known  map[string]bool // every permission of every module
	perms  []string
	hasher *hasher
	limits *limits
	cache  *principals

	policyMu   sync.Mutex
	policy     Policy
	policyTill time.Time
}

// New builds the service. perms is the full list of permissions of all modules, this one included or not.
func New(d *db.DB, perms []string, cfg Config) *Service {
	s := &Service{db: d, cfg: cfg, known: map[string]bool{}, hasher: newHasher(ordinary), limits: newLimits(), cache: newPrincipals()}
	for _, p := range append(Permissions(), perms...) {
		if !s.known[p] {
			s.known[p] = true
			s.perms = append(s.perms, p)
		}
	}
	return s
}

func (s *Service) now() time.Time { return s.db.Clock().Now() }

// Prepare brings the built-in roles up to this release and writes the first policy. Call it at every start, after the
// migrations. A role edited by the security administrator stays as it is.
func (s *Service) Prepare(ctx context.Context) error {
	return s.db.Tx(auth.System(ctx, "start"), func(tx *db.Tx) error { return s.PrepareTx(ctx, tx) })
}

// PrepareTx is Prepare within the caller's transaction.
func (s *Service) PrepareTx(ctx context.Context, tx *db.Tx) error {
	roles, err := s.builtinRoles()
	if err != nil {
		return err
	}
	for _, r := range roles {
		if err := saveBuiltinRole(ctx, tx, r); err != nil {
			return fmt.Errorf("prepare role %s: %w", r.Code, err)
		}
	}
	p := DefaultPolicy()
	if s.cfg.Demo {
		p = demoPolicy()
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO identity_policy (name, value, updated_by, updated_at)
		VALUES ('default', $1, 'system', $2)
		ON CONFLICT (name) DO NOTHING`, db.JSON[Policy]{V: p}, tx.Time())
	return err
}

// builtinRoles reads roles.yaml; "survey.*" becomes every known permission of that module.
func (s *Service) builtinRoles() ([]Role, error) {
	var file struct {
		Roles []struct {
			Code, Name, Summary string
			Privileged          bool
			Permissions         []string
		}
	}
	if err := yaml.Unmarshal(identitydata.Roles, &file); err != nil {
		return nil, fmt.Errorf("read roles.yaml: %w", err)
	}
	var roles []Role
	for _, f := range file.Roles {
		r := Role{Code: f.Code, Name: f.Name, Summary: f.Summary, Privileged: f.Privileged, Builtin: true}
		r.Permissions.V = []string{}
		for _, p := range f.Permissions {
			module, all := strings.CutSuffix(p, "*")
			for _, k := range s.perms {
				if k == p || all && strings.HasPrefix(k, module) {
					r.Permissions.V = append(r.Permissions.V, k)
				}
			}
		}
		if err := r.classify(s.known); err != nil {
			return nil, fmt.Errorf("role %s: %w", r.Code, err)
		}
		roles = append(roles, r)
	}
	return roles, nil
}

// policyNow returns the policy in force, at most a few seconds old.
func (s *Service) policyNow(ctx context.Context) (Policy, error) {
	now := s.now()
	s.policyMu.Lock()
	defer s.policyMu.Unlock()
	if now.Before(s.policyTill) && s.policyTill.Sub(now) <= cacheFor {
		return s.policy, nil
	}
	var row policyRow
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		row, err = findPolicy(ctx, tx)
		return err
	})
	if err != nil {
		return Policy{}, err
	}
	s.policy, s.policyTill = row.Value.V, now.Add(cacheFor)
	return s.policy, nil
}

// changed forgets what was remembered about sessions, once tx is durable.
func (s *Service) changed(tx *db.Tx) {
	tx.AfterCommit(func() {
		s.cache.clear()
		s.policyMu.Lock()
		s.policyTill = time.Time{}
		s.policyMu.Unlock()
	})
}

// log writes one audit entry of this module.
func log(ctx context.Context, tx *db.Tx, action, object, id, area string, detail any) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: object, ObjectID: id, Area: area, Detail: detail})
}

// notFound turns ErrNoRows into NotFound with the given words.
func notFound(err error, code, message string) error {
	if errors.Is(err, db.ErrNoRows) {
		return errs.NotFound(code, message)
	}
	return err
}

// yourself returns Forbidden if the caller is the user: nobody changes his own rights.
func yourself(ctx context.Context, user string) error {
	if p := auth.From(ctx); p != nil && !p.System && p.UserID == user {
		return errs.Forbidden("identity.not_for_yourself", "Somebody else has to do this for you.")
	}
	return nil
}

func at(t time.Time) clock.Time { return clock.At(t) }
