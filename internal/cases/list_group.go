package cases

import (
	"context"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Group is how many cases of a filter share something.
type Group struct {
	Key     string `db:"key" json:"key" doc:"Area code, state, unit id, channel or category code; empty if the cases have none"`
	Name    string `db:"-" json:"name"`
	N       int    `db:"n" json:"n"`
	Open    int    `db:"open" json:"open"`
	Overdue int    `db:"overdue" json:"overdue"`
	Warned  int    `db:"warned" json:"warned"`
}

// groupKeys are the columns cases can be grouped by.
var groupKeys = map[string]string{
	"street": "substr(area_code, 1, 9)", "community": "substr(area_code, 1, 12)", "grid": "area_code",
	"state": "state", "holder": "holder", "lead": "lead_unit", "channel": "channel", "category": "substr(category, 1, 2)",
}

// maxGroups bounds the answer; a district has a thousand grids.
const maxGroups = 1_200

// Groups counts the cases of a filter that the caller sees by street, community, grid, state, holder, lead, channel or
// major category, largest first. Needs cases.read.
func (s *Service) Groups(ctx context.Context, f Filter, by string) (list []Group, err error) {
	key, ok := groupKeys[by]
	if !ok {
		return nil, errs.Invalid("cases.bad_group", "Group by street, community, grid, state, holder, lead, channel or category.", errs.Field{Location: "query.by", Message: "not in the list", Value: by})
	}
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		where, args := s.where(ctx, tx, f)
		where, args, err := s.narrowed(ctx, tx, f, where, args)
		if err != nil {
			return err
		}
		args = append(args, tx.Time())
		n := len(args)
		list, err = db.All[Group](ctx, tx, fmt.Sprintf(`SELECT %s AS key, COUNT(*) AS n, SUM(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS open,
				SUM(CASE WHEN ended_at IS NULL AND due_at < $%d THEN 1 ELSE 0 END) AS overdue,
				SUM(CASE WHEN ended_at IS NULL AND due_at >= $%d AND warn_at <= $%d THEN 1 ELSE 0 END) AS warned
			FROM %s WHERE %s GROUP BY %s ORDER BY n DESC, key LIMIT %d`, key, n, n, n, s.table(f, unlimited), where, key, maxGroups), args...)
		for i := 0; err == nil && i < len(list); i++ {
			list[i].Name, err = s.groupName(ctx, tx, by, list[i].Key)
		}
		return err
	})
	return list, err
}

// groupName names a key; what is unknown stands for itself.
func (s *Service) groupName(ctx context.Context, tx *db.Tx, by, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	switch by {
	case "street", "community", "grid":
		a, err := s.Regions.Get(ctx, key)
		if errs.KindOf(err) == errs.KindNotFound {
			return key, nil
		}
		if err != nil {
			return "", err
		}
		return a.Name, nil
	case "state":
		st, _ := s.current.State(key)
		return st.Name, nil
	case "holder", "lead":
		u, err := s.unitByID(ctx, tx, key, "unit")
		if errs.KindOf(err) == errs.KindInvalid {
			return key, nil
		}
		return nameOf(u.Short, u.Name), err
	case "category":
		return s.Duties.Catalog().Name(key), nil
	}
	return key, nil
}
