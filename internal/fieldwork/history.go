package fieldwork

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// History is what became of one address, for loaders that make their rows and for districts that bring a finished wave along.
type History struct {
	InvitationID string
	Street       string
	Community    string
	Group        survey.Group
	Interviewer  string
	Mode         survey.Mode
	Tries        []Tried
}

// Tried is one attempt of a History.
type Tried struct {
	Outcome Outcome
	At      clock.Time
}

// InsertHistoriesTx stores assignments with their attempts in bulk; a completed interview leaves no attempt. Needs PermManage in
// the wave's area; addresses that have an assignment are an error.
func (s *Service) InsertHistoriesTx(ctx context.Context, tx *db.Tx, waveID string, list []History) error {
	w, err := s.manage(ctx, tx, waveID)
	if err != nil {
		return err
	}
	var assignments, attempts []any
	for i := range list {
		h := &list[i]
		var outcome Outcome
		closed := false
		for _, t := range h.Tries {
			k := kindOf(t.Outcome)
			if k == nil {
				return fmt.Errorf("unknown outcome %s", t.Outcome)
			}
			if outcome, closed = stronger(outcome, t.Outcome), closed || k.Final; t.Outcome == Complete {
				continue
			}
			attempts = append(attempts, randomID(), w.ID, h.InvitationID, h.Mode, t.Outcome, "", h.Interviewer, t.At)
		}
		assignments = append(assignments, h.InvitationID, w.ID, h.Street, h.Community, h.Group, h.Interviewer, h.Mode, outcome, len(h.Tries), nil, closed, "", tx.Time(), 1)
	}
	if err := insertMany(ctx, tx, "fieldwork_assignment", assignmentColumns, 14, assignments); err != nil {
		return err
	}
	return insertMany(ctx, tx, "fieldwork_attempt", "id, wave_id, invitation_id, mode, outcome, note, by_id, at", 8, attempts)
}

// insertMany stores rows of so many columns, a hundred with each statement.
func insertMany(ctx context.Context, tx *db.Tx, table, columns string, width int, args []any) error {
	for start := 0; start < len(args); start += 100 * width {
		part := args[start:min(start+100*width, len(args))]
		var b strings.Builder
		b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
		for i := range part {
			switch {
			case i == 0:
				b.WriteString("(")
			case i%width == 0:
				b.WriteString("), (")
			default:
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", i+1)
		}
		b.WriteString(")")
		if _, err := tx.Exec(ctx, b.String(), part...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	return nil
}
