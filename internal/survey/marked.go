package survey

import (
	"context"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Marked is a response as scoring sees it: where, who, which channel, which marks; nothing that tells persons apart.
type Marked struct {
	Channel   Channel
	Street    string
	Community string
	Group     Group
	Marks     string
}

// MarkedTx returns the scale answers of a wave without pilot answers, in no particular order. Needs PermRead or
// appraisal.score in the wave's area.
func (s *Service) MarkedTx(ctx context.Context, tx *db.Tx, w *Wave) ([]Marked, error) {
	if err := requireAreaEither(ctx, w.Area, PermRead, permScore); err != nil {
		return nil, err
	}
	rows := make([]Marked, 0, w.Counts.Targeted+w.Counts.Online)
	// One text column per row: scanning a single string costs a fraction of a struct, and 35,000 rows come at once.
	err := db.Each(ctx, tx, `SELECT channel || '|' || street || '|' || community || '|' || grp || '|' || marks FROM response
		WHERE wave_id = $1 AND NOT pilot`, []any{w.ID}, func(line *string) error {
		rows = append(rows, splitMarked(*line))
		return nil
	})
	return rows, err
}

func splitMarked(line string) (m Marked) {
	fields := [4]string{}
	start, k := 0, 0
	for i := 0; i < len(line) && k < len(fields); i++ {
		if line[i] == '|' {
			fields[k] = line[start:i]
			start, k = i+1, k+1
		}
	}
	m.Channel, m.Street, m.Community, m.Group = Channel(fields[0]), fields[1], fields[2], Group(fields[3])
	m.Marks = line[start:]
	return m
}

func requireAreaEither(ctx context.Context, area string, permissions ...string) (err error) {
	for _, p := range permissions {
		if err = auth.RequireArea(ctx, p, area); err == nil {
			return nil
		}
	}
	return err
}
