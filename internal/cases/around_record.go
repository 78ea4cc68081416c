package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/workcal"
)

// mostLeads is how many units a comparison shows, and mostJudged from how many endings a share on time is made.
const (
	mostLeads  = 8
	mostJudged = 300
	mostOpen   = 1000
)

// led is a case of the category as the comparison of units needs it.
type led struct {
	Unit         string      `db:"lead_unit"`
	Name         string      `db:"lead_name"`
	Returns      int         `db:"returns"`
	Reworks      int         `db:"reworks"`
	DispatchedAt *clock.Time `db:"dispatched_at"`
	HandledAt    *clock.Time `db:"handled_at"`
}

// records compares the units that led cases of the same category in the district lately, and the units asked for.
func (s *Service) records(ctx context.Context, tx *db.Tx, c *Case, units []string, out *Around) error {
	out.Leads = []Record{}
	if c.Category == "" {
		return nil
	}
	district := within(c.AreaCode, District)
	since := clock.At(tx.Now().Add(-sameDays * 24 * time.Hour))
	rows, err := db.All[led](ctx, tx, `SELECT lead_unit, lead_name, returns, reworks, dispatched_at, handled_at FROM case_file
		WHERE category = $1 AND reported_at >= $2 AND area_code >= $3 AND area_code < $4 AND id <> $5 AND state NOT IN ('merged', 'void')
		ORDER BY reported_at DESC LIMIT $6`, c.Category, since, district, district+"~", c.ID, sameMost)
	if err != nil {
		return err
	}
	out.Same = len(rows)
	out.Leads = s.tabulate(rows)
	for _, id := range units {
		if id == "" || slices.ContainsFunc(out.Leads, func(r Record) bool { return r.UnitID == id }) {
			continue
		}
		u, err := s.unitByID(ctx, tx, id, "units")
		if errs.KindOf(err) == errs.KindInvalid {
			continue
		}
		if err != nil {
			return err
		}
		out.Leads = append(out.Leads, Record{UnitID: u.ID, UnitName: nameOf(u.Short, u.Name)})
	}
	for i := range out.Leads {
		if err := weigh(ctx, tx, &out.Leads[i]); err != nil {
			return err
		}
	}
	return nil
}

// tabulate sums cases by the unit that led, the one that led most first.
func (s *Service) tabulate(rows []led) []Record {
	calendar := s.Calendar.Current()
	byUnit := map[string]*Record{}
	spent := map[string][]int{}
	for _, row := range rows {
		if row.Unit == "" {
			continue
		}
		r := byUnit[row.Unit]
		if r == nil {
			r = &Record{UnitID: row.Unit, UnitName: row.Name}
			byUnit[row.Unit] = r
		}
		r.Led++
		r.Returns += row.Returns
		r.Reworks += row.Reworks
		if row.DispatchedAt != nil && row.HandledAt != nil {
			spent[row.Unit] = append(spent[row.Unit], int(calendar.Elapsed(row.DispatchedAt.Time, row.HandledAt.Time, workcal.WorkHour).Minutes()))
		}
	}
	out := make([]Record, 0, len(byUnit))
	for id, r := range byUnit {
		if m := spent[id]; len(m) > 0 {
			slices.Sort(m)
			r.Median = m[len(m)/2]
		}
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Record) int {
		if a.Led != b.Led {
			return b.Led - a.Led
		}
		return strings.Compare(a.UnitID, b.UnitID)
	})
	return out[:min(len(out), mostLeads)]
}

// weigh fills what the unit has on its desk and how punctual its last endings were.
func weigh(ctx context.Context, tx *db.Tx, r *Record) (err error) {
	r.Open, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM case_file WHERE holder = $1 AND holder <> '' AND ended_at IS NULL LIMIT $2) x", r.UnitID, mostOpen)
	if err != nil {
		return err
	}
	type share struct {
		Judged int `db:"judged"`
		OnTime int `db:"on_time"`
	}
	n, err := db.Get[share](ctx, tx, `SELECT COUNT(*) AS judged, COALESCE(SUM(CASE WHEN handled_at <= promised_at THEN 1 ELSE 0 END), 0) AS on_time
		FROM (SELECT handled_at, promised_at FROM case_file WHERE lead_unit = $1 AND lead_unit <> '' AND handled_at IS NOT NULL AND promised_at IS NOT NULL ORDER BY id DESC LIMIT $2) x`,
		r.UnitID, mostJudged)
	r.Judged, r.OnTime = n.Judged, n.OnTime
	return err
}

// Officers lists who can inspect or verify at the place of a case the caller sees, by name.
func (s *Service) Officers(ctx context.Context, id string) (out []identity.Holder, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = s.People.HoldersTx(ctx, tx, PermCheck, c.AreaCode)
		return err
	})
	return out, err
}
