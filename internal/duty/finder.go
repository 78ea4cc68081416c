package duty

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// finder finds units for one piece of work and asks for each only once.
type finder struct {
	people *identity.Service
	tx     *db.Tx
	known  map[string]found
}

type found struct {
	unit identity.Unit
	ok   bool
}

func (s *Service) finder(tx *db.Tx) *finder {
	return &finder{people: s.people, tx: tx, known: map[string]found{}}
}

// unit finds the active unit with the code that serves the area: of its community, its street, its district.
func (f *finder) unit(ctx context.Context, area, code string) (identity.Unit, bool, error) {
	for _, n := range []int{12, 9, 6} {
		if len(area) < n {
			continue
		}
		key := area[:n] + "." + code
		hit, asked := f.known[key]
		if !asked {
			u, err := f.people.FindUnitTx(ctx, f.tx, area[:n], code)
			if err != nil && errs.KindOf(err) != errs.KindNotFound {
				return u, false, err
			}
			hit = found{u, err == nil}
			f.known[key] = hit
		}
		if hit.ok {
			return hit.unit, true, nil
		}
	}
	return identity.Unit{}, false, nil
}

// byID finds an active unit by its id.
func (f *finder) byID(ctx context.Context, id string) (identity.Unit, bool, error) {
	hit, asked := f.known[id]
	if !asked {
		u, err := f.people.UnitTx(ctx, f.tx, id)
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return u, false, err
		}
		hit = found{u, err == nil && u.Active}
		f.known[id] = hit
	}
	return hit.unit, hit.ok, nil
}
