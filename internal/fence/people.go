package fence

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// People knows who is in service.
type People interface {
	// ReachTx is identity.Service.ReachTx.
	ReachTx(ctx context.Context, tx *db.Tx, permission string, users []string, words string, limit int, wanted func(areas []string) bool) ([]identity.Reach, error)
}

// Person is somebody whom a fence can be for.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Title    string `json:"title"`
}

// mostPeople bounds a choice.
const mostPeople = 50

// Watchable lists officers of the caller's areas within area ("" for all of them) whose name or unit holds the words, by name,
// at most 50; of ids only those. Needs fence.manage.
func (s *Service) Watchable(ctx context.Context, area, words string, ids []string) (out []Person, err error) {
	if err := auth.Require(ctx, PermManage); err != nil || s.People == nil {
		return nil, err
	}
	me := auth.From(ctx)
	wanted := func(areas []string) bool {
		return slices.ContainsFunc(areas, func(a string) bool { return strings.HasPrefix(a, area) && me.Covers(a) })
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		if len(ids) > 0 {
			words = ""
		}
		found, err := s.People.ReachTx(ctx, tx, patrol.PermDuty, ids, words, mostPeople, wanted)
		out = persons(found)
		return err
	})
	return out, err
}

func persons(list []identity.Reach) (out []Person) {
	for i := range list {
		out = append(out, Person{ID: list[i].ID, Name: list[i].Name, UnitID: list[i].UnitID, UnitName: list[i].UnitName, Title: list[i].Title})
	}
	return out
}
