package duty

import (
	"context"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// Ruled is a time limit the responsibility list sets; zero where the list leaves it to the category.
type Ruled struct {
	workcal.Limit
	Rule string // code of the rule
	List int    // number of the version
}

// LimitTx returns the limit of the strongest rule that fits the question, by the list in force at its time: the one a
// decision shows. It judges no permission. What another server has published since counts after ten seconds.
func (s *Service) LimitTx(ctx context.Context, tx *db.Tx, q Question) (Ruled, error) {
	v, err := s.editionAt(ctx, tx, q.Area, q.At)
	if err != nil || v == nil || v.ID == shippedID {
		return Ruled{}, err // the shipped list sets no limits
	}
	t, err := s.tableOf(ctx, tx, v)
	if err != nil {
		return Ruled{}, err
	}
	rules := t.matching(q)
	if len(rules) == 0 || rules[0].Limit.IsZero() {
		return Ruled{}, nil
	}
	return Ruled{Limit: rules[0].Limit, Rule: rules[0].Code, List: v.Number}, nil
}

// editions are the published versions of a district, the one that became effective last first, as known for a while.
type editions struct {
	versions []Version
	until    time.Time
}

// editionsLife is how long a version published by another server may go unnoticed by limits.
const editionsLife = 10 * time.Second

// editionAt is versionInForce for what is asked at every step of every case: nil where a district has published nothing.
func (s *Service) editionAt(ctx context.Context, tx *db.Tx, area string, at time.Time) (*Version, error) {
	key, now := district(area), tx.Now()
	s.mu.Lock()
	held, known := s.editions[key]
	s.mu.Unlock()
	if !known || now.After(held.until) || now.Before(held.until.Add(-editionsLife)) {
		rows, err := db.All[Version](ctx, tx, "SELECT "+versionColumns+` FROM duty_version
			WHERE state = 'published' AND area_code = $1
			ORDER BY effective_from DESC, number DESC
			LIMIT 100`, key)
		if err != nil {
			return nil, err
		}
		held = editions{rows, now.Add(editionsLife)}
		s.mu.Lock()
		if len(s.editions) >= maxTables {
			clear(s.editions)
		}
		s.editions[key] = held
		s.mu.Unlock()
	}
	for i := range held.versions {
		if from := held.versions[i].EffectiveFrom; from != nil && !from.After(clock.At(at).Time) {
			return &held.versions[i], nil
		}
	}
	return nil, nil
}

// forgetEditions makes the next question read the published versions again.
func (s *Service) forgetEditions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.editions)
}
