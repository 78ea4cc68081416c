package calls

import (
	"context"
	"slices"
	"strings"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Person is somebody who can be called.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UnitName string `json:"unit_name"`
	Title    string `json:"title"`
	AreaCode string `json:"area_code"`
	Busy     bool   `json:"busy" doc:"In a call now"`
}

const maxPeople = 50

// People lists who can be called from the desk: in the caller's areas, or over them. Needs calls.desk.
func (s *Service) People(ctx context.Context, words string) (out []Person, err error) {
	if err := auth.Require(ctx, PermDesk); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := s.Deps.People.ReachTx(ctx, tx, PermCall, nil, words, maxPeople+1, func(areas []string) bool { return reaches(p, areas) || over(areas, p.Areas) })
		if err != nil {
			return err
		}
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		busy, err := busyOf(ctx, tx, ids)
		out = make([]Person, 0, len(list))
		for i := range list {
			if one := person(&list[i]); one.ID != p.UserID && len(out) < maxPeople {
				one.Busy = slices.Contains(busy, one.ID)
				out = append(out, one)
			}
		}
		return err
	})
	return out, err
}

func person(r *identity.Reach) Person {
	one := Person{ID: r.ID, Name: r.Name, UnitName: r.UnitName, Title: r.Title}
	if len(r.Areas.V) > 0 {
		one.AreaCode = r.Areas.V[0]
	}
	return one
}

// reaches reports whether one of somebody's areas lies inside those of the caller.
func reaches(p *auth.Principal, areas []string) bool { return slices.ContainsFunc(areas, p.Covers) }

// over reports whether somebody's areas hold one of the others.
func over(areas, inside []string) bool {
	return slices.ContainsFunc(areas, func(a string) bool {
		return a != "" && slices.ContainsFunc(inside, func(b string) bool { return strings.HasPrefix(b, a) })
	})
}

// callee finds whom to call: inside the caller's areas, or over them if somebody is called in. NotFound otherwise.
func (s *Service) callee(ctx context.Context, tx *db.Tx, user string, upwards bool) (*identity.Reach, error) {
	p := auth.From(ctx)
	list, err := s.Deps.People.ReachTx(ctx, tx, PermCall, []string{user}, "", 1, func(areas []string) bool { return reaches(p, areas) || upwards && over(areas, p.Areas) })
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || user == p.UserID || user == "" {
		return nil, errs.NotFound("calls.no_person", "There is nobody of this name whom you may call.")
	}
	return &list[0], nil
}

// busyOf returns which of the people are in a call, or ring.
func busyOf(ctx context.Context, tx *db.Tx, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	among, args := db.Listed(ids)
	return db.All[string](ctx, tx, "SELECT p.user_id FROM calls_party p JOIN calls_call c ON c.id = p.call_id WHERE p.user_id IN "+among+
		" AND p.state IN ('joined', 'ringing') AND c.state <> 'ended'", args...)
}

// me returns the caller as a party.
func (s *Service) me(ctx context.Context, tx *db.Tx) (Party, error) {
	p := auth.From(ctx)
	list, err := s.Deps.People.ReachTx(ctx, tx, PermCall, []string{p.UserID}, "", 1, func([]string) bool { return true })
	if err != nil {
		return Party{}, err
	}
	out := Party{UserID: p.UserID, Name: p.Name}
	if len(list) > 0 {
		out.UnitName = list[0].UnitName
	}
	return out, nil
}
