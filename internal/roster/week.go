package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Outcome says how a shift came out.
type Outcome string

// The outcomes.
const (
	Ahead   Outcome = "ahead"   // has not begun
	Present Outcome = "present" // was on duty from the beginning, ten minutes let pass
	Late    Outcome = "late"    // came later
	Missing Outcome = "missing" // has begun and nobody is there yet
	Absent  Outcome = "absent"  // is over and nobody came
)

// letPass is how late somebody may come and still be there from the beginning.
const letPass = 10 * time.Minute

// Planned is a shift with how it came out.
type Planned struct {
	Shift
	Outcome Outcome     `json:"outcome" enum:"ahead,present,late,missing,absent"`
	CameAt  *clock.Time `json:"came_at,omitempty" doc:"When the officer went on duty"`
	LeftAt  *clock.Time `json:"left_at,omitempty" doc:"When the officer went off duty for the last time within the shift"`
	LateMin int         `json:"late_min,omitempty" doc:"Minutes after the beginning"`
}

// GridGap is a grid in which nobody is planned on a day.
type GridGap struct {
	Day      string `json:"day"`
	AreaCode string `json:"area_code"`
	Name     string `json:"name"`
}

// Week is the plan of a week.
type Week struct {
	AreaCode string    `json:"area_code"`
	Monday   string    `json:"monday"`
	Officers []Officer `json:"officers"`
	Shifts   []Planned `json:"shifts"`
	Gaps     []GridGap `json:"gaps" doc:"Grids in which nobody is planned, by day"`
	Grids    int       `json:"grids" doc:"Composite and dedicated grids of the area"`
	Now      struct {
		Due     int `json:"due" doc:"Shifts that run now"`
		There   int `json:"there" doc:"Of them with their officer on duty"`
		Missing int `json:"missing"`
	} `json:"now"`
}

// WeekOf returns the plan of the week a day lies in, for an area within the caller's, with how it came out so far. Needs
// roster.read in the area.
func (s *Service) WeekOf(ctx context.Context, area, day string) (*Week, error) {
	if err := auth.RequireArea(ctx, PermRead, area); err != nil {
		return nil, err
	}
	at, err := dayOf("query.day", day)
	if err != nil {
		return nil, err
	}
	first := monday(at)
	out := &Week{AreaCode: area, Monday: first.Format(time.DateOnly), Shifts: []Planned{}, Gaps: []GridGap{}}
	grids, err := s.grids(ctx, area)
	if err != nil {
		return nil, err
	}
	out.Grids = len(grids)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Officers, err = s.officersTx(ctx, tx, area, ""); err != nil {
			return err
		}
		from, to := clock.At(first), clock.At(first.AddDate(0, 0, 7))
		shifts, err := shiftsTx(ctx, tx, area, from, to)
		if err != nil {
			return err
		}
		if out.Shifts, err = s.comeOutTx(ctx, tx, area, shifts, from, to); err != nil {
			return err
		}
		out.Gaps = gaps(grids, out.Officers, shifts, first)
		now := tx.Time()
		for i := range out.Shifts {
			if x := &out.Shifts[i]; !x.From.After(now.Time) && x.To.After(now.Time) {
				out.Now.Due++
				if x.CameAt != nil && x.LeftAt == nil {
					out.Now.There++
				}
			}
		}
		out.Now.Missing = out.Now.Due - out.Now.There
		return nil
	})
	return out, err
}

// comeOutTx says of each shift how it came out.
func (s *Service) comeOutTx(ctx context.Context, tx *db.Tx, area string, shifts []Shift, from, to clock.Time) ([]Planned, error) {
	out := make([]Planned, 0, len(shifts))
	times := map[string][]OnDuty{}
	if s.Times != nil {
		all, err := s.Times.OnDutyTx(ctx, tx, area, clock.At(from.Add(-longest*time.Minute)), clock.At(to.Add(longest*time.Minute)))
		if err != nil {
			return nil, err
		}
		for _, t := range all {
			times[t.OfficerID] = append(times[t.OfficerID], t)
		}
	}
	for i := range shifts {
		out = append(out, outcome(&shifts[i], times[shifts[i].OfficerID], tx.Time()))
	}
	return out, nil
}

// outcome reads how a shift came out from its officer's times on duty.
func outcome(x *Shift, times []OnDuty, now clock.Time) Planned {
	p := Planned{Shift: *x, Outcome: Ahead}
	if x.From.After(now.Time) {
		return p
	}
	for i := range times {
		t := &times[i]
		if !t.From.Before(x.To.Time) || !t.To.IsZero() && !t.To.After(x.From.Time) {
			continue
		}
		if p.CameAt == nil {
			p.CameAt = &t.From
		}
		if p.LeftAt = nil; !t.To.IsZero() {
			p.LeftAt = &t.To
		}
	}
	switch {
	case p.CameAt != nil:
		p.Outcome = Present
		if late := p.CameAt.Sub(x.From.Time); late > letPass {
			p.Outcome, p.LateMin = Late, int(late.Minutes())
		}
	case x.To.After(now.Time):
		p.Outcome, p.LateMin = Missing, int(now.Sub(x.From.Time).Minutes())
	default:
		p.Outcome = Absent
	}
	return p
}

// grids are the composite and dedicated grids of an area.
func (s *Service) grids(ctx context.Context, area string) ([]region.Area, error) {
	if s.Regions == nil {
		return nil, nil
	}
	all, _, err := s.Regions.List(ctx, region.Filter{Within: area})
	out := all[:0]
	for _, a := range all {
		if a.Level == region.Grid && a.Kind != region.Police {
			out = append(out, a)
		}
	}
	return out, err
}

// gaps are the grids that nobody looks after on a day: no shift in the grid, nor in an area above it, nor by an officer
// whose post holds the grid.
func gaps(grids []region.Area, officers []Officer, shifts []Shift, first time.Time) []GridGap {
	held := map[string][]string{}
	for _, o := range officers {
		held[o.ID] = o.Areas
	}
	out := []GridGap{}
	for n := range 7 {
		day := first.AddDate(0, 0, n).Format(time.DateOnly)
		var covered []string
		for i := range shifts {
			if shifts[i].Day == day {
				covered = append(append(covered, shifts[i].AreaCode), held[shifts[i].OfficerID]...)
			}
		}
		for i := range grids {
			if !slices.ContainsFunc(covered, func(c string) bool { return strings.HasPrefix(grids[i].Code, c) }) {
				out = append(out, GridGap{day, grids[i].Code, grids[i].Name})
			}
		}
	}
	return out
}

// Mine returns the caller's shifts of the next two weeks, today's included, and the swaps asked for or by the caller. Needs
// patrol.duty.
func (s *Service) Mine(ctx context.Context) (shifts []Planned, swaps []Swap, err error) {
	if err := auth.Require(ctx, walks); err != nil {
		return nil, nil, err
	}
	me := auth.From(ctx).UserID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now().In(clock.Nanjing)
		from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Nanjing)
		list, err := db.All[Shift](ctx, tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE officer_id = $1 AND to_at > $2 AND from_at < $3 ORDER BY from_at LIMIT 100",
			me, clock.At(from), clock.At(from.AddDate(0, 0, 14)))
		if err != nil {
			return err
		}
		for i := range list {
			own, err := s.comeOutTx(ctx, tx, list[i].AreaCode[:min(len(list[i].AreaCode), 12)], list[i:i+1], list[i].From, list[i].To)
			if err != nil {
				return err
			}
			shifts = append(shifts, own...)
		}
		swaps, err = db.All[Swap](ctx, tx, "SELECT "+swapColumns+" FROM roster_swap WHERE from_id = $1 OR to_id = $1 ORDER BY asked_at DESC LIMIT 20", me)
		return err
	})
	if shifts == nil {
		shifts = []Planned{}
	}
	return shifts, swaps, err
}
