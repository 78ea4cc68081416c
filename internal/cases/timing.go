package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
)

// timing is what decides about limits at a moment: the version in force and the emergencies that last.
type timing struct {
	limits *Limits
	modes  []Emergency
	until  time.Time
}

// timingCache keeps the timing for a short time: it hardly ever changes and every move asks for it.
type timingCache struct {
	mu   sync.Mutex
	held *timing
}

// timingLife is how long a change made by another server may go unnoticed.
const timingLife = 10 * time.Second

func (c *timingCache) get(now time.Time) *timing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || now.After(c.held.until) || now.Before(c.held.until.Add(-timingLife)) {
		return nil
	}
	return c.held
}

func (c *timingCache) put(t *timing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = t
}

// timing returns the limits and emergencies in force.
func (s *Service) timing(ctx context.Context, tx *db.Tx) (*timing, error) {
	if t := s.times.get(tx.Now()); t != nil {
		return t, nil
	}
	t := &timing{limits: DefaultLimits(), until: tx.Now().Add(timingLife)}
	own, err := limitVersions(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	if len(own) > 0 {
		if err := own[0].check(s.Duties.Catalog()); err != nil {
			return nil, err
		}
		t.limits = &own[0]
	}
	if t.modes, err = db.All[Emergency](ctx, tx, "SELECT "+emergencyColumns+" FROM case_emergency WHERE ended_at IS NULL ORDER BY id"); err != nil {
		return nil, err
	}
	s.times.put(t)
	return t, nil
}

// emergency returns the emergency a category and area stand under, nil if none.
func (t *timing) emergency(category, area string) *Emergency {
	for i := range t.modes {
		if t.modes[i].reaches(category, area) {
			return &t.modes[i]
		}
	}
	return nil
}

// limitOf returns the limit of a stage of the case on a tier.
func (s *Service) limitOf(ctx context.Context, tx *db.Tx, c *Case, stage string, level Level) (limit, error) {
	t, err := s.timing(ctx, tx)
	if err != nil {
		return limit{}, err
	}
	ruled, err := s.ruled(ctx, tx, c, stage)
	return s.limitUnder(t, ruled, c, stage, level), err
}

// ruled is what the responsibility list in force when the case was dispatched says about the time of the handling.
func (s *Service) ruled(ctx context.Context, tx *db.Tx, c *Case, stage string) (duty.Ruled, error) {
	if stage != StageHandle || c.Category == "" {
		return duty.Ruled{}, nil
	}
	q := duty.Question{Category: c.Category, Component: c.Component, Area: c.AreaCode, Source: string(c.Channel), At: tx.Now()}
	switch {
	case c.DispatchedAt != nil:
		q.At = c.DispatchedAt.Time
	case c.FiledAt != nil:
		q.At = c.FiledAt.Time
	}
	return s.Duties.LimitTx(ctx, tx, q)
}

// limitIn is limitOf with a timing at hand and without the responsibility list.
func (s *Service) limitIn(t *timing, c *Case, stage string, level Level) limit {
	return s.limitUnder(t, duty.Ruled{}, c, stage, level)
}

func (s *Service) limitUnder(t *timing, ruled duty.Ruled, c *Case, stage string, level Level) limit {
	e := t.emergency(c.Category, c.AreaCode)
	l := t.limits.under(ruled, s.Duties.Catalog(), stage, c.Category, level, c.Urgent || e != nil)
	if e != nil && !c.Urgent {
		l.basis = "应急响应“" + e.Name + "”期间连续计时：" + l.basis
	}
	return l
}

// maxLimitVersions bounds the list of versions.
const maxLimitVersions = 100

// limitVersions returns the versions the district has set, newest first.
func limitVersions(ctx context.Context, tx *db.Tx, most int) ([]Limits, error) {
	rows, err := db.All[struct {
		Version   int        `db:"version"`
		Rules     string     `db:"rules"`
		Note      string     `db:"note"`
		ByName    string     `db:"by_name"`
		CreatedAt clock.Time `db:"created_at"`
	}](ctx, tx, "SELECT version, rules, note, by_name, created_at FROM case_limits ORDER BY version DESC LIMIT $1", most)
	if err != nil {
		return nil, err
	}
	out := make([]Limits, len(rows))
	for i, r := range rows {
		out[i] = Limits{Version: r.Version, Name: DefaultLimits().Name, Note: r.Note, ByName: r.ByName, CreatedAt: &rows[i].CreatedAt}
		if err := json.Unmarshal([]byte(r.Rules), &out[i].Rules); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// LimitVersions returns every version of the time limits, the one in force first, the shipped one last. Needs cases.read.
func (s *Service) LimitVersions(ctx context.Context) (out []Limits, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = limitVersions(ctx, tx, maxLimitVersions)
		return err
	})
	return append(out, *DefaultLimits()), err
}

// SetLimits puts a new version in force for clocks that start from now on. It needs cases.clocks on the tier of the
// district, the version it was made from (Conflict if another came in between) and a note why; Invalid names every wrong
// rule.
func (s *Service) SetLimits(ctx context.Context, seen int, rules []LimitRule, note string) (*Limits, error) {
	l := &Limits{Name: DefaultLimits().Name, Rules: rules, Note: mask.Text(clean(note))}
	if err := s.requireDistrict(ctx); err != nil {
		return nil, err
	}
	if l.Note == "" || len(rules) > 1000 {
		return nil, errs.Invalid("cases.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.note", Message: "required"})
	}
	if err := l.check(s.Duties.Catalog()); err != nil {
		return nil, err
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		last, err := db.Get[int](ctx, tx, "SELECT COALESCE(MAX(version), 1) FROM case_limits")
		if err != nil {
			return err
		}
		if last != seen {
			return errs.Conflict("cases.limits_changed", "Somebody set other limits in between; look at them first.")
		}
		text, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		p, now := auth.From(ctx), tx.Time()
		l.Version, l.ByName, l.CreatedAt = last+1, p.Name, &now
		n, err := tx.Exec(ctx, `INSERT INTO case_limits (version, rules, note, by_id, by_name, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			l.Version, string(text), l.Note, p.UserID, p.Name, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("cases.limits_changed", "Somebody set other limits in between; look at them first.")
		}
		tx.AfterCommit(func() { s.times.put(nil) })
		return audit.Log(ctx, tx, audit.Entry{Action: "cases.set_limits", Object: "case_limits", ObjectID: fmt.Sprint(l.Version), Detail: map[string]any{"version": l.Version, "rules": len(rules)}})
	})
	return l, err
}

// requireDistrict wants cases.clocks from somebody who covers a whole district.
func (s *Service) requireDistrict(ctx context.Context) error {
	if err := auth.Require(ctx, PermClocks); err != nil {
		return err
	}
	if p := auth.From(ctx); !p.System {
		for _, a := range p.Areas {
			if a != "" && len(a) <= digits[District] {
				return nil
			}
		}
		return errs.Forbidden("cases.too_low", "This is decided on a higher tier.")
	}
	return nil
}
