package cases

import (
	"context"
	"sync"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// unitCache keeps units found by area and code for a short time: they hardly ever change and every move asks for one.
type unitCache struct {
	mu   sync.Mutex
	rows map[string]cachedUnit
}

type cachedUnit struct {
	unit  identity.Unit
	found bool
	until time.Time
}

// unitLife is how long a change of a unit may go unnoticed.
const unitLife = 30 * time.Second

// maxUnits bounds the cache; a district has a few hundred.
const maxUnits = 20_000

func (c *unitCache) get(key string, now time.Time) (cachedUnit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, ok := c.rows[key]
	return u, ok && now.Before(u.until)
}

func (c *unitCache) put(key string, u cachedUnit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil || len(c.rows) > maxUnits {
		c.rows = map[string]cachedUnit{}
	}
	c.rows[key] = u
}

// unitAt returns the unit with the code that serves exactly this area; found is false if there is none.
func (s *Service) unitAt(ctx context.Context, tx *db.Tx, area, code string) (u identity.Unit, found bool, err error) {
	key := area + "." + code
	if hit, ok := s.units.get(key, tx.Now()); ok {
		return hit.unit, hit.found, nil
	}
	u, err = s.People.FindUnitTx(ctx, tx, area, code)
	if errs.KindOf(err) == errs.KindNotFound {
		err = nil
	} else if err == nil {
		found = u.Active
	}
	if err == nil {
		s.units.put(key, cachedUnit{u, found, tx.Now().Add(unitLife)})
	}
	return u, found, err
}

// unitByID returns the unit, Invalid at the field if there is none or it is closed.
func (s *Service) unitByID(ctx context.Context, tx *db.Tx, id, field string) (identity.Unit, error) {
	if hit, ok := s.units.get(id, tx.Now()); ok {
		return hit.unit, nil
	}
	u, err := s.People.UnitTx(ctx, tx, id)
	if errs.KindOf(err) == errs.KindNotFound || err == nil && !u.Active {
		return u, errs.Invalid("cases.unknown_unit", "Choose an active unit.", errs.Field{Location: "body." + field, Message: "no active unit", Value: id})
	}
	if err == nil {
		s.units.put(id, cachedUnit{u, true, tx.Now().Add(unitLife)})
	}
	return u, err
}

// UnitForTx finds the unit with the code that serves the area, looking upwards: community, street, district.
func (s *Service) UnitForTx(ctx context.Context, tx *db.Tx, area, code string) (identity.Unit, bool, error) {
	for _, n := range []int{12, 9, 6} {
		if len(area) < n {
			continue
		}
		u, found, err := s.unitAt(ctx, tx, area[:n], code)
		if err != nil || found {
			return u, found, err
		}
	}
	return identity.Unit{}, false, nil
}

// desks are the units that hold a case on a tier, the first that exists.
var desks = map[Level][]string{
	Grid:      {"community_committee", "street_command", "street_office"},
	Community: {"community_committee", "street_command", "street_office"},
	Street:    {"street_command", "street_office"},
	District:  {"district_command", "government"},
	City:      {"district_command", "government"},
}

// Desk returns the unit that receives and dispatches on the tier for an area, "" if the district has none.
func (s *Service) Desk(ctx context.Context, tx *db.Tx, level Level, area string) (identity.Unit, error) {
	for _, code := range desks[level] {
		u, found, err := s.UnitForTx(ctx, tx, within(area, level), code)
		if err != nil || found {
			return u, err
		}
	}
	return identity.Unit{}, nil
}

// within cuts an area code to the area of the tier, or returns it whole if it is shorter or the tier is the grid.
func within(area string, level Level) string {
	n, ok := digits[level]
	if level == City {
		n = digits[District] // the city is told by the district's desk
	}
	if !ok || len(area) <= n {
		return area
	}
	return area[:n]
}
