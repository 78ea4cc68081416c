package rounds

import (
	"context"
	"maps"
	"slices"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Walker is somebody who can be named for a plan.
type Walker struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Unit  string   `json:"unit,omitempty"`
	Areas []string `json:"areas,omitempty" doc:"Names of the areas of the post"`
}

// mostWalkers bounds a choice, and how many people are asked for at once.
const mostWalkers = 500

// Walkers lists those whose post lets them do tasks in an area, by name, at most 500. Needs rounds.plan for the area.
func (s *Service) Walkers(ctx context.Context, area string) (list []Walker, err error) {
	if _, err := s.place(ctx, PermPlan, area); err != nil {
		return nil, err
	}
	list = []Walker{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := s.People.ReachTx(ctx, tx, PermWalk, nil, "", mostWalkers, func(areas []string) bool {
			return slices.ContainsFunc(areas, func(a string) bool { return region.Inside(a, area) || region.Inside(area, a) })
		})
		for i := range found {
			list = append(list, s.walker(ctx, &found[i]))
		}
		return err
	})
	return list, err
}

func (s *Service) walker(ctx context.Context, x *identity.Reach) Walker {
	w := Walker{ID: x.ID, Name: x.Name, Unit: x.UnitName, Areas: []string{}}
	for _, code := range x.Areas.V[:min(3, len(x.Areas.V))] {
		w.Areas = append(w.Areas, s.nameOf(ctx, code))
	}
	return w
}

// callTx says who the people named in plans are. Whoever cannot sign in any more stands without a name.
func (s *Service) callTx(ctx context.Context, tx *db.Tx, plans []Plan) error {
	names := map[string]string{}
	for i := range plans {
		for _, id := range plans[i].Named.V {
			names[id] = ""
		}
	}
	if len(names) == 0 {
		return nil
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(names)), mostWalkers) {
		found, err := s.People.ReachTx(ctx, tx, PermWalk, some, "", len(some), func([]string) bool { return true })
		if err != nil {
			return err
		}
		for i := range found {
			names[found[i].ID] = found[i].Name
		}
	}
	for i := range plans {
		for _, id := range plans[i].Named.V {
			plans[i].People = append(plans[i].People, Walker{ID: id, Name: names[id]})
		}
	}
	return nil
}
