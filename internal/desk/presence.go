package desk

import (
	"context"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Somebody is another person at the same case.
type Somebody struct {
	Name    string     `db:"name" json:"name"`
	UnitID  string     `db:"unit_id" json:"-"`
	Unit    string     `db:"-" json:"unit_name,omitempty"`
	Editing bool       `db:"editing" json:"editing" doc:"Has an action open"`
	Since   clock.Time `db:"since" json:"since"`
	SeenAt  clock.Time `db:"seen_at" json:"-"`
}

// How long a sign of life counts, and after what it is forgotten.
const (
	presenceLife = 30 * time.Second
	presenceKept = 10 * time.Minute
)

// Beat says that the caller is at a case, looking or editing, and returns who else is. Say it every ten seconds; after
// thirty without a sign one counts as gone. It is not audited: the audit trail records what people did, not when they
// looked up; a case opened is read through cases.Get.
func (s *Service) Beat(ctx context.Context, caseID string, editing bool) (others []Somebody, err error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := s.Cases.GetTx(ctx, tx, caseID); err != nil {
			return err
		}
		p, now := auth.From(ctx), tx.Time()
		if _, err := tx.Exec(ctx, "DELETE FROM desk_presence WHERE seen_at < $1", clock.At(now.Add(-presenceKept))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO desk_presence (case_id, user_id, name, unit_id, editing, since, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
			ON CONFLICT (case_id, user_id) DO UPDATE SET editing = excluded.editing, seen_at = excluded.seen_at,
				since = CASE WHEN desk_presence.seen_at < $7 OR desk_presence.editing <> excluded.editing THEN excluded.since ELSE desk_presence.since END`,
			caseID, p.UserID, p.Name, p.UnitID, editing, now, clock.At(now.Add(-presenceLife)))
		if err != nil {
			return err
		}
		others, err = s.others(ctx, tx, caseID, p.UserID)
		return err
	})
	return others, err
}

func (s *Service) others(ctx context.Context, tx *db.Tx, caseID, me string) ([]Somebody, error) {
	list, err := db.All[Somebody](ctx, tx, `SELECT name, unit_id, editing, since, seen_at FROM desk_presence
		WHERE case_id = $1 AND user_id <> $2 AND seen_at > $3 ORDER BY since, user_id LIMIT 20`, caseID, me, clock.At(tx.Now().Add(-presenceLife)))
	for i := 0; err == nil && i < len(list); i++ {
		if list[i].UnitID == "" {
			continue
		}
		u, err := s.People.UnitTx(ctx, tx, list[i].UnitID)
		if err != nil {
			return nil, err
		}
		list[i].Unit = u.Name
	}
	return list, err
}

// Leave takes the caller away from a case at once.
func (s *Service) Leave(ctx context.Context, caseID string) error {
	if err := auth.Require(ctx, PermUse); err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM desk_presence WHERE case_id = $1 AND user_id = $2", caseID, auth.From(ctx).UserID)
		return err
	})
}
