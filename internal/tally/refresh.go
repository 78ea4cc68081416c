package tally

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/platform/db"
)

// RefreshTx counts cases anew: what their lives give replaces what stood. Only the program may.
func (s *Service) RefreshTx(ctx context.Context, tx *db.Tx, ids []string) error {
	for len(ids) > 0 {
		n := min(len(ids), 256)
		if err := s.refresh(ctx, tx, ids[:n], false); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// Moved counts what happened to cases; app calls it for every batch of events.
func (s *Service) Moved(ctx context.Context, tx *db.Tx, moves []cases.Moved) error {
	seen := map[string]bool{}
	var ids []string
	for i := range moves {
		for _, id := range []string{moves[i].CaseID, moves[i].Into} {
			if id != "" && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return s.RefreshTx(ctx, tx, ids)
}

// RebuildTx empties the grains and counts every case from the beginning. It returns how many there are.
func (s *Service) RebuildTx(ctx context.Context, tx *db.Tx) (int, error) {
	for _, table := range []string{"tally_case", "tally_step", "tally_span"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
			return 0, err
		}
	}
	total, after := 0, ""
	for {
		ids, err := s.Cases.AfterTx(ctx, tx, after, 512)
		if err != nil || len(ids) == 0 {
			return total, err
		}
		if err := s.refresh(ctx, tx, ids, true); err != nil {
			return total, err
		}
		total, after = total+len(ids), ids[len(ids)-1]
	}
}

func (s *Service) refresh(ctx context.Context, tx *db.Tx, ids []string, empty bool) error {
	lives, err := s.Cases.LivesTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	left, err := excludedOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	if !empty {
		where, args := db.Listed(ids)
		for _, table := range []string{"tally_case", "tally_step", "tally_span"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE case_id IN "+where, args...); err != nil {
				return err
			}
		}
	}
	calendar := s.Calendar.Current()
	var facts, steps, spans [][]any
	for i := range lives {
		f, st, sp := derive(&lives[i], calendar, left[lives[i].ID])
		facts = append(facts, f.row())
		for n := range st {
			steps = append(steps, st[n].row(&f, n))
		}
		for n := range sp {
			spans = append(spans, sp[n].row(&f, n))
		}
	}
	if err := db.InsertMany(ctx, tx, "tally_case", factColumns, "", facts); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, tx, "tally_step", stepColumns, "", steps); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, "tally_span", spanColumns, "", spans)
}

const (
	factColumns = `case_id, state, channel, category, area_code, unit_id, urgent, sensitive, reported_at, accepted_at, filed_at, handled_at, closed_at, ended_at,
	result, minutes, repeated, excluded`
	stepColumns = "case_id, seq, at, action, from_state, to_state, unit_id, dwell, good, mark, solved, channel, category, area_code, excluded"
	spanColumns = "case_id, seq, kind, round, unit_id, from_at, due_at, to_at, anchor_at, done, on_time, channel, category, area_code, excluded"
)

func (f *Fact) row() []any {
	c := f.Case
	return []any{c.ID, c.State, c.Channel, c.Category, c.AreaCode, f.Unit, c.Urgent, c.Sensitive, c.ReportedAt, c.AcceptedAt, c.FiledAt, f.Handled, f.Closed,
		c.EndedAt, c.Result, f.Minutes, f.Repeated, f.Excluded}
}

func (s *Step) row(f *Fact, n int) []any {
	c := f.Case
	return []any{c.ID, n, s.At, s.Action, s.From, s.To, s.Unit, s.Dwell, s.Good, s.Mark, s.Solved, c.Channel, c.Category, c.AreaCode, f.Excluded}
}

func (s *Span) row(f *Fact, n int) []any {
	c := f.Case
	return []any{c.ID, n, s.Kind, s.Round, s.Unit, s.From, s.Due, s.To, s.anchor(), s.Done, s.OnTime, c.Channel, c.Category, c.AreaCode, f.Excluded}
}
