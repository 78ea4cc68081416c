package cases

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Life is a case with what happened to it, for those who count. Entries are in the order of time; texts of residents and
// who reported are not in it.
type Life struct {
	Case
	History  []History
	Clocks   []Clock
	Revisits []Revisit
	Recurs   *clock.Time // when the case it recurs of had last been closed before this one came up; nil if none is named
}

// LivesTx reads the lives of cases, at most 1,000, in the order of their ids. Only the program may.
func (s *Service) LivesTx(ctx context.Context, tx *db.Tx, ids []string) ([]Life, error) {
	if err := program(ctx); err != nil || len(ids) == 0 {
		return nil, err
	}
	where, args := db.Listed(ids)
	rows, err := db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE id IN "+where+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	lives := make([]Life, len(rows))
	at := make(map[string]*Life, len(rows))
	var earlier []string
	for i := range rows {
		lives[i].Case = rows[i]
		at[rows[i].ID] = &lives[i]
		if rows[i].RecursOf != "" {
			earlier = append(earlier, rows[i].RecursOf)
		}
	}
	err = db.Each(ctx, tx, "SELECT "+historyColumns+" FROM case_history WHERE case_id IN "+where+" ORDER BY case_id, id", args, func(h *History) error {
		l := at[h.CaseID]
		l.History = append(l.History, *h)
		return nil
	})
	if err == nil {
		err = db.Each(ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id IN "+where+" ORDER BY case_id, id", args, func(k *Clock) error {
			l := at[k.CaseID]
			l.Clocks = append(l.Clocks, *k)
			return nil
		})
	}
	if err == nil {
		err = db.Each(ctx, tx, `SELECT id, case_id, reporter_id, way, solved, satisfaction, reasons, words, at, by_id, by_name FROM case_revisit
			WHERE case_id IN `+where+" ORDER BY case_id, id", args, func(r *Revisit) error {
			l := at[r.CaseID]
			l.Revisits = append(l.Revisits, *r)
			return nil
		})
	}
	if err == nil {
		err = recalled(ctx, tx, lives, earlier)
	}
	return lives, err
}

// recalled adds when the cases that the lives recur of had been closed. What becomes of those cases later, such as a second
// close, changes nothing about a matter that has come back.
func recalled(ctx context.Context, tx *db.Tx, lives []Life, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	where, args := db.Listed(ids)
	closed := map[string][]clock.Time{}
	if err := db.Each(ctx, tx, "SELECT case_id, at FROM case_history WHERE case_id IN "+where+" AND action IN ('close', 'self_handle', 'force_close') ORDER BY case_id, id", args,
		func(h *struct {
			CaseID string     `db:"case_id"`
			At     clock.Time `db:"at"`
		}) error {
			closed[h.CaseID] = append(closed[h.CaseID], h.At)
			return nil
		}); err != nil {
		return err
	}
	for i := range lives {
		for _, at := range closed[lives[i].RecursOf] {
			if at.Before(lives[i].ReportedAt.Time) {
				lives[i].Recurs = &at
			}
		}
	}
	return nil
}

// TextsTx reads what was reported in the cases: id, channel, title and text, nothing else of them, at most 1,000. Only the
// program may.
func (s *Service) TextsTx(ctx context.Context, tx *db.Tx, ids []string) ([]Case, error) {
	if err := program(ctx); err != nil || len(ids) == 0 {
		return nil, err
	}
	where, args := db.Listed(ids)
	return db.All[Case](ctx, tx, "SELECT id, channel, title, body FROM case_file WHERE id IN "+where+" ORDER BY id", args...)
}

// AfterTx lists ids of cases in order, from behind one. Only the program may.
func (s *Service) AfterTx(ctx context.Context, tx *db.Tx, id string, limit int) ([]string, error) {
	if err := program(ctx); err != nil {
		return nil, err
	}
	return db.All[string](ctx, tx, "SELECT id FROM case_file WHERE id > $1 ORDER BY id LIMIT $2", id, limit)
}

func program(ctx context.Context) error {
	if p := auth.From(ctx); p == nil || !p.System {
		return errs.Forbidden("cases.system_only", "The program does this by itself.")
	}
	return nil
}
