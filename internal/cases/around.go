package cases

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Around is what a dispatcher looks at beside the case: what lies near, what it comes back from, and how units did with
// matters of the same category.
type Around struct {
	Names  map[string]string `json:"names" doc:"Names of the units and the officer that the case mentions, by id"`
	Nearby []Brief           `json:"nearby" doc:"At most ten within 200 m and 30 days, nearest first"`
	Recurs *Brief            `json:"recurs,omitempty" doc:"The closed case it comes back from"`
	Into   *Brief            `json:"into,omitempty" doc:"The case it was merged into"`
	Same   int               `json:"same" doc:"Cases of the category in the district within 180 days, counted to 2000"`
	Leads  []Record          `json:"leads" doc:"Units that led them, most often first, at most eight, then those asked for"`
}

// Brief is another case in one line.
type Brief struct {
	ID           string     `db:"id" json:"id"`
	Number       string     `db:"number" json:"number"`
	Title        string     `db:"title" json:"title"`
	State        State      `db:"state" json:"state"`
	Category     string     `db:"category" json:"category,omitempty"`
	CategoryName string     `db:"-" json:"category_name,omitempty"`
	ReportedAt   clock.Time `db:"reported_at" json:"reported_at"`
	LatE7        *Degrees   `db:"lat" json:"-"`
	LonE7        *Degrees   `db:"lon" json:"-"`
	Distance     int        `db:"-" json:"distance,omitempty" doc:"Metres"`
}

const briefColumns = "id, number, title, state, category, reported_at, lat, lon"

// Record is how a unit did: with the category lately, and with what it has on its desk.
type Record struct {
	UnitID   string `db:"unit_id" json:"unit_id"`
	UnitName string `db:"unit_name" json:"unit_name"`
	Led      int    `db:"led" json:"led" doc:"Cases of the category it led within 180 days"`
	Returns  int    `db:"returns" json:"returns" doc:"Returns those cases had"`
	Reworks  int    `db:"reworks" json:"reworks" doc:"Times those cases were sent back"`
	Median   int    `db:"-" json:"median,omitempty" doc:"Working minutes from dispatch to handled, the middle one of those cases"`
	Open     int    `db:"-" json:"open" doc:"What it holds now, of every category, counted to 1000"`
	Judged   int    `db:"-" json:"judged" doc:"Its last handled cases with a promise, at most 300"`
	OnTime   int    `db:"-" json:"on_time" doc:"How many of those were handled by the promise"`
}

// Windows of what counts as around.
const (
	nearbyMetres = 200
	nearbyDays   = 30
	sameDays     = 180
	sameMost     = 2000
)

// Around returns what lies around a case the caller sees. Units lists further units whose record is wanted, such as the one
// the responsibility list proposes; the figures of units are sums without any case in them.
func (s *Service) Around(ctx context.Context, id string, units []string) (out *Around, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		out = &Around{Names: map[string]string{}}
		if err := s.nameUnits(ctx, tx, c, out.Names); err != nil {
			return err
		}
		if out.Nearby, err = s.nearby(ctx, tx, c); err != nil {
			return err
		}
		if out.Recurs, err = s.brief(ctx, tx, c.RecursOf); err != nil {
			return err
		}
		if out.Into, err = s.brief(ctx, tx, c.MergedInto); err != nil {
			return err
		}
		return s.records(ctx, tx, c, units, out)
	})
	return out, err
}

// nameUnits names the units the case and its history mention, and the officer.
func (s *Service) nameUnits(ctx context.Context, tx *db.Tx, c *Case, names map[string]string) error {
	ids, err := db.All[string](ctx, tx, "SELECT DISTINCT actor_unit FROM case_history WHERE case_id = $1", c.ID)
	if err != nil {
		return err
	}
	for _, id := range append(ids, c.Holder, c.LeadUnit, c.FirstUnit) {
		if id == "" || names[id] != "" {
			continue
		}
		u, err := s.unitByID(ctx, tx, id, "unit")
		if errs.KindOf(err) == errs.KindInvalid {
			continue // closed since: its name stands in the history
		}
		if err != nil {
			return err
		}
		names[id] = nameOf(u.Short, u.Name)
	}
	if c.Officer == "" {
		return nil
	}
	people, err := s.People.HoldersTx(ctx, tx, PermCheck, c.AreaCode)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(people, func(h identity.Holder) bool { return h.ID == c.Officer }); i >= 0 {
		names[c.Officer] = people[i].Name
	}
	return nil
}

// brief returns another case in one line, nil if there is none or the caller does not see it.
func (s *Service) brief(ctx context.Context, tx *db.Tx, id string) (*Brief, error) {
	if id == "" {
		return nil, nil
	}
	var args []any
	where := visible(ctx, &args)
	args = append(args, id)
	rows, err := db.All[Brief](ctx, tx, fmt.Sprintf("SELECT %s FROM case_file WHERE %s AND id = $%d", briefColumns, where, len(args)), args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return s.briefed(&rows[0]), nil
}

func (s *Service) briefed(b *Brief) *Brief {
	if b.Category != "" {
		b.CategoryName = s.Duties.Catalog().Name(b.Category)
	}
	return b
}

// nearby lists what the caller sees within 200 m, open and ended.
func (s *Service) nearby(ctx context.Context, tx *db.Tx, c *Case) ([]Brief, error) {
	out := []Brief{}
	if c.LatE7 == nil || c.LonE7 == nil {
		return out, nil
	}
	lat, lon := float64(*c.LatE7)/1e7, float64(*c.LonE7)/1e7
	since := clock.At(tx.Now().Add(-nearbyDays * 24 * time.Hour))
	for _, ended := range []bool{false, true} {
		var args []any
		where := visible(ctx, &args) + " AND " + inReach(lat, lon, nearbyMetres, &args)
		n := len(args)
		args = append(args, since, c.ID)
		query := fmt.Sprintf("SELECT %s FROM case_file WHERE %s AND reported_at >= $%d AND id <> $%d AND state NOT IN ('merged', 'void')", briefColumns, where, n+1, n+2)
		if ended {
			query += " AND ended_at IS NOT NULL"
		} else {
			query += " AND ended_at IS NULL"
		}
		rows, err := db.All[Brief](ctx, tx, query+" ORDER BY id DESC LIMIT 50", args...)
		if err != nil {
			return nil, err
		}
		for _, b := range rows {
			b.Distance = int(math.Round(metres(lat, lon, float64(*b.LatE7)/1e7, float64(*b.LonE7)/1e7)))
			if b.Distance <= nearbyMetres {
				out = append(out, *s.briefed(&b))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Brief) int { return a.Distance - b.Distance })
	return out[:min(len(out), 10)], nil
}
