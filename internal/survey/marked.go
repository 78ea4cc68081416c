package survey

import (
	"context"
	"fmt"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Marked is a response as scoring sees it: where, who, which channel, which marks; nothing that tells persons apart.
type Marked struct {
	Channel   Channel
	Street    string
	Community string
	Group     Group
	Sex       string
	AgeBand   string
	Weight    float64 // 1 ÷ chance of being drawn; 0: not known
	Flags     int64   // of the integrity check, as bits; see Excluded for what a person decided
	Excluded  bool    // set aside by a person's decision: it does not count
	Marks     string
}

// markedRow is a Marked in two columns: scanning one string costs a fraction of ten fields, and 35,000 rows come at once. The weight
// stays a number because engines write numbers in different words.
type markedRow struct {
	Line   string  `db:"line"`
	Weight float64 `db:"base_weight"`
}

// MarkedTx returns the scale answers of a wave without pilot answers, in no particular order, the excluded ones among them. Needs PermRead
// or appraisal.score in the wave's area.
func (s *Service) MarkedTx(ctx context.Context, tx *db.Tx, w *Wave) ([]Marked, error) {
	if err := requireAreaEither(ctx, w.Area, PermRead, permScore); err != nil {
		return nil, err
	}
	rows := make([]Marked, 0, w.Counts.Targeted+w.Counts.Online)
	err := db.Each(ctx, tx, `SELECT channel || '|' || street || '|' || community || '|' || grp || '|' || sex || '|' || age_band || '|' || flags || '|' ||
		CASE WHEN excluded THEN '1' ELSE '0' END || '|' || marks AS line, base_weight FROM response
		WHERE wave_id = $1 AND NOT pilot`, []any{w.ID}, func(row *markedRow) error {
		m, err := splitMarked(row.Line)
		m.Weight = row.Weight
		rows = append(rows, m)
		return err
	})
	return rows, err
}

func splitMarked(line string) (m Marked, err error) {
	fields := [8]string{}
	start, k := 0, 0
	for i := 0; i < len(line) && k < len(fields); i++ {
		if line[i] == '|' {
			fields[k] = line[start:i]
			start, k = i+1, k+1
		}
	}
	m.Channel, m.Street, m.Community, m.Group, m.Sex, m.AgeBand = Channel(fields[0]), fields[1], fields[2], Group(fields[3]), fields[4], fields[5]
	m.Excluded, m.Marks = fields[7] == "1", line[start:]
	if fields[6] != "0" {
		if m.Flags, err = strconv.ParseInt(fields[6], 10, 64); err != nil {
			err = fmt.Errorf("flags of an answer: %w", err)
		}
	}
	return m, err
}

// Standing tells one state of the answers of a wave from another: how many there are, how many are set aside, the sum of their flags.
type Standing struct {
	Answers int   `db:"answers"`
	Aside   int   `db:"aside"`
	Flags   int64 `db:"flags"`
}

// StandingTx returns the standing of a wave. Anyone who sees the wave may.
func (s *Service) StandingTx(ctx context.Context, tx *db.Tx, w *Wave) (Standing, error) {
	return db.Get[Standing](ctx, tx, `SELECT COUNT(*) AS answers, COUNT(*) FILTER (WHERE excluded) AS aside, COALESCE(SUM(flags), 0) AS flags
		FROM response WHERE wave_id = $1 AND NOT pilot`, w.ID)
}

// Recommendation is how likely a respondent is to recommend, 0 to 10, with what weighting needs to know.
type Recommendation struct {
	Street  string  `db:"street"`
	Group   Group   `db:"grp"`
	Weight  float64 `db:"base_weight"`
	Answers db.JSON[struct {
		NPS *int `json:"nps"`
	}] `db:"answers"`
}

// RecommendationsTx returns who of the targeted sample gave a number from 0 to 10, excluded answers left out. Needs PermRead or
// appraisal.score in the wave's area.
func (s *Service) RecommendationsTx(ctx context.Context, tx *db.Tx, w *Wave) (list []Recommendation, err error) {
	if err := requireAreaEither(ctx, w.Area, PermRead, permScore); err != nil {
		return nil, err
	}
	return db.All[Recommendation](ctx, tx, `SELECT street, grp, base_weight, answers FROM response
		WHERE wave_id = $1 AND channel = 'targeted' AND NOT pilot AND NOT excluded AND answers LIKE '%"nps"%' ORDER BY street, grp, answers, base_weight`, w.ID)
}

func requireAreaEither(ctx context.Context, area string, permissions ...string) (err error) {
	for _, p := range permissions {
		if err = auth.RequireArea(ctx, p, area); err == nil {
			return nil
		}
	}
	return err
}
