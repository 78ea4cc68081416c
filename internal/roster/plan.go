package roster

import (
	"context"
	"slices"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// plan plans many shifts of a span in a transaction. Whom it asked about it remembers, so that a file of thousands of rows asks once for
// each community and once for each officer.
type plan struct {
	s        *Service
	tx       *db.Tx
	from, to clock.Time
	officers map[string][]Officer // by the code asked with
	known    map[string][]Shift   // by officer: what is planned in the span, this plan's included
	many     map[string]bool      // officers with more in the span than is read at once: each shift is asked for
	rows     [][]any
}

func (s *Service) planTx(tx *db.Tx, from, to clock.Time) *plan {
	return &plan{s: s, tx: tx, from: from, to: to, officers: map[string][]Officer{}, known: map[string][]Shift{}, many: map[string]bool{}}
}

// community is the code by which officers who may stand in for each other are asked for.
func community(area string) string { return area[:min(len(area), 12)] }

// around lists the officers of the community of an area, or of the area if it is larger.
func (p *plan) around(ctx context.Context, area string) ([]Officer, error) {
	code := community(area)
	if list, ok := p.officers[code]; ok {
		return list, nil
	}
	list, err := p.s.officersTx(ctx, p.tx, code, "")
	p.officers[code] = list
	return list, err
}

// officer returns one who may be planned in an area. NotFound otherwise.
func (p *plan) officer(ctx context.Context, area, id string) (Officer, error) {
	list, err := p.around(ctx, area)
	if err != nil {
		return Officer{}, err
	}
	if i := slices.IndexFunc(list, func(o Officer) bool { return o.ID == id }); i >= 0 {
		return list[i], nil
	}
	return p.s.officerTx(ctx, p.tx, area, id) // who works for all of the district
}

// named returns the officer of this name; of several the one whose post holds the area. NotFound for nobody, and for several of whom
// none holds it.
func (p *plan) named(ctx context.Context, area, name string) (Officer, error) {
	list, err := p.around(ctx, area)
	if err != nil {
		return Officer{}, err
	}
	found := slices.DeleteFunc(slices.Clone(list), func(o Officer) bool { return o.Name != name })
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(o Officer) bool { return !slices.Contains(o.Areas, area) })
	}
	if len(found) != 1 {
		return Officer{}, errs.NotFound("roster.no_officer", "There is no such officer in this area.")
	}
	return found[0], nil
}

// put plans a shift of an officer; it is stored by store. Errors as Put, without those of permission.
func (p *plan) put(ctx context.Context, in NewShift, o *Officer) error {
	x, err := in.of(p.tx, o)
	if err != nil {
		return err
	}
	list, err := p.standing(ctx, o.ID)
	if err != nil {
		return err
	}
	if p.many[o.ID] {
		if err := p.s.freeTx(ctx, p.tx, x); err != nil {
			return err
		}
	}
	for i := range list {
		if list[i].From.Before(x.To.Time) && list[i].To.After(x.From.Time) {
			return taken(&list[i])
		}
	}
	p.known[o.ID] = append(list, *x)
	p.rows = append(p.rows, x.row())
	return nil
}

// mostKnown is how many shifts of an officer are read at once: a year of three a day fits.
const mostKnown = 2000

// standing returns the shifts of an officer in the span that are known, those of this plan included.
func (p *plan) standing(ctx context.Context, officer string) ([]Shift, error) {
	if list, ok := p.known[officer]; ok {
		return list, nil
	}
	list, err := db.All[Shift](ctx, p.tx, "SELECT "+shiftColumns+" FROM roster_shift WHERE officer_id = $1 AND from_at < $2 AND to_at > $3 ORDER BY from_at LIMIT $4",
		officer, clock.At(p.to.AddDate(0, 0, 1)), clock.At(p.from.AddDate(0, 0, -1)), mostKnown)
	if p.many[officer] = len(list) == mostKnown; p.many[officer] {
		list = nil
	}
	p.known[officer] = list
	return list, err
}

// store writes what was planned.
func (p *plan) store(ctx context.Context) error {
	return db.InsertMany(ctx, p.tx, "roster_shift", shiftColumns, "", p.rows)
}
